//! The page's first sentence: how much is not healthy, and how much more or less that is than a month ago. Pure.

use crate::app::format;
use crate::domain::band_history::BandHistory;
use crate::domain::list::Measure;
use crate::domain::phrases::listed;
use crate::domain::{Band, NaiveDate};

/// The days before which the sentence looks for the figure to compare with.
const MONTH: usize = 30;

/// A sentence around the one figure that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    pub before: String,
    /// Empty where nothing is not healthy.
    pub figure: String,
    pub after: String,
}

impl Sentence {
    fn plain(before: impl Into<String>) -> Self {
        Self { before: before.into(), ..Self::default() }
    }

    pub fn of(history: &BandHistory, by: Measure, today: NaiveDate, is_filtered: bool) -> Self {
        let by = history.measure(by);
        let last = history.days_shown().saturating_sub(1);
        let is_past = history.as_of != today;
        let day = if is_past { format!("On {} ", format::day(history.as_of)) } else { String::new() };
        let customers = history.total(Measure::Customers, last);
        let total = history.words(by, history.total(by, last));
        let not_healthy = history.not_healthy(by, last);
        let [no_data, onboarding] = [Band::NoData, Band::Onboarding].map(|band| history.figure(band, by, last));
        match customers {
            0 if history.pending > 0 => return Self::plain("Bands of the past are being worked out."),
            0 if is_filtered => return Self::plain("No customer is selected."),
            0 => return Self::plain("No active customers."),
            _ if history.figure(Band::NoData, Measure::Customers, last) == customers => {
                return Self::plain(if is_past {
                    day + "no customer had a score."
                } else {
                    "No customer has a score yet.".to_owned()
                });
            }
            _ => {}
        }
        let noun = match by {
            Measure::Arr => "ARR",
            Measure::Customers => "customers",
        };
        let is_one = by == Measure::Arr || not_healthy == 1;
        let verb = match (is_past, is_one) {
            (true, true) => "was",
            (true, false) => "were",
            (false, true) => "is",
            (false, false) => "are",
        };
        if not_healthy == 0 {
            let plural = if by == Measure::Arr {
                verb
            } else if is_past {
                "were"
            } else {
                "are"
            };
            let rest = [(onboarding, "onboarding"), (no_data, "without data")].into_iter().filter(|(figure, _)| *figure > 0);
            let rest: Vec<_> = rest.map(|(figure, what)| format!("{} {what}", history.words(by, figure))).collect();
            return Self::plain(match rest.len() {
                0 if day.is_empty() => format!("All {total} {noun} {plural} healthy."),
                0 => format!("{day}all {total} {noun} {plural} healthy."),
                _ => {
                    let none = if day.is_empty() { "None" } else { "none" };
                    format!("{day}{none} of {total} {noun} {verb} at risk; {}.", listed(&rest))
                }
            });
        }
        let compared = compared(history, by, is_past).map(|words| format!(", {words}")).unwrap_or_default();
        Self {
            before: day,
            figure: history.words(by, not_healthy),
            after: format!(" of {total} {noun} {verb} not healthy{compared}."),
        }
    }
}

impl Sentence {
    /// Adds how many customers need somebody today, if any do.
    pub fn and_needed(mut self, needed: i64) -> Self {
        let words = match needed {
            0 => return self,
            1 => "1 customer needs you today.".to_owned(),
            _ => format!("{} customers need you today.", format::group(needed)),
        };
        let told = if self.figure.is_empty() { &mut self.before } else { &mut self.after };
        *told = format!("{told} {words}");
        self
    }
}

