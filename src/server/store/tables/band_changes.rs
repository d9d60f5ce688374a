//! The table `band_changes`: appended to where health is written, and never changed.

use crate::domain::band_change::{BandChange, BandChangeCause, Standing};
use crate::domain::{Band, CustomerId, Points};
use crate::server::store::sql::bind::{binds, day, row, storable, tenths, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::{Store, StoreError, StoreResult};

impl Store {
    /// Returns a customer's changes in the order in which they were noted.
    pub async fn list_band_changes(&self, customer: CustomerId) -> StoreResult<Vec<BandChange>> {
        let sql = "SELECT id, customer_id, day, band_before, band_after, score_before, score_after, scorecard_version, cause,
                   is_restated, noted_at FROM band_changes WHERE customer_id = $1 ORDER BY id";
        let rows: Vec<BandChangeRow> = self.read().await?.all(sql, binds![customer]).await?;
        rows.into_iter().map(BandChangeRow::band_change).collect()
    }
}

#[derive(sqlx::FromRow)]
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
