//! Keeps what became of customers. Who churned is archived in the same transaction, and who comes back has a new start date.

use crate::domain::{
    Archive, ArchiveReason, Customer, CustomerId, ImportId, NaiveDate, Outcome, OutcomeFacts, OutcomeId, OutcomeKind, Window,
};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::{
    CustomerRecord, Life, get_customer_record, load_known_customers, lock_customer, lock_customers, no_customer,
    set_customer_archive, set_customer_life,
};
use crate::server::store::tables::imports::{add_import_counts, hold_import};
use crate::server::store::tables::outcomes::{
    as_listed, customers_of_import, end_outcomes, find_standing, get_outcome, insert_outcome, last_churned, load_former_start,
    load_reasons, standing_of_import,
};
use crate::server::store::{Attempt, KeptOutcome, Store, StoreError, StoreResult, Verdict, count_verdicts};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap, HashSet};

impl Store {
    /// Keeps an outcome. The same again is a repeat; another content of the same kind and day is a conflict.
    pub async fn add_outcome(&self, customer: CustomerId, facts: &OutcomeFacts, now: DateTime<Utc>) -> StoreResult<KeptOutcome> {
        let mut tx = self.write().await?;
        let row = lock_customer(&mut tx, customer).await?;
        let reasons = load_reasons(&mut tx).await?;
        let kept = keep_outcome(&mut tx, &row.customer()?, facts, &reasons, None, now).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Takes an outcome back: it stays visible and no longer counts. Who was archived by it is active again. Conflict when it is
    /// taken back already.
    pub async fn retract_outcome(&self, id: OutcomeId, reason: &str, now: DateTime<Utc>) -> StoreResult<Outcome> {
        let customer = get_outcome(&mut self.read().await?, id).await?.customer_id;
        let mut tx = self.write().await?;
        let row = lock_customer(&mut tx, customer).await?;
        let outcome = get_outcome(&mut tx, id).await?;
        if outcome.retraction.is_some() {
            return Err(StoreError::Conflict(format!("outcome {id} is retracted already")));
        }
        take_back(&mut tx, &row, &[outcome], reason, now).await?;
        let outcome = get_outcome(&mut tx, id).await?;
        tx.commit().await?;
        Ok(outcome)
    }
}

impl Store {
    /// Returns which outcomes would be accepted, without writing anything.
    pub async fn check_outcomes(&self, told: &[(CustomerId, OutcomeFacts)]) -> StoreResult<Vec<Verdict<()>>> {
        let mut tx = self.read().await?;
        let reasons = load_reasons(&mut tx).await?;
        let known: HashSet<_> = load_known_customers(&mut tx, &customers_of(told)).await?.into_iter().map(|one| one.id).collect();
        let mut verdicts = Vec::with_capacity(told.len());
        for (customer, facts) in told {
            verdicts.push(match known.contains(customer) {
                true => match compare(&mut tx, *customer, facts, &reasons).await {
                    Ok((_, None)) => Verdict::Accepted(()),
                    Ok((_, Some(_))) => Verdict::Duplicate(()),
                    Err(error) => refused(error)?,
                },
                false => Verdict::Refused("customerId", no_customer(*customer)),
            });
        }
        Ok(verdicts)
    }

    /// Keeps outcomes of an import in one transaction.
    pub async fn import_outcomes(
        &self,
        attempt: Attempt,
        told: &[(CustomerId, OutcomeFacts)],
        now: DateTime<Utc>,
    ) -> StoreResult<Vec<Verdict<()>>> {
        let mut tx = self.write().await?;
        let counts = hold_import(&mut tx, attempt).await?;
        let reasons = load_reasons(&mut tx).await?;
        let rows = lock_customers(&mut tx, &customers_of(told)).await?;
        let mut known: HashMap<_, _> =
            rows.iter().map(|row| Ok((CustomerId(row.id), row.customer()?))).collect::<StoreResult<_>>()?;
        let mut verdicts = Vec::with_capacity(told.len());
        for (id, facts) in told {
            let Some(customer) = known.get(id) else {
                verdicts.push(Verdict::Refused("customerId", no_customer(*id)));
                continue;
            };
            verdicts.push(match keep_outcome(&mut tx, customer, facts, &reasons, Some(attempt.import), now).await {
                Ok(KeptOutcome { repeated: false, .. }) => Verdict::Accepted(()),
                Ok(KeptOutcome { repeated: true, .. }) => Verdict::Duplicate(()),
                Err(error) => refused(error)?,
            });
            if facts.kind == OutcomeKind::Churned {
                known.insert(*id, get_customer_record(&mut tx, *id).await?.customer()?);
            }
        }
        add_import_counts(&mut tx, attempt, counts, count_verdicts(&verdicts), now).await?;
        tx.commit().await?;
        Ok(verdicts)
    }

