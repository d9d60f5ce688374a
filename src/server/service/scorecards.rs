//! The rules of scoring: read them, try others, put them in force.

use super::active::each_active;
use crate::domain::ScorecardPreview;
use crate::domain::rulebook_read::ReadRulebook;
use crate::domain::{FieldErrors, NewRulebook, Rulebook, RulebookVersion, Segments};
use crate::scoring::{self, Facts, WhatIf};
use crate::server::Call;
use crate::server::store::{CurrentHealth, Reach};
use crate::wire::AppError;
use crate::wire::pages::ScorecardPage;

/// Returns the rules in force.
pub async fn get_rulebook(call: &Call) -> Result<Rulebook, AppError> {
    Ok(call.store.current_rulebook().await?)
}

/// Returns all rules in force, with the segments, as systems read them.
pub async fn read_rulebook(call: &Call) -> Result<ReadRulebook, AppError> {
    Ok(ReadRulebook::new(call.store.current_rulebook().await?, call.store.segments().await?))
}

/// Returns every version, newest first.
pub async fn list_rulebooks(call: &Call) -> Result<Vec<RulebookVersion>, AppError> {
    Ok(call.store.list_rulebooks().await?)
}

pub async fn get_rulebook_version(call: &Call, version: i64) -> Result<RulebookVersion, AppError> {
    Ok(call.store.get_rulebook(version).await?)
}

/// Returns the read model of the scorecard's page.
pub async fn get_scorecard_page(call: &Call) -> Result<ScorecardPage, AppError> {
    let (stale, customers) = call.store.count_stale(call.today()).await?;
    let outcome_reasons = call.store.list_outcome_reasons().await?;
    let scored = call.store.count_scored(&call.store.current_rulebook().await?, call.today()).await?;
    Ok(ScorecardPage { versions: call.store.list_rulebooks().await?, outcome_reasons, stale, customers, scored, now: call.now })
}

/// Puts an old version's rules in force again, as the version that follows `based_on`.
pub async fn restore_rulebook(
    call: &Call,
    version: i64,
    based_on: i64,
    author: Option<&str>,
    note: Option<&str>,
) -> Result<RulebookVersion, AppError> {
    let mut errors = FieldErrors::default();
    let (author, note) = crate::domain::scorecard_input::signature(&mut errors, author, note);
    errors.or(|| ())?;
    let RulebookVersion { rulebook, segments, .. } = call.store.get_rulebook(version).await?;
    // Segments that came later stay, since customers may be in them.
    let segments = Some(segments.and(call.store.segments().await?.iter()));
    let rulebook = rulebook.with_version(based_on.saturating_add(1));
    create_rulebook(call, NewRulebook { rulebook, segments, author, note }).await
}

/// Puts the next version in force. Customers are rescored in the background.
pub async fn create_rulebook(call: &Call, new: NewRulebook) -> Result<RulebookVersion, AppError> {
    let current = call.store.current_rulebook().await?;
    check_segments(call, &new.rulebook, new.segments.as_ref()).await?;
    let is_next = new.rulebook.version == current.version.saturating_add(1);
    let has_segments = match &new.segments {
        Some(segments) => *segments == call.store.segments().await?,
        None => true,
    };
    if is_next && has_segments && new.rulebook.has_rules_of(&current) {
        let message = format!("must differ from version {}, which is in force", current.version);
        return Err(FieldErrors::one("scorecard", message).into());
    }
    let saved = call.store.add_rulebook(&new, call.now).await?;
    tracing::info!(version = saved.rulebook.version, author = saved.author, "rules saved");
    call.rescore.notify_one();
    Ok(saved)
}

/// Refuses conditions that name a segment which the rules do not have. `segments` are theirs; those in force when absent.
async fn check_segments(call: &Call, rulebook: &Rulebook, segments: Option<&Segments>) -> Result<(), AppError> {
    let named: Vec<_> = rulebook
        .scorecards()
        .enumerate()
        .flat_map(|(place, scorecard)| {
            scorecard.condition.iter().flat_map(move |condition| condition.segments.iter().map(move |segment| (place, *segment)))
        })
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let segments = match segments {
        Some(segments) => segments.clone(),
        None => call.store.segments().await?,
    };
    let mut errors = FieldErrors::default();
    for (place, segment) in named.into_iter().filter(|(_, segment)| !segments.contains(*segment)) {
        let message = format!("has {segment}, which is no segment of the rules");
        errors.add(&format!("scorecards.{place}.condition.segments"), message);
    }
    errors.or(|| ()).map_err(AppError::from)
}

/// Returns the effect of the rules on the active customers today. Stored measurements are used as long as windows and key
/// features are the same; otherwise, and for customers whose health is stale, facts are loaded.
pub async fn preview_rulebook(call: &Call, proposed: &Rulebook) -> Result<ScorecardPreview, AppError> {
    let today = call.today();
    let current = call.store.current_rulebook().await?;
    let [connections_before, connections] = [call.store.connections(&current).await?, call.store.connections(proposed).await?];
    let reach = Reach::of(proposed, today).and(Reach::of(&current, today));
    let mut what_if = WhatIf::new(&current, proposed);
    let scorecards = |row: &CurrentHealth| {
        let [before, after] = [&current, proposed].map(|rulebook| rulebook.scorecard_of(&row.traits, today));
        (before, after, after.measures_like(before))
    };
    let needs_facts = |row: &CurrentHealth| !row.is_current || !scorecards(row).2;
    let add = |row: CurrentHealth, facts: Option<&Facts>| {
        let (before, after, measures_alike) = scorecards(&row);
        let measure = |scorecard, connections| Some(scoring::measure(facts?, scorecard, connections, today));
        let measured = if row.is_current { None } else { measure(before, &connections_before) };
        let measured_anew = if measures_alike { None } else { measure(after, &connections) };
        let measured = measured.as_ref().unwrap_or(&row.measured);
        what_if.add(&row.customer, (before, measured), (after, measured_anew.as_ref().unwrap_or(measured)));
    };
    each_active(&call.store, &reach, today, needs_facts, add).await?;
    Ok(what_if.finish())
}
