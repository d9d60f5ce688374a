//! Ids that an export gives to customers and events without one of their own. They contain the name of the database, so that
//! no two databases give the same. An export can so be imported into any database, and into its own without effect.

use crate::domain::{CustomerId, EventId};
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::Tx;
use crate::server::store::{Store, StoreResult};
use std::collections::HashMap;

/// The beginning of the ids that customers are given.
const CUSTOMER_PREFIX: &str = "customer-";
/// The beginning of the ids that events are given.
const EVENT_PREFIX: &str = "event-";

/// The name of a database.
#[derive(Clone, Debug)]
pub struct Origin(String);

impl Store {
    pub async fn origin(&self) -> StoreResult<Origin> {
        load_origin(&mut self.read().await?).await
    }
}

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the external id of a customer without one.
    pub fn name_customer(&self, id: CustomerId) -> String {
        format!("{CUSTOMER_PREFIX}{}-{id}", self.0)
    }

    /// Returns the message id of an event without one.
    pub fn name_event(&self, id: EventId) -> String {
        format!("{EVENT_PREFIX}{}-{id}", self.0)
    }

    fn id(&self, kind: &str, name: &str) -> Option<i64> {
        name.strip_prefix(kind)?.strip_prefix(&self.0)?.strip_prefix('-')?.parse().ok()
    }
}

async fn load_origin(tx: &mut Tx) -> StoreResult<Origin> {
    let (name,) = tx.one("SELECT name FROM origin", binds![]).await?;
    Ok(Origin(name))
}

/// Returns the names that are of this database's customers, with the ids.
pub async fn customers_named(tx: &mut Tx, names: Vec<&str>) -> StoreResult<HashMap<String, CustomerId>> {
    let ids = ids_named(tx, CUSTOMER_PREFIX, names).await?;
    Ok(ids.into_iter().map(|(name, id)| (name, CustomerId(id))).collect())
}

/// Returns the names that are of this database's events, with the ids.
pub async fn events_named(tx: &mut Tx, names: Vec<&str>) -> StoreResult<HashMap<String, EventId>> {
    let ids = ids_named(tx, EVENT_PREFIX, names).await?;
    Ok(ids.into_iter().map(|(name, id)| (name, EventId(id))).collect())
}

async fn ids_named(tx: &mut Tx, kind: &str, mut names: Vec<&str>) -> StoreResult<Vec<(String, i64)>> {
    names.retain(|name| name.starts_with(kind));
    // Nearly nothing that comes in was exported: then nothing is asked.
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let origin = load_origin(tx).await?;
    Ok(names.into_iter().filter_map(|name| Some((name.to_owned(), origin.id(kind, name)?))).collect())
}
