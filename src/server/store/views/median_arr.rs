//! The medians of known ARR, which count where a customer's own is unknown.

use crate::domain::today::{LEAST_ARR_CENTS, MedianArr};
use crate::domain::{Segment, Segments};
use crate::server::store::StoreResult;
use crate::server::store::sql::bind::{Bind, binds};
use crate::server::store::sql::db::Tx;
use sqlx::AssertSqlSafe;

/// Says in SQL that a customer counts in the medians; the index `customers_arr` is of these.
const COUNTS: &str = "archived_day IS NULL AND arr_cents IS NOT NULL";

/// Returns the median of each segment's active customers, and the median of all where a segment has none.
pub async fn load_median_arr(tx: &mut Tx, segments: &Segments) -> StoreResult<MedianArr> {
    let sql = format!("SELECT segment, COUNT(*) FROM customers WHERE {COUNTS} GROUP BY segment");
    let counts: Vec<(String, i64)> = tx.all(AssertSqlSafe(sql), binds![]).await?;
    let of_all = match segments.iter().all(|segment| counts.iter().any(|(label, _)| label == segment.label())) {
        true => None,
        false => load_median(tx, COUNTS, binds![], counts.iter().map(|(_, number)| number).sum()).await?,
    };
    let mut by_segment = Vec::new();
    for (label, number) in &counts {
        let median = load_median(tx, &format!("segment = $1 AND {COUNTS}"), binds![label], *number).await?;
        by_segment.extend(Segment::named(label).zip(median));
    }
    by_segment.sort_unstable();
    Ok(MedianArr { by_segment, of_all })
}

/// Returns the median of `number` ARRs, rounded down: the one in the middle, or the mean of the two there.
async fn load_median(tx: &mut Tx, condition: &str, mut binds: Vec<Bind>, number: i64) -> StoreResult<Option<i64>> {
    let (limit, offset) = (binds.len() + 1, binds.len() + 2);
    let sql = format!("SELECT arr_cents FROM customers WHERE {condition} ORDER BY arr_cents LIMIT ${limit} OFFSET ${offset}");
    binds.extend(binds![2 - number % 2, ((number - 1) / 2).max(0)]);
    let middle: Vec<(i64,)> = tx.all(AssertSqlSafe(sql), binds).await?;
    let sum: i64 = middle.iter().map(|(cents,)| cents).sum();
    Ok(sum.checked_div(middle.len() as i64))
}

/// Returns the SQL of the ARR that counts for a customer. Its values are added to `binds`.
pub fn counted_arr(median: &MedianArr, binds: &mut Vec<Bind>) -> String {
    let mut bind = |value: Bind| {
        binds.push(value);
        format!("${}", binds.len())
    };
    let cases = median.by_segment.iter().map(|(segment, cents)| {
        format!("WHEN segment = {} THEN {}", bind(segment.label().into()), bind((*cents).max(LEAST_ARR_CENTS).into()))
    });
    let mut cases: Vec<_> = cases.collect();
    cases.push(format!("WHEN segment IS NOT NULL THEN {}", bind(median.of_all.unwrap_or_default().max(LEAST_ARR_CENTS).into())));
    let unknown = cases.join(" ");
    format!(
        "CASE WHEN arr_cents IS NULL THEN CASE {unknown} END
              WHEN arr_cents < {LEAST_ARR_CENTS} THEN {LEAST_ARR_CENTS} ELSE arr_cents END"
    )
}
