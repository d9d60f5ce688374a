//! Customers: list, create, change, archive and restore.

use super::health::{Scoring, rows, store_of};
use crate::domain::list::MAX_ROW;
use crate::domain::{
    Archive, ArchiveReason, Customer, CustomerId, CustomerInput, CustomerList, CustomerQuery, CustomerRow, FieldErrors, Page,
};
use crate::server::Call;
use crate::wire::AppError;
use crate::wire::pages::EditPage;

/// Returns one page of the customers that a query selects, with their health as of the query's day.
pub async fn list_customers(call: &Call, query: &CustomerQuery) -> Result<CustomerList, AppError> {
    let at = query.at.resolve(call.today())?;
    let store = store_of(call, at).await?;
    let (found, total) = store.list_customers(query, at.day).await?;
    let items = rows(call, &Scoring::current(&store).await?, found, at).await?;
    let owners = store.list_owners().await?;
    let page = Page { items, total, page: query.page, page_size: query.page_size };
    Ok(CustomerList { page, as_of: at.day, known_at: at.known_at, owners })
}

/// Returns every customer that a query selects, in its order and regardless of its page.
pub async fn export_customers(call: &Call, query: &CustomerQuery) -> Result<Vec<CustomerRow>, AppError> {
    let at = query.at.resolve(call.today())?;
    let store = store_of(call, at).await?;
    let everything = CustomerQuery { page: 1, page_size: MAX_ROW, ..query.clone() };
    let (found, total) = store.list_customers(&everything, at.day).await?;
    if total > MAX_ROW {
        let message = format!("selects {total} customers; an export holds at most {MAX_ROW}, so narrow it");
        return Err(FieldErrors::one("filter", message).into());
    }
    rows(call, &Scoring::current(&store).await?, found, at).await
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
    let owners = call.store.list_owners().await?;
    Ok(EditPage { customer, owners, currency: call.settings.currency.clone() })
}

/// Returns the owners of all customers, in order.
pub async fn list_owners(call: &Call) -> Result<Vec<String>, AppError> {
    Ok(call.store.list_owners().await?)
}

pub async fn create_customer(call: &Call, input: CustomerInput) -> Result<Customer, AppError> {
    if input.version.is_some() {
        return Err(FieldErrors::one("version", "is not a field of a new customer").into());
    }
    let fields = input.parse(None)?;
    Ok(call.store.create_customer(&fields, call.now).await?)
}

/// Changes the fields that were sent. `version` must be the one that was read.
pub async fn update_customer(call: &Call, id: CustomerId, input: CustomerInput) -> Result<Customer, AppError> {
    let stored = call.store.get_customer(id).await?;
    let Some(version) = input.version else {
        return Err(FieldErrors::one("version", "is required: send the version that you read").into());
    };
    let fields = input.parse(Some(&stored.fields))?;
    Ok(call.store.update_customer(id, version, &fields, call.now).await?)
}

pub async fn archive_customer(call: &Call, id: CustomerId, reason: &str) -> Result<Customer, AppError> {
    let names = ArchiveReason::ALL.map(ArchiveReason::name).join(", ");
    let reason = ArchiveReason::parse(reason).ok_or_else(|| FieldErrors::one("reason", format!("must be one of {names}")))?;
    let archive = Archive { reason, date: call.today() };
    Ok(call.store.archive_customer(id, Some(archive)).await?)
}

pub async fn restore_customer(call: &Call, id: CustomerId) -> Result<Customer, AppError> {
    Ok(call.store.archive_customer(id, None).await?)
}
