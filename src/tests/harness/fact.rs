//! Facts in few words: `login().days_ago(3)`, `invoice("A-1").due(days_ago(5))`.

use super::now;
use crate::domain::{EventInput, NaiveDate, NewEvent};
use chrono::{DateTime, Duration, Utc};

/// An event to be sent: what, when, by whom.
#[derive(Clone, Debug)]
pub struct Fact(pub EventInput);

fn fact(kind: &str) -> Fact {
    Fact(EventInput { kind: Some(kind.into()), ..EventInput::default() })
}

pub fn login() -> Fact {
    fact("login")
}

pub fn feature(feature: &str) -> Fact {
    let mut fact = fact("feature_use");
    fact.0.feature = Some(feature.into());
    fact
}

pub fn api_calls(count: i64) -> Fact {
    let mut fact = fact("api_call");
    fact.0.count = Some(count);
    fact
}

pub fn ticket() -> Fact {
    fact("support_ticket")
}

/// 100.00 USD, due today.
pub fn invoice(number: &str) -> Fact {
    let mut fact = about_invoice("invoice_issued", number).due(super::today());
    fact.0.amount_cents = Some(100_00);
    fact.0.currency = Some("USD".into());
    fact
}

pub fn paid(number: &str) -> Fact {
    about_invoice("invoice_paid", number)
}

pub fn voided(number: &str) -> Fact {
    about_invoice("invoice_voided", number)
}

pub fn reading(name: &str, value: &str) -> Fact {
    let mut fact = fact("reading");
    (fact.0.name, fact.0.value) = (Some(name.into()), Some(value.into()));
    fact
}

fn about_invoice(kind: &str, number: &str) -> Fact {
    let mut fact = fact(kind);
    fact.0.number = Some(number.into());
    fact
}

impl Fact {
    /// At noon so many days ago.
    pub fn days_ago(self, days: i64) -> Self {
        self.at(now() - Duration::days(days))
    }

    pub fn at(mut self, time: DateTime<Utc>) -> Self {
        self.0.occurred_at = Some(time.to_rfc3339());
        self
    }

    pub fn message(mut self, id: &str) -> Self {
        self.0.message_id = Some(id.into());
        self
    }

    pub fn source(mut self, source: &str) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub fn due(mut self, day: NaiveDate) -> Self {
        self.0.due_date = Some(day.to_string());
        self
    }

    pub fn amount_cents(mut self, cents: i64) -> Self {
        self.0.amount_cents = Some(cents);
        self
    }

    pub fn user(mut self, user: &str) -> Self {
        self.0.user = Some(user.into());
        self
    }

    /// Returns the fact as received at [`now`].
    pub fn event(self) -> NewEvent {
        self.received_at(now())
    }

    pub fn received_at(self, now: DateTime<Utc>) -> NewEvent {
        self.0.parse(now).unwrap()
    }
}
