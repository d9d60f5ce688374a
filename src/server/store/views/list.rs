//! The customer list: which customers a query selects, in which order, which page. Every filter and sort reads the
//! one table `customers`.

use crate::domain::letters::composed;
use crate::domain::list::{ChangeFilter, MOVE_POINTS, NEW_DAYS, OwnerFilter, RenewalFilter, Sort, SortDirection};
use crate::domain::{Band, CustomerQuery, FactorKey, NaiveDate, Points};
use crate::server::store::ledger::rules::load_basis;
use crate::server::store::sql::bind::{Bind, binds};
use crate::server::store::tables::customers::{CustomerRecord, select_customers};
use crate::server::store::tables::search_key::folded;
use crate::server::store::{CurrentHealth, Store, StoreResult};
use chrono::Duration;
use sqlx::AssertSqlSafe;

/// The days ahead in which renewals are looked for.
const RENEWAL_DAYS: i64 = 90;

impl Store {
    /// The page's customers in order, and how many there are in all.
    pub async fn list_customers(&self, query: &CustomerQuery, today: NaiveDate) -> StoreResult<(Vec<CurrentHealth>, i64)> {
        let selection = Selection::of(query, today);
        let mut tx = self.read().await?;
        let basis = load_basis(&mut tx, today).await?;
        let count = format!("SELECT COUNT(*) FROM customers WHERE {}", selection.condition);
        let (total,): (i64,) = tx.one(AssertSqlSafe(count), selection.binds.clone()).await?;
        let order = order_by(query.sort, query.direction);
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

/// The customers that a query's filters select, as a condition with its values.
pub struct Selection {
    pub condition: String,
    pub binds: Vec<Bind>,
}

impl Selection {
    pub fn of(query: &CustomerQuery, today: NaiveDate) -> Self {
        Self::continuing(query, today, Vec::new())
    }

    /// Builds the conditions of a statement that has values already.
    pub fn continuing(query: &CustomerQuery, today: NaiveDate, binds: Vec<Bind>) -> Self {
        let archived = if query.archived { "archived_day IS NOT NULL" } else { "archived_day IS NULL" };
        let mut selection = Self { condition: archived.to_owned(), binds };
        if let Some(text) = &query.search {
            selection.and("search_key LIKE ? ESCAPE '\\'", binds![containing(text)]);
        }
        if let Some(segment) = query.segment {
            selection.and("segment = ?", binds![segment.label()]);
        }
        if !query.bands.is_empty() {
            let bands = query.bands.iter().map(|band| Bind::from(band.name())).collect();
            selection.and(&format!("band IN ({})", vec!["?"; query.bands.len()].join(", ")), bands);
        }
        match &query.owner {
            Some(OwnerFilter::Named(name)) => selection.and("owner = ?", binds![composed(name)]),
            Some(OwnerFilter::Nobody) => selection.and("owner IS NULL", binds![]),
            None => {}
        }
        if query.arr_unknown {
            selection.and("arr_cents IS NULL", binds![]);
        }
        // Scores are null without data, and null is never within bounds.
        if let Some(points) = query.score_from {
            selection.and("score >= ?", binds![10 * points]);
        }
        if let Some(points) = query.score_below {
            selection.and("score < ?", binds![10 * points]);
        }
        match query.renewal {
            Some(RenewalFilter::Next90) => {
                selection.and("renewal_day BETWEEN ? AND ?", binds![today, today + Duration::days(RENEWAL_DAYS)])
            }
            Some(RenewalFilter::Overdue) => selection.and("renewal_day < ?", binds![today]),
            None => {}
        }
        let Points(move_points) = MOVE_POINTS;
        match query.change {
            Some(ChangeFilter::Up7) => selection.and("change_7 >= ?", binds![move_points]),
            Some(ChangeFilter::Down7) => selection.and("change_7 <= ?", binds![-move_points]),
            Some(ChangeFilter::Up30) => selection.and("change_30 >= ?", binds![move_points]),
            Some(ChangeFilter::Down30) => selection.and("change_30 <= ?", binds![-move_points]),
            Some(ChangeFilter::NewChurnRisk) => selection.and(
                "band = ? AND band_7 IN (?, ?) AND COALESCE(start_day, first_fact_day) <= ?",
                binds![Band::ChurnRisk.name(), Band::AtRisk.name(), Band::Healthy.name(), today - Duration::days(NEW_DAYS)],
            ),
            None => {}
        }
        selection
    }

    /// Narrows the selection; each `?` stands for one of the values.
    pub fn and(&mut self, condition: &str, binds: Vec<Bind>) {
        self.condition.push_str(" AND ");
        let mut binds = binds.into_iter();
        for char in condition.chars() {
            match (char, binds.len()) {
                ('?', 1..) => {
                    self.binds.extend(binds.next());
                    self.condition.push_str(&format!("${}", self.binds.len()));
                }
                _ => self.condition.push(char),
            }
        }
    }
}

/// A LIKE pattern for a part of a [`search_key`](crate::server::store::tables::search_key).
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for char in folded(text).chars() {
        if matches!(char, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern.push('%');
    pattern
}

/// The order without the id that ends every order. Unknown values, and customers without data, come last both ways.
fn order_by(sort: Sort, direction: SortDirection) -> String {
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
