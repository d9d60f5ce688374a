//! The portfolio's figures: how all active customers, or those of one owner, stand today.

use super::{Store, StoreResult};
use crate::domain::{NaiveDate, Portfolio};

#[allow(unused_variables, clippy::todo)]
impl Store {
    /// From current rows. Customers without data are in no mean, no mover and not in the distribution.
    pub async fn get_portfolio(&self, owner: Option<&str>, currency: &str, today: NaiveDate) -> StoreResult<Portfolio> {
        todo!()
    }
}
