//! Runs of bands, and the days and moves that are summed from them, worked by hand.

use crate::domain::absence::{Absence, Lives};
use crate::domain::band_history::{BandDays, BandSums, Moved, MovedBy, Period, PeriodRuns};
use crate::domain::band_runs::{BandRuns, read_runs};
use crate::domain::portfolio::Tally;
use crate::domain::{Band, HistoryPoint, NaiveDate, Points};
use Band::{AtRisk, ChurnRisk, Healthy, NoData, Onboarding};

fn day(number: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(number).unwrap()
}

fn history(first: i32, bands: &[Band]) -> Vec<HistoryPoint> {
    let point = |(number, band): (i32, &Band)| HistoryPoint { day: day(number), score: Points(0), band: *band };
    (first..).zip(bands).map(point).collect()
}

#[test]
fn runs_are_written_and_read_back() {
    for (bands, text) in [
        (&[][..], ""),
        (&[Healthy, Healthy, Healthy], "100h"),
        (&[NoData, NoData, ChurnRisk, AtRisk, AtRisk, ChurnRisk], "100n102c103a105c"),
    ] {
        let runs = BandRuns::of(&history(100, bands));
        assert_eq!(runs.to_string(), text);
        assert_eq!(BandRuns::parse(text), Some(runs));
    }
    assert_eq!(BandRuns::of(&history(-2, &[Healthy, Healthy, AtRisk])).to_string(), "-2h0a");
    for text in ["100", "h", "100x", "100h2", "100h-", "99999999999h", "100h\u{e4}"] {
        assert_eq!(BandRuns::parse(text), None, "{text}");
    }
}

#[test]
fn the_last_day_is_carried_on() {
    for (before, last, band, after) in [
        ("100h", 100, Healthy, "100h"),
        ("100h", 100, AtRisk, "100a"),
        ("100h", 107, AtRisk, "100h107a"),
        ("100h107a", 107, ChurnRisk, "100h107c"),
        // Back in the band of the day before.
        ("100h107a", 107, Healthy, "100h"),
    ] {
        let mut runs = BandRuns::parse(before).unwrap();
        runs.set_last(day(last), band);
        assert_eq!(runs.to_string(), after, "{before}, then {band:?} on {last}");
    }
}

/// A customer's runs, its ARR, and its bands by changes of rules.
type Given<'a> = (&'a str, Option<i64>, Option<(Band, Band)>);

/// Sums customers, each with its runs and ARR, over days 10 to 13.
fn sums(customers: &[Given]) -> BandSums {
    let period = Period { first: 10, last: 13 };
    let (mut sums, mut runs) = (BandSums::new(period), PeriodRuns::default());
    for (text, arr, noted) in customers {
        assert!(runs.take(read_runs(text), &[], period), "{text}");
        sums.add(&runs, *arr, runs.moved(*noted));
    }
    sums
}

#[test]
fn every_day_sums_customers_and_arr_by_band() {
    let sums = sums(&[
        // Healthy throughout, though something else before the period.
        ("1c9h", Some(5), None),
        ("10h12a", Some(7), None),
        // Moves before the first day and after the last one do not count.
        ("3a8h9a14c", None, None),
        ("10n11c12h13c", Some(100), None),
    ]);
    let days = |band, customers: [i64; 4], arr: [i64; 4]| BandDays { band, customers: customers.into(), arr_cents: arr.into() };
    assert_eq!(
        sums.bands(),
        [
            days(Healthy, [2, 2, 2, 1], [12, 12, 105, 5]),
            days(AtRisk, [1, 1, 2, 2], [0, 0, 7, 7]),
            days(ChurnRisk, [0, 1, 0, 1], [0, 100, 0, 100]),
            days(Onboarding, [0; 4], [0; 4]),
            days(NoData, [1, 0, 0, 0], [100, 0, 0, 0]),
        ]
    );
}

#[test]
fn moves_compare_the_first_day_with_the_last() {
    let sums = sums(&[
        ("9h11a", Some(7), None),
        ("9h13a", Some(20), None),
        ("9h13a", None, None),
        // There and back again is no move.
        ("9h11c12h", Some(1000), None),
        ("9n12c", Some(30), None),
    ]);
    let told: Vec<_> = sums.moves(MovedBy::Facts).iter().map(|told| (told.from, told.to, told.tally)).collect();
    let tally = |customers, arr_cents, arr_unknown| Tally { customers, arr_cents, arr_unknown };
    assert_eq!(told, [(NoData, ChurnRisk, tally(1, 30, 0)), (Healthy, AtRisk, tally(3, 27, 1))]);
    assert_eq!(sums.moves(MovedBy::Rules), []);
}

