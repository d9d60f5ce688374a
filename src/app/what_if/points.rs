//! The points of a scale while they are moved: they stay in order, and their scores only rise or only fall.

use crate::domain::Points;
use crate::domain::scale::{MOST_POINTS, ScalePoint};
use crate::wire::rules;

/// The largest value of a point, and with a minus the smallest.
const MOST: i64 = 1_000_000;

/// Reads points as they are written in the form; `None` where they are no scale.
pub fn read_points(text: &str) -> Option<Vec<ScalePoint>> {
    let point = |(value, score): (i64, f64)| ScalePoint { value, score: Points((score * 10.0).round() as i64) };
    let points: Vec<_> = rules::points(text)?.into_iter().map(point).collect();
    crate::domain::scale::Scale::new(&points, Points::NEUTRAL).map(|_| points)
}

/// Writes points as the form has them.
pub fn write_points(points: &[ScalePoint]) -> String {
    let point = |point: &ScalePoint| format!("{} = {}", point.value, point.score.short());
    points.iter().map(point).collect::<Vec<_>>().join(", ")
}

/// Moves a point towards a value and a score, as far as its neighbours let it.
pub fn move_point(points: &[ScalePoint], place: usize, value: i64, score: i64) -> Vec<ScalePoint> {
    let mut moved = points.to_vec();
    let (before, after) = (place.checked_sub(1).and_then(|place| points.get(place)), points.get(place + 1));
    let (least, most) = (before.map_or(-MOST, |point| point.value + 1), after.map_or(MOST, |point| point.value - 1));
    let (low, high) = scores_between(points, place);
    if let Some(point) = moved.get_mut(place) {
        *point = ScalePoint { value: value.max(least).min(most), score: Points(score.clamp(low, high)) };
    }
    moved
}

/// Returns the least and the largest score that a point may have beside the others.
fn scores_between(points: &[ScalePoint], place: usize) -> (i64, i64) {
    let before = place.checked_sub(1).and_then(|place| points.get(place)).map(|point| point.score.0);
    let after = points.get(place + 1).map(|point| point.score.0);
    let others: Vec<_> = points.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, point)| point.score).collect();
    let (low, high) = (Points::ZERO.0, Points::MAX.0);
    match (before, after, others.first().cmp(&others.last())) {
        (Some(before), Some(after), _) => (before.min(after), before.max(after)),
        (None, Some(after), std::cmp::Ordering::Less) => (low, after),
        (None, Some(after), std::cmp::Ordering::Greater) => (after, high),
        (Some(before), None, std::cmp::Ordering::Less) => (before, high),
        (Some(before), None, std::cmp::Ordering::Greater) => (low, before),
        _ => (low, high),
    }
}

/// Adds a point in the middle of the longest line; the same points when there is no room.
pub fn add_point(points: &[ScalePoint]) -> Vec<ScalePoint> {
    let gap = |place: &usize| points[place + 1].value - points[*place].value;
    let widest = (0..points.len().saturating_sub(1)).max_by_key(gap).filter(|place| gap(place) > 1);
    let mut more = points.to_vec();
    if let Some(place) = widest.filter(|_| points.len() < MOST_POINTS) {
        let (a, b) = (points[place], points[place + 1]);
        let score = Points((a.score.0 + b.score.0) / 20 * 10);
        let (low, high) = (a.score.min(b.score), a.score.max(b.score));
        more.insert(place + 1, ScalePoint { value: a.value + (b.value - a.value) / 2, score: score.clamp(low, high) });
    }
    more
}

/// Takes a point out; the same points when only two are left.
pub fn remove_point(points: &[ScalePoint], place: usize) -> Vec<ScalePoint> {
    let mut fewer = points.to_vec();
    if points.len() > 2 && place < points.len() {
        fewer.remove(place);
    }
    fewer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, change: impl Fn(&[ScalePoint]) -> Vec<ScalePoint>, expected: &str) {
        let changed = write_points(&change(&read_points(text).unwrap()));
        assert_eq!(changed, expected, "from {text}");
        assert!(read_points(&changed).is_some(), "{changed} is a scale");
    }

    #[test]
    fn a_point_moves_as_far_as_its_neighbours_let_it() {
        check("0 = 0, 20 = 100", |points| move_point(points, 1, 30, 905), "0 = 0, 30 = 90.5");
        check("0 = 0, 20 = 100", |points| move_point(points, 1, -5, 2000), "0 = 0, 1 = 100");
        check("0 = 0, 20 = 100", |points| move_point(points, 0, 5, 1000), "5 = 100, 20 = 100");
        check("0 = 0, 10 = 50, 20 = 100", |points| move_point(points, 1, 99, 0), "0 = 0, 19 = 0, 20 = 100");
        check("0 = 100, 10 = 50, 20 = 0", |points| move_point(points, 2, 15, 900), "0 = 100, 10 = 50, 15 = 50");
        check("0 = 0, 10 = 50, 20 = 100", |points| move_point(points, 2, 15, 100), "0 = 0, 10 = 50, 15 = 50");
        check("0 = 50, 10 = 50, 20 = 50", |points| move_point(points, 0, 0, 800), "0 = 80, 10 = 50, 20 = 50");
        check("0 = 50, 10 = 50, 20 = 50", |points| move_point(points, 1, 3, 800), "0 = 50, 3 = 50, 20 = 50");
        check("3 = 0, 4 = 100", |points| move_point(points, 0, 9_999_999, 0), "3 = 0, 4 = 100");
    }

    #[test]
    fn points_come_and_go_within_the_rules_of_a_scale() {
        check("0 = 0, 20 = 100", add_point, "0 = 0, 10 = 50, 20 = 100");
        check("0 = 0, 4 = 30, 20 = 100", add_point, "0 = 0, 4 = 30, 12 = 65, 20 = 100");
        check("0 = 0, 1 = 100", add_point, "0 = 0, 1 = 100");
        check("0 = 0, 1 = 1, 2 = 2, 3 = 3, 4 = 4, 99 = 5", add_point, "0 = 0, 1 = 1, 2 = 2, 3 = 3, 4 = 4, 99 = 5");
        check("0 = 0, 4 = 30, 20 = 100", |points| remove_point(points, 1), "0 = 0, 20 = 100");
        check("0 = 0, 20 = 100", |points| remove_point(points, 1), "0 = 0, 20 = 100");
        assert_eq!(read_points("0 = 0, 20"), None);
        assert_eq!(read_points("0 = 0, 20 = 50, 30 = 10"), None);
    }
}
