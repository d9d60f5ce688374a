//! Generates the events of a story, day by day: logins and the people's actions, tickets, API calls, invoices.

use super::story::{Pays, Story};
use super::{Dice, calendar, words};
use crate::domain::event_input::MAX_API_CALLS;
use crate::domain::{EventBody, EventInput, NaiveDate, NewEvent, Priority, ReadingValue};
use chrono::{DateTime, Duration, Months, NaiveTime, Utc};
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};

/// The days of API calls that are sent as one event where events are to be few. It divides thirty, so that every window of
/// thirty days holds equally many such events.
const DAYS_PER_MODEST_API_EVENT: i64 = 5;

/// A meter that turns a rate into whole events. The remainder of a day counts for the next, so that totals stay right.
struct Meter(f64);

impl Meter {
    fn tick(&mut self, expected: f64, dice: &mut Dice) -> i64 {
        self.0 += expected * dice.random_range(0.7..1.3);
        let whole = self.0.floor();
        self.0 -= whole;
        whole as i64
    }
}

/// A generator of one customer's events.
pub struct Writer<'a> {
    pub story: &'a Story,
    pub dice: &'a mut Dice,
    pub now: DateTime<Utc>,
    /// The people's email addresses.
    pub users: Vec<String>,
    /// The price of a year, in cents.
    pub arr_cents: i64,
    pub currency: String,
    /// The customer's part in the numbers of its invoices.
    pub account: usize,
    /// True to make few events, for very large portfolios.
    pub modest: bool,
}

