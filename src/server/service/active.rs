//! A walk through the active customers with today's health, for rules that are tried on all of them.

use crate::domain::NaiveDate;
use crate::scoring::Facts;
use crate::server::store::{CurrentHealth, Reach, Store};
use crate::wire::AppError;
use std::collections::HashMap;

/// The customers that are held in memory with their facts at a time.
const CUSTOMERS_IN_MEMORY: i64 = 500;

/// Hands each active customer to `add`, by id, with its facts where `needs_facts`.
pub async fn each_active(
    store: &Store,
    reach: &Reach,
    today: NaiveDate,
    needs_facts: impl Fn(&CurrentHealth) -> bool,
    mut add: impl FnMut(CurrentHealth, Option<&Facts>),
) -> Result<(), AppError> {
    let mut last = None;
    loop {
        let chunk = store.list_active_after(last, CUSTOMERS_IN_MEMORY, today).await?;
        let Some(end) = chunk.last() else { return Ok(()) };
        last = Some(end.customer.id);
        let needed: Vec<_> = chunk.iter().filter(|row| needs_facts(row)).map(|row| row.customer.id).collect();
        let facts = match needed.is_empty() {
            true => HashMap::new(),
            false => store.load_facts_of(&needed, reach.clone(), today).await?,
        };
        for row in chunk {
            let facts = facts.get(&row.customer.id);
            add(row, facts);
        }
    }
}
