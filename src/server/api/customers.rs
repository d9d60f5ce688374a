//! `/api/customers`: list, create, read, change, archive, restore.

use super::extract::{Id, Json, MaybeJson, NoQuery, Query, ReasonInput, RestoreInput};
use super::inputs::{ArchiveInput, ComeBack, CustomerChange, NewCustomer};
use super::parameters::ListParameters;
use crate::domain::{Customer, CustomerId, CustomerInput, CustomerList, CustomerQuery};
use crate::server::Call;
use crate::server::service::customers;
use crate::wire::AppError;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

/// Lists customers with their health, today or as of a past day: search, filter, sort, page.
#[utoipa::path(get, path = "/api/customers", tag = "Customers", params(ListParameters),
    responses((status = 200, description = "One page of customers", body = CustomerList)))]
pub async fn list_customers(call: Call, query: Query<ListParameters>) -> Result<Json<CustomerList>, AppError> {
    let query = CustomerQuery::from_pairs(query.pairs())?;
    customers::list_customers(&call, &query).await.map(Json)
}

/// Creates a customer. `name` and `segment` are required.
#[utoipa::path(post, path = "/api/customers", tag = "Customers", request_body = NewCustomer, responses(
    (status = 201, description = "The new customer", body = Customer, headers(("Location" = String, description = "Its path")))))]
pub async fn create_customer(call: Call, _: NoQuery, Json(input): Json<CustomerInput>) -> Result<impl IntoResponse, AppError> {
    let customer = customers::create_customer(&call, input).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/customers/{}", customer.id))], Json(customer)))
}

/// Returns a customer.
#[utoipa::path(get, path = "/api/customers/{id}", tag = "Customers", params(("id" = i64, Path, description = "The customer's id")),
    responses((status = 200, description = "The customer", body = Customer)))]
pub async fn get_customer(call: Call, Id(id): Id<CustomerId>, _: NoQuery) -> Result<Json<Customer>, AppError> {
    customers::get_customer(&call, id).await.map(Json)
}

/// Changes the fields that are sent; null clears a field. `version` must be the one that was read, else 409.
#[utoipa::path(patch, path = "/api/customers/{id}", tag = "Customers", params(("id" = i64, Path, description = "The customer's id")),
    request_body = CustomerChange, responses((status = 200, description = "The changed customer", body = Customer)))]
pub async fn update_customer(
    call: Call,
    Id(id): Id<CustomerId>,
    _: NoQuery,
    Json(input): Json<CustomerInput>,
) -> Result<Json<Customer>, AppError> {
    customers::update_customer(&call, id, input).await.map(Json)
}

/// Archives a customer, which leaves lists and figures. `reason`: `churned`, `duplicate` or `other`. As churned it gets the outcome
/// of today, with its ARR; more can be told by `POST /api/customers/{id}/outcomes`, which archives too.
#[utoipa::path(post, path = "/api/customers/{id}/archive", tag = "Customers",
    params(("id" = i64, Path, description = "The customer's id")), request_body = ArchiveInput,
    responses((status = 200, description = "The archived customer", body = Customer)))]
pub async fn archive_customer(
    call: Call,
    Id(id): Id<CustomerId>,
    _: NoQuery,
    Json(input): Json<ReasonInput>,
) -> Result<Json<Customer>, AppError> {
    customers::archive_customer(&call, id, input.reason.as_deref().unwrap_or_default()).await.map(Json)
}

/// Restores an archived customer. One that had churned has come back: it starts anew on `startDate`, or today, and earlier facts
/// count no more. One that had never left has an outcome to be retracted instead. The body may be left out.
#[utoipa::path(post, path = "/api/customers/{id}/restore", tag = "Customers",
    params(("id" = i64, Path, description = "The customer's id")), request_body = ComeBack,
    responses((status = 200, description = "The restored customer", body = Customer)))]
pub async fn restore_customer(
    call: Call,
    Id(id): Id<CustomerId>,
    _: NoQuery,
    MaybeJson(input): MaybeJson<RestoreInput>,
) -> Result<Json<Customer>, AppError> {
    customers::restore_customer(&call, id, input.start_date.as_deref()).await.map(Json)
}