/// Compares the last day with the one a month before; `None` where that one is not known, or nobody had a score then.
fn compared(history: &BandHistory, by: Measure, is_past: bool) -> Option<String> {
    let last = history.days_shown().checked_sub(1)?;
    let then = last.checked_sub(MONTH)?;
    let scored =
        [Band::Healthy, Band::AtRisk, Band::ChurnRisk].iter().any(|band| history.figure(*band, Measure::Customers, then) > 0);
    if history.pending > 0 || !scored {
        return None;
    }
    let difference = history.not_healthy(by, last) - history.not_healthy(by, then);
    let figure = history.words(by, difference.abs());
    let when = if is_past { "a month before" } else { "a month ago" };
    Some(match (difference, by) {
        (0, Measure::Arr) => format!("as much as {when}"),
        (0, Measure::Customers) => format!("as many as {when}"),
        (1.., _) => format!("{figure} more than {when}"),
        (_, Measure::Arr) => format!("{figure} less than {when}"),
        (_, Measure::Customers) => format!("{figure} fewer than {when}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::band_history::BandDays;
    use chrono::Duration;

    /// Customers and dollars of all bands but Onboarding, a month ago and on 16 March 2026.
    fn check(then: [(i64, i64); 4], now: [(i64, i64); 4], expected: &str) -> BandHistory {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        let days = |band: Band| {
            let place =
                |band: Band| Band::ALL.into_iter().filter(|other| *other != Band::Onboarding).position(|other| other == band);
            let of = |bands: [(i64, i64); 4]| place(band).map_or((0, 0), |place| bands[place]);
            let (then, now) = (of(then), of(now));
            let mut days = BandDays { band, customers: vec![then.0; 31], arr_cents: vec![then.1 * 100; 31] };
            (days.customers[30], days.arr_cents[30]) = (now.0, now.1 * 100);
            days
        };
        let history = BandHistory {
            as_of,
            known_at: None,
            currency: "USD".to_owned(),
            days: 30,
            from: as_of - Duration::days(30),
            bands: Band::ALL.map(days).to_vec(),
            moves: Vec::new(),
            moves_by_rules: Vec::new(),
            pending: 0,
        };
        assert_eq!(said(&history, as_of), expected);
        history
    }

    fn said(history: &BandHistory, today: NaiveDate) -> String {
        let Sentence { before, figure, after } = Sentence::of(history, Measure::Arr, today, false);
        before + &figure + &after
    }

    #[test]
    fn who_needs_somebody_is_counted_after_it() {
        let told = |needed| Sentence::plain("All 2 customers are healthy.").and_needed(needed).before;
        assert_eq!(told(0), "All 2 customers are healthy.");
        assert_eq!(told(1), "All 2 customers are healthy. 1 customer needs you today.");
        let sentence = Sentence { figure: "$2.9M".into(), after: " of $5.2M ARR is not healthy.".into(), ..Sentence::default() };
        assert_eq!(sentence.and_needed(1_300).after, " of $5.2M ARR is not healthy. 1,300 customers need you today.");
    }

    const NONE: (i64, i64) = (0, 0);

    #[test]
    fn it_says_how_much_is_not_healthy_and_compares() {
        let then = [(5, 3_600_000), (2, 1_000_000), (1, 600_000), NONE];
        let now = [(4, 2_300_000), (2, 1_000_000), (2, 1_900_000), NONE];
        let history = check(then, now, "$2.9M of $5.2M ARR is not healthy, $1.3M more than a month ago.");
        assert_eq!(
            said(&history, history.as_of + Duration::days(1)),
            "On 16 Mar 2026 $2.9M of $5.2M ARR was not healthy, $1.3M more than a month before."
        );
        assert_eq!(Sentence::of(&history, Measure::Arr, history.as_of, false).figure, "$2.9M");
        check(now, then, "$1.6M of $5.2M ARR is not healthy, $1.3M less than a month ago.");
        check(now, now, "$2.9M of $5.2M ARR is not healthy, as much as a month ago.");
        let pending = BandHistory { pending: 1, ..history };
        assert_eq!(said(&pending, pending.as_of), "$2.9M of $5.2M ARR is not healthy.");
    }

    #[test]
    fn it_has_words_for_every_state() {
        let nobody = [NONE; 4];
        let new = [NONE, NONE, NONE, (3, 100)];
        check(new, [(1, 40), (1, 60), NONE, NONE], "$60 of $100 ARR is not healthy.");
        check(new, new, "No customer has a score yet.");
        check(nobody, nobody, "No active customers.");
        check(nobody, [(3, 5_000), NONE, NONE, NONE], "All $5.0k ARR is healthy.");
        check(nobody, [(3, 5_000), NONE, NONE, (1, 1_000)], "None of $6.0k ARR is at risk; $1.0k without data.");
        // Where no ARR is known, customers are counted.
        check(
            [(2, 0), (1, 0), NONE, NONE],
            [(1, 0), (1, 0), (1, 0), NONE],
            "2 of 3 customers are not healthy, 1 more than a month ago.",
        );
        check(
            [(1, 0), (2, 0), NONE, NONE],
            [(2, 0), (1, 0), NONE, NONE],
            "1 of 3 customers is not healthy, 1 fewer than a month ago.",
        );
        check(nobody, [(3, 0), NONE, NONE, NONE], "All 3 customers are healthy.");
    }
}
