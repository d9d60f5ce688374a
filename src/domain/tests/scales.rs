//! Scales: from values to scores.

use crate::domain::Points;
use crate::domain::scale::{Scale, ScalePoint, Value};
use proptest::prelude::*;

fn scale(points: &[(i64, i64)]) -> Option<Scale> {
    let point = |(value, score): &(i64, i64)| ScalePoint { value: *value, score: Points(10 * score) };
    Scale::new(&points.iter().map(point).collect::<Vec<_>>(), Points(500))
}

#[test]
fn straight_lines_lead_from_point_to_point_and_it_is_flat_outside() {
    let rising = scale(&[(0, 0), (10, 50), (30, 100)]).unwrap();
    let falling = scale(&[(-10, 100), (10, 20)]).unwrap();
    for (scale, value, expected) in [
        (&rising, -5, 0),
        (&rising, 0, 0),
        (&rising, 4, 200),
        (&rising, 10, 500),
        (&rising, 20, 750),
        (&rising, 30, 1000),
        (&rising, 31, 1000),
        (&falling, -11, 1000),
        (&falling, 0, 600),
        (&falling, 99, 200),
    ] {
        assert_eq!(scale.score(Some(Value::whole(value))), Points(expected), "{value}");
    }
    assert_eq!(rising.score(Some(Value::Boundless)), Points(1000));
    assert_eq!(rising.score(None), Points(500));
}

#[test]
fn a_value_is_rounded_once_half_up() {
    let thousand = scale(&[(0, 0), (2000, 100)]).unwrap();
    // One in 2,000 is half of a tenth of a point.
    assert_eq!(thousand.score(Some(Value::whole(1))), Points(1));
    assert_eq!(thousand.score(Some(Value::Fraction { over: 99, under: 100 })), Points(0));
    let down = scale(&[(0, 100), (2000, 0)]).unwrap();
    assert_eq!(down.score(Some(Value::whole(1))), Points(1000));
    assert_eq!(down.score(Some(Value::Fraction { over: 101, under: 100 })), Points(999));
}

#[test]
fn points_that_are_no_scale_are_refused() {
    for points in [
        &[(0, 0)][..],
        &[(0, 0), (0, 100)],
        &[(10, 0), (5, 100)],
        &[(0, 0), (5, 100), (9, 50)],
        &[(0, 0), (5, 101)],
        &[(0, -1), (5, 100)],
        &[(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)],
    ] {
        assert!(scale(points).is_none(), "{points:?}");
    }
}

proptest! {
    #[test]
    fn a_larger_value_never_leaves_the_scales_direction(
        widths in prop::collection::vec(1..50i64, 1..6), rises in prop::collection::vec(0..17i64, 6),
        falls in any::<bool>(), one in (-100..400i128, 1..9i128), other in (-100..400i128, 1..9i128),
    ) {
        let (mut value, mut score) = (-20, 0);
        let mut points = vec![(value, score)];
        for (width, rise) in widths.iter().zip(&rises) {
            (value, score) = (value + width, score + rise);
            points.push((value, score));
        }
        if falls {
            points.iter_mut().for_each(|(_, score)| *score = 100 - *score);
        }
        let scale = scale(&points).unwrap();
        let at = |(over, under)| scale.score(Some(Value::Fraction { over, under }));
        // Compares the fractions themselves, without division.
        let (low, high) = if one.0 * other.1 <= other.0 * one.1 { (one, other) } else { (other, one) };
        let (low, high) = (at(low), at(high));
        prop_assert!((low <= high) != falls || low == high, "{} {}", low, high);
    }
}
