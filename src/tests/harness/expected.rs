//! What the stored health must be: computed from nothing but the events that count, by other means than the store's.

use super::Database;
use crate::domain::band_runs::BandRuns;
use crate::domain::list::is_new;
use crate::domain::{
    CustomerId, CustomerQuery, Event, EventBody, EventFilter, InvoiceStatus, NaiveDate, Outcome, OutcomeKind, Source, Sources,
    Window,
};
use crate::scoring::{self, Connections, DailyCount, Facts, Invoice, ReadingFact, Signs, Users};
use crate::server::store::Reach;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Database {
    /// Fails unless the health, the facts and the connections that are stored are those that the events give.
    pub async fn assert_settled(&self, today: NaiveDate) {
        let mut events = HashMap::new();
        for id in self.all_customers(today).await {
            events.insert(id, self.events_that_count(id).await);
        }
        let mut connections = connections(events.values().flatten());
        let rulebook = self.current_rulebook().await.unwrap();
        connections.readings.retain(|name, _| rulebook.readings().contains(&name.as_str()));
        assert_eq!(self.current_connections().await.unwrap(), connections);
        self.assert_fact_days(events.values().flatten(), today).await;
        let runs = self.stored_band_runs().await;
        for (id, events) in &events {
            self.assert_customer_settled(*id, events, &connections, runs[&id.0].as_deref(), today).await;
        }
    }

    /// [`Self::assert_settled`] for one customer, the connections being as they are stored.
    pub async fn assert_settled_of(&self, id: CustomerId, today: NaiveDate) {
        let connections = self.current_connections().await.unwrap();
        let runs = self.stored_band_runs().await;
        self.assert_customer_settled(id, &self.events_that_count(id).await, &connections, runs[&id.0].as_deref(), today).await;
    }

    async fn assert_customer_settled(
        &self,
        id: CustomerId,
        events: &[Event],
        connections: &Connections,
        runs: Option<&str>,
        today: NaiveDate,
    ) {
        let stored = self.get_current(id, today).await.unwrap();
        let rulebook = self.current_rulebook().await.unwrap();
        let start = stored.customer.fields.start_date;
        let outcomes = self.list_outcomes(id).await.unwrap();
        let left = |outcome: &Outcome| {
            let Outcome { facts, retraction, .. } = outcome;
            retraction.is_none() && facts.kind == OutcomeKind::Churned && start.is_some_and(|start| facts.day <= start)
        };
        let came_back = outcomes.iter().any(left) && stored.customer.archived.is_none();
        let segment = Some(stored.customer.fields.segment);
        let since = start.filter(|_| came_back);
        let first_fact_since = since.and_then(|start| events.iter().map(day).filter(|day| *day >= start).min());
        let mut facts = Facts { segment, came_back, first_fact_since, ..facts(start, events) };
        facts.users.retain(|seen| rulebook.user_kinds().contains(&seen.kind));
        facts.readings.retain(|reading| rulebook.readings().contains(&&*reading.name));
        let far_back = today - chrono::Duration::days(100_000);
        let reach = Reach::of(&rulebook, far_back);
        let mut loaded = self.load_facts(id, reach, today + chrono::Duration::days(1)).await.unwrap();
        loaded.daily.retain(|daily| !daily.kind.is_invoice());
        for facts in [&mut facts, &mut loaded] {
            facts.readings.sort_by(|a, b| (a.at, &a.name, a.value).cmp(&(b.at, &b.name, b.value)));
            facts.users = BTreeSet::from_iter(facts.users.iter()).into_iter().collect();
        }
        assert_eq!(loaded, facts, "facts of customer {id}");
        assert!(stored.is_current, "the health of customer {id} is stale");
        assert_eq!(
            stored.measured,
            scoring::measure(&facts, rulebook.scorecard_of(&facts.traits(), today), connections, today),
            "customer {id}"
        );
        let from = today - chrono::Duration::days(scoring::BAND_MEMORY_DAYS);
        let history = scoring::history(&facts, &rulebook, connections, from, today);
        let change = |days: usize| scoring::change(*history.iter().nth_back(days).unwrap(), *history.last().unwrap());
        assert_eq!(Some(stored.band_since), scoring::band_since(&history), "customer {id}");
        assert_eq!(runs, Some(&*BandRuns::of(&history).to_string()), "customer {id}");
        assert_eq!(stored.change7, change(7), "customer {id}");
        assert_eq!(stored.change30, change(30), "customer {id}");
        assert_eq!(stored.change90, change(90), "customer {id}");
        let changes = self.list_band_changes(id).await.unwrap();
        for (earlier, later) in changes.iter().zip(changes.iter().skip(1)) {
            assert_eq!(earlier.after.band, later.before.band, "customer {id}");
        }
        if let Some(last) = changes.last() {
            assert_eq!(Some(last.after.band), history.last().map(|point| point.band), "customer {id}");
        }
        let weeks_ago = |weeks: usize| history.iter().nth_back(7 * weeks).unwrap().shown_score();
        assert_eq!(stored.trend, (1..=13).rev().map(weeks_ago).collect::<Vec<_>>(), "customer {id}");
        assert_eq!(stored.traits.first_fact_on, facts.first_fact_on, "customer {id}");
        self.assert_readings(id, events, today).await;
        let ours = |event: &&Event| {
            matches!(event.body, EventBody::InvoiceIssued { .. } | EventBody::InvoiceVoided { .. } | EventBody::Reading { .. })
        };
        let done = events.iter().filter(|event| !ours(event));
        let last_activity_at = done.map(|event| event.occurred_at).max();
        assert_eq!(stored.last_activity_at, last_activity_at, "customer {id}");
        assert_eq!(stored.band_fell_on, scoring::band_fell_on(&history), "customer {id}");
        let last = history.last().unwrap();
        let fields = &stored.customer.fields;
        let signs = Signs {
            band: last.band,
            score: last.score,
            is_new: is_new(fields.start_date, facts.first_fact_on, today),
            band_fell_on: stored.band_fell_on,
            renewal_date: fields.renewal_date,
            last_activity_on: last_activity_at.map(|time| time.date_naive()),
            overdue_invoices: facts
                .invoices
                .iter()
                .filter(|invoice| invoice.status(today) == Some(InvoiceStatus::Overdue))
                .count() as i64,
        };
        assert_eq!(stored.urgency, signs.urgency(today), "customer {id}");
    }

    async fn assert_readings(&self, id: CustomerId, events: &[Event], today: NaiveDate) {
        let mut latest = BTreeMap::new();
        for event in events.iter().filter(|event| day(event) <= today) {
            if let EventBody::Reading { name, value } = &event.body {
                let known = latest.entry(name.clone()).or_insert((event.occurred_at, *value));
                *known = (event.occurred_at, *value).max(*known);
            }
        }
        let stored = self.list_readings(id, today.into()).await.unwrap();
        let stored = stored.into_iter().map(|reading| (reading.name, (reading.occurred_at, reading.value)));
        assert_eq!(stored.collect::<BTreeMap<_, _>>(), latest, "readings of customer {id}");
    }

    async fn assert_fact_days(&self, events: impl Iterator<Item = &Event>, today: NaiveDate) {
        let recent = Window::ending(today, scoring::SOURCE_MEMORY_DAYS);
        let days = events.map(|event| (event.body.kind(), day(event))).filter(|(_, day)| recent.contains(*day));
        let stored: BTreeSet<_> = self.list_recent_fact_days(today.into()).await.unwrap().into_iter().collect();
        assert_eq!(stored, days.collect(), "days of facts");
    }

    async fn all_customers(&self, today: NaiveDate) -> Vec<CustomerId> {
        let mut ids = Vec::new();
        for archived in [false, true] {
            let query = CustomerQuery { archived, page_size: 10_000, ..CustomerQuery::default() };
            let (found, _) = self.list_customers(&query, today).await.unwrap();
            ids.extend(found.iter().map(|row| row.customer.id));
        }
        ids
    }

    async fn events_that_count(&self, id: CustomerId) -> Vec<Event> {
        let mut events = self.list_events(id, &EventFilter::default(), 1, 1_000_000).await.unwrap().items;
        events.retain(|event| event.retraction.is_none());
        events
    }
}

