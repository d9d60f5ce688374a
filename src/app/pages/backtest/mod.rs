//! `/backtest`: whether the scores of past days told who would leave, and whether other rules would tell better. One sentence each,
//! pictures, and figures on demand.

mod better;
mod choose;
mod figures;
mod lost;
mod pictures;

use crate::app::components::icon::IconName;
use crate::app::components::{Answer, EmptyState, Followed};
use crate::app::server_fns::load_backtest;
use crate::app::{format, until_answered};
use crate::domain::Backtest;
use crate::domain::backtest::{BacktestProgress, Known};
use crate::wire::pages::BacktestPage as Page;
use better::Better;
use choose::Choose;
use figures::Figures;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use lost::LostSection;
use pictures::Pictures;
use std::time::Duration;

/// The pause between two looks at the progress.
const NEXT_LOOK: Duration = Duration::from_millis(1500);

#[component]
pub fn BacktestPage() -> impl IntoView {
    let location = use_location();
    let search = Memo::new(move |last: Option<&String>| match last {
        // The page keeps its query while another one is being opened.
        Some(last) if location.pathname.get() != "/backtest" => last.clone(),
        _ => location.search.get(),
    });
    let looks = RwSignal::new(0);
    let page = Resource::new(
        move || (search.get(), looks.get()),
        |(search, looks)| async move {
            ((search.clone(), looks), until_answered(move || load_backtest(search.trim_start_matches('?').to_owned())).await)
        },
    );
    look_again(page, looks, |page: &Page| page.progress.is_some());
    view! {
        <Title text="Does it hold?" />
        <div class="backtest">
            <div class="page-head">
                <h1>"Does it hold?"</h1>
                {move || view! { <Choose search=search.get() /> }}
            </div>
            <Followed resource=page key=Page::clone view=move |page| view! { <Shown page=page.get_untracked() search /> }.into_any() lines=14 />
            <Better search />
        </div>
    }
}

/// Asks again after a while, as long as the answer is being worked on.
fn look_again<K, T>(page: Resource<Answer<K, T>>, looks: RwSignal<i32>, is_working: fn(&T) -> bool)
where
    K: Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    Effect::new(move || {
        if page.with(|answer| answer.as_ref().is_some_and(|(_, page)| page.as_ref().is_ok_and(is_working))) {
            let timer = set_timeout_with_handle(move || looks.update(|looks| *looks += 1), NEXT_LOOK).ok();
            on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
        }
    });
}

#[component]
fn Shown(page: Page, search: Memo<String>) -> impl IntoView {
    let Page { backtest, progress, has_departures, currency, .. } = page;
    match (backtest, progress) {
        (Some(backtest), _) if has_departures => view! { <Result backtest currency /> }.into_any(),
        (None, Some(progress)) => view! { <Working progress search /> }.into_any(),
        _ => view! { <NoDepartures /> }.into_any(),
    }
}

#[component]
fn Working(progress: BacktestProgress, search: Memo<String>) -> impl IntoView {
    let BacktestProgress { customers_done, customers } = progress;
    let told = match customers {
        0 => "It waits for its turn.".to_owned(),
        _ => format!("{} of {} are scored.", format::group(customers_done), format::count(customers, "customer")),
    };
    view! {
        <section class="panel backtest__working" aria-live="polite">
            <p>"Past days are being scored. " {told}</p>
            <progress max=customers.max(1) value=customers_done aria-label="Customers scored"></progress>
            <p class="muted">
                "It goes on for a minute after you leave. "
                <a href=move || format!("/backtest{}", search.get()) rel="external">"Look again"</a>
            </p>
        </section>
    }
}

#[component]
fn NoDepartures() -> impl IntoView {
    view! {
        <EmptyState icon=IconName::Scoring title="Nobody is known to have left yet">
            <p>
                "The score is tested against the customers that left. Tell so on a customer’s page, archive it as churned, or "
                <a href="/import">"import"</a> " a file with the columns externalId, outcome (churned) and date; past departures count as well. "
                <a href="/help#backtest">"How it counts"</a>
            </p>
        </EmptyState>
    }
}

#[component]
fn Result(backtest: Backtest, currency: String) -> impl IntoView {
    let warnings = backtest.warnings.iter().map(|warning| {
        view! { <p class="notice" data-kind="warning">{warning.sentence.clone()}</p> }
    });
    let warnings = warnings.collect_view();
    view! {
        <div class="backtest__lead">
            <p class="backtest__sentence">{backtest.sentence.clone()}</p>
            <p>{backtest.verdict_sentence.clone()} " " {money(&backtest, &currency)}</p>
            <p class="muted">{basis(&backtest)} " " <a class="no-print" href="/help#backtest">"What it can and cannot tell"</a></p>
        </div>
        {warnings}
        <Pictures backtest=backtest.clone() currency=currency.clone() />
        <LostSection backtest=backtest.clone() currency />
        <Figures backtest />
    }
}

/// "$2.1M a year was lost, $1.5M of it with customers that were Healthy."
fn money(backtest: &Backtest, currency: &str) -> Option<String> {
    let (lost, healthy) = (backtest.lost.arr_cents, backtest.lost_healthy.arr_cents);
    let lost = (lost > 0).then(|| format::money_short(lost, currency))?;
    Some(match healthy {
        0 => format!("{lost} a year was lost, none of it with customers that were Healthy."),
        _ => {
            format!("{lost} a year was lost, {} of it with customers that were Healthy.", format::money_short(healthy, currency))
        }
    })
}

/// Says what was tested on whom.
fn basis(backtest: &Backtest) -> String {
    let days = match backtest.days.as_slice() {
        [one] => format::day(*one),
        days => {
            let (first, last) = (days.first().copied().unwrap_or_default(), days.last().copied().unwrap_or_default());
            format!("{} days from {} to {}", days.len(), format::day(first), format::day(last))
        }
    };
    let rules =
        backtest.version.map_or("the rules in force on each".to_owned(), |version| format!("version {version} of the rules"));
    let known = match backtest.known {
        Known::Now => "with all facts known now of what had happened by then",
        Known::Then => "with the facts known then",
    };
    format!(
        "{} on {days}, scored by {rules}, {known}; a departure counts in the {} days after.",
        format::count(backtest.n, "customer"),
        backtest.horizon
    )
}
