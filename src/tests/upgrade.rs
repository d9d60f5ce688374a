//! Databases of an earlier release: they open here, every score is the same, and every message is a repeat.

use super::api::Site;
use super::harness::Database;
use crate::domain::measure::Measure;
use crate::domain::{CustomerId, EventKind, FactorKey};
use chrono::{DateTime, Duration, TimeZone, Utc};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

const SQLITE: &str = include_str!("fixtures/release_0_1/sqlite.sql");
const POSTGRES: &str = include_str!("fixtures/release_0_1/postgres.sql");
const SENT: &str = include_str!("fixtures/release_0_1/sent.json");
const ANSWERS: &str = include_str!("fixtures/release_0_1/answers.json");

/// The day on which the release was last used.
fn later() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 27, 12, 0, 0).unwrap()
}

/// The release's database, opened and migrated by this one.
async fn upgraded(empty: Database) -> Site {
    let url = empty.fresh_url().await;
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(SQLITE)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(POSTGRES)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
    Site::at(empty.migrated_at(url).await, later)
}

/// Counts the users of the release's events, as the server does in the background.
async fn count_users(site: &Site) {
    while site.database.count_older_users(50).await.unwrap().is_some() {}
}

/// Score, band, coverage and factors of an answer, without what is only worded.
fn essence(health: &Value) -> Value {
    let factors = health["factors"].as_object().unwrap().iter();
    let factor = |factor: &Value| json!({"score": factor["score"], "value": factor["value"], "measured": factor["measured"]});
    let factors: serde_json::Map<_, _> = factors.map(|(key, value)| (key.clone(), factor(value))).collect();
    json!({"score": health["score"], "band": health["band"], "coverage": health["coverage"], "factors": factors})
}

/// The customer with an unpaid invoice over an amount of 0, whose rule has changed since.
const ZERO_INVOICE: &str = "/api/customers/8/";

on_each_database! {
    async fn every_score_of_an_earlier_release_is_the_same(db: Database) {
        let site = upgraded(db).await;
        let answers: Vec<Value> = serde_json::from_str(ANSWERS).unwrap();
        assert_eq!(answers.len(), 32);
        for answer in answers {
            let path = answer["path"].as_str().unwrap();
            if !path.starts_with(ZERO_INVOICE) {
                let health = site.get(path).await.ok();
                assert_eq!(essence(&health), answer["health"], "{path}");
            }
        }
    }

    async fn users_of_an_earlier_releases_events_are_counted_in_the_background(db: Database) {
        let site = upgraded(db).await;
        let (database, today) = (&site.database, later().date_naive());
        let key = FactorKey::FEATURE_ADOPTION;
        let kinds = vec![EventKind::Login, EventKind::FeatureUse];
        database.new_rules(|card| card.factors.get_mut(key).unwrap().measure = Measure::DistinctUsers { kinds, days: 365 }).await;
        let counted = async || {
            database.roll_over_all(today).await;
            let mut values = Vec::new();
            for customer in (1..=8).map(CustomerId) {
                values.push(database.get_health_of_today(customer, today).await.unwrap().unwrap().factors[key].value);
            }
            values
        };
        assert_eq!(counted().await, [None; 8]);
        count_users(&site).await;
        let users: Vec<_> = counted().await.into_iter().flatten().collect();
        assert!(users.len() == 8 && users.iter().any(|number| *number > 0), "{users:?}");
        database.assert_settled(today).await;
    }

    async fn segments_and_start_dates_of_an_earlier_release_are_kept_since_the_upgrade(db: Database) {
        let site = upgraded(db).await;
        assert_eq!(site.get("/api/rulebook").await.ok()["segments"], json!(["Enterprise", "SMB", "Startup"]));
        let since = site.database.history_day().await.unwrap().unwrap();
        let day = later().date_naive() - Duration::days(30);
        let now = site.get(&format!("/api/customers?page_size=100&as_of={day}")).await.ok();
        let then = site.get(&format!("/api/customers?page_size=100&as_of={day}&known_at=then")).await.ok();
        assert_eq!((&now["historyFrom"], &then["historyFrom"]), (&Value::Null, &json!(since.to_string())));
        let portfolio = site.get(&format!("/api/portfolio?as_of={day}&known_at=then")).await.ok();
        assert_eq!(portfolio["historyFrom"], then["historyFrom"]);
        let customers = |list: &Value| -> Vec<_> { list["items"].as_array().unwrap().iter().map(|row| row["customer"].clone()).collect() };
        let known_now = customers(&now);
        for customer in customers(&then) {
            let same = known_now.iter().find(|other| other["id"] == customer["id"]).unwrap();
            assert_eq!((&customer["segment"], &customer["startDate"]), (&same["segment"], &same["startDate"]));
        }
    }

    async fn stored_health_of_an_earlier_release_becomes_todays(db: Database) {
        let site = upgraded(db).await;
        site.database.roll_over_all(later().date_naive()).await;
        let list = site.get("/api/customers?page_size=100").await.ok();
        let items = list["items"].as_array().unwrap();
        assert!(items.len() >= 8, "{list}");
        for item in items {
            let path = format!("/api/customers/{}/health", item["customer"]["id"]);
            assert_eq!(essence(&item["health"]), essence(&site.get(&path).await.ok()), "{path}");
        }
    }

    async fn who_needs_somebody_is_known_without_anybody_acting(db: Database) {
        let site = upgraded(db).await;
        let today = later().date_naive();
        assert!(site.database.roll_over_all(today).await >= 8);
        count_users(&site).await;
        site.database.assert_settled(today).await;
        let needed = site.get("/api/today").await.ok();
        assert!(needed["total"].as_i64().is_some_and(|total| total > 1), "{needed}");
        assert_eq!(needed["total"], site.get("/api/portfolio").await.ok()["needed"]);
    }

    async fn changes_of_bands_before_the_upgrade_are_restated_and_marked_so(db: Database) {
        let site = upgraded(db).await;
        let today = later().date_naive();
        site.database.roll_over_all(today).await;
        assert_eq!(site.database.roll_over_all(today).await, 0, "it is done once");
        let mut told = 0;
        for customer in (1..=8).map(CustomerId) {
            let changes = site.database.list_band_changes(customer).await.unwrap();
            told += changes.len();
            for change in &changes {
                assert!(change.is_restated && change.before.band != change.after.band, "{change:?}");
                assert!(change.day <= today && change.day > today - Duration::days(180), "{change:?}");
            }
            let health = site.database.get_health_of_today(customer, today).await.unwrap().unwrap();
            assert!(changes.last().is_none_or(|last| last.after.band == health.band), "{changes:?}");
        }
        assert!(told > 5, "{told}");
    }

    async fn every_message_that_an_earlier_release_accepted_is_a_repeat(db: Database) {
        let site = upgraded(db).await;
        let sent: Vec<Value> = serde_json::from_str(SENT).unwrap();
        assert!(sent.len() > 300);
        for message in sent {
            let (path, body) = (message["path"].as_str().unwrap(), message["body"].as_str().unwrap());
            let content_type = message["type"].as_str().unwrap();
            let answer = site.send(&format!("POST {path}"), &[("content-type", content_type)], body.to_owned()).await;
            let told = answer.ok();
            match path {
                "/api/events" => assert_eq!((&told["accepted"], &told["duplicates"]), (&json!(0), &json!(2)), "{told}"),
                _ => assert_eq!(told["repeated"], true, "{body}: {told}"),
            }
        }
    }
}
