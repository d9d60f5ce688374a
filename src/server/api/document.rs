//! The OpenAPI document around the routes, and the page that shows it to people.

use super::problem::Problem;
use super::rules::RULES;
use crate::domain::EventKind;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use utoipa::Number;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, Response, Schema};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The parts of the document that concern every operation.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Customer Health",
        description = "Send facts about customers, read their health. JSON is camelCase; times are UTC; scores have one decimal. \
                       Every refusal is an RFC 9457 problem with a stable `code`, and with one entry in `errors` for each \
                       field that breaks a rule. Texts are counted as they are sent, and then trimmed. Bodies are at most 64 KiB \
                       unless an operation says otherwise."
    ),
    components(schemas(Problem, EventKind)),
    security((), ("bearer" = []), ("basic" = [])),
    tags(
        (name = "Customers", description = "Companies that pay us"),
        (name = "Events", description = "Immutable facts about a customer at a time"),
        (name = "Health", description = "The score and how it came about"),
        (name = "Notes", description = "What staff keep about a customer"),
        (name = "Outcomes", description = "What became of a customer: churned, contracted, renewed, expanded"),
        (name = "Portfolio", description = "All customers together"),
        (name = "Scorecards", description = "The rules of scoring, version by version"),
        (name = "Operations", description = "For the operator's machines"),
    ),
)]
pub struct Document;

/// Adds the parts that hold for every operation: the problem that any of them can answer, and the access token.
pub fn complete(mut openapi: OpenApi) -> OpenApi {
    let components = openapi.components.get_or_insert_default();
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let answer = |text: &str| Response::builder().description(text).content("application/problem+json", problem.clone()).build();
    components.responses.insert("Problem".into(), answer("What is wrong, and where").into());
    for (name, scheme) in [("bearer", HttpAuthScheme::Bearer), ("basic", HttpAuthScheme::Basic)] {
        let scheme = Http::builder().scheme(scheme).description(Some("Only where the server has an access token")).build();
        components.security_schemes.insert(name.into(), SecurityScheme::Http(scheme).into());
    }
    for operation in openapi.paths.paths.values_mut().flat_map(operations) {
        operation.parameters.iter_mut().flatten().for_each(complete_parameter);
        let responses = &mut operation.responses.responses;
        responses.insert("default".into(), Ref::from_response_name("Problem").into());
        let rule = RULES.iter().find(|(id, _)| operation.operation_id.as_deref() == Some(id));
        responses.extend(rule.map(|(_, rule)| ("422".to_owned(), answer(rule).into())));
    }
    openapi
}

/// Lets an empty query parameter count as absent, and ids begin at 1.
fn complete_parameter(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    match (&parameter.parameter_in, &mut parameter.schema) {
        // utoipa has no field for it.
        (ParameterIn::Query, _) => parameter.extensions = Some(Extensions::from_iter([("allowEmptyValue", true)])),
        (ParameterIn::Path, Some(RefOr::T(Schema::Object(id)))) if id.schema_type == Type::Integer.into() => {
            id.minimum = Some(Number::Int(1));
        }
        _ => {}
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// Serves `/api/openapi.json` and, for people, `/api/docs`.
pub fn router<S: Clone + Send + Sync + 'static>(openapi: &OpenApi) -> Router<S> {
    let document = openapi.to_json().unwrap_or_default();
    let serve = move || async move { ([(header::CONTENT_TYPE, "application/json")], document) };
    let page = SwaggerUi::new("/api/docs").config(Config::new(["/api/openapi.json"]));
    Router::new().route("/api/openapi.json", get(serve)).merge(page)
}
