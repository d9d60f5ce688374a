//! The columns that hold one day per factor: the day of the earliest fact that counts.

use crate::domain::{Factors, NaiveDate};
use crate::server::store::sql::bind::day;

pub type FirstDays = (Option<i32>, Option<i32>, Option<i32>, Option<i32>, Option<i32>);

/// Makes a day for each factor of a row's days, which come in the order of [`FactorKey::ALL`].
pub fn first_days((logins, features, tickets, invoices, api): FirstDays) -> Factors<Option<NaiveDate>> {
    Factors {
        login_frequency: logins.map(day),
        feature_adoption: features.map(day),
        support_load: tickets.map(day),
        invoice_timeliness: invoices.map(day),
        api_trend: api.map(day),
    }
}

/// The column of `customers` that holds each factor's day.
pub const FIRST_DAYS: Factors<&str> = Factors {
    login_frequency: "first_login_day",
    feature_adoption: "first_feature_day",
    support_load: "first_ticket_day",
    invoice_timeliness: "first_invoice_day",
    api_trend: "first_api_day",
};

/// Returns the earliest of the days that are known.
pub fn earliest_day(days: &Factors<Option<NaiveDate>>) -> Option<NaiveDate> {
    days.iter().filter_map(|(_, day)| *day).min()
}
