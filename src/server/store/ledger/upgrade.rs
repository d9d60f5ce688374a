//! Brings a database up to date: its schema, and the rows that an older release wrote.

use crate::domain::{Rulebook, Scorecard, Segments};
use crate::server::store::ledger::connections::note_first_readings;
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::open::newest_schema;
use crate::server::store::tables::scorecards::ensure_first_rulebook;
use crate::server::store::{Store, StoreError, StoreResult};
use sqlx::migrate::MigrateError;

impl Store {
    /// Brings the schema up to date, and rows that an older release wrote. Several processes may try at once: one does it,
    /// the others wait. Refuses a database that a newer release has brought further.
    pub async fn migrate(&self) -> StoreResult<()> {
        match self.run_migrations().await {
            Err(StoreError::Migration(MigrateError::VersionMissing(_))) => return Err(self.too_new().await?),
            migrated => migrated?,
        }
        let mut tx = self.write_connections().await?;
        let newest = newest_schema();
        let sql = "INSERT INTO schema_releases (schema_version, release) VALUES ($1, $2) ON CONFLICT (schema_version) DO NOTHING";
        tx.execute(sql, binds![newest, env!("CARGO_PKG_VERSION")]).await?;
        ensure_first_rulebook(&mut tx, &Rulebook::from(Scorecard::default()), &Segments::default()).await?;
        // An older release did not note them when rules were saved.
        note_first_readings(&mut tx).await?;
        tx.commit().await?;
        self.normalise().await
    }
}
