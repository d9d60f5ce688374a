//! What every test starts from: a database of its own on SQLite and on PostgreSQL, a fixed clock, and a small language
//! in which facts go in and numbers come out.
//!
//! ```ignore
//! on_each_database! {
//!     async fn a_login_raises_the_login_factor(db: Database) {
//!         let acme = db.customer("Acme").await;
//!         let stored = db.send(acme, login().days_ago(3)).await;
//!         assert_eq!(stored.after.factors.login_frequency.value, Some(1));
//!     }
//! }
//! ```

mod expected;
mod fact;
mod postgres;
mod proxy;
mod raw;

pub use fact::*;
pub use proxy::{Mood, Proxy};

use crate::domain::list::MAX_PAGE_SIZE;
use crate::domain::{CustomerFields, CustomerId, CustomerQuery, FieldErrors, Health, NaiveDate, NewRulebook, Scorecard, Segment};
use crate::scoring::{self, Connections};
use crate::server::service::run::following;
use crate::server::service::run::post_queue::PostQueue;
use crate::server::store::{Store, StoreError, StoreResult, StoredEvent};
use crate::server::{Actor, AppState, Call, Settings};
use chrono::{DateTime, Duration, TimeZone, Utc};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Noon of a Monday in spring: when every test takes place.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 16, 12, 0, 0).unwrap()
}

pub fn today() -> NaiveDate {
    now().date_naive()
}

/// When a day begins.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

pub fn days_ago(days: i64) -> NaiveDate {
    today() - Duration::days(days)
}

/// Runs each test twice, as `name::sqlite` and `name::postgres`, each time on an empty, migrated database of its own.
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* async fn $name:ident($db:ident: Database) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($db: $crate::tests::harness::Database) $body

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test($crate::tests::harness::Database::sqlite().await).await;
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test($crate::tests::harness::Database::postgres().await).await;
            }
        })*
    };
}

/// An empty, migrated database that goes away with the test.
pub struct Database {
    pub store: Store,
    /// To connect once more.
    pub posts: PostQueue,
    pub url: String,
    /// The folder of a SQLite file.
    folder: Option<TempDir>,
    /// Where uploads wait.
    pub uploads: TempDir,
}

impl std::ops::Deref for Database {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Database {
    /// A copy of a file that was migrated once.
    pub async fn sqlite() -> Self {
        static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("test.db");
        let migrated = async {
            let first = TempDir::new().unwrap();
            let file = first.path().join("first.db");
            migrate(&format!("sqlite://{}", file.display())).await.close().await;
            std::fs::read(file).unwrap()
        };
        std::fs::write(&file, MIGRATED.get_or_init(|| migrated).await).unwrap();
        let url = format!("sqlite://{}", file.display());
        Self::on(Store::connect(&url).await.unwrap(), url, Some(folder))
    }

    /// A copy of a database that was migrated once.
    pub async fn postgres() -> Self {
        static MIGRATED: OnceCell<String> = OnceCell::const_new();
        let migrated = async {
            let url = postgres::new_database().await;
            migrate(&url).await.close().await;
            url
        };
        Self::at(&postgres::copy_of(MIGRATED.get_or_init(|| migrated).await).await).await
    }

    /// One that is migrated already, at another address.
    pub async fn at(url: &str) -> Self {
        Self::on(Store::connect(url).await.unwrap(), url.to_owned(), None)
    }

    fn on(store: Store, url: String, folder: Option<TempDir>) -> Self {
        following::keep_telling(&store);
        Self { posts: PostQueue::start(&store), store, url, folder, uploads: TempDir::new().unwrap() }
    }

    /// Opens the database again once everything that was under way has ended.
    pub async fn reopened(self) -> Self {
        self.store.close().await;
        let store = Store::connect(&self.url).await.unwrap();
        following::keep_telling(&store);
        Self { posts: PostQueue::start(&store), store, ..self }
    }

    /// Another database of the same kind, opened and migrated; this one stays, as its folder holds both.
    pub async fn migrated_at(self, url: String) -> Self {
        let Self { folder, .. } = self;
        Self::on(migrate(&url).await, url, folder)
    }

    /// The address of a second database of the same kind, empty and without a schema.
    pub async fn fresh_url(&self) -> String {
        match &self.folder {
            Some(folder) => format!("sqlite://{}", folder.path().join("fresh.db").display()),
            None => postgres::new_database().await,
        }
    }

    /// The app on this database, at [`now`], in US dollars.
    pub fn app(&self) -> AppState {
        let settings = Settings { upload_dir: self.uploads.path().to_owned(), ..Settings::default() };
        AppState {
            store: self.store.clone(),
            posts: self.posts.clone(),
            clock: now,
            settings: Arc::new(settings),
            rescore: Arc::default(),
            answers: Arc::default(),
            past_days: Arc::default(),
            backtests: Arc::default(),
        }
    }

