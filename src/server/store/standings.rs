//! Where customers stand while events come in. Events of today are added to the stored measurements, without looking at
//! any fact; whatever touches the past, or invoices, is measured from all facts.

use super::customers::CustomerRecord;
use super::db::Tx;
use super::facts::{self, Known};
use super::health::{self, Rules};
use super::plan::{Plan, Step};
use super::{Incoming, StoreError, StoreResult};
use crate::domain::{CustomerId, Health, NaiveDate};
use crate::scoring::{self, DailyCount, Facts, Invoice, Measurements, Scores};
use std::collections::{HashMap, HashSet};

pub(super) struct Standings<'a>(HashMap<CustomerId, Standing<'a>>);

enum Standing<'a> {
    Carried(Carried<'a>),
    Facts(Facts),
}

/// Stored health that is carried on.
struct Carried<'a> {
    row: &'a CustomerRecord,
    before: Scores,
    measured: Measurements,
}

impl<'a> Standings<'a> {
    /// Loads the standings of every customer that the plan is about.
    pub(super) async fn load(tx: &mut Tx, plan: &'a Plan<'_>, rules: &Rules, moves: bool, today: NaiveDate) -> StoreResult<Self> {
        let (mut standings, rest) = Self::carried(plan, rules, moves, today)?;
        let found = facts::load(tx, &rest, rules.reach(today), today).await?;
        standings.0.extend(found.into_iter().map(|(id, facts)| (id, Standing::Facts(facts))));
        Ok(standings)
    }

    /// Carries on the standings of customers whose stored health can be; the rest come back.
    pub(super) fn carried(plan: &'a Plan<'_>, rules: &Rules, moves: bool, today: NaiveDate) -> StoreResult<(Self, Vec<Known>)> {
        let needs_facts: HashSet<_> = plan
            .steps
            .iter()
            .zip(plan.incoming)
            .filter(|(step, one)| matches!(step, Step::Append(_)) && !is_of_today(one, today))
            .map(|(_, one)| one.customer)
            .collect();
        let (mut standings, mut rest) = (Self(HashMap::with_capacity(plan.customers.len())), Vec::new());
        for row in &plan.customers {
            let id = CustomerId(row.id);
            if moves || needs_facts.contains(&id) || !row.is_scored_on(rules.basis(today)) {
                rest.push(row.known());
                continue;
            }
            let measured = row.measured()?;
            let before = Scores::of(&measured, &rules.scorecard);
            standings.0.insert(id, Standing::Carried(Carried { row, before, measured }));
        }
        standings.give_up(plan, rules, today, &mut rest);
        Ok((standings, rest))
    }

    /// Leaves those to their facts that cannot be carried on to the end.
    fn give_up(&mut self, plan: &Plan<'_>, rules: &Rules, today: NaiveDate, rest: &mut Vec<Known>) {
        let mut ends = HashMap::new();
        for (step, one) in plan.steps.iter().zip(plan.incoming) {
            if let (Step::Append(_), Some(Standing::Carried(carried))) = (step, self.0.get(&one.customer)) {
                let end = ends.entry(one.customer).or_insert_with(|| carried.measured.clone());
                end.add(&one.event.body, &rules.scorecard);
            }
        }
        for (id, measured) in ends {
            if let Some(Standing::Carried(carried)) = self.0.get(&id)
                && (!measured.names_features() || carried.row.carried_on(&carried.before, &measured, rules, today).is_none())
            {
                rest.push(carried.row.known());
                self.0.remove(&id);
            }
        }
    }

    pub(super) fn has(&self, id: CustomerId) -> bool {
        self.0.contains_key(&id)
    }

    pub(super) fn health(&self, id: CustomerId, rules: &Rules, today: NaiveDate) -> StoreResult<Health> {
        Ok(match self.0.get(&id) {
            Some(Standing::Carried(carried)) => scoring::score(id, &carried.measured, &rules.scorecard, today),
            Some(Standing::Facts(facts)) => rules.health(id, facts, today),
            None => rules.health(id, &Facts::default(), today),
        })
    }

    /// Adds an event, with what its invoice then is.
    pub(super) fn add(&mut self, Incoming { customer, event, .. }: &Incoming, invoice: Option<&Invoice>, rules: &Rules) {
        match self.0.get_mut(customer) {
            Some(Standing::Carried(carried)) => carried.measured.add(&event.body, &rules.scorecard),
            Some(Standing::Facts(facts)) => {
                let (key, count) = event.body.activity();
                facts.daily.push(DailyCount { day: event.day(), kind: event.body.kind(), key: key.to_owned(), count });
                facts.first_fact_on = facts.first_fact_on.into_iter().chain([event.day()]).min();
                if let Some(invoice) = invoice {
                    facts.invoices.retain(|known| known.number != invoice.number);
                    facts.invoices.push(invoice.clone());
                }
            }
            None => {}
        }
    }

    /// The stored row of a customer after its events.
    pub(super) fn row(&self, known: &Known, rules: &Rules, today: NaiveDate) -> StoreResult<Vec<super::bind::Bind>> {
        match self.0.get(&known.id) {
            Some(Standing::Carried(carried)) => {
                let scored = carried.row.carried_on(&carried.before, &carried.measured, rules, today);
                scored.ok_or_else(|| StoreError::Corrupt(format!("customer {} was carried on too far", known.id)))?.row(
                    known,
                    facts::earliest(&known.first_facts),
                    rules,
                    today,
                )
            }
            Some(Standing::Facts(facts)) => health::row(known, facts, rules, today),
            None => Err(StoreError::NotFound(format!("customer {}", known.id))),
        }
    }
}

/// Returns whether the event can be added to today's measurements.
fn is_of_today(one: &Incoming, today: NaiveDate) -> bool {
    one.event.day() == today && !one.event.body.kind().is_invoice()
}
