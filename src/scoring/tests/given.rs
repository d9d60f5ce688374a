//! A small language for facts. Days are told by their distance to the as-of day: 0 is today, 1 yesterday, -1 tomorrow.

use crate::domain::five::FiveRule;
use crate::domain::{CustomerId, EventKind, Factor, FactorKey, Health, MissingPolicy, NaiveDate, Rulebook, Scorecard, Sources};
use crate::scoring::{self, Connections, DailyCount, Facts, Invoice};

pub const CUSTOMER: CustomerId = CustomerId(7);

/// The day that lies `ago` days before the as-of day.
pub fn day(ago: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 30).unwrap() - chrono::Duration::days(ago)
}

/// A customer's facts and the rules to score them by.
#[derive(Clone, Debug)]
pub struct Given {
    pub facts: Facts,
    pub scorecard: Scorecard,
    pub connections: Connections,
}

/// A customer known for long, without activity; every source is connected.
pub fn given() -> Given {
    Given {
        facts: Facts { first_fact_on: Some(day(1000)), ..Facts::default() },
        scorecard: Scorecard::default(),
        connections: Connections {
            sources: Sources::from_fn(|_| Some(day(1000))),
            readings: ["seats", "x", "y"].map(|name| (name.to_owned(), day(1000))).into(),
            users_from: Some(day(1000)),
        },
    }
}

impl Given {
    pub fn activity(mut self, kind: EventKind, key: &str, ago: i64, count: i64) -> Self {
        self.facts.daily.push(DailyCount { day: day(ago), kind, key: key.to_owned(), count });
        self
    }

    pub fn logins(self, ago: i64, count: i64) -> Self {
        self.activity(EventKind::Login, "", ago, count)
    }

    pub fn feature(self, ago: i64, feature: &str) -> Self {
        self.activity(EventKind::FeatureUse, feature, ago, 1)
    }

    /// Uses of `count` different features.
    pub fn features(self, ago: i64, count: i64) -> Self {
        (0..count).fold(self, |given, index| given.feature(ago, &format!("feature {index}")))
    }

    /// A user named by a login, which is not among the facts.
    pub fn user(mut self, ago: i64, user: &str) -> Self {
        self.facts.users.push(user, EventKind::Login, day(ago));
        self
    }

    pub fn login_of(self, ago: i64, user: &str) -> Self {
        self.user(ago, user).logins(ago, 1)
    }

    pub fn tickets(self, ago: i64, count: i64) -> Self {
        self.activity(EventKind::SupportTicket, "", ago, count)
    }

    pub fn api_calls(self, ago: i64, count: i64) -> Self {
        self.activity(EventKind::ApiCall, "", ago, count)
    }

    pub fn invoice(mut self, invoice: Invoice) -> Self {
        self.facts.invoices.push(invoice);
        self
    }

    /// Invoices that are paid on time, paid late, overdue, not due yet.
    pub fn invoices(mut self, on_time: i64, late: i64, overdue: i64, open: i64) -> Self {
        for (number, invoice) in [
            (on_time, issued(60).due(30).paid(30)),
            (late, issued(60).due(30).paid(29)),
            (overdue, issued(60).due(30)),
            (open, issued(10).due(-20)),
        ] {
            self.facts.invoices.extend(std::iter::repeat_n(invoice, number as usize));
        }
        self
    }

    pub fn rule(mut self, key: FactorKey, change: impl FnOnce(&mut FiveRule)) -> Self {
        self.scorecard = self.scorecard.with(|rules| change(rules.factors.get_mut(key)));
        self
    }

    pub fn weights(mut self, weights: [i64; 5]) -> Self {
        for ((_, rule), weight) in self.scorecard.factors.iter_mut().zip(weights) {
            rule.weight = weight;
        }
        self
    }

    pub fn policy(mut self, policy: MissingPolicy) -> Self {
        self.scorecard.missing_policy = policy;
        self
    }

    pub fn connected_since(mut self, key: FactorKey, ago: Option<i64>) -> Self {
        for source in self.scorecard.factors[key].measure.clone().sources() {
            *self.connections.sources.get_mut(source) = ago.map(day);
        }
        self
    }

    /// The rules as those of everybody.
    pub fn rulebook(&self) -> Rulebook {
        self.scorecard.clone().into()
    }

    /// Health as of the day `ago` days before.
    pub fn health_on(&self, ago: i64) -> Health {
        let measured = scoring::measure(&self.facts, &self.scorecard, &self.connections, day(ago));
        scoring::score(CUSTOMER, &measured, &self.scorecard, day(ago))
    }

    pub fn health(&self) -> Health {
        self.health_on(0)
    }

    pub fn factor(&self, key: FactorKey) -> Factor {
        self.health().factors[key].clone()
    }
}

/// An invoice that was issued `ago` days before.
pub fn issued(ago: i64) -> Invoice {
    Invoice { issued_on: Some(day(ago)), ..unknown_invoice() }
}

/// An invoice of which nothing has arrived.
pub fn unknown_invoice() -> Invoice {
    Invoice {
        number: "INV-1".into(),
        amount_cents: 10_000,
        currency: "USD".into(),
        issued_on: None,
        due_on: None,
        paid_on: None,
        voided_on: None,
    }
}

impl Invoice {
    pub fn due(self, ago: i64) -> Self {
        Self { due_on: Some(day(ago)), ..self }
    }

    pub fn paid(self, ago: i64) -> Self {
        Self { paid_on: Some(day(ago)), ..self }
    }

    pub fn voided(self, ago: i64) -> Self {
        Self { voided_on: Some(day(ago)), ..self }
    }
}
