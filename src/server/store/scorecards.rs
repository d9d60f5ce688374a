//! The rules of scoring, version by version.

use super::db::{Tx, binds};
use super::{Store, StoreError, StoreResult};
use crate::domain::Scorecard;

impl Store {
    pub async fn current_scorecard(&self) -> StoreResult<Scorecard> {
        current(&mut self.read().await?).await
    }
}

pub(super) async fn current(tx: &mut Tx) -> StoreResult<Scorecard> {
    let sql = "SELECT version, content FROM scorecards ORDER BY version DESC LIMIT 1";
    let (version, content): (i64, String) = tx.one(sql, binds![]).await?;
    serde_json::from_str(&content).map_err(|error| StoreError::Corrupt(format!("scorecard {version}: {error}")))
}

/// Stores the scorecard that a new database starts with, unless its version is there.
pub(super) async fn ensure_first(tx: &mut Tx, scorecard: &Scorecard) -> StoreResult<()> {
    let content = serde_json::to_string(scorecard).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let sql = "INSERT INTO scorecards (version, content, created_at, author, note) VALUES ($1, $2, 0, 'Customer Health', $3)
               ON CONFLICT (version) DO NOTHING";
    tx.execute(sql, binds![scorecard.version, content, "The rules a new database starts with."]).await?;
    Ok(())
}
