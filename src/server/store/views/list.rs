//! The customer list: in which order, which page. Every sort reads the one table `customers`.

use crate::domain::list::{Sort, SortDirection};
use crate::domain::{CustomerQuery, FactorKey, NaiveDate};
use crate::server::store::ledger::rules::load_basis;
use crate::server::store::sql::bind::binds;
use crate::server::store::tables::customers::{CustomerRecord, select_customers};
use crate::server::store::views::selection::Selection;
use crate::server::store::{CurrentHealth, Store, StoreResult};
use sqlx::AssertSqlSafe;

impl Store {
    /// The page's customers in order, and how many there are in all.
    pub async fn list_customers(&self, query: &CustomerQuery, today: NaiveDate) -> StoreResult<(Vec<CurrentHealth>, i64)> {
        let mut tx = self.read().await?;
        let selection = Selection::load(&mut tx, query, today).await?;
        let basis = load_basis(&mut tx, today).await?;
        let count = format!("SELECT COUNT(*) FROM customers WHERE {}", selection.condition);
        let (total,): (i64,) = tx.one(AssertSqlSafe(count), selection.binds.clone()).await?;
        let order = order(query.sort, query.direction);
        let (limit, offset) = (selection.binds.len() + 1, selection.binds.len() + 2);
        // The page is found by the few columns that filter and sort, and only then read whole.
        let page = format!(
            select_customers!(
                "WHERE id IN (SELECT id FROM customers WHERE {0} ORDER BY {1}, id LIMIT ${2} OFFSET ${3}) ORDER BY {1}, id"
            ),
            selection.condition, order, limit, offset
        );
        let mut binds = selection.binds;
        binds.extend(binds![query.page_size, (query.page - 1) * query.page_size]);
        let rows: Vec<CustomerRecord> = tx.all(AssertSqlSafe(page), binds).await?;
        let found = rows.iter().map(|row| row.current(basis)).collect::<StoreResult<_>>()?;
        Ok((found, total))
    }
}

/// The order without the id that ends every order. Unknown values, and customers without data, come last both ways.
fn order(sort: Sort, direction: SortDirection) -> String {
    let column = match sort {
        Sort::Score => "score",
        Sort::Name => "name_key",
        Sort::Segment => "segment",
        // Not the bare column: SQLite would walk the owners' index and look up every row.
        Sort::Owner => "owner_key || ''",
        Sort::Arr => "arr_cents",
        Sort::Renewal => "renewal_day",
        Sort::Change => "change_30",
        Sort::Change7 => "change_7",
        Sort::BandSince => "CASE WHEN band <> 'no_data' THEN band_since_day END",
        Sort::LastActivity => "last_activity_at",
        Sort::Factor(FactorKey::LoginFrequency) => "login_frequency",
        Sort::Factor(FactorKey::FeatureAdoption) => "feature_adoption",
        Sort::Factor(FactorKey::SupportLoad) => "support_load",
        Sort::Factor(FactorKey::InvoiceTimeliness) => "invoice_timeliness",
        Sort::Factor(FactorKey::ApiTrend) => "api_trend",
    };
    let direction = match direction {
        SortDirection::Asc => "ASC",
        SortDirection::Desc => "DESC",
    };
    format!("{column} {direction} NULLS LAST")
}
