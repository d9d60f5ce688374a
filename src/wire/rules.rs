//! The rules of scoring as the values of a form: a name for each field of each factor, and texts that a person writes.

use super::FormValues;
use crate::domain::measure_input::{MeasureInput, measure_fields, measure_kinds};
use crate::domain::rulebook_input::MEASURE_TYPES;
use crate::domain::{FactorKey, Scorecard, Segments};

/// The field with the keys of the form's factors, in their order.
pub const FACTORS: &str = "factors";

/// The prefix of the check boxes of a condition's segments.
pub const OF_SEGMENTS: &str = "condition.segments.";
/// The field with the days of a condition.
pub const DAYS: &str = "condition.days";

/// The field with the segments, one a line in their order.
pub const SEGMENTS: &str = "segments";

/// Returns segments as the text of a field.
pub fn list_segments(segments: &Segments) -> String {
    segments.iter().map(|segment| segment.to_string()).collect::<Vec<_>>().join("\n")
}

/// Returns the name of a field of a factor: `factors.loginFrequency.weight`.
pub fn factor_field(key: FactorKey, field: &str) -> String {
    format!("{FACTORS}.{key}.{field}")
}

/// Returns a type of measure in words.
pub fn measure_label(kind: &str) -> &'static str {
    match kind {
        "count" => "Number of events",
        "activeDays" => "Days with an event",
        "daysSince" => "Days since the last event",
        "distinctFeatures" => "Different features used",
        "distinctUsers" => "Different users",
        "trend" => "Change against the window before, in %",
        "pace" => "Pace against the customer's own, in %",
        "onTimeShare" => "Invoices paid on time, in %",
        "daysOverdue" => "Days that an invoice is overdue",
        "latest" => "Latest value of a reading",
        "mean" => "Mean of a reading",
        "ratio" => "A reading in % of another",
        _ => "",
    }
}

/// Returns the keys of the factors that a form has.
pub fn keys(values: &FormValues) -> Vec<FactorKey> {
    parse_keys(values.get(FACTORS))
}

pub fn parse_keys(text: &str) -> Vec<FactorKey> {
    text.split_whitespace().filter_map(FactorKey::parse).collect()
}

/// Returns keys as the text of a field.
pub fn list_keys(keys: &[FactorKey]) -> String {
    keys.iter().map(FactorKey::as_str).collect::<Vec<_>>().join(" ")
}

fn set_keys(values: &mut FormValues, keys: &[FactorKey]) {
    values.0.insert(FACTORS.to_owned(), list_keys(keys));
}

/// Returns a scorecard as the values of the form's fields.
pub fn scorecard_values(scorecard: &Scorecard) -> FormValues {
    let mut values = FormValues::default();
    set_keys(&mut values, &scorecard.factors.keys().collect::<Vec<_>>());
    let mut set = |name: &str, value: String| values.0.insert(name.to_owned(), value);
    for (key, rule) in scorecard.factors.iter() {
        let mut set = |field: &str, value: String| set(&factor_field(key, field), value);
        set("label", rule.label.clone());
        set("shortLabel", rule.short_label.clone());
        set("why", rule.why.clone());
        set("nextStep", rule.next_step.clone().unwrap_or_default());
        set("weight", rule.weight.to_string());
        let MeasureInput { kind, kinds, features, days, before_days, scaled_by_age, reading, over } = (&rule.measure).into();
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        for (field, text) in [
            ("type", kind),
            ("days", number(days)),
            ("beforeDays", number(before_days)),
            ("features", features.map(|features| features.join("\n"))),
            ("scaledByAge", scaled_by_age.filter(|is_scaled| *is_scaled).map(|_| "on".to_owned())),
            ("reading", reading),
            ("over", over),
        ] {
            text.into_iter().for_each(|text| _ = set(field, text));
        }
        kinds.into_iter().flatten().for_each(|kind| _ = set(&format!("kinds.{kind}"), "on".to_owned()));
        let point = |point: &crate::domain::scale::ScalePoint| format!("{} = {}", point.value, point.score.short());
        set("points", rule.scale.points().iter().map(point).collect::<Vec<_>>().join(", "));
        set("assumed", rule.scale.assumed.short());
    }
    set("version", scorecard.version.to_string());
    set("name", scorecard.name.clone());
    if scorecard.onboarding {
        set("onboarding", "on".to_owned());
    }
    if let Some(condition) = &scorecard.condition {
        condition.segments.iter().for_each(|segment| _ = set(&format!("{OF_SEGMENTS}{}", segment.label()), "on".to_owned()));
        condition.started_less_than_days_ago.into_iter().for_each(|days| _ = set(DAYS, days.to_string()));
    }
    set("bands.healthy", scorecard.bands.healthy.to_string());
    set("bands.atRisk", scorecard.bands.at_risk.to_string());
    set("missingPolicy", scorecard.missing_policy.name().to_owned());
    set("coverageFloor", scorecard.coverage_floor.percent());
    values
}

/// Returns the points of a scale as they are written, "0 = 0, 20 = 100", as (value, score); `None` for another text.
pub fn points(text: &str) -> Option<Vec<(i64, f64)>> {
    let parts = text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let point = |part: &str| {
        let (value, score) = part.split_once('=')?;
        Some((value.trim().parse().ok()?, score.trim().parse().ok()?))
    };
    parts.map(point).collect()
}

/// Adds a factor of a type of measure, with values to begin with.
pub fn add_factor(values: &mut FormValues, kind: &str) {
    if !MEASURE_TYPES.contains(&kind) {
        return;
    }
    let mut keys = keys(values);
    let numbered = (2..).map(|number| format!("{kind}{number}"));
    let is_free = |key: &FactorKey| !keys.contains(key);
    let Some(key) =
        std::iter::once(kind.to_owned()).chain(numbered).take(50).find_map(|key| FactorKey::parse(&key).filter(is_free))
    else {
        return;
    };
    keys.push(key);
    set_keys(values, &keys);
    let (points, assumed) = match kind {
        "daysSince" | "daysOverdue" => ("0 = 100, 30 = 0", "50"),
        "trend" => ("-100 = 0, 100 = 100", "50"),
        "pace" => ("0 = 0, 100 = 100", "50"),
        "distinctFeatures" => ("0 = 0, 5 = 100", "0"),
        "count" | "activeDays" | "distinctUsers" => ("0 = 0, 20 = 100", "0"),
        _ => ("0 = 0, 100 = 100", "50"),
    };
    let mut set = |field: &str, value: &str| values.0.insert(factor_field(key, field), value.to_owned());
    set("label", measure_label(kind).trim_end_matches(", in %"));
    set("type", kind);
    set("weight", "20");
    set("points", points);
    set("assumed", assumed);
    for field in measure_fields(kind) {
        match *field {
            "kinds" => {
                measure_kinds(kind).filter(|kind| kind.is_done_by_customer() && !kind.is_invoice()).for_each(|kind| {
                    set(&format!("kinds.{}", kind.name()), "on");
                });
            }
            "days" => {
                set("days", if kind == "daysSince" { "90" } else { "30" });
            }
            "beforeDays" => {
                set("beforeDays", "90");
            }
            _ => {}
        }
    }
}
