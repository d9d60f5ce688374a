//! The customers that a query selects, as a condition of SQL. Lists, figures and exports all select by it.

use crate::domain::band_history::{Moved, Period, PeriodRuns};
use crate::domain::band_runs::read_runs;
use crate::domain::letters::composed;
use crate::domain::list::{ChangeFilter, FactorFilter, MOVE_POINTS, NEW_DAYS, OwnerFilter};
use crate::domain::{Band, CustomerId, CustomerQuery, NaiveDate, Points, Segment};
use crate::server::store::sql::bind::{Bind, binds};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::band_changes::load_changes_of_all;
use crate::server::store::tables::customer_health::{StoredRuns, load_runs};
use crate::server::store::tables::factor_columns::FactorColumns;
use crate::server::store::tables::scorecards::{current_columns, load_segments};
use crate::server::store::tables::search_key::folded;
use crate::server::store::{StoreError, StoreResult};
use chrono::Duration;

/// The customers that a query's filters select, as a condition with its values.
pub struct Selection {
    pub condition: String,
    pub binds: Vec<Bind>,
}

/// Returns the segment as the rules spell it. Refuses one that they do not have.
pub async fn known_segment(tx: &mut Tx, asked: Option<Segment>) -> StoreResult<Option<Segment>> {
    let Some(asked) = asked else { return Ok(None) };
    let segments = load_segments(tx).await?;
    let known = segments.find(asked.label());
    known.map(Some).ok_or_else(|| StoreError::Rule("segment", segments.rule()))
}

impl Selection {
    /// Builds the condition of all filters. A factor is found by its column. Those who moved are found by their runs, and selected by their ids.
    pub async fn load(tx: &mut Tx, query: &CustomerQuery, today: NaiveDate) -> StoreResult<Self> {
        let segment = known_segment(tx, query.segment).await?;
        let mut selection = Self::continuing(&CustomerQuery { segment, ..query.clone() }, today, Vec::new());
        if !query.ids.is_empty() {
            selection.and(&format!("id {}", tx.one_of().replace("$1", "?")), binds![&query.ids[..]]);
        }
        if let Some(moved) = query.moved {
            let ids = moved_customers(tx, &selection, moved, Period::ending(today, query.days)).await?;
            selection.and(&format!("id {}", tx.one_of().replace("$1", "?")), binds![&ids[..]]);
        }
        if let Some(FactorFilter { factor, from, below }) = query.factor {
            let (_, columns) = current_columns(tx).await?;
            let column = columns.of(factor).ok_or_else(|| unknown_factor(&columns))?;
            // Null without data, as the score is.
            if let Some(Points(tenths)) = from {
                selection.and(&format!("{column} >= ?"), binds![tenths]);
            }
            if let Some(Points(tenths)) = below {
                selection.and(&format!("{column} < ?"), binds![tenths]);
            }
        }
        Ok(selection)
    }

    /// Builds the conditions of a statement that has values already: of all filters but those of ids, factors and moves.
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
        let (first, last) = query.renewal.map_or((None, None), |renewal| renewal.days(today));
        if let Some(first) = first {
            selection.and("renewal_day >= ?", binds![first]);
        }
        if let Some(last) = last {
            selection.and("renewal_day <= ?", binds![last]);
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

fn unknown_factor(columns: &FactorColumns) -> StoreError {
    let names: Vec<_> = columns.keys().map(|key| key.query_name()).collect();
    StoreError::Rule("factor", format!("must be one of {}", names.join(", ")))
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

/// Returns those of the selected customers that made a move in a period.
async fn moved_customers(tx: &mut Tx, selection: &Selection, moved: Moved, period: Period) -> StoreResult<Vec<CustomerId>> {
    let mut ids = Vec::new();
    each_period(tx, selection, period, |customer, runs| {
        if runs.and_then(|(_, told)| told) == Some(moved) {
            ids.push(CustomerId(customer.id));
        }
    })
    .await?;
    Ok(ids)
}

/// Hands over every selected customer with its runs in a period and its move, where its runs are worked out.
pub async fn each_period(
    tx: &mut Tx,
    selection: &Selection,
    period: Period,
    mut tell: impl FnMut(StoredRuns<'_>, Option<(&PeriodRuns, Option<Moved>)>),
) -> StoreResult<()> {
    let text = load_runs(tx, &selection.condition, selection.binds.clone()).await?;
    let noted = load_changes_of_all(tx, period).await?;
    let mut runs = PeriodRuns::default();
    for line in text.lines() {
        let corrupt = || StoreError::Corrupt(format!("runs of bands: {line}"));
        let customer = StoredRuns::read(line).ok_or_else(corrupt)?;
        if customer.runs.is_empty() {
            tell(customer, None);
        } else if runs.take(read_runs(customer.runs), &customer.lives.absences, period) {
            let moved = runs.moved(noted.get(&customer.id).copied());
            tell(customer, Some((&runs, moved)));
        } else {
            return Err(corrupt());
        }
    }
    Ok(())
}
