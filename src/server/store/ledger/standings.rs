//! Where customers stand while events come in. Events of today are added to the stored measurements, without looking at
//! any fact; whatever touches the past, or invoices, is measured from all facts.

use crate::domain::band_runs::BandRuns;
use crate::domain::{Band, CustomerId, EventBody, Health, NaiveDate, Points, Scorecard, Source};
use crate::scoring::{self, DailyCount, Facts, Measurements, ReadingFact, Scores};
use crate::server::store::ledger::facts::load_facts;
use crate::server::store::ledger::health::NewHealth;
use crate::server::store::ledger::plan::{Plan, Step};
use crate::server::store::ledger::rules::Rules;
use crate::server::store::sql::bind::day;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customer_health::Scored;
use crate::server::store::tables::customers::{CustomerRecord, Known};
use crate::server::store::{Incoming, StoreError, StoreResult};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

pub struct Standings<'a>(HashMap<CustomerId, ScoredFrom<'a>>);

enum ScoredFrom<'a> {
    Carried(Box<Carried<'a>>),
    Facts(Box<Facts>),
}

/// Stored health that is carried on.
struct Carried<'a> {
    row: &'a CustomerRecord,
    /// The scorecard that the customer has today. No event of today gives it another while it has data.
    scorecard: &'a Scorecard,
    before: Scores,
    measured: Measurements,
}

impl Carried<'_> {
    /// Returns today's health after more events of today, while its band's beginning and its past stay what they are; else
    /// `None`, and the facts have to tell.
    fn on_with<'a>(&'a self, measured: &'a Measurements, today: NaiveDate) -> Option<Scored<'a>> {
        let Self { row, before, .. } = self;
        let scores = Scores::of(measured, self.scorecard);
        let band_began = day(row.band_since_day);
        let band_since = match before.band == scores.band {
            true => band_began,
            // Yesterday's band may have been the new one.
            false if band_began == today => return None,
            false => today,
        };
        if before.band == Band::NoData || scores.band == Band::NoData {
            return None;
        }
        let fell_before = row.band_fell_day.map(day);
        let band_fell_on = match scores.band.cmp(&before.band) {
            Ordering::Equal => fell_before,
            Ordering::Greater => Some(today),
            // What had not been made good may be now.
            Ordering::Less if scores.band == Band::Healthy => None,
            Ordering::Less if fell_before.is_none() => None,
            Ordering::Less => return None,
        };
        let band_runs = match before.band == scores.band {
            true => row.band_runs.clone(),
            false => row.band_runs.as_deref().and_then(BandRuns::parse).map(|mut runs| {
                runs.set_last(today, scores.band);
                runs.to_string()
            }),
        };
        // The past did not change, so each change moves by as much as today's score.
        let difference = scores.score.0 - before.score.0;
        let change = |change: Option<i64>| change.map(|change| Points(change + difference));
        Some(Scored {
            measured,
            scores,
            band_since,
            band_fell_on,
            band_runs,
            band7: &row.band_7,
            change7: change(row.change_7),
            change30: change(row.change_30),
            change90: change(row.change_90),
            trend: &row.trend,
        })
    }
}

impl<'a> Standings<'a> {
    /// Loads the standings of every customer that the plan is about.
    pub async fn load(tx: &mut Tx, plan: &'a Plan<'_>, rules: &'a Rules, moves: bool, today: NaiveDate) -> StoreResult<Self> {
        let (mut standings, rest) = Self::carried(plan, rules, moves, today)?;
        let found = load_facts(tx, &rest, rules.reach(today), today).await?;
        standings.0.extend(found.into_iter().map(|(id, facts)| (id, ScoredFrom::Facts(Box::new(facts)))));
        Ok(standings)
    }

