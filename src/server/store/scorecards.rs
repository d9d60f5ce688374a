//! The rules of scoring, version by version.

use super::db::{Tx, binds, end};
use super::{Store, StoreError, StoreResult};
use crate::domain::{NaiveDate, Scorecard};

impl Store {
    pub async fn current_scorecard(&self) -> StoreResult<Scorecard> {
        current(&mut self.read().await?).await
    }

    /// The rules that scores followed at the end of a UTC day; before there were any, the first ones.
    pub async fn scorecard_in_force(&self, day: NaiveDate) -> StoreResult<Scorecard> {
        in_force(&mut self.read().await?, day).await
    }
}

pub(super) async fn current(tx: &mut Tx) -> StoreResult<Scorecard> {
    let sql = "SELECT version, content FROM scorecards ORDER BY version DESC LIMIT 1";
    read(tx.one(sql, binds![]).await?)
}

pub(super) async fn in_force(tx: &mut Tx, day: NaiveDate) -> StoreResult<Scorecard> {
    let sql = "SELECT version, content FROM scorecards
               ORDER BY created_at < $1 DESC, CASE WHEN created_at < $1 THEN -version ELSE version END LIMIT 1";
    read(tx.one(sql, binds![end(Some(day))]).await?)
}

fn read((version, content): (i64, String)) -> StoreResult<Scorecard> {
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
