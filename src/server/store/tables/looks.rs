//! The table `looks`: which rules were tried on which departures. Rows are only added.

use crate::domain::NaiveDate;
use crate::server::store::sql::bind::{binds, day as stored_day, row, time};
use crate::server::store::{Store, StoreResult};
use chrono::{DateTime, Utc};

/// Rules that were tried, and when for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub rules: String,
    pub first_at: DateTime<Utc>,
}

impl Store {
    /// Notes that rules were tried on the departures in the `horizon` days after each of `days`, unless that is known.
    pub async fn note_look(&self, rules: &str, days: &[NaiveDate], horizon: i64, now: DateTime<Utc>) -> StoreResult<()> {
        let sql = "SELECT day FROM looks WHERE rules = $1 AND horizon = $2";
        let known: Vec<(i32,)> = self.read_once().await?.all(sql, binds![rules, horizon]).await?;
        let new = days.iter().filter(|day| !known.iter().any(|(known,)| stored_day(*known) == **day));
        let row = |day: &NaiveDate| row! { day: *day, horizon: horizon, rules: rules, looked_at: now.timestamp_micros() };
        let rows: Vec<_> = new.map(row).collect();
        if !rows.is_empty() {
            let mut tx = self.write().await?;
            tx.insert_rows("looks", rows, "ON CONFLICT (day, horizon, rules) DO NOTHING").await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Returns the rules that were tried on departures from after `day` to `end`, each with its first time.
    pub async fn looks_at(&self, day: NaiveDate, end: NaiveDate) -> StoreResult<Vec<Look>> {
        let sql = "SELECT rules, MIN(looked_at) FROM looks WHERE day < $2 AND day + horizon > $1 GROUP BY rules ORDER BY rules";
        let rows: Vec<(String, i64)> = self.read_once().await?.all(sql, binds![day, end]).await?;
        Ok(rows.into_iter().map(|(rules, at)| Look { rules, first_at: time(at) }).collect())
    }
}
