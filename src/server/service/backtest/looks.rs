//! Notes of looks at departures: the more rules are tried on the same departures, the less it says that one of them does well.

use super::question::days;
use crate::domain::{BacktestQuery, NaiveDate};
use crate::server::Call;
use crate::server::store::{Look, Store};
use crate::wire::AppError;
use chrono::{DateTime, Duration, Utc};

/// Notes that a version of the rules was tested.
pub async fn note_test(call: &Call, terms: &BacktestQuery) {
    if let Some(version) = terms.version {
        note(call, &tested(version), terms).await;
    }
}

fn tested(version: i64) -> String {
    format!("version {version}")
}

/// Notes that the rules suggested in place of a version were tried.
pub async fn note_suggestion(call: &Call, terms: &BacktestQuery) {
    note(call, &format!("suggestion {}", terms.version.unwrap_or_default()), terms).await;
}

/// Notes that weights were moved while the figure was in sight.
pub async fn note_weights(call: &Call, terms: &BacktestQuery) {
    note(call, &format!("weights in place of {}", terms.version.unwrap_or_default()), terms).await;
}

/// An answer is not refused because its note could not be written.
async fn note(call: &Call, rules: &str, terms: &BacktestQuery) {
    if let Err(error) = call.store.note_look(rules, &terms.days, terms.horizon, call.now).await {
        tracing::warn!(%error, "a look at departures could not be noted");
    }
}

/// Returns how many sets of rules were tried on the departures after the day of the test.
pub async fn variants(store: &Store, terms: &BacktestQuery) -> Result<i64, AppError> {
    let tested_on = days(terms).tested_on;
    Ok(looks(store, tested_on, tested_on + Duration::days(terms.horizon)).await?.len() as i64)
}

/// Returns whether the rules of a test were made after a look at its departures.
pub async fn fitted_here(store: &Store, terms: &BacktestQuery) -> Result<bool, AppError> {
    let (Some(version), Some(first), Some(last)) = (terms.version, terms.days.first(), terms.days.last()) else {
        return Ok(false);
    };
    let Some(made_at) = made_at(store, version).await? else { return Ok(false) };
    let looks = looks(store, *first, *last + Duration::days(terms.horizon)).await?;
    let own = tested(version);
    Ok(looks.iter().any(|look| look.rules != own && look.first_at <= made_at))
}

async fn looks(store: &Store, day: NaiveDate, end: NaiveDate) -> Result<Vec<Look>, AppError> {
    Ok(store.looks_at(day, end).await?)
}

/// Returns the time at which rules came into force first; `None` for those that the database began with. Who restores a version
/// makes no new rules.
async fn made_at(store: &Store, version: i64) -> Result<Option<DateTime<Utc>>, AppError> {
    let versions = store.list_rulebooks().await?;
    let Some(tested) = versions.iter().find(|other| other.rulebook.version == version) else { return Ok(None) };
    let same = versions.iter().filter(|other| other.rulebook.has_rules_of(&tested.rulebook));
    Ok(same.min_by_key(|other| other.rulebook.version).and_then(|first| first.created_at))
}
