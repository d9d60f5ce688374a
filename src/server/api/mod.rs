//! The REST API: this table of contents, and the OpenAPI document that is generated from it.

mod backtest;
mod batch;
mod bulk;
mod customers;
mod document;
mod events;
mod export;
pub mod extract;
mod health;
mod inputs;
mod items;
mod live;
mod month;
mod notes;
mod operations;
mod outcomes;
mod parameters;
mod people;
mod portfolio;
pub mod problem;
mod readings;
mod rulebooks;
pub mod rules;
mod scorecards;
mod today;
mod turns;

use super::AppState;
use axum::{Extension, Router};
use turns::Places;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns every route with its documentation. A route's function, operation id and use case share one name.
fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(document::Document::openapi())
        // customers
        .routes(routes!(customers::list_customers, customers::create_customer))
        .routes(routes!(customers::get_customer, customers::update_customer))
        .routes(routes!(customers::archive_customer))
        .routes(routes!(customers::restore_customer))
        .routes(routes!(bulk::change_customers))
        .routes(routes!(bulk::undo_bulk_change))
        .routes(routes!(export::export_customers))
        // facts and the health that follows from them
        .routes(routes!(events::list_events, events::submit_event))
        .routes(routes!(events::retract_event))
        .routes(routes!(batch::list_quarantine))
        .routes(routes!(batch::replay_quarantined))
        .routes(routes!(batch::discard_quarantined))
        .routes(routes!(health::get_health))
        .routes(routes!(health::get_health_history))
        .routes(routes!(health::get_health_changes))
        .routes(routes!(people::list_people))
        .routes(routes!(readings::list_readings))
        // notes
        .routes(routes!(notes::list_notes, notes::add_note))
        .routes(routes!(notes::update_note, notes::delete_note))
        // outcomes
        .routes(routes!(outcomes::list_outcomes, outcomes::add_outcome))
        .routes(routes!(outcomes::list_outcome_reasons))
        .routes(routes!(outcomes::retract_outcome))
        // all customers together
        .routes(routes!(portfolio::get_portfolio))
        .routes(routes!(today::get_today))
        .routes(routes!(portfolio::get_portfolio_bands))
        .routes(routes!(month::get_month))
        .routes(routes!(month::export_month))
        .routes(routes!(portfolio::get_portfolio_renewals))
        .routes(routes!(live::follow_changes))
        // the rules
        .routes(routes!(scorecards::get_scorecard))
        .routes(routes!(scorecards::list_scorecards, scorecards::create_scorecard))
        .routes(routes!(scorecards::get_scorecard_version))
        .routes(routes!(rulebooks::get_rulebook))
        .routes(routes!(rulebooks::list_rulebooks, rulebooks::create_rulebook))
        .routes(routes!(rulebooks::get_rulebook_version))
        .routes(routes!(backtest::get_backtest))
        .routes(routes!(backtest::get_suggestion))
        // operations
        .routes(routes!(export::export_everything))
        .routes(routes!(operations::get_healthz))
        .routes(routes!(operations::get_readyz))
        .routes(routes!(operations::get_metrics))
}

/// Returns the routes whose bodies are read while they arrive, however long they are and take.
fn streaming_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(batch::submit_events))
}

/// Returns the API and its documentation, without the routes of [`streaming_router`].
pub fn router() -> Router<AppState> {
    let router = Router::from(routes()).merge(document::router(&openapi()));
    router.method_not_allowed_fallback(problem::method_not_allowed)
}

/// Returns the routes of batches, a few of which are worked on at a time.
pub fn streaming_router() -> Router<AppState> {
    let router = Router::from(streaming_routes()).method_not_allowed_fallback(problem::method_not_allowed);
    router.layer(Extension(Places::default()))
}

/// Returns the document of the whole API.
pub fn openapi() -> OpenApi {
    document::complete(routes().merge(streaming_routes()).into_openapi())
}
