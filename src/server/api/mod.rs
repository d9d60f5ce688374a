//! The REST API: this table of contents, and the OpenAPI document that is generated from it.

mod customers;
mod document;
mod events;
mod export;
pub mod extract;
mod health;
mod notes;
mod operations;
mod parameters;
mod portfolio;
pub mod problem;

use super::AppState;
use axum::Router;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every route with its documentation. A route's function, its operation id and its use case share one name.
fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(document::Document::openapi())
        // customers
        .routes(routes!(customers::list_customers, customers::create_customer))
        .routes(routes!(customers::get_customer, customers::update_customer))
        .routes(routes!(customers::archive_customer))
        .routes(routes!(customers::restore_customer))
        .routes(routes!(export::export_customers))
        // facts and what they amount to
        .routes(routes!(events::list_events, events::submit_event))
        .routes(routes!(events::retract_event))
        .routes(routes!(health::get_health))
        .routes(routes!(health::get_health_history))
        .routes(routes!(health::get_health_changes))
        // notes
        .routes(routes!(notes::list_notes, notes::add_note))
        .routes(routes!(notes::delete_note))
        // all customers together
        .routes(routes!(portfolio::get_portfolio))
        .routes(routes!(portfolio::get_scorecard))
        // operations
        .routes(routes!(operations::get_healthz))
        .routes(routes!(operations::get_readyz))
        .routes(routes!(operations::get_metrics))
}

/// The API and its documentation.
pub fn router() -> Router<AppState> {
    let (router, openapi) = routes().split_for_parts();
    router.merge(document::router(&document::complete(openapi))).method_not_allowed_fallback(problem::method_not_allowed)
}

/// The document of the whole API.
pub fn openapi() -> OpenApi {
    document::complete(routes().into_openapi())
}
