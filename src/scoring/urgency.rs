//! Says who needs somebody, and how urgently. A customer's rank is its ARR x risk x nearness of the renewal x newness of the
//! change. Here are the last three, without the ARR. A part of which nothing is known counts as 1, and no part is ever 0, so
//! that what is unknown neither lifts a customer nor hides it.
//!
//! Parts are whole thousandths, so that SQLite, PostgreSQL, server and browser give the same order.

use crate::domain::{Band, Multiple, NaiveDate, Points, UrgencyParts};

/// A fall of the band counts as new for so many days.
pub const FALL_DAYS: i64 = 14;
/// A renewal is near from so many days before it on.
pub const RENEWAL_DAYS: i64 = 90;
/// A customer that did nothing for so many days is silent: the longer windows still speak well of it.
pub const SILENT_DAYS: i64 = 14;

/// The facts of a day that decide how urgently a customer needs somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    pub band: Band,
    pub score: Points,
    /// True when the customer started less than 30 days ago: a red score after one login is no news.
    pub is_new: bool,
    /// The fall that [`band_fell_on`](super::band_fell_on) finds.
    pub band_fell_on: Option<NaiveDate>,
    pub renewal_date: Option<NaiveDate>,
    /// The day of the latest thing that the customer did.
    pub last_activity_on: Option<NaiveDate>,
    pub overdue_invoices: i64,
}

impl Signs {
    /// Returns whether the customer needs somebody: it is At risk or in Churn risk, is not new, and its band fell, its renewal
    /// is near or over, it has become silent, or an invoice is overdue.
    pub fn is_needed(&self, today: NaiveDate) -> bool {
        let days_since = |day: Option<NaiveDate>| day.map(|day| (today - day).num_days());
        matches!(self.band, Band::AtRisk | Band::ChurnRisk)
            && !self.is_new
            && (days_since(self.band_fell_on).is_some_and(|days| days <= FALL_DAYS)
                || days_since(self.renewal_date).is_some_and(|days| days >= -RENEWAL_DAYS)
                || days_since(self.last_activity_on).is_some_and(|days| days >= SILENT_DAYS)
                || self.overdue_invoices > 0)
    }

    /// Returns the parts of the urgency, also where nobody is needed.
    ///
    /// - Risk is the points that the score lacks, over 100: 0.31 for a score of 69.0, 1 for one of 0.
    /// - Nearness is 1 + (90 - days until the renewal) / 90: 1 at 90 days or more, 1.5 at 45 days, 2 on the day and afterwards.
    /// - Newness is 1 + (14 - days since the band fell) / 14: 2 on the day of the fall, 1.5 a week later, 1 from two weeks on.
    pub fn parts(&self, today: NaiveDate) -> UrgencyParts {
        let risk = Multiple((Points::MAX - self.score).0.max(1));
        let nearness = self.renewal_date.map_or(Multiple::ONE, |date| {
            let ahead = (date - today).num_days().clamp(0, RENEWAL_DAYS);
            Multiple::one_and(RENEWAL_DAYS - ahead, RENEWAL_DAYS)
        });
        let newness = self.band_fell_on.map_or(Multiple::ONE, |day| {
            let age = (today - day).num_days().clamp(0, FALL_DAYS);
            Multiple::one_and(FALL_DAYS - age, FALL_DAYS)
        });
        UrgencyParts { risk, nearness, newness }
    }

    /// Returns the product of the parts in thousandths; `None` when nobody is needed.
    pub fn urgency(&self, today: NaiveDate) -> Option<i64> {
        self.is_needed(today).then(|| self.parts(today).urgency())
    }
}
