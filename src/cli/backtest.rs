//! The command `backtest`: past scores against the departures that followed, as a table or as JSON.

use crate::domain::BacktestQuery;
use crate::domain::backtest::{Auc, Backtest, BacktestProgress};
use crate::domain::counts::{count, group};
use crate::domain::money::money_short;
use crate::domain::phrases::day;
use crate::domain::suggestion::{Step, Suggestion};
use crate::server::service::backtest::{work_out_backtest, work_out_suggestion};
use crate::server::{Actor, AppState};
use crate::wire::AppError;
use indicatif::{ProgressBar, ProgressStyle};

/// The arguments of `backtest`.
#[derive(clap::Args, Debug)]
pub struct BacktestArgs {
    /// Days after a test day in which a departure counts: 30, 60, 90 or 180
    #[arg(long, value_name = "DAYS", default_value = "90")]
    horizon: String,
    /// Test days, separated by commas. Default: the latest possible one, and as many before it as departures are known for
    #[arg(long, value_name = "DAY,...")]
    days: Option<String>,
    /// Version of the rules to score by. Default: the one in force
    #[arg(long, value_name = "NUMBER")]
    version: Option<String>,
    /// Only customers of this segment
    #[arg(long)]
    segment: Option<String>,
    /// Score with what is known `now`, or with what was known `then`
    #[arg(long, default_value = "now")]
    known: String,
    /// Least days since the start that a customer must have on a test day
    #[arg(long, value_name = "DAYS")]
    min_age: Option<String>,
    /// Leave out customers that left without deciding it
    #[arg(long)]
    exclude_involuntary: bool,
    /// Leave out departures in the first days after a test day
    #[arg(long, value_name = "DAYS")]
    skip_days: Option<String>,
    /// Suggest better rules instead, where there is evidence for any. They are learned two horizons ago and tested one horizon ago
    #[arg(long, conflicts_with_all = ["days", "version", "segment"])]
    suggest: bool,
    /// Print the answer of `GET /api/backtest`, or of `GET /api/backtest/suggestion`
    #[arg(long)]
    json: bool,
}

impl BacktestArgs {
    fn pairs(&self) -> [(&str, &str); 8] {
        [
            ("horizon", &self.horizon),
            ("days", self.days.as_deref().unwrap_or_default()),
            ("version", self.version.as_deref().unwrap_or_default()),
            ("segment", self.segment.as_deref().unwrap_or_default()),
            ("known", &self.known),
            ("min_age", self.min_age.as_deref().unwrap_or_default()),
            ("exclude_involuntary", if self.exclude_involuntary { "true" } else { "" }),
            ("skip_days", self.skip_days.as_deref().unwrap_or_default()),
        ]
    }
}

/// Works a backtest out, and returns what to print.
pub async fn backtest(app: &AppState, args: &BacktestArgs, currency: &str) -> Result<String, String> {
    let call = app.call(Actor::Visitor);
    let query = BacktestQuery::from_pairs(args.pairs(), call.today()).map_err(|errors| in_words(errors.into()))?;
    let bar = ProgressBar::new(1);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} customers").map_err(|error| error.to_string())?);
    let told = |progress: BacktestProgress| {
        bar.set_length(progress.customers.max(1).unsigned_abs());
        bar.set_position(progress.customers_done.unsigned_abs());
    };
    if args.suggest {
        let answer = work_out_suggestion(&call, query, told).await;
        bar.finish_and_clear();
        let answer = answer.map_err(in_words)?;
        return match args.json {
            true => serde_json::to_string_pretty(&answer).map_err(|error| error.to_string()),
            false => Ok(suggested(&answer, currency)),
        };
    }
    let answer = work_out_backtest(&call, query, told).await;
    bar.finish_and_clear();
    let answer = answer.map_err(in_words)?;
    match args.json {
        true => serde_json::to_string_pretty(&*answer).map_err(|error| error.to_string()),
        false => Ok(table(&answer, currency)),
    }
}

