//! Reads the rules of scoring from the texts of a form. The browser reads them while somebody types, the server when they are sent.

use super::FormValues;
use super::rulebooks::{Cards, SCORECARDS};
use super::rules::{self, DAYS, OF_SEGMENTS, SEGMENTS, factor_field};
use crate::domain::condition::ConditionInput;
use crate::domain::measure_input::{MeasureInput, measure_fields, measure_kinds};
use crate::domain::numbers::whole_number;
use crate::domain::rulebook_input::{FactorInput, RulebookInput, ScaleInput, ScalePointInput, ScorecardOfRulebookInput};
use crate::domain::scorecard_input::BandLimitsInput;
use crate::domain::{EventKind, FactorKey, FieldError, FieldErrors, Rulebook};

/// Reads the form's texts and parses what they say. Texts that are not numbers are reported together with the rules that are
/// broken.
pub fn rulebook_input<T>(
    form: &FormValues,
    in_force: &Rulebook,
    parse: impl FnOnce(&RulebookInput) -> Result<T, FieldErrors>,
) -> Result<T, FieldErrors> {
    let cards = Cards::of(form);
    let mut unreadable = FieldErrors::default();
    let mut reader = Reader { form, unreadable: FieldErrors::default() };
    let (based_on, segments) = (reader.whole("version"), form.0.get(SEGMENTS).map(|_| reader.lines(SEGMENTS)));
    unreadable.0.extend(reader.unreadable.0);
    let mut scorecards = Vec::with_capacity(cards.count());
    for (place, fields) in cards.fields(form, in_force).iter().enumerate() {
        let mut reader = Reader { form: fields, unreadable: FieldErrors::default() };
        scorecards.push(reader.scorecard(place + 1 == cards.count()));
        let errors = reader.unreadable.0.into_iter();
        unreadable.0.extend(errors.map(|error| in_list(error, place, &cards, &scorecards)));
    }
    let (author, note) = (form.filled("author"), form.filled("note"));
    let input = RulebookInput { version: based_on, author, note, segments, scorecards };
    let broken = match (parse(&input), unreadable.0.is_empty()) {
        (Ok(parsed), true) => return Ok(parsed),
        (Ok(_), false) => Vec::new(),
        (Err(errors), _) => in_form(errors, &cards, &input.scorecards).0,
    };
    // An unreadable number is also missing from the input. Reporting it once is enough.
    let broken: Vec<_> = broken.into_iter().filter(|error| unreadable.of(&error.field).is_none()).collect();
    unreadable.0.extend(broken);
    Err(unreadable)
}

struct Reader<'a> {
    form: &'a FormValues,
    unreadable: FieldErrors,
}

impl Reader<'_> {
    /// Reads a scorecard; the last has no condition.
    fn scorecard(&mut self, is_last: bool) -> ScorecardOfRulebookInput {
        let form = self.form;
        let is_kept = |key: &FactorKey| form.filled(&factor_field(*key, "out")).is_none();
        let kept: Vec<_> = rules::keys(form).into_iter().filter(is_kept).collect();
        ScorecardOfRulebookInput {
            name: form.filled("name"),
            condition: if is_last { None } else { Some(self.condition()) },
            onboarding: form.filled("onboarding").is_some(),
            factors: kept.into_iter().map(|key| self.factor(key)).collect(),
            bands: BandLimitsInput { healthy: self.decimal("bands.healthy"), at_risk: self.decimal("bands.atRisk") },
            missing_policy: form.filled("missingPolicy"),
            coverage_floor: self.decimal("coverageFloor").map(|percent| percent / 100.0),
        }
    }

    fn condition(&mut self) -> ConditionInput {
        let chosen = self.form.0.keys().filter_map(|name| name.strip_prefix(OF_SEGMENTS));
        ConditionInput { segments: chosen.map(str::to_owned).collect(), started_less_than_days_ago: self.whole(DAYS) }
    }

    fn factor(&mut self, key: FactorKey) -> FactorInput {
        let form = self.form;
        let name = |field: &str| factor_field(key, field);
        FactorInput {
            key: Some(key.to_string()),
            label: form.filled(&name("label")),
            short_label: form.filled(&name("shortLabel")),
            why: form.filled(&name("why")),
            next_step: form.filled(&name("nextStep")),
            weight: self.whole(&name("weight")),
            measure: self.measure(key),
            scale: self.scale(key),
        }
    }

    /// Reads the fields that belong to the type of measure. Others may have been left by another type.
    fn measure(&mut self, key: FactorKey) -> MeasureInput {
        let form = self.form;
        let name = |field: &str| factor_field(key, field);
        let kind = form.filled(&name("type"));
        let fields = measure_fields(kind.as_deref().unwrap_or_default());
        let has = |field: &str| fields.contains(&field);
        let is_on = |kind: &EventKind| form.filled(&name(&format!("kinds.{}", kind.name()))).is_some();
        let of_type = kind.as_deref().unwrap_or_default();
        let kinds = || measure_kinds(of_type).filter(is_on).map(|kind| kind.name().to_owned()).collect();
        MeasureInput {
            kinds: has("kinds").then(kinds),
            features: has("features").then(|| self.lines(&name("features"))),
            days: if has("days") { self.whole(&name("days")) } else { None },
            before_days: if has("beforeDays") { self.whole(&name("beforeDays")) } else { None },
            scaled_by_age: has("scaledByAge").then(|| form.filled(&name("scaledByAge")).is_some()),
            reading: if has("reading") { form.filled(&name("reading")) } else { None },
            over: if has("over") { form.filled(&name("over")) } else { None },
            kind,
        }
    }

    fn scale(&mut self, key: FactorKey) -> ScaleInput {
        let field = factor_field(key, "points");
        let points = rules::points(self.form.get(&field));
        if points.is_none() {
            self.unreadable.add(&field, "must be points such as 0 = 0, 20 = 100");
        }
        let point = |(value, score)| ScalePointInput { value: Some(value), score: Some(score) };
        let points = points.unwrap_or_default().into_iter().map(point).collect();
        ScaleInput { points, assumed: self.decimal(&factor_field(key, "assumed")) }
    }

    fn whole(&mut self, name: &str) -> Option<i64> {
        let text = self.form.filled(name)?;
        let number = text.parse().ok().or_else(|| whole_number(&text));
        if number.is_none() {
            self.unreadable.add(name, "must be a whole number");
        }
        number
    }

    fn decimal(&mut self, name: &str) -> Option<f64> {
        let text = self.form.filled(name)?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        let number = text.parse().ok().filter(|_| is_plain);
        if number.is_none() {
            self.unreadable.add(name, "must be a number such as 72.5");
        }
        number
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.form.get(name).lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}

