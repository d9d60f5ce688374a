//! PostgreSQL's advisory locks: named locks that a transaction holds until it ends. SQLite needs none, since it has one writer.

use crate::server::store::StoreResult;
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::Tx;

/// The locks that this application takes. The numbers are arbitrary, and the compiler refuses two that are the same.
#[derive(Clone, Copy)]
pub enum AdvisoryLock {
    /// Guards the days since when sources are connected, and the rules.
    Connections = 7100917,
    /// Guards the partitions of the event log.
    EventLog = 7100918,
    /// Lets one process at a time rescore customers for a new day.
    RollOver = 7100919,
    /// Lets one process at a time compose the letters of older rows, and so decide who gets an external id.
    Letters = 7100920,
    /// Guards the room that is left in the quarantine: two that counted at once would both take it.
    Quarantine = 7100921,
    /// Lets one process at a time count the users of older events.
    Users = 7100922,
    /// Guards the segments of the rules: whoever takes one out holds it alone, whoever puts a customer into one shares it.
    Segments = 7100923,
}

impl Tx {
    /// Waits until nobody else holds the lock.
    pub async fn lock(&mut self, lock: AdvisoryLock) -> StoreResult<()> {
        if self.has_locks() {
            self.one::<(bool,)>("SELECT pg_advisory_xact_lock($1) IS NULL", binds![lock as i64]).await?;
        }
        Ok(())
    }

    /// Waits until nobody holds the lock alone, and shares it with others.
    pub async fn share_lock(&mut self, lock: AdvisoryLock) -> StoreResult<()> {
        if self.has_locks() {
            self.one::<(bool,)>("SELECT pg_advisory_xact_lock_shared($1) IS NULL", binds![lock as i64]).await?;
        }
        Ok(())
    }

    /// Takes the lock unless somebody holds it. Returns whether it was taken, which it always is on SQLite.
    pub async fn try_lock(&mut self, lock: AdvisoryLock) -> StoreResult<bool> {
        match self.has_locks() {
            true => Ok(self.one::<(bool,)>("SELECT pg_try_advisory_xact_lock($1)", binds![lock as i64]).await?.0),
            false => Ok(true),
        }
    }
}
