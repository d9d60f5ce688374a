//! Today: the customers that need somebody.

use crate::domain::{CustomerQuery, NaiveDate, Sort, SortDirection};
use crate::server::store::sql::bind::binds;
use crate::server::store::views::list::{CustomerPage, load_page};
use crate::server::store::views::selection::Selection;
use crate::server::store::{Store, StoreResult};

impl Store {
    /// Returns those of a query's customers that need somebody, in the order of their rank, whatever order it asks for.
    pub async fn list_needed(&self, query: &CustomerQuery, today: NaiveDate) -> StoreResult<CustomerPage> {
        let query = CustomerQuery { sort: Sort::Urgency, direction: SortDirection::Asc, ..query.clone() };
        let mut tx = self.read().await?;
        let mut selection = Selection::load(&mut tx, &query, today).await?;
        selection.and("urgency IS NOT NULL", binds![]);
        load_page(&mut tx, selection, &query, today).await
    }
}
