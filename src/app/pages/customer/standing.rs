//! The customer's standing in one strip: score and band, change, coverage, renewal, ARR.

use super::place::Place;
use super::words::{coverage_sentence, no_data_reason, since_words};
use crate::app::components::{BandBadge, ChangeFigure, RenewalCountdown, ScoreFigure};
use crate::app::format;
use crate::domain::{Band, Points};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn StandingStrip(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    view! {
        <dl class="standing panel">
            <ScoreCell page />
            <ChangeCell page place />
            <CoverageCell page />
            <RenewalCell page />
            <ArrCell page />
        </dl>
    }
}

#[component]
fn ScoreCell(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (health, since) = page.with_value(|page| (page.health.clone(), page.band_since));
    let note = match health.band {
        Band::NoData => page.with_value(no_data_reason),
        _ => since_words(since, health.as_of),
    };
    view! {
        <div class="standing__cell standing__score" >
            <dt>"Score"</dt>
            <dd>
                <ScoreFigure score=health.score band=health.band large=true />
                <BandBadge band=health.band />
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
    let (value, sentence) = page.with_value(|page| match page.has_facts {
        true => (format!("{} measured", page.health.coverage), coverage_sentence(&page.health, page.scorecard.missing_policy)),
        false => ("Nothing received yet".to_owned(), String::new()),
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
