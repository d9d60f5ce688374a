//! The customer list: in which order, which page. Every sort reads the one table `customers`.

use crate::domain::list::{Sort, SortDirection};
use crate::domain::{CustomerQuery, MedianArr, NaiveDate};
use crate::server::store::ledger::rules::load_rules;
use crate::server::store::sql::bind::{Bind, binds};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{CustomerRecord, select_customers};
use crate::server::store::tables::factor_columns::FactorColumns;
use crate::server::store::tables::scorecards::load_segments;
use crate::server::store::views::median_arr::{counted_arr, load_median_arr};
use crate::server::store::views::selection::Selection;
use crate::server::store::{CurrentHealth, Store, StoreError, StoreResult};
use sqlx::AssertSqlSafe;

impl Store {
    /// The page's customers in order, and how many there are in all.
    pub async fn list_customers(&self, query: &CustomerQuery, today: NaiveDate) -> StoreResult<(Vec<CurrentHealth>, i64)> {
        let mut tx = self.read().await?;
        let selection = Selection::load(&mut tx, query, today).await?;
        let page = load_page(&mut tx, selection, query, today).await?;
        Ok((page.customers, page.total))
    }
}

/// One page of the customers that a selection has.
pub struct CustomerPage {
    pub customers: Vec<CurrentHealth>,
    /// The number of customers on all pages.
    pub total: i64,
    /// Loaded where the order needs it: by urgency, when somebody's ARR is unknown.
    pub median_arr: MedianArr,
}

/// Loads the page and the order that a query asks for of the customers that a selection has.
pub async fn load_page(tx: &mut Tx, selection: Selection, query: &CustomerQuery, today: NaiveDate) -> StoreResult<CustomerPage> {
    let Selection { condition, mut binds } = selection;
    let rules = load_rules(tx).await?;
    let (basis, columns) = (rules.basis(today), rules.columns);
    let count = format!(
        "SELECT COUNT(*), COUNT(CASE WHEN urgency IS NOT NULL AND arr_cents IS NULL THEN 1 END) FROM customers WHERE {condition}"
    );
    let (total, assumed): (i64, i64) = tx.one(AssertSqlSafe(count), binds.clone()).await?;
    let median_arr = match query.sort == Sort::Urgency && assumed > 0 {
        true => {
            let segments = load_segments(tx).await?;
            load_median_arr(tx, &segments).await?
        }
        false => MedianArr::default(),
    };
    let order = match query.sort {
        Sort::Urgency => urgency_order(query.direction, &median_arr, &columns, &mut binds)?,
        column => order_by(column, query.direction, &columns)?,
    };
    let (limit, offset) = (binds.len() + 1, binds.len() + 2);
    // The page is found by the few columns that filter and sort, and only then read whole.
    let page = format!(
        select_customers!(
            "WHERE id IN (SELECT id FROM customers WHERE {0} ORDER BY {1}, id LIMIT ${2} OFFSET ${3}) ORDER BY {1}, id"
        ),
        condition, order, limit, offset
    );
    binds.extend(binds![query.page_size, (query.page - 1) * query.page_size]);
    let rows: Vec<CustomerRecord> = tx.all(AssertSqlSafe(page), binds).await?;
    let customers = rows.iter().map(|row| row.current(basis)).collect::<StoreResult<_>>()?;
    Ok(CustomerPage { customers, total, median_arr })
}

/// The order without the id that ends every order. Unknown values, and customers without data, come last both ways.
fn order_by(sort: Sort, direction: SortDirection, columns: &FactorColumns) -> StoreResult<String> {
    let column = match sort {
        Sort::Urgency | Sort::Score => "score",
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
        Sort::Factor(key) => columns.of(key).ok_or_else(|| unknown_factor(columns))?,
    };
    Ok(format!("{column} {} NULLS LAST", in_sql(direction)))
}

fn unknown_factor(columns: &FactorColumns) -> StoreError {
    let names: Vec<_> = Sort::all(columns.keys()).map(Sort::name).collect();
    StoreError::Rule("sort", format!("must be one of {}", names.join(", ")))
}

/// The order of need: those that need somebody by their rank, highest first, then everybody else by score. It has no rounding,
/// so that of two ranks that look alike the higher one is first.
fn urgency_order(
    direction: SortDirection,
    median_arr: &MedianArr,
    columns: &FactorColumns,
    binds: &mut Vec<Bind>,
) -> StoreResult<String> {
    let arr = counted_arr(median_arr, binds);
    let by_score = order_by(Sort::Score, direction, columns)?;
    let highest_first = match direction {
        SortDirection::Asc => SortDirection::Desc,
        SortDirection::Desc => SortDirection::Asc,
    };
    Ok(format!("urgency * {arr} {} NULLS LAST, {by_score}", in_sql(highest_first)))
}

fn in_sql(direction: SortDirection) -> &'static str {
    match direction {
        SortDirection::Asc => "ASC",
        SortDirection::Desc => "DESC",
    }
}
