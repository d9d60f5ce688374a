//! Customers: list, create, change, archive and restore.

use super::answers::Question;
use super::health::{Scoring, history_from, rows, store_of};
use crate::domain::customer::parse_date;
use crate::domain::list::MAX_ROW;
use crate::domain::{
    Archive, ArchiveReason, AsOf, Customer, CustomerId, CustomerInput, CustomerList, CustomerQuery, CustomerRow, FieldErrors,
    Page, Rulebook, Segments, Sort,
};
use crate::server::Call;
use crate::wire::AppError;
use crate::wire::pages::{EditPage, FoundCustomer, FoundCustomers};
use std::sync::Arc;

/// Returns one page of the customers that a query selects, with their health as of the query's day.
pub async fn list_customers(call: &Call, query: &CustomerQuery) -> Result<CustomerList, AppError> {
    let (at, question) = Question::of(call, query).await?;
    match query.page_size {
        ..=MOST_KEPT => call.answers.lists.get(&question, load_list(call, query, at)).await,
        _ => load_list(call, query, at).await,
    }
}

/// Longer pages are not kept for those who ask the same.
const MOST_KEPT: i64 = 50;

async fn load_list(call: &Call, query: &CustomerQuery, at: AsOf) -> Result<CustomerList, AppError> {
    let store = store_of(call, at).await?;
    let (found, total) = store.list_customers(query, at.day).await?;
    let items = rows(call, &Scoring::current(&store).await?, found, at).await?;
    let (owners, segments) = (store.list_owners().await?, call.store.segments().await?);
    let page = Page { items, total, page: query.page, page_size: query.page_size };
    let history_from = history_from(call, at).await?;
    Ok(CustomerList { page, as_of: at.day, known_at: at.known_at, history_from, owners, segments })
}

/// The most customers that a search shows.
const FOUND: i64 = 7;

/// Returns the first active customers by name whose name or external id contains a text, with today's health.
pub async fn search_customers(call: &Call, text: &str) -> Result<FoundCustomers, AppError> {
    let search = CustomerQuery::from_pairs([("search", text)])?;
    let query = CustomerQuery { sort: Sort::Name, page_size: FOUND, ..search };
    let today = AsOf::from(call.today());
    let (found, total) = call.store.list_customers(&query, today.day).await?;
    let rows = rows(call, &Scoring::current(&call.store).await?, found, today).await?;
    let item = |row: CustomerRow| FoundCustomer {
        id: row.customer.id,
        name: row.customer.fields.name,
        external_id: row.customer.fields.external_id,
        segment: row.customer.fields.segment,
        score: row.health.score,
        band: row.health.band,
    };
    Ok(FoundCustomers { items: rows.into_iter().map(item).collect(), total })
}

/// Returns every customer that a query selects, in its order and regardless of its page, with the rules it was scored by.
pub async fn export_customers(call: &Call, query: &CustomerQuery) -> Result<(Vec<CustomerRow>, Arc<Rulebook>), AppError> {
    let at = query.at.resolve(call.today())?;
    let store = store_of(call, at).await?;
    let everything = CustomerQuery { page: 1, page_size: MAX_ROW, ..query.clone() };
    let (found, total) = store.list_customers(&everything, at.day).await?;
    if total > MAX_ROW {
        let message = format!("selects {total} customers; an export holds at most {MAX_ROW}, so narrow it");
        return Err(FieldErrors::one("filter", message).into());
    }
    let scoring = Scoring::current(&store).await?;
    Ok((rows(call, &scoring, found, at).await?, scoring.rulebook))
}

pub async fn get_customer(call: &Call, id: CustomerId) -> Result<Customer, AppError> {
    Ok(call.store.get_customer(id).await?)
}

/// Returns the read model of the form for a customer, or for a new one.
pub async fn get_edit_page(call: &Call, id: Option<CustomerId>) -> Result<EditPage, AppError> {
    let customer = match id {
        Some(id) => Some(call.store.get_customer(id).await?),
        None => None,
    };
    let (owners, segments) = (call.store.list_owners().await?, call.store.segments().await?);
    Ok(EditPage { customer, owners, segments, currency: call.settings.currency.clone() })
}

/// Returns the segments that the rules have.
pub async fn list_segments(call: &Call) -> Result<Segments, AppError> {
    Ok(call.store.segments().await?)
}

/// Returns the owners of all customers, in order.
pub async fn list_owners(call: &Call) -> Result<Vec<String>, AppError> {
    Ok(call.store.list_owners().await?)
}

pub async fn create_customer(call: &Call, input: CustomerInput) -> Result<Customer, AppError> {
    if input.version.is_some() {
        return Err(FieldErrors::one("version", "is not a field of a new customer").into());
    }
    let fields = input.parse(None, &call.store.segments().await?)?;
    Ok(call.store.create_customer(&fields, call.now).await?)
}

/// Changes the fields that were sent. `version` must be the one that was read.
pub async fn update_customer(call: &Call, id: CustomerId, input: CustomerInput) -> Result<Customer, AppError> {
    let stored = call.store.get_customer(id).await?;
    let Some(version) = input.version else {
        return Err(FieldErrors::one("version", "is required: send the version that you read").into());
    };
    let fields = input.parse(Some(&stored.fields), &call.store.segments().await?)?;
    Ok(call.store.update_customer(id, version, &fields, call.now).await?)
}

pub async fn archive_customer(call: &Call, id: CustomerId, reason: &str) -> Result<Customer, AppError> {
    let names = ArchiveReason::ALL.map(ArchiveReason::name).join(", ");
    let reason = ArchiveReason::parse(reason).ok_or_else(|| FieldErrors::one("reason", format!("must be one of {names}")))?;
    let archive = Archive { reason, date: call.today() };
    Ok(call.store.archive_customer(id, archive, call.now).await?)
}

/// Restores a customer. One that had churned starts anew, on `start_date` or today.
pub async fn restore_customer(call: &Call, id: CustomerId, start_date: Option<&str>) -> Result<Customer, AppError> {
    let mut errors = FieldErrors::default();
    let start = start_date.filter(|text| !text.trim().is_empty()).and_then(|text| parse_date(&mut errors, "startDate", text));
    let start = errors.or(|| start)?;
    Ok(call.store.restore_customer(id, start, call.now).await?)
}
