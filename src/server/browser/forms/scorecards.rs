//! The forms about the rules of scoring.

use super::rejection;
use crate::domain::measure_input::{MeasureInput, measure_fields};
use crate::domain::rulebook::{FactorInput, RulebookInput, ScaleInput, ScalePointInput, ScorecardOfRulebookInput};
use crate::domain::scorecard_input::BandLimitsInput;
use crate::domain::{EventKind, FactorKey, FieldErrors, ScorecardVersion};
use crate::server::Call;
use crate::server::formats::amounts;
use crate::server::service::scorecards;
use crate::wire::AppError;
use crate::wire::rules::{self, SEGMENTS, factor_field};
use crate::wire::{Done, FormValues};
use crate::wire::{Previewed, SCORECARD_PATH};

/// Previews the rules in the form. Invalid rules are an answer too, not an error.
pub async fn preview_scorecard(call: &Call, form: &FormValues) -> Result<Previewed, AppError> {
    let tried = async {
        let proposed = rulebook_input(form, |input| input.parse_rules())?;
        scorecards::preview_scorecard(call, &proposed).await.map_err(as_form_fields)
    };
    match tried.await {
        Ok(preview) => Ok(Previewed::Preview(preview)),
        Err(AppError::Invalid(errors)) => Ok(Previewed::Rejected(rejection(errors, form))),
        Err(error) => Err(error),
    }
}

pub async fn save_scorecard(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let new = rulebook_input(form, |input| input.parse())?;
    scorecards::create_scorecard(call, new).await.map(|saved| done(&saved)).map_err(as_form_fields)
}

pub async fn restore_scorecard(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let number = |name| form.get(name).parse().map_err(|_| FieldErrors::one(name, "must be a whole number"));
    let (version, current) = (number("restored")?, number("version")?);
    let (author, note) = (form.filled("author"), form.filled("note"));
    let saved = scorecards::restore_scorecard(call, version, current, author.as_deref(), note.as_deref()).await?;
    Ok(done(&saved))
}

fn done(saved: &ScorecardVersion) -> Done {
    let message = format!("Version {} is in force, and all customers are being rescored", saved.scorecard.version);
    Done { message, go_to: Some(SCORECARD_PATH.to_owned()), ..Done::default() }
}

/// Reads the form's texts and parses what they say. Texts that are not numbers are reported together with the rules that are
/// broken.
fn rulebook_input<T>(form: &FormValues, parse: impl FnOnce(&RulebookInput) -> Result<T, FieldErrors>) -> Result<T, AppError> {
    let mut reader = Reader { form, unreadable: FieldErrors::default() };
    let is_kept = |key: &FactorKey| form.filled(&factor_field(*key, "out")).is_none();
    let kept = rules::keys(form).into_iter().filter(is_kept);
    let factors = kept.map(|key| reader.factor(key)).collect();
    let scorecard = ScorecardOfRulebookInput {
        factors,
        bands: BandLimitsInput { healthy: reader.decimal("bands.healthy"), at_risk: reader.decimal("bands.atRisk") },
        missing_policy: form.filled("missingPolicy"),
        coverage_floor: reader.decimal("coverageFloor").map(|percent| percent / 100.0),
    };
    let input = RulebookInput {
        version: reader.whole("version"),
        author: form.filled("author"),
        note: form.filled("note"),
        segments: form.0.get(SEGMENTS).map(|_| reader.lines(SEGMENTS)),
        scorecards: vec![scorecard],
    };
    let mut unreadable = reader.unreadable;
    let broken = match (parse(&input), unreadable.0.is_empty()) {
        (Ok(parsed), true) => return Ok(parsed),
        (Ok(_), false) => Vec::new(),
        (Err(errors), _) => in_form(errors).0,
    };
    // An unreadable number is also missing from the input. Reporting it once is enough.
    let broken: Vec<_> = broken.into_iter().filter(|error| unreadable.of(&error.field).is_none()).collect();
    unreadable.0.extend(broken);
    Err(unreadable.into())
}

struct Reader<'a> {
    form: &'a FormValues,
    unreadable: FieldErrors,
}

impl Reader<'_> {
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
        let kinds = || rules::countable_kinds().filter(is_on).map(|kind| kind.name().to_owned()).collect();
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
        let number = text.parse().ok().or_else(|| amounts::whole_number(&text));
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

fn as_form_fields(error: AppError) -> AppError {
    match error {
        AppError::Invalid(errors) => in_form(errors).into(),
        error => error,
    }
}

/// Renames errors' fields from the input's to the form's, which has one field for the points of a scale and asks for the floor in
/// percent.
fn in_form(mut errors: FieldErrors) -> FieldErrors {
    for error in &mut errors.0 {
        let field = error.field.trim_start_matches("scorecards.0.").replace(".measure.", ".");
        error.field = match field.split_once(".scale.") {
            Some((factor, "assumed")) => format!("{factor}.assumed"),
            Some((factor, _)) => format!("{factor}.points"),
            None => field,
        };
        if error.field == "coverageFloor" {
            error.message = error.message.replace("0 and 1", "0 and 100").replace("three decimals", "one decimal");
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::templates::Template;

    #[test]
    fn the_rules_of_every_template_come_back_from_the_form() {
        for template in Template::all() {
            let form = rules::scorecard_values(&template.scorecard);
            let read = rulebook_input(&form, |input| input.parse_rules()).unwrap();
            assert_eq!(read, template.scorecard, "{}", template.name);
        }
    }

    #[test]
    fn a_factor_of_every_measure_can_be_added_and_taken_out() {
        let mut form = rules::scorecard_values(&Template::all()[0].scorecard);
        for kind in ["count", "activeDays", "daysSince", "trend", "pace", "onTimeShare", "daysOverdue", "distinctFeatures"] {
            let mut form = form.clone();
            rules::add_factor(&mut form, kind);
            let read = rulebook_input(&form, |input| input.parse_rules()).unwrap();
            assert_eq!(read.factors.len(), 6, "{kind}");
        }
        form.0.insert("factors.apiTrend.out".into(), "on".into());
        assert_eq!(rulebook_input(&form, |input| input.parse_rules()).unwrap().factors.len(), 4);
    }
}
