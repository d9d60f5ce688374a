//! Past days of the whole portfolio: as they were known they are what was stored on the day; restated they are what all
//! facts give.

use crate::domain::{
    Archive, ArchiveReason, AsOf, BandHistory, CustomerFields, CustomerId, CustomerQuery, EventId, FactorKey, Health, NaiveDate,
    Portfolio, Rulebook,
};
use crate::scoring;
use crate::server::store::{CurrentHealth, DemoCustomer, Incoming, Store};
use crate::tests::harness::*;
use chrono::{DateTime, Duration, Utc};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Lists that say something about every filter and sort of the replay.
const QUERIES: [&str; 10] = [
    "",
    "sort=score&direction=desc",
    "sort=change",
    "sort=change_7",
    "sort=band_since&direction=desc",
    "sort=last_activity&direction=desc",
    "sort=support_load",
    "band=at_risk,churn_risk&sort=arr",
    "change=down_7",
    "renewal=next_90&sort=renewal&archived=false",
];

/// The values that a list shows of a customer.
#[derive(Debug, PartialEq)]
struct Shown {
    name: String,
    health: Health,
    band_since: NaiveDate,
    changes: [Option<crate::domain::Points>; 3],
    trend: Vec<Option<crate::domain::Points>>,
    urgency: Option<i64>,
    band_fell_on: Option<NaiveDate>,
    first_fact_on: Option<NaiveDate>,
    last_activity_at: Option<DateTime<Utc>>,
}

async fn shown(store: &Store, query: &str, day: NaiveDate) -> Vec<Shown> {
    let rulebook = store.current_rulebook().await.unwrap();
    let shown = |row: CurrentHealth| {
        assert!(row.is_current, "{query} on {day}: {} is stale", row.customer.fields.name);
        Shown {
            health: scoring::score(row.customer.id, &row.measured, rulebook.scorecard_of(&row.traits, day), day),
            name: row.customer.fields.name,
            band_since: row.band_since,
            changes: [row.change7, row.change30, row.change90],
            trend: row.trend,
            urgency: row.urgency,
            band_fell_on: row.band_fell_on,
            first_fact_on: row.traits.first_fact_on,
            last_activity_at: row.last_activity_at,
        }
    };
    store.list_customers(&parse_query(query).unwrap(), day).await.unwrap().0.into_iter().map(shown).collect()
}

/// Everything that the dashboard said at the end of a day.
struct Remembered {
    day: NaiveDate,
    lists: Vec<Vec<Shown>>,
    portfolio: Portfolio,
    bands: BandHistory,
}

async fn remember(store: &Store, day: NaiveDate) -> Remembered {
    let mut lists = Vec::new();
    for query in QUERIES {
        lists.push(shown(store, query, day).await);
    }
    let everybody = CustomerQuery::default();
    let portfolio = store.get_portfolio(&everybody, "USD", day).await.unwrap();
    Remembered { day, lists, portfolio, bands: store.get_band_history(&everybody, "USD", day).await.unwrap() }
}

/// Days of a portfolio's life, chosen by a seed: events of the day and late ones, payments, retractions, new customers.
struct Life {
    random: ChaCha8Rng,
    customers: Vec<CustomerId>,
    events: Vec<EventId>,
    invoices: usize,
}

impl Life {
    fn below(&mut self, limit: usize) -> usize {
        (self.random.next_u32() as usize) % limit
    }

    async fn live(&mut self, db: &Database, now: DateTime<Utc>) {
        if self.customers.len() < 6 && self.below(3) > 0 {
            let number = self.customers.len() as i64;
            let fields = CustomerFields {
                name: format!("Customer {number}"),
                arr_cents: (number % 2 == 0).then_some(number * 1000),
                renewal_date: Some(now.date_naive() + Duration::days(20 * number - 30)),
                start_date: (number % 3 == 1).then(|| now.date_naive() + Duration::days(2)),
                ..blank()
            };
            self.customers.push(db.create_customer(&fields, now).await.unwrap().id);
        }
        for _ in 0..self.below(5) {
            if self.customers.is_empty() {
                return;
            }
            let which = self.below(self.customers.len());
            let customer = self.customers[which];
            let late = [0, 0, 1, 3, 20, 45][self.below(6)];
            let fact = self.fact();
            let event = fact.at(now - Duration::days(late) - Duration::minutes(1)).received_at(now);
            if let Ok(stored) = db.posts.insert_event(customer, &event, now).await {
                self.events.push(stored.event.id);
            }
        }
        if !self.events.is_empty() && self.below(3) == 0 {
            let which = self.below(self.events.len());
            let event = self.events[which];
            // It may be retracted already.
            let _ = db.retract_event(event, "test", now).await;
        }
    }

