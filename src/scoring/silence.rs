//! Silence of sources: a kind of fact that has stopped coming, judged by how often it came before.

use super::words::silence_sentence;
use crate::domain::{EventKind, NaiveDate, SilentSource, Source, Window};
use std::collections::BTreeSet;

/// The days whose facts tell how often a source sends, the asked day included. Half a year has every weekday, holidays and the
/// ends of two quarters.
pub const SOURCE_MEMORY_DAYS: i64 = 180;

/// The fewest gaps that say how often a source sends.
const LEAST_GAPS: usize = 5;

/// The factor by which a silence must exceed the usual gap. Once and again a gap is twice as long as the usual one.
const PATIENCE: i64 = 3;

/// Returns the sources that are silent as of a day. `facts` are the kinds and days of the facts of all customers together, in
/// any order.
///
/// A gap is the number of days from one day with a fact to the next, so at least 1. A silence is longer than three times the
/// usual gap, so none is told in less than four days.
pub fn silent_sources(facts: &[(EventKind, NaiveDate)], as_of: NaiveDate) -> Vec<SilentSource> {
    let memory = Window::ending(as_of, SOURCE_MEMORY_DAYS);
    let silent = |source| {
        let sent = |(kind, day): &&(EventKind, NaiveDate)| Source::of(*kind) == Some(source) && memory.contains(*day);
        let days: BTreeSet<_> = facts.iter().filter(sent).map(|(_, day)| *day).collect();
        let last_day = *days.last()?;
        let usual_gap_days = usual_gap(&days)?;
        let days = (as_of - last_day).num_days();
        let silent = SilentSource { source, last_day, days, usual_gap_days, sentence: silence_sentence(source, days) };
        (days > PATIENCE * usual_gap_days).then_some(silent)
    };
    Source::ALL.into_iter().filter_map(silent).collect()
}

/// Returns the 95th percentile of the gaps between days by nearest rank: the shortest gap that at least 95 % of the gaps do not
/// exceed. Of fewer than 20 gaps that is the longest. `None` when there are too few.
fn usual_gap(days: &BTreeSet<NaiveDate>) -> Option<i64> {
    let mut gaps: Vec<_> = days.iter().zip(days.iter().skip(1)).map(|(one, next)| (*next - *one).num_days()).collect();
    gaps.sort_unstable();
    let rank = (gaps.len() * 95).div_ceil(100);
    if gaps.len() < LEAST_GAPS { None } else { gaps.get(rank - 1).copied() }
}
