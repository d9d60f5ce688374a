//! The forms about the rules of scoring.

use super::rejection;
use crate::domain::five::FiveFactors;
use crate::domain::scorecard_input::{BandLimitsInput, FactorRuleInput, factor_field};
use crate::domain::{FactorKey, FieldErrors, ScorecardInput, ScorecardVersion};
use crate::server::Call;
use crate::server::formats::amounts;
use crate::server::service::scorecards;
use crate::wire::AppError;
use crate::wire::{Done, FormValues};
use crate::wire::{Previewed, SCORECARD_PATH};

/// Previews the rules in the form. Invalid rules are an answer too, not an error.
pub async fn preview_scorecard(call: &Call, form: &FormValues) -> Result<Previewed, AppError> {
    let tried = async {
        let input = scorecard_input(form, |input| input.parse_rules().err())?;
        scorecards::preview_scorecard(call, &input).await.map_err(as_form_fields)
    };
    match tried.await {
        Ok(preview) => Ok(Previewed::Preview(preview)),
        Err(AppError::Invalid(errors)) => Ok(Previewed::Rejected(rejection(errors, form))),
        Err(error) => Err(error),
    }
}

pub async fn save_scorecard(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    let input = scorecard_input(form, |input| input.clone().parse().err())?;
    scorecards::create_scorecard(call, input).await.map(|saved| done(&saved)).map_err(as_form_fields)
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

/// Converts the form's texts to an input. Texts that are not numbers are reported together with the rules that `check` finds
/// broken.
fn scorecard_input(
    form: &FormValues,
    check: impl FnOnce(&ScorecardInput) -> Option<FieldErrors>,
) -> Result<ScorecardInput, AppError> {
    let mut reader = Reader { form, unreadable: FieldErrors::default() };
    let input = ScorecardInput {
        version: reader.whole("version"),
        author: form.filled("author"),
        note: form.filled("note"),
        factors: FiveFactors {
            login_frequency: reader.rule(FactorKey::LOGIN_FREQUENCY),
            feature_adoption: reader.rule(FactorKey::FEATURE_ADOPTION),
            support_load: reader.rule(FactorKey::SUPPORT_LOAD),
            invoice_timeliness: reader.rule(FactorKey::INVOICE_TIMELINESS),
            api_trend: reader.rule(FactorKey::API_TREND),
        },
        bands: BandLimitsInput { healthy: reader.decimal("bands.healthy"), at_risk: reader.decimal("bands.atRisk") },
        missing_policy: form.filled("missingPolicy"),
        coverage_floor: reader.decimal("coverageFloor").map(|percent| percent / 100.0),
    };
    let mut unreadable = reader.unreadable;
    if unreadable.0.is_empty() {
        return Ok(input);
    }
    // An unreadable number is also missing from the input. Reporting it once is enough.
    let broken = check(&input).unwrap_or_default().0;
    let broken: Vec<_> = broken.into_iter().filter(|error| unreadable.of(&error.field).is_none()).collect();
    unreadable.0.extend(broken);
    Err(as_form_fields(unreadable.into()))
}

struct Reader<'a> {
    form: &'a FormValues,
    unreadable: FieldErrors,
}

impl Reader<'_> {
    fn rule(&mut self, key: FactorKey) -> FactorRuleInput {
        FactorRuleInput {
            weight: self.whole(&factor_field(key, "weight")),
            window_days: self.whole(&factor_field(key, "windowDays")),
            target: self.whole(&factor_field(key, "target")),
            key_features: self.lines(&factor_field(key, "keyFeatures")),
        }
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

/// Renames an error's fields from the input's to the form's, which asks for the floor in percent.
fn as_form_fields(error: AppError) -> AppError {
    let AppError::Invalid(mut errors) = error else { return error };
    for error in errors.0.iter_mut().filter(|error| error.field == "coverageFloor") {
        error.message = error.message.replace("0 and 1", "0 and 100").replace("three decimals", "one decimal");
    }
    errors.into()
}
