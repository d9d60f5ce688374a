//! A measure as it is sent, and the rules that it must keep.

use super::letters::composed;
use super::measure::Measure;
use super::numbers::whole;
use super::{EventKind, FieldErrors};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest window, and the longest time that a pace is held against.
const MAX_DAYS: i64 = 365;
const MAX_FEATURES: usize = 100;

/// A measure: its type, and the fields of the type. `count`: `kinds`, `days`, `scaledByAge`. `distinctFeatures`: `features`, `days`.
/// `distinctUsers`: `kinds`, `days`. `onTimeShare`: `days`. `trend`: `kinds`, `days`. `activeDays`: `kinds`, `days`, `scaledByAge`. `daysSince`: `kinds`, `days`.
/// `pace`: `kinds`, `days`, `beforeDays`. `daysOverdue`: none. `latest` and `mean`: `reading`, `days`. `ratio`: `reading`, `over`,
/// `days`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MeasureInput {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The kinds of events that count, at least one; not `reading`. Of `distinctUsers` those that name users: `login`, `feature_use`.
    pub kinds: Option<Vec<String>>,
    /// The features that count; every feature when empty.
    #[schema(max_items = 100)]
    pub features: Option<Vec<String>>,
    /// The window in days, 1 to 365. Required for all but `count`, `distinctFeatures` and `onTimeShare`, where null means all
    /// history.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 365)]
    pub days: Option<i64>,
    /// The days before the window that its pace is held against, 1 to 365.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 365)]
    pub before_days: Option<i64>,
    /// True to carry a younger customer's count on to the whole window.
    pub scaled_by_age: Option<bool>,
    /// The name of a reading.
    pub reading: Option<String>,
    /// The name of the reading that the other is divided by.
    pub over: Option<String>,
}

const TYPES: &str =
    "count, distinctFeatures, distinctUsers, onTimeShare, trend, activeDays, daysSince, pace, daysOverdue, latest, mean, ratio";

/// Returns the kinds of events that a type of measure can count.
pub fn measure_kinds(kind: &str) -> impl Iterator<Item = EventKind> {
    let counts_users = kind == "distinctUsers";
    EventKind::ALL.into_iter().filter(move |kind| if counts_users { kind.names_user() } else { *kind != EventKind::Reading })
}

/// Returns the fields of a type of measure besides the type.
pub fn measure_fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "count" | "activeDays" => &["kinds", "days", "scaledByAge"],
        "daysSince" | "trend" | "distinctUsers" => &["kinds", "days"],
        "pace" => &["kinds", "days", "beforeDays"],
        "distinctFeatures" => &["features", "days"],
        "onTimeShare" => &["days"],
        "latest" | "mean" => &["reading", "days"],
        "ratio" => &["reading", "over", "days"],
        _ => &[],
    }
}

impl From<&Measure> for MeasureInput {
    /// Returns a measure as it could be sent.
    fn from(measure: &Measure) -> Self {
        let names = |kinds: &[EventKind]| Some(kinds.iter().map(|kind| kind.name().to_owned()).collect());
        let of = |kind: &str, days: Option<i64>| Self { kind: Some(kind.to_owned()), days, ..Self::default() };
        match measure {
            Measure::Count { kinds, days, scaled_by_age } => {
                Self { kinds: names(kinds), scaled_by_age: Some(*scaled_by_age), ..of("count", *days) }
            }
            Measure::ActiveDays { kinds, days, scaled_by_age } => {
                Self { kinds: names(kinds), scaled_by_age: Some(*scaled_by_age), ..of("activeDays", Some(*days)) }
            }
            Measure::DistinctFeatures { features, days } => {
                Self { features: Some(features.clone()), ..of("distinctFeatures", *days) }
            }
            Measure::DistinctUsers { kinds, days } => Self { kinds: names(kinds), ..of("distinctUsers", Some(*days)) },
            Measure::OnTimeShare { days } => of("onTimeShare", *days),
            Measure::Trend { kinds, days } => Self { kinds: names(kinds), ..of("trend", *days) },
            Measure::DaysSince { kinds, days } => Self { kinds: names(kinds), ..of("daysSince", Some(*days)) },
            Measure::Pace { kinds, days, before_days } => {
                Self { kinds: names(kinds), before_days: Some(*before_days), ..of("pace", Some(*days)) }
            }
            Measure::DaysOverdue => of("daysOverdue", None),
            Measure::Latest { reading, days } => Self { reading: Some(reading.clone()), ..of("latest", Some(*days)) },
            Measure::Mean { reading, days } => Self { reading: Some(reading.clone()), ..of("mean", Some(*days)) },
            Measure::Ratio { reading, over, days } => {
                Self { reading: Some(reading.clone()), over: Some(over.clone()), ..of("ratio", Some(*days)) }
            }
        }
    }
}

