//! The columns that hold one day per source: the day of the earliest fact that counts.

use crate::domain::{NaiveDate, Sources};
use crate::server::store::sql::bind::day;

pub type FirstDays = (Option<i32>, Option<i32>, Option<i32>, Option<i32>, Option<i32>);

/// Makes a day for each source of a row's days, which come in the order of [`Source::ALL`].
pub fn first_days((logins, features, tickets, invoices, api): FirstDays) -> Sources<Option<NaiveDate>> {
    Sources {
        logins: logins.map(day),
        feature_uses: features.map(day),
        support_tickets: tickets.map(day),
        invoices: invoices.map(day),
        api_calls: api.map(day),
    }
}

/// The column of `customers` that holds each source's day.
pub const FIRST_DAYS: Sources<&str> = Sources {
    logins: "first_login_day",
    feature_uses: "first_feature_day",
    support_tickets: "first_ticket_day",
    invoices: "first_invoice_day",
    api_calls: "first_api_day",
};

/// Returns the earliest of the days that are known.
pub fn earliest_day(days: &Sources<Option<NaiveDate>>) -> Option<NaiveDate> {
    days.iter().filter_map(|(_, day)| *day).min()
}
