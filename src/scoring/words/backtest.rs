//! A backtest in sentences that can be repeated.

use crate::domain::Band;
use crate::domain::backtest::{Backtest, Verdict, WarningCode};
use crate::domain::counts::count;
use crate::domain::phrases::day;
use crate::scoring::backtest::too_good;

/// "Of 46 customers lost, 35 were Healthy two months before: the score does not see them coming."
pub fn backtest_sentence(answer: &Backtest) -> String {
    let before = time_before(answer.horizon);
    let (lost, healthy) = (answer.lost.customers, answer.lost_healthy.customers);
    if answer.n == 0 {
        return format!("No customer had a score {} to be tested.", on_days(answer));
    }
    if lost == 0 {
        return format!(
            "None of {} was lost in the {} days after {}.",
            count(answer.n, "customer"),
            answer.horizon,
            last_day(answer)
        );
    }
    let counted = match (lost, healthy) {
        (1, 0) => format!("The one customer lost was not Healthy {before} before"),
        (1, _) => format!("The one customer lost was Healthy {before} before"),
        (_, 0) => format!("Of {lost} customers lost, none was Healthy {before} before"),
        (_, 1) => format!("Of {lost} customers lost, 1 was Healthy {before} before"),
        _ => format!("Of {lost} customers lost, {healthy} were Healthy {before} before"),
    };
    let nobody_is_healthy = answer.bands.iter().all(|rate| rate.band != Band::Healthy || rate.n == 0);
    let meaning = match answer.verdict {
        Verdict::CountsOnly | Verdict::TooFew => "too few to judge the score by",
        Verdict::Backwards => "the score ranks them backwards",
        _ if 2 * healthy >= lost => "the score does not see them coming",
        Verdict::BetterThanChance if nobody_is_healthy => {
            "nor was anybody who stayed, so that scores tell who leaves, and bands do not"
        }
        Verdict::BetterThanChance => "the score sees them coming",
        Verdict::NoEvidence => "yet the score ranks them no better than chance would",
    };
    format!("{counted}: {meaning}.")
}

/// "Better than chance: of 100 pairs of one who left and one who stayed, 67 are in the right order (60 to 73)."
pub fn verdict_sentence(answer: &Backtest) -> String {
    let stayed = answer.n - answer.churners;
    let few = answer.churners.min(stayed);
    let (fewer, verb) = if answer.churners <= stayed { (answer.churners, "left") } else { (stayed, "stayed") };
    let judged = match answer.verdict {
        Verdict::CountsOnly => {
            let least = Verdict::COUNTS_BELOW;
            return format!(
                "Only {fewer} {verb}: from {least} on a figure is worth telling, from {} on it can be judged.",
                Verdict::FEW_BELOW
            );
        }
        Verdict::TooFew => format!("Only {fewer} {verb}, and from {} on it can be judged", Verdict::FEW_BELOW),
        Verdict::BetterThanChance if few >= Verdict::FIRM_FROM => "Firm: better than chance".to_owned(),
        Verdict::BetterThanChance => "Better than chance".to_owned(),
        Verdict::Backwards => "The score ranks backwards: who left stood higher".to_owned(),
        Verdict::NoEvidence => "No evidence that the score is better than chance".to_owned(),
    };
    let Some(auc) = answer.auc else { return format!("{judged}: all had the same score.") };
    let [value, low, high] = [auc.value, auc.low, auc.high].map(|figure| figure.of_hundred());
    format!("{judged}: of 100 pairs of one who left and one who stayed, {value} are in the right order ({low} to {high}).")
}

pub fn backtest_warning(code: WarningCode, answer: &Backtest) -> String {
    match code {
        WarningCode::SegmentOfToday => {
            "These are the customers that are in the segment today, or were when they left, whatever they were on the test days."
                .to_owned()
        }
        WarningCode::KnownThenDiffers => {
            let then = answer.known_then.map(|auc| auc.value.of_hundred()).unwrap_or_default();
            format!(
                "As it was known on those days the figure is {then} of 100 pairs: facts that arrived later, or were taken back, make \
                 the difference."
            )
        }
        WarningCode::TooGood => format!(
            "More than 95 of 100 pairs in the right order ({}) is too good to be true: does a factor know the outcome, as a last \
             invoice or a cancellation ticket does?",
            too_good(answer).into_iter().map(|factor| factor.unwrap_or("the score")).collect::<Vec<_>>().join(", ")
        ),
        WarningCode::FittedHere => {
            "Fitted here: these rules were made after a look at these departures, which flatters them. Later ones tell more."
                .to_owned()
        }
    }
}

/// "a month", "two months"
fn time_before(horizon: i64) -> String {
    match horizon {
        30 => "a month".to_owned(),
        60 => "two months".to_owned(),
        90 => "three months".to_owned(),
        180 => "six months".to_owned(),
        days => count(days, "day"),
    }
}

fn on_days(answer: &Backtest) -> String {
    match answer.days.as_slice() {
        [] => "on a day".to_owned(),
        [one] => format!("on {}", day(*one)),
        days => format!("on any of {} days", days.len()),
    }
}

fn last_day(answer: &Backtest) -> String {
    match answer.days.as_slice() {
        [one] => day(*one),
        days => format!("each of {} days", days.len()),
    }
}
