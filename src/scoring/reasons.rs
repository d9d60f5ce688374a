//! Reasons as facts: why a score changed, and what would raise it.

use crate::domain::{Segment, Source};

/// The reason why a customer has another scorecard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regrouped {
    InSegment(Segment),
    /// The days of the condition that it is too old for.
    Aged(i64),
    /// Something else is known of it now.
    Otherwise,
}

/// The effect of a cause on one factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The versions of the two scorecards.
    Scorecard {
        old: i64,
        new: i64,
    },
    /// Another scorecard of this name, and the reason for it.
    ScoredBy {
        name: String,
        reason: Regrouped,
    },
    Connected(Source),
    /// No day of the window is left of which users are missing.
    UsersKnown,
    /// By how much the counted things became more, or fewer. The noun is in the singular.
    Counted {
        noun: &'static str,
        change: i64,
    },
    /// By how much the counted things became fewer that the last window is held against.
    LeftWindowBefore {
        noun: &'static str,
        number: i64,
    },
    /// A value that is no count, before and now; none where there was nothing to measure.
    Value {
        what: String,
        before: Option<String>,
        now: Option<String>,
    },
    /// The number of invoices that no longer count.
    InvoicesLeft {
        invoices: i64,
    },
    /// By how much the invoices of each kind became more, or fewer.
    Invoices {
        on_time: i64,
        late: i64,
        overdue: i64,
    },
}

/// A thing that would raise a factor.
pub enum Wish<'a> {
    MoreFacts {
        noun: &'static str,
        missing: i64,
        days: i64,
    },
    MoreFeatures {
        missing: i64,
        /// Only key features count.
        are_key: bool,
        /// The key features to choose from, where it is known which were used.
        unused: Vec<&'a str>,
    },
    /// The invoices that are not due yet, or the next one where there are none. An overdue invoice that is paid stays one that
    /// was not on time.
    InvoicesPaidOnTime {
        open: i64,
    },
    MoreDays {
        noun: &'static str,
        missing: i64,
        days: i64,
    },
    /// Any new fact.
    OneMore {
        noun: &'static str,
    },
    /// The pace of the days before.
    SamePace {
        noun: &'static str,
        missing: i64,
        days: i64,
    },
    /// Every overdue invoice is paid.
    OverduePaid,
    /// A reading reaches a value from below, or falls to it.
    Reading {
        name: &'a str,
        value: i64,
        falls: bool,
    },
    /// The count equals that of so many days before.
    AsManyFacts {
        noun: &'static str,
        days: i64,
    },
}
