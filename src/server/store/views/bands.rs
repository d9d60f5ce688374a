//! Customers and ARR by band over time, and the moves between bands, from the runs that are stored with each customer.

use crate::domain::band_history::{BandHistory, BandSums, MovedBy, Period};
use crate::domain::{CustomerQuery, NaiveDate};
use crate::server::store::views::selection::{Selection, each_period};
use crate::server::store::{Store, StoreResult};
use chrono::Duration;

impl Store {
    /// Returns the days of the query's period that ends today, of the customers that its filters select.
    pub async fn get_band_history(&self, query: &CustomerQuery, currency: &str, today: NaiveDate) -> StoreResult<BandHistory> {
        let period = Period::ending(today, query.days);
        let mut tx = self.read().await?;
        let selection = Selection::load(&mut tx, query, today).await?;
        let (mut sums, mut pending) = (BandSums::new(period), 0);
        each_period(&mut tx, &selection, period, |customer, runs| match runs {
            Some((runs, moved)) => sums.add(runs, customer.arr_cents, moved),
            None => pending += 1,
        })
        .await?;
        Ok(BandHistory {
            as_of: today,
            known_at: None,
            currency: currency.to_owned(),
            days: query.days,
            from: today - Duration::days(query.days),
            bands: sums.bands(),
            moves: sums.moves(MovedBy::Facts),
            moves_by_rules: sums.moves(MovedBy::Rules),
            pending,
        })
    }
}