    fn fact(&mut self) -> Fact {
        let number = format!("R-{}", self.below(4));
        match self.below(8) {
            0 | 1 => login(),
            2 => feature(["a", "b", "c"][self.below(3)]),
            3 => ticket(),
            4 => api_calls(self.below(50) as i64 + 1),
            5 => {
                self.invoices += 1;
                invoice(&number).due(days_ago(self.below(30) as i64)).amount_cents(100)
            }
            6 => paid(&number),
            _ => voided(&format!("R-{}", self.invoices)),
        }
    }
}

/// The days from a while ago to now, with what the dashboard said on some of them.
async fn live(db: &Database, seed: u64, days: i64) -> Vec<Remembered> {
    let mut life = Life { random: ChaCha8Rng::seed_from_u64(seed), customers: Vec::new(), events: Vec::new(), invoices: 0 };
    let mut remembered = Vec::new();
    for ago in (0..days).rev() {
        let now = now() - Duration::days(ago);
        life.live(db, now).await;
        db.roll_over_all(now.date_naive()).await;
        if ago % 4 == 1 || ago + 2 >= days {
            remembered.push(remember(&db.store, now.date_naive()).await);
        }
    }
    remembered
}

on_each_database! {
    async fn a_day_as_it_was_known_is_what_was_stored_on_it(db: Database) {
        for then in live(&db, 1, 40).await {
            let replayed = remember(&db.replay(AsOf::known_then(then.day)).await.unwrap(), then.day).await;
            for ((query, replayed), then) in QUERIES.iter().zip(&replayed.lists).zip(&then.lists) {
                assert_eq!(replayed, then, "{query}");
            }
            assert_eq!(replayed.portfolio, then.portfolio);
            assert_eq!(replayed.bands, then.bands);
        }
    }

    async fn a_restated_day_is_what_all_facts_give(db: Database) {
        live(&db, 3, 25).await;
        let (scorecard, connections) = (db.current_scorecard().await.unwrap(), db.current_connections().await.unwrap());
        for ago in [1, 5, 15] {
            let day = days_ago(ago);
            let replay = db.replay(AsOf::from(day)).await.unwrap();
            let rows = shown(&replay, "", day).await;
            assert!(rows.len() > 2, "{day}");
            for row in rows {
                let facts = db.load_facts(row.health.customer_id, days_ago(1000), day).await.unwrap();
                let measured = scoring::measure(&facts, &scorecard, &connections, day);
                assert_eq!(row.health, scoring::score(row.health.customer_id, &measured, &scorecard, day));
                let history = scoring::history(&facts, &scorecard.clone().into(), &connections, day - Duration::days(180), day);
                assert_eq!(Some(row.band_since), scoring::band_since(&history));
            }
        }
    }

    async fn the_rules_and_the_sources_of_a_day_are_those_that_were_known(db: Database) {
        live(&db, 4, 25).await;
        for ago in 0..25 {
            let day = days_ago(ago);
            let connections = db.connections_known_on(&Rulebook::default(), day).await.unwrap();
            let mut first = crate::domain::Sources::<Option<NaiveDate>>::default();
            for id in 1..=6 {
                let Ok(facts) = db.load_facts(CustomerId(id), days_ago(1000), AsOf { day: days_ago(-1), known_at: Some(day) }).await else { continue };
                for daily in &facts.daily {
                    let first = first.get_mut(crate::domain::Source::of(daily.kind).unwrap());
                    *first = Some(first.map_or(daily.day, |first| first.min(daily.day)));
                }
            }
            assert_eq!(connections.sources, first, "{day}");
        }
        assert_eq!(db.connections_known_on(&Rulebook::default(), today()).await.unwrap(), db.current_connections().await.unwrap());
        assert_eq!(db.rulebook_in_force(days_ago(1000)).await.unwrap().version, 1);
    }

    async fn a_customer_is_there_from_the_day_it_existed(db: Database) {
        let start = Some(days_ago(30));
        db.customer_with(CustomerFields { name: "Started".into(), start_date: start, ..blank() }).await;
        let acme = db.customer("Told late").await;
        db.send(acme, login().days_ago(20)).await;
        db.customer("Created today").await;
        let archive = Archive { reason: ArchiveReason::Churned, date: today() };
        db.archive_customer(acme, archive, now()).await.unwrap();
        let names = async |at: AsOf, query: &str| {
            let replay = db.replay(at).await.unwrap();
            let rows = shown(&replay, query, at.day).await;
            rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        assert_eq!(names(days_ago(31).into(), "sort=name").await, Vec::<String>::new());
        assert_eq!(names(days_ago(30).into(), "sort=name").await, ["Started"]);
        assert_eq!(names(days_ago(20).into(), "sort=name").await, ["Started", "Told late"]);
        assert_eq!(names(days_ago(20).into(), "archived=true").await, Vec::<String>::new());
        // All of them were entered today.
        assert_eq!(names(AsOf::known_then(days_ago(1)), "").await, Vec::<String>::new());
    }

    async fn facts_of_a_batch_count_before_anybody_is_rescored(db: Database) {
        let [first, second] = [db.customer("First").await, db.customer("Second").await];
        let customers = async |at: AsOf| shown(&db.replay(at).await.unwrap(), "sort=name", at.day).await.len();
        assert_eq!(customers(days_ago(20).into()).await, 0);
        let event = |customer, days| Incoming { customer, event: login().days_ago(days).event(), received_at: now() };
        db.insert_events(&[event(first, 20), event(second, 19)]).await.1.unwrap();
        assert_eq!(customers(days_ago(20).into()).await, 1);
        assert_eq!(customers(days_ago(19).into()).await, 2);
    }

    async fn customers_that_were_replaced_are_not_kept(db: Database) {
        let demo = |name: &str| DemoCustomer {
            fields: CustomerFields { name: name.into(), start_date: Some(days_ago(30)), ..blank() },
            archived: None, outcomes: Vec::new(),
            created_at: now(),
            events: Vec::new(),
            notes: Vec::new(),
        };
        for name in ["Before", "After"] {
            db.remove_demo(today()).await.unwrap();
            db.begin_demo(&[demo(name)], false, now()).await.unwrap();
            let replay = db.replay(days_ago(10).into()).await.unwrap();
            let rows = shown(&replay, "", days_ago(10)).await;
            assert_eq!(rows.iter().map(|row| &row.name).collect::<Vec<_>>(), [name]);
        }
    }

    async fn a_replay_is_kept_until_something_that_counts_on_its_day_changes(db: Database) {
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(50)), ..blank() }).await;
        let stored = db.send(acme, login().days_ago(20)).await;
        let day = days_ago(10);
        let logins = async |at: AsOf| {
            let replay = db.replay(at).await.unwrap();
            shown(&replay, "", at.day).await.first().map(|row| (row.name.clone(), row.health.factors[FactorKey::LOGIN_FREQUENCY].value))
        };
        let known = |name: &str, value| Some((name.to_owned(), Some(value)));
        assert_eq!(logins(day.into()).await, known("Acme", 1));
        db.send(acme, login().days_ago(1)).await;
        assert_eq!(logins(day.into()).await, known("Acme", 1));
        db.send(acme, login().days_ago(12)).await;
        assert_eq!(logins(day.into()).await, known("Acme", 2));
        db.retract_event(stored.event.id, "test", now()).await.unwrap();
        assert_eq!(logins(day.into()).await, known("Acme", 1));
        let stored = db.get_customer(acme).await.unwrap();
        let fields = CustomerFields { name: "Renamed".into(), ..stored.fields };
        db.update_customer(acme, stored.version, &fields, now()).await.unwrap();
        assert_eq!(logins(day.into()).await, known("Renamed", 1));
        let many = futures(&db, day).await;
        assert!(many.iter().all(|rows| *rows == 1));
    }
}

/// The lists of several who ask at once.
async fn futures(db: &Database, day: NaiveDate) -> Vec<usize> {
    let ask = |store: Store| async move {
        let replay = store.replay(AsOf::from(day)).await.unwrap();
        shown(&replay, "", day).await.len()
    };
    let asked: Vec<_> = (0..8).map(|_| tokio::spawn(ask(db.store.clone()))).collect();
    let mut rows = Vec::new();
    for answer in asked {
        rows.push(answer.await.unwrap());
    }
    rows
}
