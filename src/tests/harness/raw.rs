//! What a test does to a database behind the store's back.

use super::Database;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

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

    /// Makes the database one that has not seen a migration yet, whose changes must be undone by hand.
    pub async fn forget_migration(&self, version: i64) {
        self.run_raw(&format!("DELETE FROM _sqlx_migrations WHERE version = {version}")).await;
    }
}