impl Writer<'_> {
    /// Returns every event up to `now`, in order of time.
    pub fn write(mut self) -> Vec<NewEvent> {
        let mut events = Vec::new();
        let mut features = words::FEATURES;
        features[..8].shuffle(self.dice);
        let (mut logins, mut uses) = (Meter(self.dice.random()), Meter(0.9));
        let mut tickets = Meter(self.dice.random());
        let (mut tried, mut cursor) = (0, 0);
        let login_curve = if self.modest { self.story.logins.clone().limited(26.0) } else { self.story.logins.clone() };
        for ago in (self.story.active_to..=self.story.active_from).rev() {
            let day = self.day(ago);
            let work = calendar::work_share(day);
            let expected = login_curve.at(ago) * work;
            let visits = logins.tick(expected, self.dice);
            for _ in 0..visits {
                let (at, user) = (self.office_hour(day), self.person(ago));
                events.push(self.event(at, EventBody::Login { user: Some(user.clone()) }));
                let in_use = (self.story.features.at(ago) as usize).clamp(1, features.len());
                let clicks = uses.tick(if self.modest { 0.4 } else { 0.8 }, self.dice);
                for click in 0..clicks {
                    // A new feature is tried at once. Then every second use is of a favourite and the others take turns, so
                    // that all features in use occur.
                    let index = if tried < in_use {
                        tried += 1;
                        tried - 1
                    } else if in_use > 2 && self.dice.random_bool(0.5) {
                        self.dice.random_range(0..3)
                    } else {
                        cursor += 1;
                        cursor % in_use
                    };
                    let feature = features[index].to_owned();
                    let later = at + Duration::seconds(self.dice.random_range(40..900) + 60 * click);
                    events.push(self.event(later, EventBody::FeatureUse { feature, user: Some(user.clone()) }));
                }
            }
            let rate = self.story.tickets.at(ago);
            for _ in 0..tickets.tick(rate * work, self.dice) {
                events.push(self.ticket(day, rate > 2.0));
            }
            events.extend(self.api_calls(ago));
        }
        events.extend(self.invoices());
        events.retain(|event| event.occurred_at <= self.now);
        events.sort_by_key(|event| event.occurred_at);
        let first = events.first().map(|event| event.occurred_at);
        let later = |reading: &NewEvent| first.is_some_and(|first| (first..=self.now).contains(&reading.occurred_at));
        events.extend(self.readings().into_iter().filter(later));
        events.sort_by_key(|event| event.occurred_at);
        events
    }

    /// Returns the readings of every third customer: the seats in use each month, and what people answer each quarter. No dice are
    /// thrown for them, and they begin after the first other event, so that all else is as it would be without them.
    fn readings(&self) -> Vec<NewEvent> {
        if self.modest || self.account % 3 != 1 {
            return Vec::new();
        }
        let use_at_first = self.story.logins.at(self.story.active_from).max(0.1);
        let mut readings = Vec::new();
        for ago in self.story.active_to..=self.story.active_from {
            let at = self.day(ago).and_time(NaiveTime::MIN).and_utc() + Duration::hours(6);
            let share = self.story.logins.at(ago) / use_at_first;
            let mut measure = |name: &str, thousandths: f64| {
                let value = ReadingValue::of_thousandths(thousandths as i64);
                let body = value.map(|value| EventBody::Reading { name: name.to_owned(), value });
                readings.extend(body.map(|body| self.event(at, body)));
            };
            if ago % 30 == 2 {
                measure("seats used", (4.0 * self.users.len() as f64 * share).round() * 1000.0);
            }
            if ago % 90 == 11 {
                measure("nps", (80.0 * share).round().clamp(0.0, 100.0) * 100.0);
            }
        }
        readings
    }

    fn day(&self, ago: i64) -> NaiveDate {
        self.now.date_naive() - Duration::days(ago)
    }

    /// Returns an event with an empty content. Contents are only compared with repeats, and loading the demo checks no
    /// repeats.
    fn event(&self, occurred_at: DateTime<Utc>, body: EventBody) -> NewEvent {
        NewEvent { body, source: super::SOURCE.to_owned(), message_id: None, occurred_at, content: EventInput::default() }
    }

    /// Returns a random time between 07:00 and 18:00.
    fn office_hour(&mut self, day: NaiveDate) -> DateTime<Utc> {
        day.and_time(NaiveTime::MIN).and_utc() + Duration::seconds(self.dice.random_range(7 * 3600..18 * 3600))
    }

    fn person(&mut self, ago: i64) -> String {
        let is_champion = match self.story.champion_until {
            Some(until) => ago > until && self.dice.random_bool(0.85),
            None => self.dice.random_bool(0.3),
        };
        let others = if self.users.len() > 1 { &self.users[1..] } else { &self.users[..] };
        if is_champion { self.users[0].clone() } else { others.choose(self.dice).unwrap_or(&self.users[0]).clone() }
    }

    fn ticket(&mut self, day: NaiveDate, stormy: bool) -> NewEvent {
        let (subjects, priorities) = match stormy {
            true => (words::COMPLAINTS, [Priority::Normal, Priority::High, Priority::High, Priority::Urgent]),
            false => (words::QUESTIONS, [Priority::Low, Priority::Normal, Priority::Normal, Priority::High]),
        };
        let subject = subjects.choose(self.dice).map(|subject| (*subject).to_owned());
        let priority = priorities.choose(self.dice).copied().unwrap_or_default();
        let at = self.office_hour(day);
        self.event(at, EventBody::SupportTicket { priority, subject })
    }

    /// Returns the day's calls as one event. Today's are those up to now.
    fn api_calls(&mut self, ago: i64) -> Option<NewEvent> {
        let days = if self.modest { DAYS_PER_MODEST_API_EVENT } else { 1 };
        if ago % days != 0 {
            return None;
        }
        let midnight = self.day(ago).and_time(NaiveTime::MIN).and_utc();
        let at = (midnight + Duration::minutes(24 * 60 - 1)).min(self.now);
        let part_of_day = (at - midnight).num_minutes() as f64 / (24.0 * 60.0);
        let calls = |ago: i64| self.story.api_calls.at(ago) * calendar::traffic_share(self.day(ago));
        let days_before: f64 = (ago + 1..(ago + days).min(self.story.active_from + 1)).map(calls).sum();
        let total = calls(ago) * part_of_day + days_before;
        let count = (total * self.dice.random_range(0.95..1.05)) as i64;
        (count > 0).then(|| self.event(at, EventBody::ApiCall { count: count.min(MAX_API_CALLS) }))
    }

    fn invoices(&mut self) -> Vec<NewEvent> {
        let Some(billing) = self.story.billing.clone() else { return Vec::new() };
        let mut events = Vec::new();
        let latest = self.day(billing.latest);
        let amount_cents = self.arr_cents * i64::from(billing.every_months) / 12;
        for number in 0.. {
            let issued_on = latest - Months::new(number * billing.every_months);
            let ago = (self.now.date_naive() - issued_on).num_days();
            if ago > self.story.active_from {
                break;
            }
            let due_date = issued_on + Duration::days(billing.terms);
            let paid_on = match billing.pays {
                Pays::NotSince(since) if ago < since => None,
                Pays::AlwaysLate => Some(due_date + Duration::days(self.dice.random_range(4..=20))),
                Pays::OnceLate if number == 2 => Some(due_date + Duration::days(self.dice.random_range(3..=9))),
                _ => Some(due_date - Duration::days(self.dice.random_range(0..billing.terms - 2))),
            };
            let invoice = format!("INV-{:05}-{}", self.account, issued_on.format("%Y%m%d"));
            let (issued_at, currency) = (self.office_hour(issued_on), self.currency.clone());
            let issued = EventBody::InvoiceIssued { number: invoice.clone(), amount_cents, currency, due_date };
            events.push(self.event(issued_at, issued));
            if let Some(day) = paid_on {
                let at = self.office_hour(day).max(issued_at + Duration::minutes(5));
                events.push(self.event(at, EventBody::InvoicePaid { number: invoice }));
            }
        }
        events
    }
}
