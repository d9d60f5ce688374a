//! Snapshots tell whether the database has changed: a result computed from it holds as long as its snapshot is the same.

use crate::server::store::sql::bind::binds;
use crate::server::store::sql::pools::Pools;
use crate::server::store::{Store, StoreResult};

/// A mark of the database's state. Between two equal ones nothing was written by any process. Between two that differ something
/// may have been written, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot(String);

impl Store {
    pub async fn snapshot(&self) -> StoreResult<Snapshot> {
        let snapshot = match &self.db.pools {
            Pools::Sqlite { watch, .. } => {
                let (connection, commits) = watch.count().await?;
                format!("{connection} {commits}")
            }
            // Which transactions are over. https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
            Pools::Postgres(_) => {
                self.read_once().await?.one::<(String,)>("SELECT CAST(pg_current_snapshot() AS TEXT)", binds![]).await?.0
            }
        };
        Ok(Snapshot(snapshot))
    }
}
