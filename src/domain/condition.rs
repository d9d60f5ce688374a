//! The conditions that say which scorecard a customer has on a day.

use super::counts::count;
use super::numbers::whole;
use super::segment::SEGMENT_RULE;
use super::{FieldErrors, NaiveDate, Segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most days that a condition can ask for.
const MOST_DAYS: i64 = 3_650;
/// The most segments that a condition can name.
const MOST_SEGMENTS: usize = 50;

/// A condition with at least one part. All parts must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// The segments, of which the customer is in one; any when empty.
    pub segments: Vec<Segment>,
    /// The days: the customer started less than so many days ago. A customer without a start date starts with its first fact,
    /// and one that has not started yet fulfils the condition. Null when it does not matter.
    pub started_less_than_days_ago: Option<i64>,
}

/// The things about a customer that conditions ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    pub segment: Option<Segment>,
    pub start_date: Option<NaiveDate>,
    /// True when the customer had left before it started.
    pub came_back: bool,
    pub first_fact_on: Option<NaiveDate>,
}

impl Traits {
    /// Returns the day from which on the customer is one, as seen on a day: its start, else its first fact. Of one that came back
    /// later the first fact counts.
    pub fn begins_on(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.start_date.filter(|start| !self.came_back || *start <= day).or(self.first_fact_on)
    }
}

impl Condition {
    /// Returns whether a customer fulfils it on a day.
    pub fn holds(&self, traits: &Traits, day: NaiveDate) -> bool {
        let is_in_segment = self.segments.is_empty() || traits.segment.is_some_and(|segment| self.segments.contains(&segment));
        is_in_segment && self.leaves_on(traits, day).is_none_or(|leaves| day < leaves)
    }

    /// Returns the day on which a customer becomes too old for it, as seen on a day.
    pub fn leaves_on(&self, traits: &Traits, day: NaiveDate) -> Option<NaiveDate> {
        traits.begins_on(day)?.checked_add_signed(chrono::Duration::days(self.started_less_than_days_ago?))
    }

    /// Returns the condition in words: "Startup, started less than 90 days ago".
    pub fn words(&self) -> String {
        let segments = (!self.segments.is_empty())
            .then(|| self.segments.iter().map(|segment| segment.label()).collect::<Vec<_>>().join(" or "));
        let days = self.started_less_than_days_ago.map(|days| format!("started less than {} ago", count(days, "day")));
        segments.into_iter().chain(days).collect::<Vec<_>>().join(", ")
    }
}

/// A condition, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConditionInput {
    /// The segments, of which the customer is in one; any when empty.
    #[schema(max_items = 50)]
    pub segments: Vec<String>,
    /// The days, 1 to 3,650: the customer started less than so many days ago. Without it any age will do.
    #[serde(deserialize_with = "whole")]
    pub started_less_than_days_ago: Option<i64>,
}

impl ConditionInput {
    /// Parses the condition of a scorecard. Returns nothing when it is broken.
    pub fn parse(&self, errors: &mut FieldErrors, field: &str) -> Option<Condition> {
        let before = errors.0.len();
        let mut segments = Vec::new();
        for name in self.segments.iter().take(MOST_SEGMENTS) {
            match Segment::named(name) {
                Some(segment) if segments.contains(&segment) => {}
                Some(segment) => segments.push(segment),
                None => errors.add(&format!("{field}.segments"), format!("must be names: {SEGMENT_RULE}")),
            }
        }
        if self.segments.len() > MOST_SEGMENTS {
            errors.add(&format!("{field}.segments"), format!("must be at most {MOST_SEGMENTS} segments"));
        }
        let days = self.started_less_than_days_ago;
        if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            errors.add(&format!("{field}.startedLessThanDaysAgo"), "must be 1 to 3,650 days");
        }
        if segments.is_empty() && days.is_none() && errors.0.len() == before {
            errors.add(field, "must name a segment, or days since the start");
        }
        (errors.0.len() == before).then_some(Condition { segments, started_less_than_days_ago: days })
    }
}