    /// Takes back the outcomes that an import has brought of up to `limit` customers. Returns these customers, and how many
    /// outcomes; nobody when none is left.
    pub async fn retract_imported_outcomes(
        &self,
        attempt: Attempt,
        limit: i64,
        reason: &str,
        now: DateTime<Utc>,
    ) -> StoreResult<(Vec<CustomerId>, i64)> {
        let mut tx = self.write().await?;
        hold_import(&mut tx, attempt).await?;
        let customers = customers_of_import(&mut tx, attempt.import, limit).await?;
        let rows = lock_customers(&mut tx, &customers).await?;
        let mut outcomes = HashMap::<_, Vec<_>>::new();
        for outcome in standing_of_import(&mut tx, attempt.import, &customers).await? {
            outcomes.entry(outcome.customer_id.0).or_default().push(outcome);
        }
        let mut retracted = 0;
        for row in &rows {
            let Some(outcomes) = outcomes.get(&row.id) else { continue };
            take_back(&mut tx, row, outcomes, reason, now).await?;
            retracted += outcomes.len() as i64;
        }
        tx.commit().await?;
        Ok((customers, retracted))
    }
}

/// Returns the customers whom outcomes are told of, each once.
fn customers_of(told: &[(CustomerId, OutcomeFacts)]) -> Vec<CustomerId> {
    let customers: BTreeSet<_> = told.iter().map(|(customer, _)| *customer).collect();
    customers.into_iter().collect()
}

/// Returns the verdict of a contradiction; any other error comes back.
fn refused(error: StoreError) -> StoreResult<Verdict<()>> {
    match error {
        StoreError::Conflict(_) => Ok(Verdict::Refused("outcome", error)),
        error => Err(error),
    }
}

/// Compares what is told with the outcome that stands. Returns the facts as they are spelled here, and the outcome when it says the
/// same. Another content is a conflict.
async fn compare(
    tx: &mut Tx,
    customer: CustomerId,
    facts: &OutcomeFacts,
    reasons: &[String],
) -> StoreResult<(OutcomeFacts, Option<Outcome>)> {
    let standing = find_standing(tx, customer, facts.kind, facts.day).await?;
    // A reason is told in any letter case, and may have left the list since.
    let kept = standing.iter().filter_map(|outcome| outcome.facts.reason.clone());
    let known: Vec<_> = kept.chain(reasons.iter().cloned()).collect();
    let facts = OutcomeFacts { reason: facts.reason.as_deref().map(|reason| as_listed(&known, reason)), ..facts.clone() };
    match standing {
        Some(outcome) if outcome.facts != facts => Err(StoreError::Conflict(format!(
            "customer {customer} has {} on {} with another content already (outcome {}): retract that first",
            facts.kind.name(),
            facts.day,
            outcome.id
        ))),
        standing => Ok((facts, standing)),
    }
}

/// Keeps an outcome of a locked customer, and archives it when it has churned since it started.
pub async fn keep_outcome(
    tx: &mut Tx,
    customer: &Customer,
    facts: &OutcomeFacts,
    reasons: &[String],
    import: Option<ImportId>,
    now: DateTime<Utc>,
) -> StoreResult<KeptOutcome> {
    let (facts, standing) = compare(tx, customer.id, facts, reasons).await?;
    if let Some(outcome) = standing {
        return Ok(KeptOutcome { outcome, repeated: true });
    }
    let id = insert_outcome(tx, customer, &facts, import, now).await?;
    if facts.kind == OutcomeKind::Churned && archives(customer, facts.day) {
        set_customer_archive(tx, customer.id, Some(Archive { reason: ArchiveReason::Churned, date: facts.day })).await?;
    }
    tx.changed(customer.id);
    Ok(KeptOutcome { outcome: get_outcome(tx, id).await?, repeated: false })
}

/// Returns whether a customer that churned on a day is archived since then: unless it has come back, or is archived already.
fn archives(customer: &Customer, day: NaiveDate) -> bool {
    let has_come_back = customer.fields.start_date.is_some_and(|start| day < start);
    !has_come_back && customer.archived.is_none_or(|Archive { reason, date }| reason == ArchiveReason::Churned && date < day)
}

/// Takes outcomes of a locked customer back that stand. It is active again when it was archived by one of them, unless it had
/// churned before, too. When it came back after one of them, it has its former start date again.
pub async fn take_back(
    tx: &mut Tx,
    row: &CustomerRecord,
    outcomes: &[Outcome],
    reason: &str,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    let customer = row.customer()?;
    let ids: Vec<_> = outcomes.iter().map(|outcome| outcome.id).collect();
    end_outcomes(tx, &ids, reason, now).await?;
    tx.changed(customer.id);
    let churned: Vec<_> = outcomes.iter().filter(|outcome| outcome.facts.kind == OutcomeKind::Churned).collect();
    let start = customer.fields.start_date;
    if let Some(Archive { reason: ArchiveReason::Churned, date }) = customer.archived
        && churned.iter().any(|outcome| outcome.facts.day == date)
    {
        let before = last_churned(tx, customer.id, Window { from: start.unwrap_or(NaiveDate::MIN), to: date }).await?;
        let archive = before.map(|date| Archive { reason: ArchiveReason::Churned, date });
        return set_customer_archive(tx, customer.id, archive).await;
    }
    let Some(start) = start.filter(|_| row.came_back) else { return Ok(()) };
    let before = last_churned(tx, customer.id, Window { from: NaiveDate::MIN, to: start }).await?;
    let ended_then = |day: NaiveDate| day <= start && before.is_none_or(|before| before < day);
    let undone = churned.into_iter().filter(|outcome| ended_then(outcome.facts.day)).min_by_key(|outcome| outcome.facts.day);
    if let Some(undone) = undone {
        let start = load_former_start(tx, undone.id).await?;
        let life = Life { archive: customer.archived, start, came_back: before.is_some() };
        set_customer_life(tx, customer.id, life, now).await?;
    }
    Ok(())
}

/// Archives a locked customer again that came back, with the start date that it had.
pub async fn leave_again(
    tx: &mut Tx,
    id: CustomerId,
    archive: Archive,
    start: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    let came_back = match start {
        Some(start) => {
            last_churned(tx, id, Window { from: NaiveDate::MIN, to: start }).await?.is_some_and(|day| day < archive.date)
        }
        None => false,
    };
    set_customer_life(tx, id, Life { archive: Some(archive), start, came_back }, now).await
}

/// Notes that a locked customer has churned on the day on which it is archived, unless that is known.
pub async fn note_churn(tx: &mut Tx, customer: &Customer, day: NaiveDate, now: DateTime<Utc>) -> StoreResult<()> {
    if find_standing(tx, customer.id, OutcomeKind::Churned, day).await?.is_some() {
        return Ok(());
    }
    let facts = OutcomeFacts {
        kind: OutcomeKind::Churned,
        day,
        arr_before_cents: customer.fields.arr_cents,
        arr_after_cents: Some(0),
        reason: None,
        involuntary: false,
    };
    insert_outcome(tx, customer, &facts, None, now).await.map(|_| ())
}

/// Takes back that a locked customer churned on a day, if it is known.
pub async fn forget_churn(
    tx: &mut Tx,
    customer: CustomerId,
    day: NaiveDate,
    reason: &str,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    let churned: Vec<_> = find_standing(tx, customer, OutcomeKind::Churned, day).await?.into_iter().map(|one| one.id).collect();
    end_outcomes(tx, &churned, reason, now).await
}
