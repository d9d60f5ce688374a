//! Who needs somebody, and how urgently: the formula worked by hand.

use super::given::*;
use crate::domain::today::{LEAST_ARR_CENTS, rank};
use crate::domain::{Band, HistoryPoint, Multiple, Points, UrgencyParts};
use crate::scoring::{Signs, band_fell_on};

/// A customer at 60.0 of whom nothing asks for anybody. Days are told by their distance to today.
fn calm() -> Signs {
    Signs {
        band: Band::AtRisk,
        score: Points(600),
        is_new: false,
        band_fell_on: None,
        renewal_date: None,
        last_activity_on: Some(day(0)),
        overdue_invoices: 0,
    }
}

#[test]
fn each_of_four_conditions_is_enough() {
    let (fell, renews) =
        (|ago| Signs { band_fell_on: Some(day(ago)), ..calm() }, |ago| Signs { renewal_date: Some(day(ago)), ..calm() });
    let silent = |ago| Signs { last_activity_on: Some(day(ago)), ..calm() };
    for (what, signs, expected) in [
        ("nothing", calm(), false),
        ("fell today", fell(0), true),
        ("fell 14 days ago", fell(14), true),
        ("fell 15 days ago", fell(15), false),
        ("renews today", renews(0), true),
        ("renews in 90 days", renews(-90), true),
        ("renews in 91 days", renews(-91), false),
        ("renewal long over", renews(400), true),
        ("silent for 13 days", silent(13), false),
        ("silent for 14 days", silent(14), true),
        ("never active", Signs { last_activity_on: None, ..calm() }, false),
        ("an invoice overdue", Signs { overdue_invoices: 1, ..calm() }, true),
    ] {
        assert_eq!(signs.is_needed(day(0)), expected, "{what}");
        assert_eq!(signs.urgency(day(0)).is_some(), expected, "{what}");
        for band in [Band::Healthy, Band::NoData] {
            assert!(!Signs { band, ..signs }.is_needed(day(0)), "{what}, {band:?}");
        }
        assert_eq!(Signs { band: Band::ChurnRisk, ..signs }.is_needed(day(0)), expected, "{what}, churn risk");
        assert!(!Signs { is_new: true, ..signs }.is_needed(day(0)), "{what}, new");
    }
}

#[test]
fn the_parts_are_those_of_the_formula() {
    let check = |signs: Signs, expected: [i64; 3], urgency: i64| {
        let parts = signs.parts(day(0));
        let [risk, nearness, newness] = expected.map(Multiple);
        assert_eq!(parts, UrgencyParts { risk, nearness, newness }, "{signs:?}");
        assert_eq!(parts.urgency(), urgency, "{signs:?}");
    };
    // What is missing counts as 1.
    check(calm(), [400, 1000, 1000], 400);
    // 45 of 90 days: 1.5. 7 of 14 days: 1.5. 0.4 x 1.5 x 1.5 = 0.9.
    check(Signs { renewal_date: Some(day(-45)), band_fell_on: Some(day(7)), ..calm() }, [400, 1500, 1500], 900);
    // 19 days ahead are 71/90 = 0.789; 4 days ago 10/14 = 0.714: 0.664 x 1.789 x 1.714 = 2.036.
    let soon = Signs { score: Points(336), renewal_date: Some(day(-19)), band_fell_on: Some(day(4)), ..calm() };
    check(soon, [664, 1789, 1714], 2036);
    for (ago, nearness) in [(-91, 1000), (-90, 1000), (-89, 1011), (0, 2000), (400, 2000)] {
        assert_eq!(Signs { renewal_date: Some(day(ago)), ..calm() }.parts(day(0)).nearness, Multiple(nearness), "{ago}");
    }
    for (ago, newness) in [(0, 2000), (13, 1071), (14, 1000), (170, 1000)] {
        assert_eq!(Signs { band_fell_on: Some(day(ago)), ..calm() }.parts(day(0)).newness, Multiple(newness), "{ago}");
    }
}

#[test]
fn no_part_counts_as_nothing() {
    let best = Signs { score: Points(1000), ..calm() };
    assert_eq!(best.parts(day(0)).urgency(), 1);
    let parts = calm().parts(day(0));
    // 0.4 x 1.00, whether the ARR is 0 or unknown to all.
    assert_eq!((rank(Some(0), parts), rank(None, parts), rank(Some(LEAST_ARR_CENTS), parts)), (40, 40, 40));
    assert_eq!(rank(Some(32_900_000), parts), 13_160_000);
    // The largest ARR there is, at the highest urgency.
    let worst = Signs { score: Points(0), renewal_date: Some(day(0)), band_fell_on: Some(day(0)), ..calm() }.parts(day(0));
    assert_eq!(rank(Some(crate::domain::customer::MAX_CENTS), worst), 4 * crate::domain::customer::MAX_CENTS);
}

#[test]
fn a_fall_counts_until_it_is_made_good() {
    use Band::{AtRisk as A, ChurnRisk as C, Healthy as H, NoData as N};
    for (bands, expected) in [
        (vec![], None),
        (vec![C], None),
        (vec![H, H, A], Some(0)),
        (vec![H, A, A], Some(1)),
        // A jump over a band is one fall.
        (vec![H, C, C], Some(1)),
        // It has recovered in part: worse than it was before the fall.
        (vec![H, C, A], Some(1)),
        // The later fall is made good, the earlier one is not.
        (vec![H, A, C, A], Some(2)),
        (vec![A, C, A], None),
        (vec![A, H, A], Some(0)),
        (vec![H, A, H], None),
        // To and from no data is neither better nor worse.
        (vec![N, C, C], None),
        (vec![H, N, C], None),
        (vec![H, A, N], None),
        (vec![H, A, N, A], Some(2)),
    ] {
        let last = bands.len() as i64 - 1;
        let point = |(place, band): (usize, &Band)| HistoryPoint { day: day(last - place as i64), score: Points(1), band: *band };
        let history: Vec<_> = bands.iter().enumerate().map(point).collect();
        assert_eq!(band_fell_on(&history), expected.map(day), "{bands:?}");
    }
}
