//! What older releases wrote, read by this one.

use crate::domain::band_history::Period;
use crate::domain::{
    AsOf, CustomerFields, CustomerId, CustomerInput, EventFilter, EventKind, FactorKey, NewRulebook, OutcomeFacts, OutcomeKind,
    Scorecard,
};
use crate::server::store::{CustomerChange, Destination, Store};
use crate::tests::harness::*;
use chrono::Duration;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::path::Path;
use tempfile::TempDir;

async fn execute(url: &str, sql: String) {
    let sql = AssertSqlSafe(sql);
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        sqlx::raw_sql(sql).execute(&mut PgConnection::connect(url).await.unwrap()).await.unwrap();
    }
}

/// A database with the schema as it was before the migration of this number.
async fn database_before(number: i64, url: &str) {
    let of = if url.starts_with("sqlite:") { "sqlite" } else { "postgres" };
    let folder = TempDir::new().unwrap();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(of)).unwrap().flatten() {
        let name = file.file_name().into_string().unwrap();
        if name[..4].parse::<i64>().unwrap() < number {
            std::fs::copy(file.path(), folder.path().join(name)).unwrap();
        }
    }
    let migrator = Migrator::new(folder.path()).await.unwrap();
    if of == "sqlite" {
        let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
        migrator.run(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        migrator.run(&mut PgConnection::connect(url).await.unwrap()).await.unwrap();
    }
}

/// "Café" as one letter and as two.
const CAFE: &str = "caf\u{e9}";
const CAFE_APART: &str = "cafe\u{301}";

