//! A customer's row in the list.

use super::links::customer_href;
use crate::app::components::{
    BandBadge, FactorStrip, NothingReceived, Sparkline, band_attribute, change_words, direction, renewal_urgency, renewal_words,
};
use crate::app::format;
use crate::app::pages::dashboard::CHOSEN_FORM;
use crate::domain::scorecard::BandLimits;
use crate::domain::{AskedDay, Band, CustomerRow, Health, NaiveDate, Share};
use crate::scoring::{BAND_MEMORY_DAYS, SILENT_DAYS};
use leptos::prelude::*;

/// The things that every row of the list needs beside its customer.
pub struct RowsOf {
    /// The list's as-of day.
    pub today: NaiveDate,
    /// The part of the address that asks for that day.
    pub at: AskedDay,
    /// The number of days over which the score's change is shown.
    pub change_days: i64,
    pub currency: String,
    /// The scores at which bands begin.
    pub limits: BandLimits,
}

/// Writes the row of a customer, its cells in the order of the header. A cell of two lines is one text.
pub fn row(row: CustomerRow, of: &RowsOf) -> impl IntoView + use<> {
    let RowsOf { today, at, change_days, ref currency, ref limits } = *of;
    let reason = Some(reason(&row)).filter(|reason| !reason.is_empty());
    let CustomerRow { customer, health, band_since, change7, change30, trend, last_activity_at, is_new, .. } = row;
    let (id, href) = (customer.id, customer_href(customer.id, at));
    let (score, band) = (health.score, health.band);
    let is_since = (today - band_since).num_days() < BAND_MEMORY_DAYS && band != Band::NoData;
    let since = is_since.then(|| format!("In this band since {}", format::day(band_since)));
    // A first login must not look like an alarm.
    let is_new = is_new && band != Band::NoData;
    let standing = if is_new { format!("{score} so far") } else { standing_words(&health, band_since, today) };
    let pill = match is_new {
        true => view! { <span class="band-badge" data-band="no-data">"New"</span> }.into_any(),
        false => view! { <BandBadge band score /> }.into_any(),
    };
    let shown_band = if is_new { Band::NoData } else { band };
    let width = health.factors.len().to_string();
    let factors = match last_activity_at {
        Some(_) => view! { <FactorStrip factors=health.factors limits=limits.clone() quiet=is_new /> }.into_any(),
        None => view! { <NothingReceived /> }.into_any(),
    };
    let (version, arr_cents, fields) = (customer.version, customer.fields.arr_cents, customer.fields);
    let is_archived = customer.archived.is_some();
    let archived = customer.archived.map(|archive| format!("{}, {}", archive.reason.label(), format::day(archive.date)));
    let owner = fields.owner.unwrap_or_else(|| "no owner".to_owned());
    let about = [archived, Some(fields.segment.label().to_owned()), Some(owner)];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let label = format!("Choose {}", fields.name);
    let (name, whole_name) = (fields.name.clone(), fields.name);
    let (arr, whole_arr) = match fields.arr_cents {
        Some(cents) => (format::money_short(cents, currency), Some(format::money(cents, currency))),
        None => ("unknown".to_owned(), None),
    };
    let (renewal, urgency) = match fields.renewal_date {
        // Nobody needs to hurry for the sake of a healthy customer.
        Some(date) if band == Band::Healthy && date >= today => (renewal_lines(date, today), "later"),
        Some(date) => (renewal_lines(date, today), renewal_urgency(date, today)),
        None => ("–".to_owned(), "unknown"),
    };
    let change = if change_days == 7 { change7 } else { change30 };
    let last_day = last_activity_at.map(|time| time.date_naive());
    let silent = last_day.map(|day| (today - day).num_days()).filter(|days| *days >= SILENT_DAYS && !is_archived);
    let activity = match (silent, last_day) {
        (Some(days), _) => view! { <mark class="silent">{silent_words(days)}</mark> }.into_any(),
        (None, Some(day)) => format::days_ago(day, today).into_any(),
        (None, None) => "never".into_any(),
    };
    view! {
        <tr data-key=id.to_string() data-value=score.to_string()>
            <th scope="row" class="col-name" title=whole_name>
                <a class="row-link" href=href>{name}</a>
                {about}
                <input
                    type="checkbox"
                    class="choose"
                    form=CHOSEN_FORM
                    name="id"
                    value=id.to_string()
                    aria-label=label
                    autocomplete="off"
                    data-version=version.to_string()
                    data-arr=arr_cents.map(|cents| cents.to_string())
                />
            </th>
            <td class="col-arr" title=whole_arr>{arr}</td>
            <td class="col-renewal" data-urgency=urgency>{renewal}</td>
            <td class="col-score" title=since>
                {pill}
                {standing}
            </td>
            <td class="col-factors" colspan=width>{factors}</td>
            <td class="col-reason" title=reason.clone()>{reason.clone()}</td>
            <td class="col-change" data-direction=direction(change) data-over=format!("{change_days} days ")>{change_words(change, band)}</td>
            <td class="col-trend" data-band=band_attribute(shown_band)><Sparkline points=trend label="Score over 90 days" /></td>
            <td class="col-activity" title=last_day.map(format::day)>{activity}</td>
        </tr>
    }
}

/// The facts behind a score that is not healthy, or why there is none, a line each.
fn reason(row: &CustomerRow) -> String {
    match (row.health.band, row.last_activity_at) {
        (Band::NoData, None) => "Nothing received yet".to_owned(),
        (Band::NoData, Some(_)) => "Too little received for a score".to_owned(),
        _ => row.reasons.join("\n"),
    }
}

/// "4 days", and how much of the score rests on facts where that is not all.
fn standing_words(health: &Health, since: NaiveDate, today: NaiveDate) -> String {
    let measured = (health.coverage < Share::ALL).then(|| format!("{} measured", health.coverage));
    let days = (health.band != Band::NoData).then(|| days_in_band(since, today));
    days.into_iter().chain(measured).collect::<Vec<_>>().join(" · ")
}

/// "4 days"; the search for the day ends somewhere.
fn days_in_band(since: NaiveDate, today: NaiveDate) -> String {
    match (today - since).num_days() {
        0 => "since today".to_owned(),
        BAND_MEMORY_DAYS.. => format!("over {BAND_MEMORY_DAYS} days"),
        days => format::count(days, "day"),
    }
}

/// "Silent 17 days", from three months on in months.
fn silent_words(days: i64) -> String {
    match days {
        ..90 => format!("Silent {}", format::count(days, "day")),
        _ => format!("Silent {}", format::count(days / 30, "month")),
    }
}

/// "in 19 days" over "16 Dec 2026"
fn renewal_lines(date: NaiveDate, today: NaiveDate) -> String {
    format!("{}\n{}", renewal_words(date, today), format::day(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_the_search_is_not_told_as_a_number_of_days() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        for (days, words) in [(0, "since today"), (1, "1 day"), (364, "364 days"), (365, "over 365 days")] {
            assert_eq!(days_in_band(today - chrono::Duration::days(days), today), words);
        }
    }

    #[test]
    fn silence_is_told_in_days_then_in_months() {
        for (days, words) in [(14, "Silent 14 days"), (89, "Silent 89 days"), (90, "Silent 3 months")] {
            assert_eq!(silent_words(days), words);
        }
    }
}
