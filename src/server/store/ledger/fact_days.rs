//! Days on which anybody had a fact, kept in step with daily activity. Whoever takes facts away must hold the connections'
//! lock, so that no other fact of the day is in flight, unseen, while those that are left are counted.

use crate::domain::{EventKind, NaiveDate};
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::fact_days::end_fact_day;
use crate::server::store::{Store, StoreResult};

impl Store {
    /// Counts the days of facts anew, after many facts were taken back.
    pub async fn recount_fact_days(&self) -> StoreResult<()> {
        let mut tx = self.write_connections().await?;
        recount_fact_days(&mut tx).await?;
        tx.commit().await
    }
}

/// Ends a day unless somebody has a fact of the kind on it still. Usually one of the first customers has.
pub async fn settle_fact_day(tx: &mut Tx, day: NaiveDate, kind: EventKind, today: NaiveDate) -> StoreResult<()> {
    let sql = "SELECT id FROM customers
               WHERE (SELECT SUM(count) FROM daily_activity WHERE customer_id = customers.id AND day = $1 AND kind = $2) > 0 LIMIT 1";
    if tx.optional::<(i64,)>(sql, binds![day, kind.name()]).await?.is_none() {
        end_fact_day(tx, day, kind, today).await?;
    }
    Ok(())
}

/// Derives all days from daily activity: a day is known from when the facts received of it become more than those taken back,
/// to when they no longer are. Migration 22 does the same.
pub async fn recount_fact_days(tx: &mut Tx) -> StoreResult<()> {
    tx.execute("DELETE FROM fact_days", binds![]).await?;
    let sql = "
        WITH received AS (
            SELECT day, kind, received_day, SUM(count) AS count FROM daily_activity GROUP BY day, kind, received_day
        ), known AS (
            SELECT day, kind, received_day, SUM(count) OVER of_day > 0 AS is_known FROM received
            WINDOW of_day AS (PARTITION BY day, kind ORDER BY received_day)
        ), turning AS (
            SELECT day, kind, received_day, is_known, LAG(is_known) OVER of_day AS was_known FROM known
            WINDOW of_day AS (PARTITION BY day, kind ORDER BY received_day)
        ), turned AS (
            SELECT day, kind, received_day, is_known, LEAD(received_day) OVER of_day AS next_day FROM turning
            WHERE is_known <> COALESCE(was_known, FALSE)
            WINDOW of_day AS (PARTITION BY day, kind ORDER BY received_day)
        )
        INSERT INTO fact_days (day, kind, known_from_day, known_to_day)
        SELECT day, kind, received_day, COALESCE(next_day, 2147483647) FROM turned WHERE is_known";
    tx.execute(sql, binds![]).await?;
    Ok(())
}
