//! A customer's row in the list.

use super::links::customer_href;
use crate::app::components::{
    BandBadge, ChangeFigure, DayAgo, FactorStrip, Money, NothingReceived, RenewalCountdown, ScoreFigure, Sparkline,
};
use crate::app::format;
use crate::domain::{AskedDay, Band, CustomerId, CustomerList, CustomerRow, Health, NaiveDate, Points, Share};
use crate::scoring::BAND_MEMORY_DAYS;
use crate::wire::AppError;
use chrono::Datelike;
use leptos::prelude::*;
use std::time::Duration;

/// A page of the list; `None` until the first has arrived.
pub type Loaded = Option<Result<CustomerList, AppError>>;

/// The days without activity after which a customer is marked, since the longer windows still look good.
const QUIET_DAYS: i64 = 30;

/// The time for which a row is marked after its score changed in view.
const MARKED: Duration = Duration::from_secs(2);

/// Shows a customer's row, which follows the list. `loaded` has the customer as long as the row exists. `at` is the list's
/// day as in the address; `change_days` is the length of the shown change.
#[component]
pub fn Row(
    id: CustomerId,
    loaded: Memo<Loaded>,
    at: Memo<AskedDay>,
    change_days: Memo<i64>,
    currency: Memo<String>,
) -> impl IntoView {
    let item = Memo::new(move |last: Option<&Option<(CustomerRow, NaiveDate)>>| {
        let found = loaded.with(|list| {
            let list = list.as_ref()?.as_ref().ok()?;
            Some((list.page.items.iter().find(|item| item.customer.id == id)?.clone(), list.as_of))
        });
        found.or_else(|| last.cloned().flatten())
    });
    let changed = RwSignal::new(false);
    Effect::new(move |before: Option<(AskedDay, Option<Points>)>| {
        let now = (at.get_untracked(), item.with(|item| Some(item.as_ref()?.0.health.score)));
        // A different score on another day is no news.
        if before.is_some_and(|before| before.0 == now.0 && before.1 != now.1) {
            changed.set(true);
            set_timeout(
                move || {
                    // The row may be gone.
                    let _ = changed.try_set(false);
                },
                MARKED,
            );
        }
        now
    });
    view! {
        <tr data-changed=move || changed.get().then_some("")>
            {move || item.get().map(|(item, today)| cells(item, today, at.get(), change_days.get(), &currency.read()))}
        </tr>
    }
}

/// Shows the cells in the order of the header. `today` is the list's as-of day.
fn cells(row: CustomerRow, today: NaiveDate, at: AskedDay, change_days: i64, currency: &str) -> impl IntoView + use<> {
    let CustomerRow { customer, health, band_since, change7, change30, trend, last_activity_at, weakest, is_new, .. } = row;
    let href = customer_href(customer.id, at);
    let (score, band) = (health.score, health.band);
    let factors = match last_activity_at {
        Some(_) => view! { <MeasuredFactors customer=customer.id health /> }.into_any(),
        None => view! {
            <NothingReceived />
            <span class="row__second">"nothing received yet"</span>
        }
        .into_any(),
    };
    let fields = customer.fields;
    let owner = fields.owner.unwrap_or_else(|| "no owner".to_owned());
    let archived = customer.archived.map(|archive| format!("{}, {}", archive.reason.label(), format::day(archive.date)));
    let since = (band != Band::NoData).then(|| view! { <span class="row__second">{since_words(band_since, today)}</span> });
    let last_day = last_activity_at.map(|time| time.date_naive());
    let quiet = last_day.is_some_and(|day| (today - day).num_days() >= QUIET_DAYS).then_some("");
    let step = match weakest {
        _ if band == Band::NoData => Some(next_step("No data", "Check that the events of this customer arrive".to_owned())),
        weakest => weakest.map(|weakest| next_step(weakest.factor.short_label(), weakest.next_step)),
    };
    view! {
            <th scope="row" class="col-name">
                <a class="row-link" href=href>
                    {fields.name}
                </a>
                {is_new.then(|| view! { <span class="tag" title="Started less than 30 days ago">"New"</span> })}
                <span class="row__second">
                    {fields.segment.label()}
                    <span class="row__owner">" · " {owner.clone()}</span>
                    {archived.map(|text| view! { <span class="tag">{text}</span> })}
                </span>
            </th>
            <td class="col-owner">{owner}</td>
            <td class="col-arr">
                <Money cents=fields.arr_cents currency short=true />
            </td>
            <td class="col-renewal">{renewal(fields.renewal_date, today)}</td>
            <td class="col-score">
                <div class="row__score">
                    <ScoreFigure score band />
                    <BandBadge band />
                    {since}
                </div>
            </td>
            <td class="col-factors" colspan="5">
                {factors}
            </td>
            <td class="col-step">
                {step}
            </td>
            <td class="col-change" data-over=format!("{change_days} days ")>
                <ChangeFigure change=if change_days == 7 { change7 } else { change30 } band />
            </td>
            <td class="col-trend">
                <Sparkline points=trend label="Score over 90 days" />
            </td>
            <td class="col-activity" data-quiet=quiet>
                {match last_day {
                    Some(day) => view! { <DayAgo day today /> }.into_any(),
                    None => view! { <span class="muted">"never"</span> }.into_any(),
                }}
            </td>
    }
}

/// Shows the factors' strip, and how much of it rests on facts.
#[component]
fn MeasuredFactors(customer: CustomerId, health: Health) -> impl IntoView {
    let measured = (health.coverage < Share::ALL).then(|| {
        view! {
            <span class="row__second" title="The share of the weight behind which facts stand; the rest is assumed">
                {format!("{} measured", health.coverage)}
            </span>
        }
    });
    view! {
        <FactorStrip factors=health.factors id=format!("factors-{customer}") />
        {measured}
    }
}

/// Says since when the band holds: "since 5 Nov". The search for that day has a limit.
fn since_words(since: NaiveDate, today: NaiveDate) -> String {
    match (today - since).num_days() {
        BAND_MEMORY_DAYS.. => format!("over {BAND_MEMORY_DAYS} days"),
        _ if since.year() == today.year() => format!("since {}", format::day_short(since)),
        _ => format!("since {}", format::day(since)),
    }
}

/// Shows the factor that costs most points and the next step for it, cut to two lines, whole on hover.
fn next_step(about: &'static str, step: String) -> impl IntoView {
    let title = step.clone();
    view! {
        <div class="row__step" title=title>
            <b>{about}</b>
            " "
            {step}
        </div>
    }
}

fn renewal(date: Option<NaiveDate>, today: NaiveDate) -> AnyView {
    let Some(date) = date else { return view! { <span class="muted">"–"</span> }.into_any() };
    view! {
        <RenewalCountdown date today />
        <span class="row__second">{format::day(date)}</span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_the_search_is_not_told_as_a_day() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        for (days, words) in [(0, "since 16 Mar"), (80, "since 26 Dec 2025"), (179, "since 18 Sep 2025"), (180, "over 180 days")]
        {
            assert_eq!(since_words(today - chrono::Duration::days(days), today), words);
        }
    }
}
