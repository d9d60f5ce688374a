//! What a test does to a database behind the store's back.

use super::Database;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::HashMap;

impl Database {
    /// Runs statements that both databases understand.
    pub async fn run_raw(&self, sql: &str) {
        match self.url.starts_with("sqlite:") {
            true => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            }
            false => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            }
        }
    }

    /// Returns the number that a query of both databases gives.
    pub async fn number(&self, sql: &str) -> i64 {
        match self.url.starts_with("sqlite:") {
            true => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
            }
            false => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// Returns each customer's runs of bands as they are stored.
    pub async fn stored_band_runs(&self) -> HashMap<i64, Option<String>> {
        let sql = "SELECT CAST(id AS BIGINT), band_runs FROM customers";
        let rows: Vec<(i64, Option<String>)> = match self.url.starts_with("sqlite:") {
            true => sqlx::query_as(sql).fetch_all(&mut SqliteConnection::connect(&self.url).await.unwrap()).await.unwrap(),
            false => sqlx::query_as(sql).fetch_all(&mut PgConnection::connect(&self.url).await.unwrap()).await.unwrap(),
        };
        rows.into_iter().collect()
    }

    /// Makes the database one that has not seen a migration yet, whose changes must be undone by hand.
    pub async fn forget_migration(&self, version: i64) {
        self.run_raw(&format!("DELETE FROM _sqlx_migrations WHERE version = {version}")).await;
    }
}
