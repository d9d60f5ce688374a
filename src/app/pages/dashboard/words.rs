//! Renewal dates in the words of somebody who plans by them: exact to the day for the next quarter.

use crate::app::format::count;
use crate::domain::NaiveDate;

/// Renewals within this many days are marked.
const SOON_DAYS: i64 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Overdue,
    Soon,
    Later,
}

impl Urgency {
    /// For styles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Soon => "soon",
            Self::Later => "later",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalWords {
    pub text: String,
    pub urgency: Urgency,
}

/// How far away a renewal date is.
pub fn renewal_words(date: NaiveDate, today: NaiveDate) -> RenewalWords {
    let days = (date - today).num_days();
    let urgency = match days {
        ..0 => Urgency::Overdue,
        0..=SOON_DAYS => Urgency::Soon,
        _ => Urgency::Later,
    };
    let text = match days {
        ..0 => format!("{} overdue", span(-days)),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => format!("in {}", span(days)),
    };
    RenewalWords { text, urgency }
}

/// Days up to three months, then months, then years: as exact as one plans.
fn span(days: i64) -> String {
    match days {
        ..=90 => count(days, "day"),
        91..=729 => count((days + 15) / 30, "month"),
        _ => count(days / 365, "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(days: i64) -> (NaiveDate, NaiveDate) {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        (today + chrono::Duration::days(days), today)
    }

    #[test]
    fn a_renewal_is_told_from_today() {
        for (days, text, urgency) in [
            (-400, "13 months overdue", Urgency::Overdue),
            (-1, "1 day overdue", Urgency::Overdue),
            (0, "today", Urgency::Soon),
            (1, "tomorrow", Urgency::Soon),
            (30, "in 30 days", Urgency::Soon),
            (31, "in 31 days", Urgency::Later),
            (120, "in 4 months", Urgency::Later),
            (800, "in 2 years", Urgency::Later),
        ] {
            let (date, today) = after(days);
            assert_eq!(renewal_words(date, today), RenewalWords { text: text.to_owned(), urgency }, "{days} days");
        }
    }
}
