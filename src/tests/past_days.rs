//! The cache of past days: for whom it builds, how many at once, until when, and which it keeps. A day keeps its place until
//! somebody who waits for it is polled again, so one who was polled once holds it as long as a test likes.

use crate::domain::{CustomerFields, FactorKey};
use crate::scoring::Counted;
use crate::server::AppState;
use crate::server::service::long_work::{Limits, LongWorks};
use crate::server::service::past_days::{LIMITS, PastDays};
use crate::server::store::Store;
use crate::site::assets::Assets;
use crate::tests::harness::*;
use crate::wire::AppError;
use axum::body::Body;
use axum::http::{Request, Response, header};
use futures::FutureExt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Store, AppError>> + Send + 'a>>;

/// Asks for a day, and gets no further.
fn begin<'a>(past_days: &'a PastDays, store: &'a Store, ago: i64) -> Waiting<'a> {
    let mut waiting: Waiting = Box::pin(past_days.get(store, days_ago(ago).into()));
    assert!((&mut waiting).now_or_never().is_none(), "{ago} days ago");
    waiting
}

fn past_days(asked: usize) -> PastDays {
    PastDays(LongWorks::new(Limits { asked, ..LIMITS }))
}

async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it happens");
}

async fn get(app: &AppState, path: &str) -> Response<Body> {
    let request = Request::get(path).header("host", "localhost").header("accept", "text/html").body(Body::empty()).unwrap();
    crate::site::router(app.clone(), Assets::NONE).oneshot(request).await.unwrap()
}

async fn logins(store: &Store, ago: i64) -> Vec<(String, Counted)> {
    let (rows, _) = store.list_customers(&parse_query("").unwrap(), days_ago(ago)).await.unwrap();
    rows.into_iter()
        .map(|row| (row.customer.fields.name, row.measured.factors[FactorKey::LOGIN_FREQUENCY].counted.clone()))
        .collect()
}

/// The days that are kept, by how long ago they were.
fn kept(past_days: &PastDays) -> Vec<i64> {
    past_days.0.kept().iter().map(|kept| (today() - kept.work.day).num_days()).collect()
}

on_each_database! {
    async fn a_day_is_built_once_for_all_who_ask(db: Database) {
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(50)), ..blank() }).await;
        db.send(acme, login().days_ago(20)).await;
        let past_days = past_days(1);
        let (first, second) = (begin(&past_days, &db, 10), begin(&past_days, &db, 10));
        assert_eq!(past_days.0.asked(), 1);
        let (first, second) = tokio::join!(first, second);
        for store in [first.unwrap(), second.unwrap()] {
            assert_eq!(logins(&store, 10).await, [("Acme".to_owned(), Counted::Facts(1))]);
        }
        assert_eq!((past_days.0.asked(), kept(&past_days)), (0, vec![10]));
    }

    async fn one_day_too_many_is_refused_at_once(db: Database) {
        let app = AppState { past_days: Arc::new(past_days(2)), ..db.app() };
        let (first, second) = (begin(&app.past_days, &db, 1), begin(&app.past_days, &db, 2));
        for path in ["/api/customers", "/api/portfolio", "/"] {
            let refused = get(&app, &format!("{path}?as_of={}", days_ago(3))).await;
            assert_eq!(refused.status(), 503, "{path}");
            assert_eq!(refused.headers()[header::RETRY_AFTER], "1", "{path}");
        }
        // Who asks for one of the two joins in.
        drop(begin(&app.past_days, &db, 2));
        let (first, second) = tokio::join!(first, second);
        first.and(second).unwrap();
        assert_eq!(get(&app, &format!("/api/customers?as_of={}", days_ago(3))).await.status(), 200);
    }

    async fn a_day_is_given_up_when_the_last_who_waited_has_left(db: Database) {
        let past_days = past_days(1);
        let (first, second) = (begin(&past_days, &db, 1), begin(&past_days, &db, 1));
        drop(first);
        assert!(matches!(past_days.get(&db, days_ago(2).into()).await, Err(AppError::Overloaded(_))));
        drop(second);
        assert_eq!(past_days.0.asked(), 0);
        past_days.get(&db, days_ago(2).into()).await.unwrap();
        assert_eq!(kept(&past_days), [2]);
    }

    async fn a_reader_who_leaves_takes_the_work_away(db: Database) {
        let app = AppState { past_days: Arc::new(past_days(2)), ..db.app() };
        // It has the turn to build and keeps it, so that the readers' day is not built before they leave.
        let _first = begin(&app.past_days, &db, 1);
        for path in ["/api/customers", "/api/portfolio", "/customers.csv", "/", "/app/list_customers"] {
            let query = if path.starts_with("/app") { "query=as_of%3D" } else { "as_of=" };
            let (path, app_of_reader) = (format!("{path}?{query}{}", days_ago(2)), app.clone());
            let reader = tokio::spawn(async move { get(&app_of_reader, &path).await });
            until(|| app.past_days.0.asked() == 2 || reader.is_finished()).await;
            assert!(!reader.is_finished());
            reader.abort();
            until(|| app.past_days.0.asked() == 1).await;
        }
    }

    async fn days_are_kept_while_there_is_room(db: Database) {
        db.customer_with(CustomerFields { start_date: Some(days_ago(50)), ..blank() }).await;
        let ask = async |limits: Limits, days: &[i64]| {
            let past_days = PastDays(LongWorks::new(limits));
            for ago in days {
                past_days.get(&db, days_ago(*ago).into()).await.unwrap();
            }
            (kept(&past_days), past_days.0.kept().iter().map(|kept| kept.result.bytes).sum::<u64>())
        };
        let limits = Limits { kept: 2, ..LIMITS };
        let (days, bytes) = ask(limits, &[1, 2, 3]).await;
        assert_eq!(days, [3, 2]);
        assert!(bytes > 10_000, "{bytes}");
        assert_eq!(ask(limits, &[1, 2, 1, 3]).await.0, [3, 1]);
        let limits = Limits { bytes, ..LIMITS };
        assert_eq!(ask(limits, &[1, 2, 3]).await.0, [3, 2]);
        let limits = Limits { bytes: 1, ..LIMITS };
        assert_eq!(ask(limits, &[1, 2, 3]).await.0, [3]);
    }

    async fn a_kept_day_holds_until_something_that_counts_on_it_changes(db: Database) {
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(50)), ..blank() }).await;
        let stored = db.send(acme, login().days_ago(20)).await;
        let past_days = past_days(1);
        let ask = async || logins(&past_days.get(&db, days_ago(10).into()).await.unwrap(), 10).await;
        let known = |name: &str, logins| vec![(name.to_owned(), Counted::Facts(logins))];
        assert_eq!(ask().await, known("Acme", 1));
        db.send(acme, login().days_ago(1)).await;
        // No place is free, so it is not built again.
        let other = begin(&past_days, &db, 5);
        assert_eq!(ask().await, known("Acme", 1));
        db.send(acme, login().days_ago(12)).await;
        assert!(past_days.get(&db, days_ago(10).into()).await.is_err());
        drop(other);
        assert_eq!(ask().await, known("Acme", 2));
        db.retract_event(stored.event.id, "test", now()).await.unwrap();
        assert_eq!(ask().await, known("Acme", 1));
        let stored = db.get_customer(acme).await.unwrap();
        let fields = CustomerFields { name: "Renamed".into(), ..stored.fields };
        db.update_customer(acme, stored.version, &fields, now()).await.unwrap();
        assert_eq!(ask().await, known("Renamed", 1));
    }
}
