//! The table `band_changes`: appended to where health is written, and never changed.

use crate::domain::band_change::{BandChange, BandChangeCause, Standing};
use crate::domain::band_history::Period;
use crate::domain::{Band, CustomerId, Points};
use crate::server::store::sql::bind::{Bind, binds, day, row, storable, tenths, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Store, StoreError, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

impl Store {
    /// Returns a customer's changes in the order in which they were noted.
    pub async fn list_band_changes(&self, customer: CustomerId) -> StoreResult<Vec<BandChange>> {
        let sql = format!("SELECT {COLUMNS} FROM band_changes WHERE customer_id = $1 ORDER BY id");
        let rows: Vec<BandChangeRow> = self.read_once().await?.all(AssertSqlSafe(sql), binds![customer]).await?;
        rows.into_iter().map(BandChangeRow::band_change).collect()
    }
}

/// The columns of [`BandChangeRow`].
const COLUMNS: &str = "id, customer_id, day, band_before, band_after, score_before, score_after, scorecard_version, cause,
                       is_restated, noted_at";

#[derive(sqlx_macros::FromRow)]
struct BandChangeRow {
    id: i64,
    customer_id: i64,
    day: i32,
    band_before: String,
    band_after: String,
    score_before: Option<i64>,
    score_after: Option<i64>,
    scorecard_version: i64,
    cause: String,
    is_restated: bool,
    noted_at: i64,
}

impl BandChangeRow {
    fn band_change(self) -> StoreResult<BandChange> {
        let corrupt = |column| StoreError::Corrupt(format!("band change {}, {column}", self.id));
        let standing = |band: &str, score: Option<i64>, column| {
            StoreResult::Ok(Standing { band: Band::parse(band).ok_or_else(|| corrupt(column))?, score: score.map(Points) })
        };
        Ok(BandChange {
            customer_id: CustomerId(self.customer_id),
            day: day(self.day),
            before: standing(&self.band_before, self.score_before, "band_before")?,
            after: standing(&self.band_after, self.score_after, "band_after")?,
            scorecard_version: self.scorecard_version,
            cause: BandChangeCause::parse(&self.cause).ok_or_else(|| corrupt("cause"))?,
            is_restated: self.is_restated,
            noted_at: time(self.noted_at),
        })
    }
}

/// Returns the customers whose changes in a period, after its first day, all came over many customers at once: new rules or a
/// connected source. A first score is the customer's own, whatever was connected by it. With each the band before the first of them and the one after the last.
pub async fn load_changes_of_all(tx: &mut Tx, period: Period) -> StoreResult<HashMap<i64, (Band, Band)>> {
    // The inner condition is that of the index on these causes. In most periods it finds nobody.
    let sql = "SELECT earliest.customer_id, earliest.band_before, latest.band_after
               FROM (SELECT customer_id, MIN(id) AS first_id, MAX(id) AS last_id FROM band_changes
                     WHERE customer_id IN (SELECT customer_id FROM band_changes
                                           WHERE cause IN ('rules', 'connections') AND day > $1 AND day <= $2)
                     AND day > $1 AND day <= $2
                     GROUP BY customer_id
                     HAVING COUNT(*) = COUNT(CASE WHEN cause IN ('rules', 'connections') AND band_before <> 'no_data' THEN 1 END))
                    AS told
               JOIN band_changes AS earliest ON earliest.id = told.first_id
               JOIN band_changes AS latest ON latest.id = told.last_id";
    let day = |number| Bind::Day(Some(number));
    let rows: Vec<(i64, String, String)> = tx.all(sql, vec![day(period.first), day(period.last)]).await?;
    let read = |(customer, before, after): (i64, String, String)| {
        let corrupt = || StoreError::Corrupt(format!("bands of customer {customer} in band_changes"));
        let band = |name: &str| Band::parse(name).ok_or_else(corrupt);
        Ok((customer, (band(&before)?, band(&after)?)))
    };
    rows.into_iter().map(read).collect()
}

/// Returns all changes in a period of the customers that [`load_changes_of_all`] may tell of, in the order in which they were
/// noted. Mostly there are none.
pub async fn load_changes_beside_changes_of_all(tx: &mut Tx, period: Period) -> StoreResult<Vec<BandChange>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM band_changes
         WHERE customer_id IN (SELECT customer_id FROM band_changes
                               WHERE cause IN ('rules', 'connections') AND band_before <> 'no_data' AND day > $1 AND day <= $2)
         AND day > $1 AND day <= $2 ORDER BY id"
    );
    let rows: Vec<BandChangeRow> =
        tx.all(AssertSqlSafe(sql), vec![Bind::Day(Some(period.first)), Bind::Day(Some(period.last))]).await?;
    rows.into_iter().map(BandChangeRow::band_change).collect()
}

pub async fn insert_band_changes(tx: &mut Tx, changes: &[BandChange]) -> StoreResult<()> {
    let row = |change: &BandChange| {
        row! {
            customer_id: change.customer_id,
            day: change.day,
            band_before: change.before.band.name(),
            band_after: change.after.band.name(),
            score_before: tenths(change.before.score),
            score_after: tenths(change.after.score),
            scorecard_version: change.scorecard_version,
            cause: change.cause.name(),
            is_restated: change.is_restated,
            noted_at: storable(change.noted_at),
        }
    };
    tx.insert_rows("band_changes", changes.iter().map(row).collect(), "").await?;
    Ok(())
}

/// Deletes the changes of a customer that is about to be deleted.
pub async fn delete_band_changes(tx: &mut Tx, customer: CustomerId) -> StoreResult<()> {
    tx.execute("DELETE FROM band_changes WHERE customer_id = $1", binds![customer]).await?;
    Ok(())
}
