//! A suggestion in sentences: the advice, and the figures behind it.

use crate::domain::backtest::{AucDifference, Verdict};
use crate::domain::counts::{count, group};
use crate::domain::phrases::day;
use crate::domain::suggestion::{Days, ScorecardSuggestion, SuggestionVerdict};
use crate::domain::{Figure, NaiveDate};
use crate::scoring::backtest::TOO_GOOD;

const KEEP: &str = "No evidence that other rules are better: keep yours.";

/// The question to ask of figures that are too good to be true.
const KNOWS: &str =
    " That is too good to be true: does a factor know the outcome, as a last invoice or a cancellation ticket does?";

/// Returns the advice and its reason.
pub fn suggestion(answer: &ScorecardSuggestion, days: Days) -> (String, String) {
    let figures = figures(answer);
    match answer.verdict {
        SuggestionVerdict::Better => {
            let low = answer.together.map(|together| together.low.of_hundred()).unwrap_or_default();
            let sentence = match low {
                ..=1 => "Other rules tell better who leaves.".to_owned(),
                _ => format!("Other rules tell better who leaves: by {low} of 100 pairs at least."),
            };
            let too_good = answer.suggested.is_some_and(|suggested| suggested.value > TOO_GOOD);
            (sentence, format!("{figures}{}{}", if too_good { KNOWS } else { "" }, seen_first(days)))
        }
        SuggestionVerdict::TooFew => {
            let (learned, tested) = (answer.learned.fewer(), answer.tested.fewer());
            let (least, on) = if learned < tested { (learned, days.learned_on) } else { (tested, days.tested_on) };
            let least = match least {
                0 => "None".to_owned(),
                least => format!("Only {}", group(least)),
            };
            let left = if answer.churners_are_fewer(learned < tested) { "left" } else { "stayed" };
            let enough = format!("{least} {left} after {}: from {} on it can be judged.", day(on), Verdict::FEW_BELOW);
            let tells = answer.tested.fewer() >= Verdict::COUNTS_BELOW;
            (KEEP.to_owned(), if tells { format!("{enough} {figures}") } else { enough })
        }
        _ => (KEEP.to_owned(), figures),
    }
}

/// Returns the advice and its reason where facts begin too late.
pub fn no_history(learned_on: NaiveDate, first_fact_on: Option<NaiveDate>, needed_from: NaiveDate) -> (String, String) {
    let begin = match first_fact_on {
        Some(first) => format!("They begin on {}.", day(first)),
        None => "There are none yet.".to_owned(),
    };
    let needed = format!("Weights would be learned on {}, and that needs facts from {} on.", day(learned_on), day(needed_from));
    ("Not enough history to try other rules: keep yours.".to_owned(), format!("{needed} {begin}"))
}

/// "Of 100 pairs the rules tried put 74 in the right order, yours 62: 12 more (7 to 18)."
fn figures(answer: &ScorecardSuggestion) -> String {
    let (Some(now), Some(suggested), Some(together)) = (answer.now, answer.suggested, answer.together) else {
        return "There is nothing to compare: under one of the two all have the same score.".to_owned();
    };
    let pairs = "Of 100 pairs of one who left and one who stayed";
    let [now, suggested] = [now.value, suggested.value].map(Figure::of_hundred);
    let compared =
        format!("{pairs}, the rules tried put {suggested} in the right order and yours {now}: {}.", difference(together));
    match answer.leavers_needed.filter(|_| answer.verdict != SuggestionVerdict::Better) {
        Some(needed) => format!(
            "{compared} To be sure of such a difference takes about {}; {} left.",
            count(rounded_up(needed), "leaver"),
            group(answer.tested.churners)
        ),
        None => compared,
    }
}

/// "12 more (7 to 18)", "no difference (-4 to 4)", "3 fewer (-8 to 2)"
fn difference(difference: AucDifference) -> String {
    let [value, low, high] = [difference.value, difference.low, difference.high].map(Figure::of_hundred);
    let told = match value {
        1.. => format!("{value} more"),
        0 => "no difference".to_owned(),
        _ => format!("{} fewer", -value),
    };
    format!("{told} ({low} to {high})").replace('-', "\u{2212}")
}

fn seen_first(days: Days) -> String {
    format!(
        " The weights were learned on {}, and tested on {}, of which they knew nothing. It is a draft: nothing changes by itself.",
        day(days.learned_on),
        day(days.tested_on)
    )
}

/// Returns two digits of a number: nobody knows it better.
fn rounded_up(number: i64) -> i64 {
    let mut step = 1;
    while number >= 100 * step {
        step *= 10;
    }
    (number + step - 1) / step * step
}

impl ScorecardSuggestion {
    /// Returns whether fewer left than stayed on a day.
    fn churners_are_fewer(&self, on_learned: bool) -> bool {
        let count = if on_learned { self.learned } else { self.tested };
        2 * count.churners <= count.n
    }
}
