//! Customers of an import: new ones are created, known ones are changed where they differ. Events come in through `intake`.

use crate::domain::letters::composed;
use crate::domain::{Customer, CustomerFields, CustomerId, CustomerInput, FieldErrors, ImportCounts, ImportId, Segment};
use crate::server::store::ledger::rules::write_segments;
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::json::json;
use crate::server::store::tables::customers::{
    insert_customer, load_exported_customers, lock_customers, set_customer_fields, spellings,
};
use crate::server::store::tables::imports::{add_import_counts, hold_import};
use crate::server::store::{Attempt, Store, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

impl Store {
    /// Creates the customers whose external ids are new, and changes of the others what differs; in one transaction.
    /// Each input has an external id; an absent field stays as it is, and is as in `defaults` where the customer is new.
    /// Health is stale until [`Store::rescore`].
    pub async fn import_customers(
        &self,
        mut to: Destination<'_>,
        rows: &[CustomerInput],
        defaults: &CustomerInput,
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<Result<CustomerChange, FieldErrors>>> {
        let (mut tx, segments) = write_segments(&self.db).await?;
        let counts = match to {
            Destination::Import(attempt) => hold_import(&mut tx, attempt).await?,
            Destination::DryRun(..) => ImportCounts::default(),
        };
        let segments = match &to {
            Destination::DryRun(.., added) => segments.and(added.iter().copied()),
            Destination::Import(_) => segments,
        };
        let mut known = load_by_external_id(&mut tx, rows).await?;
        let mut changes = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let given = external_id(row);
            let external = if known.contains_key(&given) { given } else { composed(&given) };
            let stored = known.get(&external).cloned();
            let before = match &to {
                Destination::DryRun(pending, ..) => {
                    pending.get(&external).cloned().or(stored.as_ref().map(|known| known.fields.clone()))
                }
                Destination::Import(_) => stored.as_ref().map(|known| known.fields.clone()),
            };
            let mut row = if before.is_none() { row.clone().or(defaults) } else { row.clone() };
            if before.is_some() {
                // The id has told the customer. It may be one that an export has given, and is not its own.
                row.external_id = None;
            }
            let fields = match row.parse(before.as_ref(), &segments) {
                Ok(fields) => fields,
                Err(errors) => {
                    changes.push(Err(errors));
                    continue;
                }
            };
            let customer = stored.as_ref().map(|known| known.id);
            let is_archived = stored.as_ref().is_some_and(|known| known.is_archived);
            let change = match (&before, &mut to) {
                (Some(before), _) if *before == fields => CustomerChange::Unchanged,
                (before, Destination::DryRun(pending, differences, _)) => {
                    pending.insert(external.clone(), fields.clone());
                    let (before, after) = (before.clone(), fields.clone());
                    differences.push(Difference { place, before, after, is_archived });
                    match &differences[differences.len() - 1].before {
                        None => CustomerChange::Created(None),
                        Some(_) => CustomerChange::Updated(None),
                    }
                }
                (before, Destination::Import(attempt)) => {
                    write_customer(&mut tx, attempt.import, customer, before.as_ref(), &fields, now).await?
                }
            };
            if let CustomerChange::Created(Some(id)) | CustomerChange::Updated(Some(id)) = change {
                known.insert(external, ImportedCustomer { id, fields, is_archived });
            }
            changes.push(Ok(change));
        }
        if let Destination::Import(attempt) = to {
            add_import_counts(&mut tx, attempt, counts, count_changes(&changes), now).await?;
            tx.commit().await?;
        }
        Ok(changes)
    }
}

/// The outcome of a customer's row. A dry run writes no customer, and so tells no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerChange {
    Created(Option<CustomerId>),
    Updated(Option<CustomerId>),
    Unchanged,
}

/// Where a row of customers goes.
pub enum Destination<'a> {
    Import(Attempt),
    /// Nowhere. The first part holds the customers as earlier rows of the file would have made them; the second collects what
    /// each row would change. The third are segments that the import would add to the rules.
    DryRun(&'a mut HashMap<String, CustomerFields>, &'a mut Vec<Difference>, &'a [Segment]),
}

/// The changes that a row would make.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The row's place among the rows.
    pub place: usize,
    pub before: Option<CustomerFields>,
    pub after: CustomerFields,
    pub is_archived: bool,
}

/// Counts the outcomes of rows of customers.
pub fn count_changes(changes: &[Result<CustomerChange, FieldErrors>]) -> ImportCounts {
    let mut counts = ImportCounts { rows: changes.len() as i64, ..ImportCounts::default() };
    for change in changes {
        match change {
            Ok(CustomerChange::Created(_)) => counts.created += 1,
            Ok(CustomerChange::Updated(_)) => counts.updated += 1,
            Ok(CustomerChange::Unchanged) => counts.unchanged += 1,
            Err(_) => counts.rejected += 1,
        }
    }
    counts
}

pub fn external_id(row: &CustomerInput) -> String {
    row.external_id.clone().flatten().unwrap_or_default().trim().to_owned()
}

/// A customer that rows are about.
#[derive(Clone)]
pub struct ImportedCustomer {
    id: CustomerId,
    fields: CustomerFields,
    is_archived: bool,
}

impl From<Customer> for ImportedCustomer {
    fn from(customer: Customer) -> Self {
        Self { id: customer.id, is_archived: customer.archived.is_some(), fields: customer.fields }
    }
}

async fn load_by_external_id(tx: &mut Tx, rows: &[CustomerInput]) -> StoreResult<HashMap<String, ImportedCustomer>> {
    let ids: Vec<_> = rows.iter().map(external_id).collect();
    let sql = format!("SELECT id FROM customers WHERE external_id {}", tx.one_of());
    let found: Vec<(i64,)> = tx.all(AssertSqlSafe(sql), binds![spellings(&ids)]).await?;
    let exported = load_exported_customers(tx, &ids).await?;
    let exported: HashMap<_, _> = exported.into_iter().map(|(name, record)| (record.id, name)).collect();
    let found: Vec<_> = found.iter().map(|(id,)| id).chain(exported.keys()).map(|id| CustomerId(*id)).collect();
    let mut known = HashMap::new();
    for record in lock_customers(tx, &found).await? {
        let customer = record.customer()?;
        let name = customer.fields.external_id.clone().or_else(|| exported.get(&record.id).cloned());
        known.extend(name.map(|name| (name, customer.into())));
    }
    Ok(known)
}

async fn write_customer(
    tx: &mut Tx,
    import: ImportId,
    customer: Option<CustomerId>,
    before: Option<&CustomerFields>,
    fields: &CustomerFields,
    now: DateTime<Utc>,
) -> StoreResult<CustomerChange> {
    let (id, change) = match customer {
        None => {
            let id = insert_customer(tx, fields, now, false).await?;
            (id, CustomerChange::Created(Some(id)))
        }
        Some(id) => {
            set_customer_fields(tx, id, fields, now).await?;
            (id, CustomerChange::Updated(Some(id)))
        }
    };
    // What it was before the import's first row about it stays what it was before the import.
    let sql = "INSERT INTO import_customers (import_id, customer_id, previous, imported) VALUES ($1, $2, $3, $4)
               ON CONFLICT (import_id, customer_id) DO UPDATE SET imported = excluded.imported";
    let previous = before.map(json).transpose()?;
    tx.execute(sql, binds![import.0, id, previous, json(fields)?]).await?;
    Ok(change)
}
