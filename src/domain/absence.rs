//! The days on which customers were gone that came back. Between leaving and coming back nobody is in the portfolio.

use std::collections::BTreeMap;

/// The days from a departure up to, but not including, the start of the next life. Days are counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    pub left: i32,
    pub returned: i32,
}

impl Absence {
    pub fn contains(self, day: i32) -> bool {
        self.left <= day && day < self.returned
    }
}

/// The lives of a customer that came back. Others have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lives {
    pub absences: Vec<Absence>,
    /// The start of the first life, where it is known.
    pub first_start: Option<i32>,
}

impl Lives {
    /// Reads "20571,20530:20100": the latest start, and each departure with the start before it, where one is known. Returns `None` when
    /// the text is another one.
    pub fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let day = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<i32>().ok().map(Some) };
        let (mut starts, mut left) = (Vec::new(), Vec::new());
        let mut parts = text.split(',');
        starts.extend(day(parts.next()?)?);
        for part in parts {
            let (departure, started) = part.split_once(':')?;
            left.push(departure.parse::<i32>().ok()?);
            starts.extend(day(started)?);
        }
        left.sort_unstable();
        // Of two departures without a start between them the first one counts.
        let mut absences = BTreeMap::new();
        for left in left {
            if let Some(returned) = starts.iter().copied().filter(|start| *start >= left).min() {
                absences.entry(returned).or_insert(left);
            }
        }
        let absences = absences.into_iter().map(|(returned, left)| Absence { left, returned });
        Some(Self {
            absences: absences.filter(|gone| gone.left < gone.returned).collect(),
            first_start: starts.into_iter().min(),
        })
    }
}