fn day(event: &Event) -> NaiveDate {
    event.occurred_at.date_naive()
}

fn connections<'a>(events: impl Iterator<Item = &'a Event>) -> Connections {
    let mut first = Sources::<Option<NaiveDate>>::default();
    let mut readings = BTreeMap::new();
    for event in events {
        if let EventBody::Reading { name, .. } = &event.body {
            let first = readings.entry(name.clone()).or_insert(day(event));
            *first = day(event).min(*first);
        }
        let Some(source) = Source::of(event.body.kind()) else { continue };
        let first = first.get_mut(source);
        *first = Some(first.map_or(day(event), |known| known.min(day(event))));
    }
    Connections { sources: first, readings, users_from: Some(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()) }
}

fn facts(start_date: Option<NaiveDate>, events: &[Event]) -> Facts {
    let mut counts = BTreeMap::new();
    let mut invoices = BTreeMap::<String, Invoice>::new();
    let mut readings = Vec::new();
    let mut users = Users::default();
    for event in events {
        if let Some(user) = event.body.user() {
            users.push(user, event.body.kind(), day(event));
        }
        let Some(number) = event.body.invoice_number() else {
            if let EventBody::Reading { name, value } = &event.body {
                readings.push(ReadingFact { name: name.as_str().into(), at: event.occurred_at, value: *value });
                continue;
            }
            let (key, count) = event.body.activity();
            *counts.entry((day(event), event.body.kind(), key.to_owned())).or_default() += count;
            continue;
        };
        let invoice = invoices.entry(number.to_owned()).or_insert_with(|| Invoice {
            number: number.to_owned(),
            amount_cents: 0,
            currency: String::new(),
            issued_on: None,
            due_on: None,
            paid_on: None,
            voided_on: None,
        });
        let earlier = |known: Option<NaiveDate>| known.into_iter().chain([day(event)]).min();
        match &event.body {
            EventBody::InvoiceIssued { amount_cents, currency, due_date, .. } => {
                invoice.amount_cents = *amount_cents;
                invoice.currency = currency.clone();
                invoice.issued_on = Some(day(event));
                invoice.due_on = Some(*due_date);
            }
            EventBody::InvoicePaid { .. } => invoice.paid_on = earlier(invoice.paid_on),
            _ => invoice.voided_on = earlier(invoice.voided_on),
        }
    }
    let daily = counts.into_iter().map(|((day, kind, key), count)| DailyCount { day, kind, key, count }).collect();
    let first_fact_on = events.iter().map(day).min();
    let invoices = invoices.into_values().collect();
    Facts { segment: None, start_date, came_back: false, first_fact_on, first_fact_since: None, daily, invoices, readings, users }
}