    /// Carries on the standings of customers whose stored health can be; the rest come back.
    pub fn carried(plan: &'a Plan<'_>, rules: &'a Rules, moves: bool, today: NaiveDate) -> StoreResult<(Self, Vec<Known>)> {
        let needs_facts: HashSet<_> = plan
            .steps
            .iter()
            .zip(plan.incoming)
            .filter(|(step, one)| {
                matches!(step, Step::Append(_)) && (!is_of_today(one, today) || is_measured_reading(one, rules))
            })
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
            let scorecard = rules.rulebook.scorecard_of(&row.traits(), today);
            let before = Scores::of(&measured, scorecard);
            standings.0.insert(id, ScoredFrom::Carried(Box::new(Carried { row, scorecard, before, measured })));
        }
        standings.give_up(plan, today, &mut rest);
        Ok((standings, rest))
    }

    /// Leaves those to their facts that cannot be carried on to the end.
    fn give_up(&mut self, plan: &Plan<'_>, today: NaiveDate, rest: &mut Vec<Known>) {
        let mut ends = HashMap::new();
        for ((step, one), seen) in plan.steps.iter().zip(plan.incoming).zip(&plan.seen) {
            if let (Step::Append(_), Some(ScoredFrom::Carried(carried))) = (step, self.0.get(&one.customer)) {
                let end = ends.entry(one.customer).or_insert_with(|| carried.measured.clone());
                end.add(&one.event.body, carried.scorecard, seen, today);
            }
        }
        for (id, measured) in ends {
            if let Some(ScoredFrom::Carried(carried)) = self.0.get(&id)
                && (!measured.names_features() || carried.on_with(&measured, today).is_none())
            {
                rest.push(carried.row.known());
                self.0.remove(&id);
            }
        }
    }

    pub fn has(&self, id: CustomerId) -> bool {
        self.0.contains_key(&id)
    }

    pub fn health(&self, id: CustomerId, rules: &Rules, today: NaiveDate) -> StoreResult<Health> {
        Ok(match self.0.get(&id) {
            Some(ScoredFrom::Carried(carried)) => scoring::score(id, &carried.measured, carried.scorecard, today),
            Some(ScoredFrom::Facts(facts)) => rules.health(id, facts, today),
            None => rules.health(id, &Facts::default(), today),
        })
    }

    /// Adds the event at a place of the plan, with what its invoice then is. Adds nothing where no event is appended.
    pub fn add(&mut self, plan: &Plan<'_>, place: usize, today: NaiveDate) {
        let (Step::Append(invoice), Incoming { customer, event, .. }) = (&plan.steps[place], plan.incoming[place]) else {
            return;
        };
        match self.0.get_mut(customer) {
            Some(ScoredFrom::Carried(carried)) => {
                carried.measured.add(&event.body, carried.scorecard, &plan.seen[place], today);
            }
            Some(ScoredFrom::Facts(facts)) => {
                let (key, count) = event.body.activity();
                if Source::of(event.body.kind()).is_some() {
                    facts.daily.push(DailyCount { day: event.day(), kind: event.body.kind(), key: key.to_owned(), count });
                }
                if let EventBody::Reading { name, value } = &event.body {
                    facts.readings.push(ReadingFact { name: name.as_str().into(), at: event.occurred_at, value: *value });
                }
                if let Some(user) = event.body.user() {
                    facts.users.push(user, event.body.kind(), event.day());
                }
                facts.note_first(event.day());
                if let Some(invoice) = invoice.as_ref() {
                    facts.invoices.retain(|known| known.number != invoice.number);
                    facts.invoices.push(invoice.clone());
                }
            }
            None => {}
        }
    }

    /// Returns a customer's health of today after its events.
    pub fn new_health(&self, known: &Known, rules: &Rules, today: NaiveDate) -> StoreResult<NewHealth> {
        match self.0.get(&known.id) {
            Some(ScoredFrom::Carried(carried)) => {
                let scored = carried.on_with(&carried.measured, today);
                let too_far = || StoreError::Corrupt(format!("customer {} was carried on too far", known.id));
                NewHealth::carried_on(known, &scored.ok_or_else(too_far)?, rules, today)
            }
            Some(ScoredFrom::Facts(facts)) => NewHealth::of_facts(known, facts, rules, today),
            None => Err(StoreError::NotFound(format!("customer {}", known.id))),
        }
    }
}

/// Returns whether the event can be added to today's measurements.
fn is_of_today(one: &Incoming, today: NaiveDate) -> bool {
    one.event.day() == today && !one.event.body.kind().is_invoice()
}

/// Returns whether the event is a reading that the rules measure: which one is the latest only facts can tell.
fn is_measured_reading(one: &Incoming, rules: &Rules) -> bool {
    matches!(&one.event.body, EventBody::Reading { name, .. } if rules.rulebook.readings().contains(&name.as_str()))
}