on_each_database! {
    async fn the_last_activity_of_customers_whom_an_invoice_made_look_active_is_corrected(db: Database) {
        let url = db.fresh_url().await;
        database_before(14, &url).await;
        let at = |ago: i64| (now() - Duration::days(ago)).timestamp_micros();
        let day = |ago: i64| days_ago(ago).to_epoch_days();
        let mut sql = String::new();
        // By customer: what happened how many days ago, and whether it was taken back.
        let customers: [&[(&str, i64, bool)]; 5] = [
            &[("login", 27, false), ("login", 20, true), ("invoice_issued", 14, false)],
            &[("invoice_issued", 30, false), ("invoice_paid", 14, false)],
            &[("invoice_voided", 3, false)],
            &[("support_ticket", 9, false)],
            &[("login", 40, false), ("invoice_issued", 1, true), ("invoice_issued", 14, false)],
        ];
        let mut event = 0;
        for (index, events) in customers.iter().enumerate() {
            let customer = index + 1;
            let last = events.iter().filter(|(.., taken_back)| !taken_back).map(|(_, ago, _)| *ago).min().unwrap();
            sql += &format!(
                "INSERT INTO customers (id, name, name_key, segment, version, created_at, is_demo, last_activity_at)
                 VALUES ({customer}, 'A', 'a', 'SMB', 1, 0, {}, {});\n",
                if url.starts_with("sqlite:") { "0" } else { "false" },
                at(last)
            );
            for (kind, ago, taken_back) in *events {
                event += 1;
                let (at, day) = (at(*ago), day(*ago));
                sql += &format!(
                    "INSERT INTO events (id, customer_id, kind, source, occurred_at, day, received_at, received_day, payload)
                     VALUES ({event}, {customer}, '{kind}', 'api', {at}, {day}, {at}, {day}, '{{}}');
                     INSERT INTO daily_activity VALUES ({customer}, {day}, '{kind}', '', {day}, 1);\n"
                );
                if *taken_back {
                    sql += &format!(
                        "INSERT INTO retractions VALUES ({event}, 'test', {at});
                         UPDATE daily_activity SET count = 0 WHERE customer_id = {customer} AND day = {day};\n"
                    );
                }
            }
        }
        // The raw event of the last customer's login was dropped.
        sql += "DELETE FROM events WHERE customer_id = 5 AND kind = 'login';";
        execute(&url, sql).await;
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        store.roll_over(midnight(today()), 100).await.unwrap();
        let midnight = days_ago(40).and_time(chrono::NaiveTime::MIN).and_utc();
        let noon = |ago| Some(now() - Duration::days(ago));
        for (id, expected) in [(1, noon(27)), (2, noon(14)), (3, None), (4, noon(9)), (5, Some(midnight))] {
            let last = store.get_current(CustomerId(id), today()).await.unwrap().last_activity_at;
            assert_eq!(last, expected, "customer {id}");
        }
        store.close().await;
    }

    async fn the_days_of_facts_of_an_older_release_are_known_with_what_was_taken_back(db: Database) {
        let url = db.fresh_url().await;
        database_before(22, &url).await;
        let is_demo = if url.starts_with("sqlite:") { "0" } else { "false" };
        let mut sql = format!(
            "INSERT INTO customers (id, name, name_key, segment, version, created_at, is_demo)
             VALUES (1, 'A', 'a', 'SMB', 1, 0, {is_demo}), (2, 'B', 'b', 'SMB', 1, 0, {is_demo});\n"
        );
        // Customer, happened and received how many days ago, key, count. The first was taken back, and another one arrived late.
        for (customer, happened, received, key, count) in [
            (1, 30, 30, "", 2), (1, 30, 20, "", -2), (2, 30, 10, "", 1),
            // One of two stays; another came and went within a day.
            (1, 29, 29, "", 1), (2, 29, 28, "", 1), (1, 29, 27, "", -1),
            (1, 28, 28, "", 0),
        ] {
            let (happened, received) = (days_ago(happened).to_epoch_days(), days_ago(received).to_epoch_days());
            sql += &format!("INSERT INTO daily_activity VALUES ({customer}, {happened}, 'login', '{key}', {received}, {count});\n");
        }
        execute(&url, sql).await;
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        for (known_at, expected) in
            [(None, vec![29, 30]), (Some(30), vec![30]), (Some(28), vec![29, 30]), (Some(20), vec![29]), (Some(11), vec![29]), (Some(10), vec![29, 30])]
        {
            let at = AsOf { day: today(), known_at: known_at.map(days_ago) };
            let mut days = store.list_recent_fact_days(at).await.unwrap();
            days.sort();
            let expected: Vec<_> = expected.into_iter().rev().map(|ago| (EventKind::Login, days_ago(ago))).collect();
            assert_eq!(days, expected, "{known_at:?}");
        }
        store.close().await;
    }

    async fn who_was_archived_as_churned_by_an_older_release_churned_on_that_day(db: Database) {
        let url = db.fresh_url().await;
        database_before(29, &url).await;
        let is_demo = if url.starts_with("sqlite:") { "0" } else { "false" };
        let (gone, start) = (days_ago(40).to_epoch_days(), days_ago(400).to_epoch_days());
        execute(&url, format!(
            "INSERT INTO customers (id, name, name_key, segment, version, created_at, is_demo, arr_cents, start_day, archived_reason, archived_day)
             VALUES (1, 'A', 'a', 'SMB', 1, 0, {is_demo}, 900, {start}, 'churned', {gone}), (2, 'B', 'b', 'SMB', 1, 0, {is_demo}, 900, NULL, 'other', {gone}),
                    (3, 'C', 'c', 'SMB', 1, 0, {is_demo}, NULL, NULL, NULL, NULL);"
        )).await;
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        let period = Period { first: 0, last: i32::MAX };
        // It was known at the end of that day, and not before.
        assert_eq!(store.load_outcomes(period, Some(days_ago(41))).await.unwrap(), []);
        assert_eq!(store.load_outcomes(period, Some(days_ago(40))).await.unwrap(), store.load_outcomes(period, None).await.unwrap());
        let [outcome] = store.load_outcomes(period, None).await.unwrap().try_into().unwrap();
        let expected = OutcomeFacts {
            kind: OutcomeKind::Churned, day: days_ago(40), arr_before_cents: Some(900), arr_after_cents: Some(0), reason: None, involuntary: false,
        };
        assert_eq!((outcome.customer_id, &outcome.facts, outcome.retraction), (CustomerId(1), &expected, None));
        // Taken back, the customer is active as it was.
        store.retract_outcome(outcome.id, "It stayed", now()).await.unwrap();
        let customer = store.get_customer(CustomerId(1)).await.unwrap();
        assert_eq!((customer.archived, customer.fields.start_date), (None, Some(days_ago(400))));
        store.close().await;
    }

    async fn letters_of_an_older_release_are_composed_when_the_database_is_opened(db: Database) {
        let fields = |name: &str, external_id: &str| CustomerFields {
            name: name.into(), external_id: Some(external_id.into()), owner: Some("Zo\u{eb}".into()), ..blank()
        };
        let [first, second, third] =
            [db.customer_with(fields("Caf\u{e9} \u{130}stanbul", "1")).await, db.customer_with(fields("Bolt", "2")).await, db.customer("Acme").await];
        let sent = feature(CAFE_APART).message("m-1");
        db.send(first, sent.clone()).await;
        db.send(first, feature("cafe").message("m-2")).await;
        db.send(third, feature(CAFE)).await;
        let scorecard = Scorecard::default().with(|rules| {
            rules.version = 2;
            rules.factors.feature_adoption.key_features = vec![CAFE.to_owned()];
        });
        let new = NewRulebook { rulebook: scorecard.clone().into(), segments: None, author: "Ann".into(), note: "test".into() };
        db.add_rulebook(&new, now()).await.unwrap();
        db.roll_over_all(today()).await;
        let expected = db.health(first).await;
        // As the release before wrote all this.
        execute(&db.url, format!(
            "UPDATE customers SET search_key = NULL;
             UPDATE customers SET owner = 'Zoe\u{308}', owner_key = 'zoe\u{308}' WHERE owner IS NOT NULL;
             UPDATE customers SET name = 'Cafe\u{301} I\u{307}stanbul', external_id = '{CAFE_APART}' WHERE id = {first};
             INSERT INTO daily_activity SELECT customer_id, day, kind, '{CAFE_APART}', received_day, 2 FROM daily_activity WHERE key = '{CAFE}' AND customer_id = {first};
             UPDATE daily_activity SET count = -1 WHERE key = '{CAFE}' AND customer_id = {first};
             UPDATE events SET payload = REPLACE(payload, '{CAFE}', '{CAFE_APART}');
             UPDATE scorecards SET content = REPLACE(content, '{CAFE}', '{CAFE_APART}');"
        )).await;
        assert_eq!(db.list("search=istanbul").await, Vec::<String>::new());
        db.migrate().await.unwrap();

        let stored = db.get_customer(first).await.unwrap();
        assert_eq!((stored.fields, stored.version), (fields("Caf\u{e9} \u{130}stanbul", CAFE), 1));
        assert_eq!(db.list_owners().await.unwrap(), ["Zo\u{eb}"]);
        assert_eq!(db.list("owner=Zoe\u{308}&sort=name").await, ["Bolt", "Caf\u{e9} \u{130}stanbul"]);
        assert_eq!(db.list("search=cafe istanbul").await, ["Caf\u{e9} \u{130}stanbul"]);
        for given in [CAFE, CAFE_APART] {
            assert_eq!(db.find_customers(vec![given.into()]).await.unwrap(), [(given.to_owned(), first)].into());
        }
        assert_eq!(db.current_scorecard().await.unwrap(), scorecard);
        db.roll_over_all(today()).await;
        assert_eq!(db.health(first).await, expected);
        db.assert_settled(today()).await;
        // An old message is still a repeat, in its own letters, and what it counted can be taken back.
        let repeat = db.send(first, sent).await;
        assert!(repeat.repeated);
        db.retract_event(repeat.event.id, "test", now()).await.unwrap();
        db.assert_settled(today()).await;
        assert_eq!(db.health(first).await.factors[FactorKey::FEATURE_ADOPTION].value, Some(0));
        // Opened once more, nothing is left to do.
        let (version, snapshot) = (db.get_customer(second).await.unwrap().version, db.list_events(first, &EventFilter::default(), 1, 9).await.unwrap());
        db.migrate().await.unwrap();
        assert_eq!(db.get_customer(second).await.unwrap().version, version);
        assert_eq!(db.list_events(first, &EventFilter::default(), 1, 9).await.unwrap(), snapshot);
    }

    async fn external_ids_that_look_alike_are_left_apart(db: Database) {
        let mut ids = Vec::new();
        for external_id in ["1", "2", "3"] {
            ids.push(db.customer_with(CustomerFields { external_id: Some(external_id.into()), ..blank() }).await);
        }
        // The third has one that both others would get.
        execute(&db.url, format!(
            "UPDATE customers SET search_key = NULL;
             UPDATE customers SET external_id = 'a\u{323}\u{302}' WHERE id = {};
             UPDATE customers SET external_id = 'a\u{302}\u{323}' WHERE id = {};
             UPDATE customers SET external_id = '\u{1ead}' WHERE id = {};", ids[0], ids[1], ids[2]
        )).await;
        db.migrate().await.unwrap();
        let mut kept = Vec::new();
        for id in &ids {
            kept.push(db.get_customer(*id).await.unwrap().fields.external_id.unwrap());
        }
        assert_eq!(kept, ["a\u{323}\u{302}", "a\u{302}\u{323}", "\u{1ead}"]);
        // Each is found by exactly its letters, and the one with composed letters by any others.
        let found = db.find_customers(kept.clone()).await.unwrap();
        assert_eq!(kept.iter().map(|id| found[id]).collect::<Vec<_>>(), ids);
        let other = "\u{e2}\u{323}".to_owned();
        assert_eq!(db.find_customers(vec![other.clone()]).await.unwrap(), [(other, ids[2])].into());
        // A page says who looks the same.
        let site = crate::tests::api::Site::new(db);
        for (place, id) in ids.iter().enumerate() {
            let page = site.send(&format!("GET /customers/{id}"), &[("accept", "text/html")], "").await.text;
            let says = page.contains("Its external id looks like that of") && page.contains(&format!("/customers/{}\"", ids[2]));
            assert_eq!(says, place < 2, "customer {id}");
        }
        let db = site.database;
        // Each can be given another one, and edited before that.
        for (place, id) in ids.iter().enumerate() {
            let stored = db.get_customer(*id).await.unwrap();
            let fields = CustomerFields { name: format!("Customer {place}"), ..stored.fields };
            let edited = db.update_customer(*id, stored.version, &fields, now()).await.unwrap();
            // As the form sends it back, and as a file names it.
            let sent = CustomerInput { external_id: Some(fields.external_id.clone()), ..CustomerInput::default() };
            assert_eq!(sent.clone().parse(Some(&fields), &crate::domain::Segments::default()).unwrap(), fields);
            let mut seen = Default::default();
            let to = Destination::DryRun(&mut seen, &mut Vec::new(), &[]);
            let change = db.import_customers(to, &[sent], &CustomerInput::default(), now()).await.unwrap();
            assert_eq!(change, [Ok(CustomerChange::Unchanged)]);
            let fields = CustomerFields { external_id: Some(format!("new-{place}")), ..fields };
            db.update_customer(*id, edited.version, &fields, now()).await.unwrap();
        }
    }
}
