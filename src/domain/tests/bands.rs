//! Runs of bands, and the days and moves that are summed from them, worked by hand.

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
        assert!(runs.take(read_runs(text), period), "{text}");
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
    assert!(runs.take(read_runs("9a"), Period { first: 10, last: 13 }));
    assert_eq!(runs.moved(Some((Healthy, AtRisk))), Some(Moved { from: Healthy, to: AtRisk, by: MovedBy::Rules }));
}

#[test]
fn the_arr_of_giants_does_not_overflow() {
    let sums = sums(&[("1h", Some(i64::MAX), None), ("1h", Some(i64::MAX), None), ("1a", Some(1), None)]);
    assert_eq!(sums.bands()[0].arr_cents, [i64::MAX; 4]);
    assert_eq!(sums.bands()[1].arr_cents, [1; 4]);
}
