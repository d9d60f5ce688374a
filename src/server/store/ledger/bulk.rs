//! Changes many customers in one transaction, and undoes such a change.

use crate::domain::bulk::{Chosen, KeptCustomer, UNDO_DAYS};
use crate::domain::{
    Archive, ArchiveReason, BulkChange, BulkChangeId, BulkReport, BulkUndoReport, Customer, CustomerFields, CustomerId, Segments,
};
use crate::server::store::ledger::customers::{restore, set_archive};
use crate::server::store::ledger::outcomes::{forget_churn, leave_again};
use crate::server::store::ledger::rules::{require_segment, write_segments};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::bulk_changes::{FormerCustomer, FormerState, insert_bulk_change, take_bulk_change};
use crate::server::store::tables::customers::{lock_customers, no_customer, set_customer_archive, set_customer_fields};
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Duration, Utc};
use std::collections::HashMap;

/// The most customers that an error names.
const NAMED: usize = 5;

impl Store {
    /// Changes all chosen customers, or none. Conflict when somebody has changed one of them since its version was read.
    pub async fn change_customers(&self, chosen: &Chosen, change: &BulkChange, now: DateTime<Utc>) -> StoreResult<BulkReport> {
        let (mut tx, segments) = write_segments(&self.db).await?;
        if let BulkChange::Segment(segment) = change {
            require_segment(&segments, *segment)?;
        }
        let found = lock_chosen(&mut tx, chosen.keys().copied().collect()).await?;
        let mut stale = Vec::new();
        for (id, version) in chosen {
            let customer = found.get(id).ok_or_else(|| no_customer(*id))?;
            if customer.version != *version {
                stale.push(customer.fields.name.as_str());
            }
        }
        if !stale.is_empty() {
            return Err(StoreError::Conflict(format!(
                "{} changed meanwhile: read them again, then change them; nothing was changed",
                names(&stale)
            )));
        }
        let mut former = Vec::new();
        for customer in chosen.keys().filter_map(|id| found.get(id)) {
            if let Some(state) = apply(&mut tx, customer, change, now).await? {
                former.push(FormerCustomer { id: customer.id.0, version: customer.version + 1, state });
            }
        }
        let changed = former.len();
        let id = match former.is_empty() {
            true => None,
            false => Some(insert_bulk_change(&mut tx, &former, now, now - Duration::days(UNDO_DAYS)).await?),
        };
        tx.commit().await?;
        Ok(BulkReport { id, changed: changed as i64, unchanged: (chosen.len() - changed) as i64 })
    }

    /// Makes customers what they were before a change. Those that somebody has changed since are left alone, and those whose segment
    /// the rules have no more.
    pub async fn undo_bulk_change(&self, id: BulkChangeId, now: DateTime<Utc>) -> StoreResult<BulkUndoReport> {
        let (mut tx, segments) = write_segments(&self.db).await?;
        let former = take_bulk_change(&mut tx, id, now).await?;
        let found = lock_chosen(&mut tx, former.iter().map(|one| CustomerId(one.id)).collect()).await?;
        let mut report = BulkUndoReport::default();
        for FormerCustomer { id, version, state } in former {
            let id = CustomerId(id);
            match found.get(&id) {
                Some(customer) if customer.version == version && !is_of_removed_segment(&state, &segments) => {
                    give_back(&mut tx, customer, state, now).await?;
                    report.restored += 1;
                }
                changed => {
                    let name = changed.map_or_else(|| format!("customer {id}"), |customer| customer.fields.name.clone());
                    report.kept.push(KeptCustomer { id, name });
                }
            }
        }
        tx.commit().await?;
        Ok(report)
    }
}

fn is_of_removed_segment(state: &FormerState, segments: &Segments) -> bool {
    matches!(state, FormerState::Segment(segment) if !segments.contains(*segment))
}

async fn lock_chosen(tx: &mut Tx, ids: Vec<CustomerId>) -> StoreResult<HashMap<CustomerId, Customer>> {
    let rows = lock_customers(tx, &ids).await?;
    rows.iter().map(|row| Ok((CustomerId(row.id), row.customer()?))).collect()
}

/// Changes a locked customer, and returns what it was before. Does nothing when it is so already.
async fn apply(tx: &mut Tx, customer: &Customer, change: &BulkChange, now: DateTime<Utc>) -> StoreResult<Option<FormerState>> {
    let before = &customer.fields;
    let (fields, former) = match change {
        BulkChange::Owner(owner) if *owner != before.owner => {
            (CustomerFields { owner: owner.clone(), ..before.clone() }, FormerState::Owner(before.owner.clone()))
        }
        BulkChange::Segment(segment) if *segment != before.segment => {
            (CustomerFields { segment: *segment, ..before.clone() }, FormerState::Segment(before.segment))
        }
        BulkChange::Archive(Some(reason)) if customer.archived.is_none() => {
            set_archive(tx, customer, Archive { reason: *reason, date: now.date_naive() }, now).await?;
            return Ok(Some(FormerState::Archived(None)));
        }
        BulkChange::Archive(None) => {
            let Some(archive) = customer.archived else { return Ok(None) };
            restore(tx, customer, archive, now.date_naive(), now).await?;
            return Ok(Some(FormerState::Left(archive, before.start_date)));
        }
        _ => return Ok(None),
    };
    set_customer_fields(tx, customer.id, &fields, now).await?;
    Ok(Some(former))
}

/// Makes a locked customer what it was before.
async fn give_back(tx: &mut Tx, customer: &Customer, state: FormerState, now: DateTime<Utc>) -> StoreResult<()> {
    let fields = customer.fields.clone();
    match state {
        FormerState::Owner(owner) => set_customer_fields(tx, customer.id, &CustomerFields { owner, ..fields }, now).await,
        FormerState::Segment(segment) => set_customer_fields(tx, customer.id, &CustomerFields { segment, ..fields }, now).await,
        FormerState::Archived(archive) => {
            if let (None, Some(Archive { reason: ArchiveReason::Churned, date })) = (archive, customer.archived) {
                forget_churn(tx, customer.id, date, "The change of many customers was undone", now).await?;
            }
            set_customer_archive(tx, customer.id, archive).await
        }
        FormerState::Left(archive, _) if archive.reason != ArchiveReason::Churned => {
            set_customer_archive(tx, customer.id, Some(archive)).await
        }
        FormerState::Left(archive, start) => leave_again(tx, customer.id, archive, start, now).await,
    }
}

/// "Acme, Bolt and 3 more were", "Acme was"
fn names(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let (shown, verb) = (names[..names.len() - more].join(", "), if names.len() == 1 { "was" } else { "were" });
    if more > 0 { format!("{shown} and {more} more {verb}") } else { format!("{shown} {verb}") }
}
