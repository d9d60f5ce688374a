//! The report's first sentence: how much was not healthy at the end, and how much more or less that was than before. Pure.

use crate::app::format;
use crate::domain::list::Measure;
use crate::domain::month::PeriodFigures;
use crate::domain::portfolio::Tally;
use crate::domain::{Band, Month};

/// A sentence around the one figure that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    pub before: String,
    /// Empty where nothing was not healthy.
    pub figure: String,
    pub after: String,
}

/// Returns the measure that there is anything to show by: customers are counted where no ARR is known.
pub fn measure(month: &Month) -> Measure {
    let has_arr =
        [&month.period.begin, &month.period.end].into_iter().flatten().any(|bands| PeriodFigures::all(bands).arr_cents > 0);
    if has_arr { Measure::Arr } else { Measure::Customers }
}

/// Returns a tally's ARR or customers.
pub fn size(tally: Tally, by: Measure) -> i64 {
    match by {
        Measure::Arr => tally.arr_cents,
        Measure::Customers => tally.customers,
    }
}

/// Writes a figure of a measure: "$1.2M", "1,204".
pub fn words(figure: i64, by: Measure, currency: &str) -> String {
    match by {
        Measure::Arr => format::money_short(figure, currency),
        Measure::Customers => format::group(figure),
    }
}

pub fn headline(month: &Month) -> Sentence {
    let plain = |before: String| Sentence { before, ..Sentence::default() };
    let (by, label) = (measure(month), month.period.period.label());
    let Some(end) = &month.period.end else {
        return plain(format!("The bands of {label} are not known any more."));
    };
    let (when, is, are) = if month.period.is_over {
        (format!("at the end of {label}"), "was", "were")
    } else {
        (format!("in {label} so far"), "is", "are")
    };
    let all = PeriodFigures::all(end);
    if all.customers == 0 {
        return plain(format!("No customers {when}."));
    }
    if end.iter().all(|told| told.band == Band::NoData || told.tally.customers == 0) {
        return plain(format!("No customer had a score {when}."));
    }
    let noun = if by == Measure::Arr { "ARR" } else { "customers" };
    let (total, at_risk) = (words(size(all, by), by, &month.currency), PeriodFigures::at_risk(end));
    let verb = if by == Measure::Arr || at_risk.customers == 1 { is } else { are };
    let figure = size(at_risk, by);
    let compared = month.period.begin.as_ref().map(|begin| {
        let difference = figure - size(PeriodFigures::at_risk(begin), by);
        let than = format!("at the end of {}", month.before.period.label());
        let amount = words(difference.abs(), by, &month.currency);
        match (difference, by) {
            (0, Measure::Arr) => format!(", as much as {than}"),
            (0, Measure::Customers) => format!(", as many as {than}"),
            (1.., _) => format!(", {amount} more than {than}"),
            (_, Measure::Arr) => format!(", {amount} less than {than}"),
            (_, Measure::Customers) => format!(", {amount} fewer than {than}"),
        }
    });
    let without_risk = size(end.iter().filter(|told| !told.band.tells_risk()).map(|told| told.tally).sum(), by);
    match (figure, without_risk) {
        (0, 0) => plain(format!("All {total} {noun} {} healthy {when}.", if by == Measure::Arr { is } else { are })),
        (0, _) => plain(format!("None of {total} {noun} {verb} at risk {when}.")),
        _ => Sentence {
            before: String::new(),
            figure: words(figure, by, &month.currency),
            after: format!(" of {total} {noun} {verb} not healthy {when}{}.", compared.unwrap_or_default()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::NaiveDate;
    use crate::domain::calendar::CalendarPeriod;
    use crate::domain::month::{Falls, Named};
    use crate::domain::portfolio::BandTally;

    fn bands(dollars: [i64; 4]) -> Option<Vec<BandTally>> {
        let told = Band::ALL.into_iter().filter(|band| *band != Band::Onboarding).zip(dollars);
        let tally = |dollars: i64| Tally { customers: i64::from(dollars > 0), arr_cents: dollars * 100, arr_unknown: 0 };
        Some(told.map(|(band, dollars)| BandTally { band, tally: tally(dollars) }).collect())
    }

    fn month(begin: Option<Vec<BandTally>>, end: Option<Vec<BandTally>>) -> Month {
        let figures = |name: &str| {
            let period = CalendarPeriod::parse(name).unwrap();
            let nobody = Tally::default();
            PeriodFigures {
                period,
                from: period.first(),
                to: period.last(),
                is_over: true,
                begin: None,
                end: None,
                flow: None,
                moves: None,
                moves_by_rules: None,
                came: nobody,
                went: nobody,
                renewals: nobody,
                renewals_won: nobody,
                renewals_lost: nobody,
                outcomes: Vec::new(),
            }
        };
        fn none<T>() -> Named<T> {
            Named { tally: Tally::default(), items: Vec::new() }
        }
        let day = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        Month {
            today: day,
            currency: "USD".to_owned(),
            owner: None,
            segment: None,
            known_from: day,
            pending: 0,
            period: PeriodFigures { begin, end, ..figures("2026-10") },
            before: figures("2026-09"),
            days_from: day,
            days: Vec::new(),
            fell: Falls {
                tally: Tally::default(),
                explained: 0,
                change: crate::domain::Points::ZERO,
                factors: Vec::new(),
                causes: Vec::new(),
                items: Vec::new(),
            },
            first_scores: none(),
            came: none(),
            went: none(),
            renewals: none(),
        }
    }

    #[test]
    fn it_has_words_for_every_state() {
        let check = |month: &Month, expected: &str| {
            let Sentence { before, figure, after } = headline(month);
            assert_eq!(before + &figure + &after, expected);
        };
        let (then, now) = (bands([3_600_000, 1_000_000, 600_000, 0]), bands([2_300_000, 1_000_000, 1_900_000, 0]));
        let worse = month(then.clone(), now.clone());
        check(
            &worse,
            "$2.9M of $5.2M ARR was not healthy at the end of October 2026, $1.3M more than at the end of September 2026.",
        );
        assert_eq!(headline(&worse).figure, "$2.9M");
        check(
            &month(now.clone(), then.clone()),
            "$1.6M of $5.2M ARR was not healthy at the end of October 2026, $1.3M less than at the end of September 2026.",
        );
        check(&month(None, then.clone()), "$1.6M of $5.2M ARR was not healthy at the end of October 2026.");
        let mut present = month(then.clone(), then);
        present.period.is_over = false;
        check(&present, "$1.6M of $5.2M ARR is not healthy in October 2026 so far, as much as at the end of September 2026.");
        check(&month(None, bands([50, 0, 0, 0])), "All $50 ARR was healthy at the end of October 2026.");
        check(&month(None, bands([50, 0, 0, 10])), "None of $60 ARR was at risk at the end of October 2026.");
        check(&month(None, bands([0, 0, 0, 9])), "No customer had a score at the end of October 2026.");
        check(&month(None, bands([0; 4])), "No customers at the end of October 2026.");
        check(&month(None, None), "The bands of October 2026 are not known any more.");
    }
}