/// Names options as they are typed.
fn in_words(error: AppError) -> String {
    match error {
        AppError::Invalid(errors) => {
            let told = errors.0.iter().map(|error| format!("--{} {}", error.field.replace('_', "-"), error.message));
            told.collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

fn table(answer: &Backtest, currency: &str) -> String {
    let days = answer.days.iter().map(|test| day(*test)).collect::<Vec<_>>().join(", ");
    let rules = answer.version.map_or("the rules of each day".to_owned(), |version| format!("version {version} of the rules"));
    let mut lines = vec![
        answer.sentence.clone(),
        answer.verdict_sentence.clone(),
        String::new(),
        format!("{}, {} after {days}, {rules}", count(answer.n, "customer"), count(answer.horizon, "day")),
        format!(
            "{} lost with {} a year, of which {} Healthy with {}",
            group(answer.lost.customers),
            money_short(answer.lost.arr_cents, currency),
            group(answer.lost_healthy.customers),
            money_short(answer.lost_healthy.arr_cents, currency)
        ),
        String::new(),
        line(["Band", "customers", "lost", "rate", "95 % interval"]),
    ];
    lines.extend(answer.bands.iter().map(|band| {
        let interval = format!("{} to {}", band.rate.low.percent(), band.rate.high.percent());
        line([band.band.label(), &group(band.n), &group(band.churned), &band.rate.rate.percent(), &interval])
    }));
    lines.push(String::new());
    lines.push(line(["Ranked by", "AUC", "low", "high", "measured"]));
    lines.push(auc_line("Score", answer.auc, ""));
    for factor in &answer.factors {
        lines.push(auc_line(&factor.label, factor.auc, &factor.measured.to_string()));
    }
    lines.push(auc_line("Tenure (control)", answer.tenure, ""));
    if let Some(then) = answer.known_then {
        lines.push(auc_line("Score, known then", Some(then), ""));
    }
    for warning in &answer.warnings {
        lines.push(String::new());
        lines.push(warning.sentence.clone());
    }
    lines.join("\n")
}

/// Writes a suggestion: the advice, the steps, the factors, and what would change.
fn suggested(answer: &Suggestion, currency: &str) -> String {
    let mut lines = Vec::new();
    for scorecard in &answer.scorecards {
        if answer.scorecards.len() > 1 {
            lines.push(format!("{}:", scorecard.name));
        }
        lines.extend([scorecard.sentence.clone(), scorecard.reason.clone(), String::new()]);
        let step = |step: Step| match step {
            Step::Targets => "Own targets",
            Step::Kinds => "Kinds of measures",
            Step::Weights => "Weights",
        };
        let steps = scorecard.steps.iter().map(|of| (step(of.step), of.difference)).chain([("Together", scorecard.together)]);
        if !scorecard.steps.is_empty() {
            lines.push(line(["Step", "adds", "low", "high", ""]));
            lines.extend(steps.map(|(label, difference)| {
                let [value, low, high] = difference.map_or(["–".to_owned(), "–".into(), "–".into()], |difference| {
                    [difference.value, difference.low, difference.high].map(|figure| format!("{:+.4}", figure.as_f64()))
                });
                line([label, &value, &low, &high, ""])
            }));
            lines.push(String::new());
            lines.push(line(["Ranked by", "AUC", "low", "high", "weight"]));
            lines.push(auc_line("Rules in force", scorecard.now, ""));
            lines.push(auc_line("Rules tried", scorecard.suggested, ""));
            lines.extend(scorecard.factors.iter().map(|factor| {
                let against = if factor.runs_against { " against" } else { "" };
                auc_line(&factor.label, factor.auc, &format!("{} → {}{against}", factor.weight_now, factor.weight))
            }));
            lines.extend([String::new(), "The rules that were tried:".to_owned()]);
            lines.extend(scorecard.changes.clone());
            lines.push(String::new());
            lines.extend(scorecard.moves.iter().map(|moved| {
                let (from, to) = (moved.from.label(), moved.to.label());
                format!(
                    "{} from {from} to {to} with {}",
                    count(moved.customers, "customer"),
                    money_short(moved.arr_cents, currency)
                )
            }));
            lines.push(String::new());
        }
    }
    lines.push(format!(
        "Learned on {}, tested on {}, drafted on {}; {} tried on these departures",
        day(answer.learned_on),
        day(answer.tested_on),
        day(answer.drafted_on),
        match answer.variants {
            1 => "1 set of rules".to_owned(),
            variants => format!("{} sets of rules", group(variants)),
        }
    ));
    lines.join("\n")
}

fn auc_line(label: &str, auc: Option<Auc>, measured: &str) -> String {
    let figures = auc.map_or(["–".to_owned(), "–".into(), "–".into()], |auc| {
        [auc.value, auc.low, auc.high].map(|figure| format!("{:.4}", figure.as_f64()))
    });
    let [value, low, high] = &figures;
    line([label, value, low, high, measured])
}

fn line([first, second, third, fourth, fifth]: [&str; 5]) -> String {
    format!("{first:<20} {second:>10} {third:>8} {fourth:>8} {fifth:>18}").trim_end().to_owned()
}