#[test]
fn who_was_moved_by_rules_alone_is_told_apart() {
    // Under today's rules the customer was at risk all the time; what was noted tells that the rules made it so.
    let sums = sums(&[("9a", Some(7), Some((Healthy, AtRisk))), ("9h11c", Some(8), Some((Healthy, Healthy)))]);
    assert_eq!(sums.moves(MovedBy::Facts), []);
    let told = sums.moves(MovedBy::Rules);
    assert_eq!(told.iter().map(|told| (told.from, told.to, told.tally.arr_cents)).collect::<Vec<_>>(), [(Healthy, AtRisk, 7)]);
    let mut runs = PeriodRuns::default();
    assert!(runs.take(read_runs("9a"), &[], Period { first: 10, last: 13 }));
    assert_eq!(runs.moved(Some((Healthy, AtRisk))), Some(Moved { from: Healthy, to: AtRisk, by: MovedBy::Rules }));
}

#[test]
fn who_is_gone_for_a_while_counts_on_no_day_of_it() {
    let period = Period { first: 10, last: 13 };
    let healthy_and_at_risk = |text: &str, left, returned| {
        let (mut sums, mut runs) = (BandSums::new(period), PeriodRuns::default());
        assert!(runs.take(read_runs(text), &[Absence { left, returned }], period));
        let moved = runs.moved(None);
        sums.add(&runs, Some(7), moved);
        let customers = |band: usize| sums.bands()[band].customers.clone();
        (customers(0), customers(1), moved.map(|moved| (moved.from, moved.to)))
    };
    for (text, left, returned, healthy, at_risk, moved) in [
        ("1h12a", 11, 13, [1, 0, 0, 0], [0, 0, 0, 1], Some((Healthy, AtRisk))),
        ("1h12a", 12, 13, [1, 1, 0, 0], [0, 0, 0, 1], Some((Healthy, AtRisk))),
        // Who comes or goes does not move.
        ("1h12a", 5, 12, [0, 0, 0, 0], [0, 0, 1, 1], None),
        ("1h9c10a11h", 10, 11, [0, 1, 1, 1], [0; 4], None),
        ("1h12a", 13, 20, [1, 1, 0, 0], [0, 0, 1, 0], None),
        ("1h12a", 1, 20, [0; 4], [0; 4], None),
        // An absence before or after the period.
        ("1h12a", 5, 10, [1, 1, 0, 0], [0, 0, 1, 1], Some((Healthy, AtRisk))),
        ("1h12a", 14, 20, [1, 1, 0, 0], [0, 0, 1, 1], Some((Healthy, AtRisk))),
    ] {
        let told = (healthy.to_vec(), at_risk.to_vec(), moved);
        assert_eq!(healthy_and_at_risk(text, left, returned), told, "{text}, gone from {left} to {returned}");
    }
}

#[test]
fn absences_last_from_a_departure_to_the_next_start() {
    let absences = |text: &str| {
        let lives = Lives::read(text).unwrap();
        (lives.absences.iter().map(|gone| (gone.left, gone.returned)).collect::<Vec<_>>(), lives.first_start)
    };
    assert_eq!(absences(""), (vec![], None));
    assert_eq!(absences("90,70:20"), (vec![(70, 90)], Some(20)));
    assert_eq!(absences("90,70:"), (vec![(70, 90)], Some(90)), "the first start is not known");
    assert_eq!(absences("90,70:50,40:20"), (vec![(40, 50), (70, 90)], Some(20)));
    assert_eq!(absences("90,70:20,60:20"), (vec![(60, 90)], Some(20)), "it left but once");
    assert_eq!(absences("70,70:20"), (vec![], Some(20)), "back on the same day");
    assert_eq!(absences("50,70:20"), (vec![], Some(20)), "not back yet");
    for text in ["x", "90,70", "90,x:1", "90,70:x"] {
        assert_eq!(Lives::read(text), None, "{text}");
    }
}

#[test]
fn the_arr_of_giants_does_not_overflow() {
    let sums = sums(&[("1h", Some(i64::MAX), None), ("1h", Some(i64::MAX), None), ("1a", Some(1), None)]);
    assert_eq!(sums.bands()[0].arr_cents, [i64::MAX; 4]);
    assert_eq!(sums.bands()[1].arr_cents, [1; 4]);
}
