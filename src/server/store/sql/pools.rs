//! The connections to either database.

use crate::server::store::sql::watch::Watch;
use sqlx::{PgPool, SqlitePool};

#[derive(Clone)]
pub enum Pools {
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
        watch: Watch,
        /// The commits of other processes. Absent for a database in memory, which no other process can reach.
        others: Option<OtherProcesses>,
    },
    Postgres(PgPool),
}

/// The commits of other processes. This process writes through one connection only, so that connection's count of others'
/// commits changes exactly when another process has committed.
#[derive(Clone)]
pub struct OtherProcesses {
    pub writer: Watch,
    /// The count that the writer began with. When it has changed, the first follower is told so.
    pub first: (u64, i64),
}

impl OtherProcesses {
    pub async fn since_now(writer: Watch) -> Result<Self, sqlx::Error> {
        let first = writer.count().await?;
        Ok(Self { writer, first })
    }
}