    /// A call of the app, at [`now`].
    pub fn call(&self) -> Call {
        self.app().call(Actor::Visitor)
    }

    /// Creates a customer of whom only the name is known.
    pub async fn customer(&self, name: &str) -> CustomerId {
        self.customer_with(CustomerFields { name: name.into(), ..blank() }).await
    }

    pub async fn customer_with(&self, fields: CustomerFields) -> CustomerId {
        self.create_customer(&fields, now()).await.unwrap().id
    }

    pub async fn send(&self, customer: CustomerId, fact: Fact) -> StoredEvent {
        self.try_send(customer, fact).await.unwrap()
    }

    pub async fn try_send(&self, customer: CustomerId, fact: Fact) -> StoreResult<StoredEvent> {
        self.posts.insert_event(customer, &fact.event(), now()).await
    }

    pub async fn send_all(&self, customer: CustomerId, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            self.send(customer, fact).await;
        }
    }

    /// Today's health as it is stored.
    pub async fn health(&self, customer: CustomerId) -> Health {
        self.health_on(customer, today()).await
    }

    /// The health as it is stored, which must be of this day.
    pub async fn health_on(&self, customer: CustomerId, today: NaiveDate) -> Health {
        let current = self.get_current(customer, today).await.unwrap();
        assert!(current.is_current, "the stored health of customer {customer} is stale on {today}");
        let rulebook = self.current_rulebook().await.unwrap();
        scoring::score(customer, &current.measured, rulebook.scorecard_of(&current.traits, today), today)
    }

    /// The rules in force, which are the same for everybody.
    pub async fn current_scorecard(&self) -> StoreResult<Scorecard> {
        Ok(self.current_rulebook().await?.only().unwrap().clone())
    }

    pub async fn current_connections(&self) -> StoreResult<Connections> {
        Ok(self.rules(None).await?.1)
    }

    /// Puts rules in the place of the current ones, which they differ from by one change.
    pub async fn new_rules(&self, change: impl FnOnce(&mut Scorecard)) {
        let current = self.current_scorecard().await.unwrap();
        let mut scorecard = Scorecard { version: current.version + 1, ..current };
        change(&mut scorecard);
        self.add_rulebook(
            &NewRulebook { rulebook: scorecard.into(), segments: None, author: "Ada".into(), note: "test".into() },
            now(),
        )
        .await
        .unwrap();
    }

    /// Rolls over until nothing is stale; how many customers that took.
    pub async fn roll_over_all(&self, today: NaiveDate) -> u64 {
        let mut done = 0;
        loop {
            match self.roll_over(midnight(today), 100).await.unwrap() {
                0 => return done,
                chunk => done += chunk,
            }
        }
    }

    /// The names on the first page that a query string selects, with the total, which must fit.
    pub async fn list(&self, query: &str) -> Vec<String> {
        let (names, total) = self.page(query).await;
        assert!(names.len() as i64 == total.min(MAX_PAGE_SIZE), "{query}: {} of {total}", names.len());
        names
    }

    /// The names on the page that a query string selects, and the total.
    pub async fn page(&self, query: &str) -> (Vec<String>, i64) {
        let query = parse_query(query).unwrap();
        let (found, total) = self.list_customers(&query, today()).await.unwrap();
        (found.into_iter().map(|row| row.customer.fields.name).collect(), total)
    }
}

async fn migrate(url: &str) -> Store {
    let store = Store::connect(url).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// `sort=name&band=healthy`, without any escapes.
pub fn parse_query(text: &str) -> Result<CustomerQuery, FieldErrors> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let query = CustomerQuery::from_pairs(pairs)?;
    let page_size = if text.contains("page_size") { query.page_size } else { MAX_PAGE_SIZE };
    Ok(CustomerQuery { page_size, ..query })
}

/// Fields of which nothing is known but that some are required.
pub fn blank() -> CustomerFields {
    CustomerFields {
        name: "Acme".into(),
        segment: Segment::SMB,
        external_id: None,
        owner: None,
        arr_cents: None,
        renewal_date: None,
        start_date: None,
        crm_url: None,
    }
}

/// Fails unless the store refused because of a contradiction, and said this about it.
pub fn assert_conflict<T>(result: StoreResult<T>, part: &str, what: &str) {
    match result {
        Err(StoreError::Conflict(text)) => assert!(text.contains(part), "{what}: {text}"),
        Err(error) => panic!("{what}: {error}"),
        Ok(_) => panic!("{what}: accepted"),
    }
}
