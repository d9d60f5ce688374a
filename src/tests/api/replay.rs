//! `as_of` and `known_at`: past days of customers, lists and figures

use super::Site;
use crate::domain::Scorecard;
use crate::tests::harness::*;
use chrono::Duration;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};

/// Acme with a login on 1 March, known at once, and one on 3 March that arrived on 10 March; Bolt with a ticket on 12 March.
async fn told(db: Database) -> Site {
    let fields = |name: &str| crate::domain::CustomerFields { name: name.into(), ..blank() };
    let acme = db.create_customer(&fields("Acme"), now() - Duration::days(20)).await.unwrap().id;
    let bolt = db.create_customer(&fields("Bolt"), now() - Duration::days(5)).await.unwrap().id;
    for (customer, fact, happened, received) in [(acme, login(), 15, 15), (acme, login(), 13, 6), (bolt, ticket(), 4, 4)] {
        let at = now() - Duration::days(received);
        db.posts.insert_event(customer, &fact.days_ago(happened).received_at(at), at).await.unwrap();
    }
    db.roll_over_all(today()).await;
    Site::new(db)
}

/// Version 2, in force since noon so many days ago: ten logins are enough.
async fn change_scorecard(db: &Database, days: i64) {
    let scorecard = Scorecard::default().with(|rules| {
        rules.version = 2;
        rules.factors.login_frequency.target = Some(10);
    });
    let content = serde_json::to_string(&scorecard).unwrap();
    let since = (now() - Duration::days(days)).timestamp_micros();
    let sql = "INSERT INTO scorecards (version, content, created_at, author, note) VALUES (2, $1, $2, 'test', '')";
    if db.url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
        sqlx::query(sql).bind(content).bind(since).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        sqlx::query(sql).bind(content).bind(since).execute(&mut connection).await.unwrap();
    }
}

fn logins(health: &Value) -> &Value {
    &health["factors"]["loginFrequency"]["value"]
}

