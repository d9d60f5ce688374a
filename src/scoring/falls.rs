//! The steepest falls of a score within its history.

use crate::domain::{HistoryPoint, NaiveDate, Points};

/// The most falls that are told.
const MOST_FALLS: usize = 3;
/// The longest time that counts as one fall, in days.
const LONGEST_DAYS: usize = 14;
/// The smallest fall that is told.
const LEAST_FALL: Points = Points(50);

/// Returns the ends of the steepest falls, earliest first: the day before the score fell, and the day on which it had fallen.
/// They do not overlap. Of falls by equally many points the shortest is taken, then the latest.
pub fn falls(history: &[HistoryPoint]) -> Vec<(NaiveDate, NaiveDate)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    while found.len() < MOST_FALLS {
        let is_free = |from: usize, to: usize| found.iter().all(|(start, end)| to <= *start || *end <= from);
        let steepest = (0..history.len())
            .flat_map(|from| (from + 1..history.len().min(from + LONGEST_DAYS + 1)).map(move |to| (from, to)))
            .filter(|(from, to)| is_free(*from, *to))
            .filter_map(|(from, to)| Some((fall(&history[from], &history[to])?, from, to)))
            .max_by_key(|(points, from, to)| (*points, from + LONGEST_DAYS - to, *to));
        match steepest {
            Some((points, from, to)) if points >= LEAST_FALL => found.push((from, to)),
            _ => break,
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(from, to)| (history[from].day, history[to].day)).collect()
}

/// Returns the points between two days that both have data.
fn fall(before: &HistoryPoint, after: &HistoryPoint) -> Option<Points> {
    Some(before.shown_score()? - after.shown_score()?)
}
