//! The customer's standing in one strip: score and band, change, coverage, renewal, ARR.

use super::place::Place;
use super::words::{coverage_sentence, new_words, no_data_reason, since_words};
use crate::app::components::{BandBadge, ChangeFigure, RenewalCountdown, ScoreFigure};
use crate::app::format;
use crate::domain::{Band, Points, Share};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn StandingStrip(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    // Where all is measured, there is nothing to say.
    let incomplete = page.with_value(|page| page.health.coverage < Share::ALL);
    view! {
        <dl class="standing panel" data-incomplete=incomplete.then_some("")>
            <ScoreCell page />
            <ChangeCell page place />
            {incomplete.then(|| view! { <CoverageCell page /> })}
            <RenewalCell page />
            <ArrCell page />
        </dl>
    }
}

/// Shows the band, or that the customer is new.
pub fn pill(page: &CustomerPage) -> AnyView {
    match page.is_new() && page.health.band != Band::NoData {
        true => view! { <span class="band-badge" data-band="no-data">"New"</span> }.into_any(),
        false => view! { <BandBadge band=page.health.band /> }.into_any(),
    }
}

#[component]
fn ScoreCell(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (health, since, is_new) = page.with_value(|page| (page.health.clone(), page.band_since, page.is_new()));
    let note = match health.band {
        Band::NoData => page.with_value(no_data_reason),
        _ if is_new => page.with_value(new_words),
        _ => since_words(since, health.as_of),
    };
    // A first login must not look like an alarm.
    let band = if is_new { Band::NoData } else { health.band };
    let score = match is_new && health.band != Band::NoData {
        true => view! { <span class="score" data-band="no-data" data-size="large">{health.score.to_string()}</span> }.into_any(),
        false => view! { <ScoreFigure score=health.score band large=true /> }.into_any(),
    };
    let pill = page.with_value(pill);
    view! {
        <div class="standing__cell standing__score" >
            <dt>"Score"</dt>
            <dd>
                {score}
                {pill}
                <p class="standing__note">{note}</p>
            </dd>
        </div>
    }
}

/// Shows a change that leads to its explanation.
#[component]
fn ChangeCell(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    let band = page.with_value(|page| page.health.band);
    let changes = page.with_value(|page| [(7, page.change7), (30, page.change30), (90, page.change90)]);
    let item = move |(days, change): (i64, Option<Points>)| {
        let href = move || place.read().changed_since(days).changes_href();
        view! {
            <li>
                <a href=href title="Why">
                    <ChangeFigure change band />
                    <span class="standing__note">{days}" days"</span>
                </a>
            </li>
        }
    };
    view! {
        <div class="standing__cell">
            <dt>"Change in"</dt>
            <dd><ul class="standing__changes">{changes.map(item)}</ul></dd>
        </div>
    }
}

#[component]
fn CoverageCell(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (value, sentence) = page.with_value(|page| {
        (format!("{} measured", page.health.coverage), coverage_sentence(&page.health, page.scorecard.missing_policy))
    });
    view! {
        <div class="standing__cell">
            <dt>"Coverage"</dt>
            <dd>
                <span class="standing__value">{value}</span>
                <p class="standing__note">{sentence}</p>
            </dd>
        </div>
    }
}

#[component]
fn RenewalCell(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (renewal, today) = page.with_value(|page| (page.customer.fields.renewal_date, page.health.as_of));
    let (countdown, note) = match renewal {
        Some(date) => (view! { <RenewalCountdown date today /> }.into_any(), format::day(date)),
        None => ("Unknown".into_any(), "No renewal date is set".to_owned()),
    };
    view! {
        <div class="standing__cell">
            <dt>"Renewal"</dt>
            <dd>
                <span class="standing__value">{countdown}</span>
                <p class="standing__note">{note}</p>
            </dd>
        </div>
    }
}

#[component]
fn ArrCell(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (cents, currency) = page.with_value(|page| (page.customer.fields.arr_cents, page.currency.clone()));
    let (figure, note) = match cents {
        Some(cents) => (format::money(cents, &currency), "a year"),
        None => ("Unknown".to_owned(), "Left out of sums until it is set"),
    };
    view! {
        <div class="standing__cell">
            <dt>"ARR"</dt>
            <dd>
                <span class="standing__value">{figure}</span>
                <p class="standing__note">{note}</p>
            </dd>
        </div>
    }
}
