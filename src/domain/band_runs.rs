//! The bands of a customer's days, as runs of days in one band.

use super::{Band, HistoryPoint, NaiveDate};
use std::fmt::{self, Write};

/// Runs of days, earliest first: the number of a run's first day (days since 1970-01-01) and its band. The last run goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BandRuns(Vec<(i32, Band)>);

impl BandRuns {
    pub fn of(history: &[HistoryPoint]) -> Self {
        let runs = history.chunk_by(|one, next| one.band == next.band).filter_map(<[HistoryPoint]>::first);
        Self(runs.map(|first| (first.day.to_epoch_days(), first.band)).collect())
    }

    /// Sets the band of the last day, or of a day after it.
    pub fn set_last(&mut self, day: NaiveDate, band: Band) {
        let day = day.to_epoch_days();
        self.0.retain(|(start, _)| *start < day);
        if self.0.last().is_none_or(|(_, last)| *last != band) {
            self.0.push((day, band));
        }
    }

    /// Reads the text that `Display` writes; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        read_runs(text).collect::<Option<_>>().map(Self)
    }
}

/// Writes "20530h20571a": the first day and the letter of each run.
impl fmt::Display for BandRuns {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (start, band) in &self.0 {
            write!(out, "{start}")?;
            out.write_char(char::from(letter(*band)))?;
        }
        Ok(())
    }
}

/// Reads runs from their text one by one; `None` in the place of one that is not readable, and nothing after it.
pub fn read_runs(text: &str) -> impl Iterator<Item = Option<(i32, Band)>> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
        let (number, after) = std::mem::take(&mut rest).split_at(digits);
        let run = after.split_first().and_then(|(letter, after)| {
            rest = after;
            Some((std::str::from_utf8(number).ok()?.parse().ok()?, band_of(*letter)?))
        });
        if run.is_none() {
            rest = &[];
        }
        Some(run)
    })
}

fn letter(band: Band) -> u8 {
    match band {
        Band::Healthy => b'h',
        Band::AtRisk => b'a',
        Band::ChurnRisk => b'c',
        Band::Onboarding => b'o',
        Band::NoData => b'n',
    }
}

fn band_of(sought: u8) -> Option<Band> {
    Band::ALL.into_iter().find(|band| letter(*band) == sought)
}
