//! Numbers of customers and their ARR together, as SQL sums them.

use crate::domain::portfolio::Tally;

/// The sums that a tally is made of. ARR is summed in two parts, so that no sum overflows however large the ARRs.
macro_rules! tally_columns {
    ($over:literal) => {
        concat!(
            "COUNT(*)",
            $over,
            " AS customers, COUNT(arr_cents)",
            $over,
            " AS arr_known, ",
            "COALESCE(CAST(SUM(arr_cents / 1000000)",
            $over,
            " AS BIGINT), 0) AS arr_millions, ",
            "COALESCE(CAST(SUM(arr_cents % 1000000)",
            $over,
            " AS BIGINT), 0) AS arr_rest"
        )
    };
}
pub(in crate::server::store) use tally_columns;

/// A row of these sums.
#[derive(sqlx_macros::FromRow)]
pub struct TallyRow {
    pub customers: i64,
    arr_known: i64,
    arr_millions: i64,
    arr_rest: i64,
}

impl TallyRow {
    pub fn tally(&self) -> Tally {
        Tally {
            customers: self.customers,
            arr_cents: self.arr_millions.saturating_mul(1_000_000).saturating_add(self.arr_rest),
            arr_unknown: self.customers - self.arr_known,
        }
    }
}