impl MeasureInput {
    /// Parses a measure. Each broken rule is told of its field, behind the prefix: `factors.silence.measure.days`.
    pub fn parse(&self, errors: &mut FieldErrors, prefix: &str) -> Option<Measure> {
        let before = errors.0.len();
        let mut fields = Fields { input: self, errors, prefix };
        let measure = match self.kind.as_deref().map(str::trim) {
            Some("count") => {
                let (kinds, days, scaled_by_age) = (fields.kinds(), fields.perhaps_days(), fields.scaled_by_age());
                if scaled_by_age && days.is_none() {
                    fields.add("days", "is required where a count is scaled by age");
                }
                Measure::Count { kinds, days, scaled_by_age }
            }
            Some("distinctFeatures") => Measure::DistinctFeatures { features: fields.features(), days: fields.perhaps_days() },
            Some("distinctUsers") => Measure::DistinctUsers { kinds: fields.kinds(), days: fields.days("days", self.days) },
            Some("onTimeShare") => Measure::OnTimeShare { days: fields.perhaps_days() },
            Some("trend") => Measure::Trend { kinds: fields.kinds(), days: Some(fields.days("days", self.days)) },
            Some("activeDays") => {
                let (kinds, days, scaled_by_age) = (fields.kinds(), fields.days("days", self.days), fields.scaled_by_age());
                Measure::ActiveDays { kinds, days, scaled_by_age }
            }
            Some("daysSince") => Measure::DaysSince { kinds: fields.kinds(), days: fields.days("days", self.days) },
            Some("pace") => {
                let (kinds, days) = (fields.kinds(), fields.days("days", self.days));
                Measure::Pace { kinds, days, before_days: fields.days("beforeDays", self.before_days) }
            }
            Some("daysOverdue") => Measure::DaysOverdue,
            Some("latest") => {
                Measure::Latest { reading: fields.name("reading", &self.reading), days: fields.days("days", self.days) }
            }
            Some("mean") => {
                Measure::Mean { reading: fields.name("reading", &self.reading), days: fields.days("days", self.days) }
            }
            Some("ratio") => {
                let (reading, over) = (fields.name("reading", &self.reading), fields.name("over", &self.over));
                if !over.is_empty() && reading == over {
                    fields.add("over", "must be another reading");
                }
                Measure::Ratio { reading, over, days: fields.days("days", self.days) }
            }
            Some(_) => {
                fields.add("type", format!("must be one of {TYPES}"));
                return None;
            }
            None => {
                fields.add("type", "is required");
                return None;
            }
        };
        fields.refuse_others();
        (errors.0.len() == before).then_some(measure)
    }
}

/// The fields of a measure.
struct Fields<'a> {
    input: &'a MeasureInput,
    errors: &'a mut FieldErrors,
    prefix: &'a str,
}

impl Fields<'_> {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.errors.add(&format!("{}.{field}", self.prefix), message.into());
    }

    fn days(&mut self, field: &'static str, sent: Option<i64>) -> i64 {
        match sent {
            None => self.add(field, "is required"),
            Some(days) if !(1..=MAX_DAYS).contains(&days) => self.add(field, format!("must be between 1 and {MAX_DAYS}")),
            Some(days) => return days,
        }
        1
    }

    fn perhaps_days(&mut self) -> Option<i64> {
        self.input.days.map(|days| self.days("days", Some(days)))
    }

    fn scaled_by_age(&mut self) -> bool {
        self.input.scaled_by_age.unwrap_or_default()
    }

    /// Parses kinds of events. They come in one order and once, so that equal sets are equal measures.
    fn kinds(&mut self) -> Vec<EventKind> {
        let sent = self.input.kinds.as_deref().unwrap_or_default();
        if sent.is_empty() {
            self.add("kinds", "must have at least one kind of event");
        }
        let of_type = self.input.kind.as_deref().map(str::trim).unwrap_or_default();
        let countable = || measure_kinds(of_type);
        let known: Vec<_> = countable().map(EventKind::name).collect();
        if let Some(unknown) = sent.iter().find(|kind| !known.contains(&kind.trim())) {
            self.add("kinds", format!("has {unknown}, which is not one of {}", known.join(", ")));
        }
        countable().filter(|kind| sent.iter().any(|sent| sent.trim() == kind.name())).collect()
    }

    /// Parses features. They are spelled as in `feature_use` events, and sorted.
    fn features(&mut self) -> Vec<String> {
        let sent = self.input.features.as_deref().unwrap_or_default();
        if sent.len() > MAX_FEATURES {
            self.add("features", format!("must be at most {MAX_FEATURES} features"));
            return Vec::new();
        }
        let mut features: Vec<_> = sent.iter().map(|feature| composed(&feature.trim().to_lowercase())).collect();
        features.sort();
        if features.iter().any(|feature| feature.is_empty() || feature.chars().count() > 100) {
            self.add("features", "must have names of 1 to 100 characters");
        } else if let Some(twice) = features.windows(2).find(|pair| pair[0] == pair[1]) {
            self.add("features", format!("must name each feature once ({} is there twice)", twice[0]));
        }
        features
    }

    /// Parses a reading's name, spelled as in `reading` events.
    fn name(&mut self, field: &'static str, sent: &Option<String>) -> String {
        let name = composed(&sent.as_deref().unwrap_or_default().trim().to_lowercase());
        match name.chars().count() {
            0 => self.add(field, "is required"),
            101.. => self.add(field, "must be at most 100 characters"),
            _ => {}
        }
        name
    }

    /// Refuses fields that the type does not have.
    fn refuse_others(&mut self) {
        let input = self.input;
        let sent = [
            ("kinds", input.kinds.is_some()),
            ("features", input.features.is_some()),
            ("days", input.days.is_some()),
            ("beforeDays", input.before_days.is_some()),
            ("scaledByAge", input.scaled_by_age.is_some()),
            ("reading", input.reading.is_some()),
            ("over", input.over.is_some()),
        ];
        let of_type = measure_fields(input.kind.as_deref().map(str::trim).unwrap_or_default());
        for (field, _) in sent.into_iter().filter(|(_, is_sent)| *is_sent) {
            if !of_type.contains(&field) {
                self.add(field, "is not a field of this measure");
            }
        }
    }
}
