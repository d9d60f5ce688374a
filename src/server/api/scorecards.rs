//! `/api/scorecard` and `/api/scorecards`: the rules of scoring, version by version.

use super::extract::{Id, Json, NoQuery, PathId};
use super::inputs::NextScorecard;
use crate::domain::five::{FiveRules, FiveRulesVersion};
use crate::domain::{Rulebook, RulebookVersion, ScorecardInput};
use crate::server::Call;
use crate::server::service::scorecards;
use crate::wire::AppError;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

/// All versions of the scorecard.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Scorecards {
    items: Vec<FiveRulesVersion>,
    total: usize,
}

/// A version's number in a path.
pub struct Version(pub i64);

impl From<i64> for Version {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl PathId for Version {
    const PARAMETER: &'static str = "version";
    const NOUN: &'static str = "scorecard";
}

/// Returns the short form of rules; a conflict when they have several scorecards, or other factors than the five.
fn short(rulebook: &Rulebook) -> Result<FiveRules, AppError> {
    let what = if rulebook.only().is_some() { "factors" } else { "scorecards" };
    let conflict = || format!("version {} has {what} that this address cannot tell; see /api/rulebooks", rulebook.version);
    rulebook.only().and_then(FiveRules::of).ok_or_else(|| AppError::Conflict(conflict()))
}

fn short_version(
    RulebookVersion { rulebook, created_at, author, note, .. }: RulebookVersion,
) -> Result<FiveRulesVersion, AppError> {
    Ok(FiveRulesVersion { rules: short(&rulebook)?, created_at, author, note })
}

/// Returns the current scorecard: weights, windows, targets, bands.
#[utoipa::path(get, path = "/api/scorecard", tag = "Scorecards",
    responses((status = 200, description = "The current scorecard", body = FiveRules)))]
pub async fn get_scorecard(call: Call, _: NoQuery) -> Result<Json<FiveRules>, AppError> {
    short(&scorecards::get_rulebook(&call).await?).map(Json)
}

/// Lists all versions, newest first. The first is current.
#[utoipa::path(get, path = "/api/scorecards", tag = "Scorecards",
    responses((status = 200, description = "The versions with author, time and note", body = Scorecards)))]
pub async fn list_scorecards(call: Call, _: NoQuery) -> Result<Json<Scorecards>, AppError> {
    let versions = scorecards::list_rulebooks(&call).await?;
    let items: Vec<_> = versions.into_iter().map(short_version).collect::<Result<_, _>>()?;
    Ok(Json(Scorecards { total: items.len(), items }))
}

/// Returns a version of the scorecard.
#[utoipa::path(get, path = "/api/scorecards/{version}", tag = "Scorecards",
    params(("version" = i64, Path, description = "The version's number")),
    responses((status = 200, description = "The version", body = FiveRulesVersion)))]
pub async fn get_scorecard_version(
    call: Call,
    Id(Version(version)): Id<Version>,
    _: NoQuery,
) -> Result<Json<FiveRulesVersion>, AppError> {
    short_version(scorecards::get_rulebook_version(&call, version).await?).map(Json)
}

/// Puts the next version in force and rescores everybody. `version` must be the current one, else 409.
#[utoipa::path(post, path = "/api/scorecards", tag = "Scorecards", request_body = NextScorecard, responses((status = 201,
    description = "The new version", body = FiveRulesVersion, headers(("Location" = String, description = "Its path")))))]
pub async fn create_scorecard(call: Call, _: NoQuery, Json(input): Json<ScorecardInput>) -> Result<impl IntoResponse, AppError> {
    let new = input.parse()?;
    // Rules that the short form cannot tell would be thrown away.
    short(&scorecards::get_rulebook(&call).await?)?;
    let saved = scorecards::create_rulebook(&call, new).await?;
    let location = format!("/api/scorecards/{}", saved.rulebook.version);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(short_version(saved)?)))
}