on_each_database! {
    async fn a_customer_is_replayed_as_it_is_known_and_as_it_was(db: Database) {
        let site = told(db).await;
        let health = async |query: &str| site.get(&format!("/api/customers/1/health{query}")).await.ok();
        for (query, as_of, value) in [
            ("?as_of=2026-03-05", "2026-03-05", json!(2)),
            ("?as_of=2026-03-05&known_at=then", "2026-03-05", json!(1)),
            ("?as_of=2026-03-05&known_at=2026-03-05", "2026-03-05", json!(1)),
            ("?as_of=2026-03-05&known_at=2026-03-09", "2026-03-05", json!(1)),
            ("?as_of=2026-03-05&known_at=2026-03-10", "2026-03-05", json!(2)),
            ("?known_at=2026-03-05", "2026-03-05", json!(1)),
            ("?known_at=2026-02-28", "2026-02-28", json!(null)),
            ("?known_at=then", "2026-03-16", json!(2)),
        ] {
            let found = health(query).await;
            assert_eq!((&found["asOf"], logins(&found)), (&json!(as_of), &value), "{query}");
        }
        // No ticket of any customer was known before Bolt's.
        assert_eq!(health("?known_at=2026-03-11").await["factors"]["supportLoad"]["measured"], false);
        assert_eq!(health("?known_at=2026-03-12").await["factors"]["supportLoad"]["measured"], true);
    }

    async fn a_history_is_the_health_of_each_of_its_days(db: Database) {
        let site = told(db).await;
        for (query, day_query, days) in [
            ("?from=2026-02-25", "", 20),
            ("?from=2026-02-25&to=2026-03-09&known_at=then", "&known_at=2026-03-09", 13),
            ("?from=2026-02-25&known_at=2026-03-12", "&known_at=2026-03-12", 16),
        ] {
            let history = site.get(&format!("/api/customers/1/health/history{query}")).await.ok();
            let points = history["days"].as_array().unwrap();
            assert_eq!(points.len(), days, "{query}");
            assert_eq!((&history["from"], &history["to"]), (&points[0]["day"], &points[days - 1]["day"]));
            for point in points {
                let day = point["day"].as_str().unwrap();
                let health = site.get(&format!("/api/customers/1/health?as_of={day}{day_query}")).await.ok();
                assert_eq!((&point["score"], &point["band"]), (&health["score"], &health["band"]), "{query}, {day}");
            }
        }
        let default = site.get("/api/customers/1/health/history").await.ok();
        assert_eq!(default["days"].as_array().unwrap().len(), 90);
        assert_eq!((&default["knownAt"], &default["scorecardVersion"], &default["to"]), (&json!(null), &json!(1), &json!("2026-03-16")));
        assert_eq!(site.get("/api/customers/1/health/history?from=2016-03-11").await.ok()["days"].as_array().unwrap().len(), 3658);
        assert_eq!(site.get("/api/customers/99/health/history").await.status, 404);
    }

    async fn the_list_and_the_figures_are_those_of_the_day(db: Database) {
        let site = told(db).await;
        assert_eq!(site.names("?as_of=2026-03-05&sort=name").await, ["Acme"]);
        assert_eq!(site.names("?as_of=2026-03-12&sort=name").await, ["Acme", "Bolt"]);
        assert_eq!(site.names("?as_of=2026-03-12&sort=name&direction=desc&page_size=1").await, ["Bolt"]);
        assert_eq!(site.names("?as_of=2026-03-12&band=no_data").await, Vec::<String>::new());
        assert_eq!(site.names("?as_of=2026-02-26&known_at=then").await, ["Acme"]);
        assert_eq!(site.names("?as_of=2026-02-20").await, Vec::<String>::new());
        for (query, value) in [("as_of=2026-03-05", 2), ("as_of=2026-03-05&known_at=then", 1)] {
            let list = site.get(&format!("/api/customers?{query}")).await.ok();
            let row = &list["items"][0];
            assert_eq!((&list["asOf"], logins(&row["health"])), (&json!("2026-03-05"), &json!(value)));
            let health = site.get(&format!("/api/customers/1/health?{query}")).await.ok();
            assert_eq!(row["health"], health);
            assert_eq!(row["trend"].as_array().unwrap()[13], health["score"]);
            let csv = site.get(&format!("/customers.csv?{query}")).await;
            assert!(csv.header("content-disposition").contains("customers-2026-03-05.csv"));
            let score = format!(",{:.1},", health["score"].as_f64().unwrap());
            assert!(csv.text.lines().nth(1).unwrap().contains(&score), "{}", csv.text);
            let portfolio = site.get(&format!("/api/portfolio?{query}")).await.ok();
            assert_eq!((&portfolio["asOf"], &portfolio["all"]["customers"]), (&json!("2026-03-05"), &json!(1)));
            assert_eq!(portfolio["mean"]["score"], health["score"]);
            assert_eq!(portfolio["knownAt"], list["knownAt"]);
            assert_eq!(portfolio["firstFactOn"], "2026-03-01");
        }
        let today = site.get("/api/portfolio?as_of=2026-03-16").await.ok();
        assert_eq!(today, site.get("/api/portfolio").await.ok());
        assert_eq!(site.get("/api/customers?as_of=2026-03-16").await.ok(), site.get("/api/customers").await.ok());
    }

    async fn the_scorecard_of_a_day_is_the_one_in_force_at_its_end(db: Database) {
        change_scorecard(&db, 3).await;
        for (day, version) in [(1000, 1), (4, 1), (3, 2), (0, 2)] {
            assert_eq!(db.rulebook_in_force(days_ago(day)).await.unwrap().version, version, "{day} days ago");
        }
        let site = told(db).await;
        for (query, version, target) in [("as_of=2026-03-12", 2, 10), ("as_of=2026-03-12&known_at=then", 1, 20), ("known_at=2026-03-13", 2, 10)] {
            let health = site.get(&format!("/api/customers/1/health?{query}")).await.ok();
            let login = &health["factors"]["loginFrequency"];
            assert_eq!((&health["scorecardVersion"], &login["target"]), (&json!(version), &json!(target)), "{query}");
            let list = site.get(&format!("/api/customers?{query}&search=acme")).await.ok();
            assert_eq!(list["items"][0]["health"], health, "{query}");
        }
        let change = site.get("/api/customers/1/health/changes?from=2026-03-12").await.ok();
        assert_eq!(change["causes"][0]["facts"][0]["sentence"], "scorecard version 2 in place of 1");
    }

    async fn a_change_tells_what_came_to_light_since(db: Database) {
        let site = told(db).await;
        let change = site.get("/api/customers/1/health/changes?from=2026-03-05").await.ok();
        let causes: Vec<_> = change["causes"].as_array().unwrap().iter().map(|part| part["cause"].as_str().unwrap()).collect();
        assert_eq!(causes, ["source_connected", "late_arrived"]);
        assert_eq!(change["before"], site.get("/api/customers/1/health?known_at=2026-03-05").await.ok());
        assert_eq!(change["after"], site.get("/api/customers/1/health").await.ok());
    }
}
