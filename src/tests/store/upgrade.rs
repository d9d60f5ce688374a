//! What older releases wrote, read by this one.

use crate::domain::CustomerId;
use crate::server::store::Store;
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
        store.roll_over(today(), 100).await.unwrap();
        let midnight = days_ago(40).and_time(chrono::NaiveTime::MIN).and_utc();
        let noon = |ago| Some(now() - Duration::days(ago));
        for (id, expected) in [(1, noon(27)), (2, noon(14)), (3, None), (4, noon(9)), (5, Some(midnight))] {
            let last = store.get_current(CustomerId(id), today()).await.unwrap().last_activity_at;
            assert_eq!(last, expected, "customer {id}");
        }
        store.close().await;
    }
}
