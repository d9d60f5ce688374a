//! The REST API: this table of contents, and the OpenAPI document that is generated from it.

mod operations;
pub mod problem;

use super::AppState;
use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every route with its documentation.
pub fn router() -> (Router<AppState>, OpenApi) {
    let (router, openapi) = OpenApiRouter::with_openapi(OpenApi::default())
        // operations
        .routes(routes!(operations::get_healthz))
        .routes(routes!(operations::get_readyz))
        .routes(routes!(operations::get_metrics))
        .split_for_parts();
    (router.method_not_allowed_fallback(problem::method_not_allowed), openapi)
}

/// The document of the whole API.
pub fn openapi() -> OpenApi {
    router().1
}