/// Renames errors' fields from the input's to the form's.
pub fn in_form(errors: FieldErrors, cards: &Cards, scorecards: &[ScorecardOfRulebookInput]) -> FieldErrors {
    let renamed = |mut error: FieldError| {
        let within = error.field.strip_prefix("scorecards.").and_then(|rest| {
            let (place, field) = rest.split_once('.')?;
            Some((place.parse::<usize>().ok()?, in_fields(field)))
        });
        let Some((place, field)) = within else { return error };
        if field == "coverageFloor" {
            error.message = error.message.replace("0 and 1", "0 and 100").replace("three decimals", "one decimal");
        }
        error.field = field;
        in_list(error, place, cards, scorecards)
    };
    FieldErrors(errors.0.into_iter().map(renamed).collect())
}

/// Returns the form's name of a field of a scorecard. It has one field for the points of a scale.
fn in_fields(field: &str) -> String {
    let field = field.replace(".measure.", ".");
    match field.split_once(".scale.") {
        Some((factor, "assumed")) => format!("{factor}.assumed"),
        Some((factor, _)) => format!("{factor}.points"),
        None => field.replace("condition.startedLessThanDaysAgo", DAYS),
    }
}

/// Returns an error of a scorecard's field as one that the form shows: of a scorecard whose fields are not shown, at the list.
fn in_list(error: FieldError, place: usize, cards: &Cards, scorecards: &[ScorecardOfRulebookInput]) -> FieldError {
    if place == cards.edited() {
        return error;
    }
    let name = scorecards.get(place).and_then(|scorecard| scorecard.name.as_deref()).unwrap_or_default();
    let message = format!("of {}: {} {}", format!("{} {name}", place + 1).trim(), error.field, error.message);
    FieldError { field: SCORECARDS.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::templates::Template;
    use crate::domain::{Condition, Scorecard, Segment};
    use crate::wire::rulebooks::{act, rulebook_values};

    #[test]
    fn the_rules_of_every_template_come_back_from_the_form() {
        for template in Template::all() {
            let form = rules::scorecard_values(&template.scorecard);
            let read = rulebook_input(&form, &Rulebook::default(), |input| input.parse_rules()).unwrap();
            assert_eq!(*read.rest(), template.scorecard, "{}", template.name);
        }
    }

    #[test]
    fn a_rulebook_comes_back_from_the_form_whichever_scorecard_is_edited() {
        let condition = Condition { segments: vec![Segment::STARTUP], started_less_than_days_ago: Some(90) };
        let [_, silence, product, _] = Template::all().map(|template| template.scorecard);
        let new = Scorecard { name: "Startups".into(), condition: Some(condition), onboarding: true, ..product };
        let rulebook = Rulebook::new(1, vec![new], Scorecard { name: "Everybody else".into(), ..silence });
        let in_force = Rulebook::from(Scorecard::default());
        for edited in [0, 1] {
            let form = rulebook_values(&rulebook, edited, &in_force);
            let read = rulebook_input(&form, &in_force, |input| input.parse_rules()).unwrap();
            assert_eq!(read, rulebook, "{edited}");
        }
    }

    #[test]
    fn a_broken_rule_of_a_scorecard_that_is_not_shown_is_told_at_the_list() {
        let in_force = Rulebook::from(Scorecard::default());
        let mut form = rulebook_values(&in_force, 0, &in_force);
        form.0.insert("bands.healthy".into(), "0".into());
        form.0.insert("act".into(), "add".into());
        let form = act(form, &in_force);
        let errors = rulebook_input(&form, &in_force, |input| input.parse_rules()).unwrap_err();
        assert_eq!(errors.of("bands.healthy"), Some("must be above the limit of At risk (40.0)"));
        let told = errors.of("scorecards").unwrap();
        assert_eq!(told, "of 2 Everybody else: bands.healthy must be above the limit of At risk (40.0)");
    }

    #[test]
    fn a_factor_of_every_measure_can_be_added_and_taken_out() {
        let mut form = rules::scorecard_values(&Template::all()[0].scorecard);
        let kinds = ["count", "activeDays", "daysSince", "trend", "pace", "onTimeShare", "daysOverdue"];
        for kind in kinds.into_iter().chain(["distinctFeatures", "distinctUsers"]) {
            let mut form = form.clone();
            rules::add_factor(&mut form, kind);
            let read = rulebook_input(&form, &Rulebook::default(), |input| input.parse_rules()).unwrap();
            assert_eq!(read.factors().len(), 6, "{kind}");
        }
        form.0.insert("factors.apiTrend.out".into(), "on".into());
        assert_eq!(rulebook_input(&form, &Rulebook::default(), |input| input.parse_rules()).unwrap().factors().len(), 4);
    }
}
