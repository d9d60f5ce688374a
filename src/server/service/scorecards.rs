//! The rules of scoring: read them, try others, put them in force.

use crate::domain::ScorecardPreview;
use crate::domain::rulebook::Rulebook;
use crate::domain::{FieldErrors, NewScorecard, Scorecard, ScorecardVersion};
use crate::scoring::{self, WhatIf};
use crate::server::Call;
use crate::server::store::Reach;
use crate::wire::AppError;
use crate::wire::pages::ScorecardPage;
use std::collections::HashMap;

/// The customers that a preview holds in memory at a time.
const CUSTOMERS_IN_MEMORY: i64 = 500;

/// Returns the rules in force.
pub async fn get_scorecard(call: &Call) -> Result<Scorecard, AppError> {
    Ok(call.store.current_scorecard().await?)
}

/// Returns all rules in force.
pub async fn get_rulebook(call: &Call) -> Result<Rulebook, AppError> {
    Ok(Rulebook::new(call.store.current_scorecard().await?, call.store.segments().await?))
}

/// Returns every version, newest first.
pub async fn list_scorecards(call: &Call) -> Result<Vec<ScorecardVersion>, AppError> {
    Ok(call.store.list_scorecards().await?)
}

pub async fn get_scorecard_version(call: &Call, version: i64) -> Result<ScorecardVersion, AppError> {
    Ok(call.store.get_scorecard(version).await?)
}

/// Returns the read model of the scorecard's page.
pub async fn get_scorecard_page(call: &Call) -> Result<ScorecardPage, AppError> {
    let (stale, customers) = call.store.count_stale(call.today()).await?;
    let outcome_reasons = call.store.list_outcome_reasons().await?;
    Ok(ScorecardPage { versions: call.store.list_scorecards().await?, outcome_reasons, stale, customers, now: call.now })
}

/// Puts an old version's rules in force again, as the version that follows `based_on`.
pub async fn restore_scorecard(
    call: &Call,
    version: i64,
    based_on: i64,
    author: Option<&str>,
    note: Option<&str>,
) -> Result<ScorecardVersion, AppError> {
    let mut errors = FieldErrors::default();
    let (author, note) = crate::domain::scorecard_input::signature(&mut errors, author, note);
    errors.or(|| ())?;
    let ScorecardVersion { scorecard, segments, .. } = call.store.get_scorecard(version).await?;
    // Segments that came later stay, since customers may be in them.
    let segments = Some(segments.and(call.store.segments().await?.iter()));
    let scorecard = Scorecard { version: based_on.saturating_add(1), ..scorecard };
    create_scorecard(call, NewScorecard { scorecard, segments, author, note }).await
}

/// Puts the next version in force. Customers are rescored in the background.
pub async fn create_scorecard(call: &Call, new: NewScorecard) -> Result<ScorecardVersion, AppError> {
    let current = call.store.current_scorecard().await?;
    let is_next = new.scorecard.version == current.version.saturating_add(1);
    let has_segments = match &new.segments {
        Some(segments) => *segments == call.store.segments().await?,
        None => true,
    };
    if is_next && has_segments && new.scorecard.has_rules_of(&current) {
        let message = format!("must differ from version {}, which is in force", current.version);
        return Err(FieldErrors::one("scorecard", message).into());
    }
    let saved = call.store.add_scorecard(&new, call.now).await?;
    tracing::info!(version = saved.scorecard.version, author = saved.author, "scorecard saved");
    call.rescore.notify_one();
    Ok(saved)
}

/// Returns the effect of the rules on the active customers today. Stored measurements are used as long as windows and key
/// features are the same; otherwise, and for customers whose health is stale, facts are loaded.
pub async fn preview_scorecard(call: &Call, proposed: &Scorecard) -> Result<ScorecardPreview, AppError> {
    let today = call.today();
    let (current, connections) = (call.store.current_scorecard().await?, call.store.connections().await?);
    let measures_alike = proposed.measures_like(&current);
    let reach = Reach::of(proposed, today).and(Reach::of(&current, today));
    let mut what_if = WhatIf::new(&current, proposed);
    let mut last = None;
    loop {
        let chunk = call.store.list_active_after(last, CUSTOMERS_IN_MEMORY, today).await?;
        let Some(end) = chunk.last() else { return Ok(what_if.finish()) };
        last = Some(end.customer.id);
        let needed: Vec<_> = chunk.iter().filter(|row| !measures_alike || !row.is_current).map(|row| row.customer.id).collect();
        let facts = match needed.is_empty() {
            true => HashMap::new(),
            false => call.store.load_facts_of(&needed, reach.clone(), today).await?,
        };
        for row in chunk {
            let measure = |scorecard| Some(scoring::measure(facts.get(&row.customer.id)?, scorecard, &connections, today));
            let before = if row.is_current { None } else { measure(&current) }.unwrap_or(row.measured);
            let after = if measures_alike { None } else { measure(proposed) };
            what_if.add(&row.customer, &before, after.as_ref().unwrap_or(&before));
        }
    }
}
