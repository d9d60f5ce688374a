//! `/api/rulebook` and `/api/rulebooks`: all rules of scoring in full, version by version.

use super::extract::{Id, Json, NoQuery};
use super::scorecards::Version;
use crate::domain::rulebook_input::RulebookInput;
use crate::domain::rulebook_read::{ReadRulebook, ReadRulebookVersion};
use crate::server::Call;
use crate::server::service::scorecards;
use crate::wire::AppError;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

/// All versions of the rules.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Rulebooks {
    items: Vec<ReadRulebookVersion>,
    total: usize,
}

/// Returns the rules in force: scorecards with their conditions, factors with their measures and scales, bands, what missing data does.
#[utoipa::path(get, path = "/api/rulebook", tag = "Scorecards",
    responses((status = 200, description = "The rules in force", body = ReadRulebook)))]
pub async fn get_rulebook(call: Call, _: NoQuery) -> Result<Json<ReadRulebook>, AppError> {
    scorecards::read_rulebook(&call).await.map(Json)
}

/// Lists all versions, newest first. The first is in force. Versions have the numbers of `/api/scorecards`.
#[utoipa::path(get, path = "/api/rulebooks", tag = "Scorecards",
    responses((status = 200, description = "The versions with author, time and note", body = Rulebooks)))]
pub async fn list_rulebooks(call: Call, _: NoQuery) -> Result<Json<Rulebooks>, AppError> {
    let items: Vec<_> = scorecards::list_rulebooks(&call).await?.into_iter().map(ReadRulebookVersion::from).collect();
    Ok(Json(Rulebooks { total: items.len(), items }))
}

/// Returns a version of the rules.
#[utoipa::path(get, path = "/api/rulebooks/{version}", tag = "Scorecards",
    params(("version" = i64, Path, description = "The version's number")),
    responses((status = 200, description = "The version", body = ReadRulebookVersion)))]
pub async fn get_rulebook_version(
    call: Call,
    Id(Version(version)): Id<Version>,
    _: NoQuery,
) -> Result<Json<ReadRulebookVersion>, AppError> {
    scorecards::get_rulebook_version(&call, version).await.map(|version| Json(version.into()))
}

/// Puts the next version in force and rescores everybody. `version` must be the one in force, else 409.
#[utoipa::path(post, path = "/api/rulebooks", tag = "Scorecards", request_body = RulebookInput, responses((status = 201,
    description = "The new version", body = ReadRulebookVersion, headers(("Location" = String, description = "Its path")))))]
pub async fn create_rulebook(call: Call, _: NoQuery, Json(input): Json<RulebookInput>) -> Result<impl IntoResponse, AppError> {
    let saved = scorecards::create_rulebook(&call, input.parse()?).await?;
    let location = format!("/api/rulebooks/{}", saved.rulebook.version);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(ReadRulebookVersion::from(saved))))
}
