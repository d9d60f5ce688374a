//! The health columns of customers: how the health of a day is stored.

use crate::domain::absence::Lives;
use crate::domain::{NaiveDate, Points};
use crate::scoring::{Measurements, Scores};
use crate::server::store::sql::bind::{Bind, Row, row, tenths};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{Basis, Known};
use crate::server::store::tables::factor_columns::FactorColumns;
use crate::server::store::tables::outcomes::LIVES;
use crate::server::store::{StoreError, StoreResult};
use sqlx::AssertSqlSafe;

/// A customer's health of a day, as it is stored.
pub struct Scored<'a> {
    pub measured: &'a Measurements,
    pub scores: Scores,
    pub band_since: NaiveDate,
    pub band_fell_on: Option<NaiveDate>,
    /// The runs as they are stored; `None` until they are worked out from the facts.
    pub band_runs: Option<String>,
    pub band7: &'a str,
    pub change7: Option<Points>,
    pub change30: Option<Points>,
    pub change90: Option<Points>,
    /// The trend as it is stored.
    pub trend: &'a str,
}

impl Scored<'_> {
    /// Returns the health columns of the customer's row, whose `id` comes first. Changes of the band are noted up to
    /// `noted_until`; `urgency` is in thousandths.
    pub fn row(
        &self,
        known: &Known,
        first_fact_on: Option<NaiveDate>,
        noted_until: Option<NaiveDate>,
        urgency: Option<i64>,
        basis: Basis,
        columns: &FactorColumns,
    ) -> StoreResult<Row> {
        let measured = serde_json::to_string(self.measured).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let shown = self.scores.shown_score();
        let first_facts = &known.first_facts;
        let mut row = row! {
            id: known.id,
            scored_day: basis.day,
            scorecard_version: basis.scorecard_version,
            connections_version: basis.connections_version,
            measured: measured,
            band: self.scores.band.name(),
            band_since_day: self.band_since,
            band_fell_day: self.band_fell_on,
            band_noted_day: noted_until,
            urgency: urgency,
            band_runs: self.band_runs.as_deref(),
            band_7: self.band7,
            change_7: tenths(self.change7),
            change_30: tenths(self.change30),
            change_90: tenths(self.change90),
            trend: self.trend,
            first_fact_day: first_fact_on,
            last_activity_at: known.last_activity_at,
            score: tenths(shown),
            first_login_day: first_facts.logins,
            first_feature_day: first_facts.feature_uses,
            first_ticket_day: first_facts.support_tickets,
            first_invoice_day: first_facts.invoices,
            first_api_day: first_facts.api_calls,
            first_reading_day: known.first_reading,
        };
        let factors = self.scores.factors.iter().filter_map(|(key, score)| Some((columns.of(key)?, score)));
        row.extend(factors.map(|(column, score)| (column, Bind::from(shown.map(|_| score.0)))));
        Ok(row)
    }
}

/// A customer's ARR and runs of bands, as [`load_runs`] reads them.
pub struct StoredRuns<'a> {
    pub id: i64,
    pub arr_cents: Option<i64>,
    pub lives: Lives,
    /// Empty until they are worked out.
    pub runs: &'a str,
}

impl<'a> StoredRuns<'a> {
    pub fn read(line: &'a str) -> Option<Self> {
        let mut parts = line.splitn(4, ' ');
        let (id, arr, lives, runs) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let arr_cents = if arr.is_empty() { None } else { Some(arr.parse().ok()?) };
        Some(Self { id: id.parse().ok()?, arr_cents, lives: Lives::read(lives)?, runs })
    }
}

/// Returns the runs of all customers that fulfil a condition, a line each. One text costs a tenth of as many rows.
pub async fn load_runs(tx: &mut Tx, condition: &str, binds: Vec<Bind>) -> StoreResult<String> {
    let sql = format!(
        "SELECT string_agg(CAST(id AS TEXT) || ' ' || COALESCE(CAST(arr_cents AS TEXT), '') || ' ' || {LIVES} || ' '
                           || COALESCE(band_runs, ''), '\n')
         FROM customers WHERE {condition}"
    );
    let (text,): (Option<String>,) = tx.one(AssertSqlSafe(sql), binds).await?;
    Ok(text.unwrap_or_default())
}
