//! The renewals of the customers that a query selects, summed by month and band.

use crate::domain::list::{MonthOfRenewals, RenewalTotals};
use crate::domain::portfolio::{BandTally, Tally};
use crate::domain::{Band, CustomerQuery, NaiveDate};
use crate::server::store::sql::bind::day;
use crate::server::store::views::selection::Selection;
use crate::server::store::views::tally::{TallyRow, tally_columns};
use crate::server::store::{Store, StoreResult};
use chrono::Datelike;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// The renewals of a day in one band.
#[derive(sqlx_macros::FromRow)]
struct DayOfRenewals {
    renewal_day: i32,
    band: String,
    #[sqlx(flatten)]
    tally: TallyRow,
}

impl Store {
    /// Returns the renewals by month and by the band that the customers are in. Customers without a renewal date are left out.
    pub async fn sum_renewals(&self, query: &CustomerQuery, currency: &str, today: NaiveDate) -> StoreResult<RenewalTotals> {
        let mut tx = self.read().await?;
        let Selection { condition, binds } = Selection::load(&mut tx, query, today).await?;
        let sql = format!(
            concat!(
                "SELECT renewal_day, band, ",
                tally_columns!(""),
                " FROM customers WHERE {} AND renewal_day IS NOT NULL GROUP BY renewal_day, band"
            ),
            condition
        );
        let rows: Vec<DayOfRenewals> = tx.all(AssertSqlSafe(sql), binds).await?;
        let mut months = BTreeMap::<NaiveDate, Vec<(Option<Band>, Tally)>>::new();
        for row in &rows {
            let on = day(row.renewal_day);
            let month = on.with_day(1).unwrap_or(on);
            months.entry(month).or_default().push((Band::parse(&row.band), row.tally.tally()));
        }
        let months: Vec<_> = months.into_iter().map(|(month, tallies)| month_of(month, &tallies)).collect();
        let all = months.iter().map(|month| month.all).sum();
        Ok(RenewalTotals { as_of: today, known_at: None, currency: currency.to_owned(), all, months })
    }
}

fn month_of(month: NaiveDate, tallies: &[(Option<Band>, Tally)]) -> MonthOfRenewals {
    let of_band = |band| tallies.iter().filter(|(of, _)| *of == Some(band)).map(|(_, tally)| *tally).sum();
    let bands = Band::ALL.map(|band| BandTally { band, tally: of_band(band) }).to_vec();
    MonthOfRenewals { month, all: tallies.iter().map(|(_, tally)| *tally).sum(), bands }
}
