//! The connections to either database.

use crate::server::store::sql::watch::Watch;
use sqlx::{PgPool, SqlitePool};

#[derive(Clone)]
pub enum Pools {
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
        watch: Watch,
        /// Counts what other processes write; absent where there can be none: in memory.
        others: Option<OtherProcesses>,
    },
    Postgres(PgPool),
}

/// The commits of other processes: all that this process writes goes through one connection, whose count changes exactly
/// when another process has committed.
#[derive(Clone)]
pub struct OtherProcesses {
    pub writer: Watch,
    /// The count that the writer began with: whatever another process has written since is told to the first who follows.
    pub first: (u64, i64),
}

impl OtherProcesses {
    pub async fn since_now(writer: Watch) -> Result<Self, sqlx::Error> {
        let first = writer.count().await?;
        Ok(Self { writer, first })
    }
}
