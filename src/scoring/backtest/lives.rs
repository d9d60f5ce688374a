//! Lives: when somebody was a customer, and what became of it after a day.

use crate::domain::{Archive, ArchiveReason, BacktestQuery, CustomerId, NaiveDate, Segment};
use chrono::Duration;

/// A customer with all of its departures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tested {
    pub id: CustomerId,
    pub name: String,
    /// The segment, ARR and start of today.
    pub segment: Option<Segment>,
    pub arr_cents: Option<i64>,
    pub start: Option<NaiveDate>,
    pub created_on: NaiveDate,
    pub first_fact_on: Option<NaiveDate>,
    /// The day on which it was archived for another reason than that it churned.
    pub archived_otherwise_on: Option<NaiveDate>,
    /// The departures, earliest first.
    pub churned: Vec<Churned>,
}

/// A departure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Churned {
    pub on: NaiveDate,
    /// The start that the customer had then. Who comes back has another one.
    pub started: Option<NaiveDate>,
    pub arr_before_cents: Option<i64>,
    pub involuntary: bool,
}

/// The part that a customer has in a test day on which it was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stayed,
    Left(Churned),
    TooYoung,
    ArchivedOtherwise,
    Involuntary,
    Skipped,
}

impl Tested {
    /// Returns whether an archive ends the customer in another way than a departure.
    pub fn ends_otherwise(archive: &Archive) -> bool {
        archive.reason != ArchiveReason::Churned
    }

    /// Returns the start of the life that a day is in.
    pub fn start_on(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.churned.iter().find(|churned| churned.on > day).map_or(self.start, |churned| churned.started)
    }

    /// Returns the days from the start, or else the first fact, to a day.
    pub fn tenure_on(&self, day: NaiveDate) -> Option<i64> {
        self.start_on(day).or(self.first_fact_on).map(|since| (day - since).num_days())
    }

    /// Returns what the customer is on a test day; `None` when it was not there.
    pub fn fate(&self, day: NaiveDate, terms: &BacktestQuery) -> Option<Fate> {
        let (start, end) = (self.start_on(day), day + Duration::days(terms.horizon));
        let by_then = |other: Option<NaiveDate>| other.is_some_and(|other| other <= day);
        let existed = self.created_on <= day || by_then(start) || by_then(self.first_fact_on);
        let last_left = self.churned.iter().rev().map(|churned| churned.on).find(|left| *left <= day);
        let is_gone = last_left.is_some_and(|left| start.is_none_or(|start| start < left)) || by_then(self.archived_otherwise_on);
        if !existed || is_gone || start.is_some_and(|start| start > day) {
            return None;
        }
        if self.tenure_on(day).is_some_and(|tenure| tenure < terms.min_age) {
            return Some(Fate::TooYoung);
        }
        let left = self.churned.iter().find(|churned| churned.on > day && churned.on <= end);
        let archived = self.archived_otherwise_on.filter(|archived| *archived <= end);
        Some(match (left, archived) {
            (left, Some(archived)) if left.is_none_or(|left| archived < left.on) => Fate::ArchivedOtherwise,
            (Some(left), _) if left.involuntary && terms.exclude_involuntary => Fate::Involuntary,
            (Some(left), _) if (left.on - day).num_days() <= terms.skip_days => Fate::Skipped,
            (Some(left), _) => Fate::Left(*left),
            (None, _) => Fate::Stayed,
        })
    }

    /// Returns the customer with only what a test's answer depends on; `None` where the test leaves it out. While this stays equal
    /// for every customer, edits of customers have not changed the answer.
    pub fn within(self, terms: &BacktestQuery) -> Option<Self> {
        let last = *terms.days.last()?;
        if terms.segment.is_some() && self.segment != terms.segment {
            return None;
        }
        let mut within = self.up_to(last, last + Duration::days(terms.horizon))?;
        if within.churned.is_empty() {
            (within.name, within.arr_cents) = (String::new(), None);
        }
        Some(within)
    }

    /// Returns the customer as far as it was there by the day `last`, and what became of it by `end`; `None` where it was not there.
    pub fn up_to(mut self, last: NaiveDate, end: NaiveDate) -> Option<Self> {
        let by = |limit: NaiveDate| move |day: &NaiveDate| *day <= limit;
        self.churned.retain(|churned| churned.on <= end);
        let starts = self.churned.iter().filter_map(|churned| churned.started).chain(self.start);
        if self.created_on > last
            && self.first_fact_on.is_none_or(|first| first > last)
            && starts.min().is_none_or(|start| start > last)
        {
            return None;
        }
        self.first_fact_on = self.first_fact_on.filter(by(last));
        self.archived_otherwise_on = self.archived_otherwise_on.filter(by(end));
        Some(self)
    }
}
