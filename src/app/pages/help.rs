//! `/help`: what the score means and how to work with it, from the scorecard that is in force.

use crate::app::components::{BandBadge, CurlCommand, Loaded};
use crate::app::server_fns::get_scorecard;
use crate::domain::{Band, FactorKey, MissingPolicy, Scorecard};
use crate::scoring::rationale;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn HelpPage() -> impl IntoView {
    let scorecard = Resource::new(|| (), |()| get_scorecard());
    view! {
        <Title text="Help" />
        <div class="narrow help">
            <div class="page-head">
                <h1>"Help"</h1>
            </div>
            <Loaded resource=scorecard view=|scorecard| view! { <Method scorecard /> } />
            <Sending />
            <Importing />
            <Keys />
        </div>
    }
}

#[component]
fn Method(scorecard: Scorecard) -> impl IntoView {
    let total: i64 = scorecard.factors.iter().map(|(_, rule)| rule.weight).sum();
    let factors = FactorKey::ALL.map(|key| view! { <FactorRow key_=key scorecard=scorecard.clone() total /> });
    let version = scorecard.version;
    view! {
        <section class="panel">
            <h2>"What the score means"</h2>
            <p>
                "A customer's health is a number from 0 to 100: the weighted mean of five factors, each of them from 0 to 100. \
                 It is computed from the events that systems and people sent, for a whole UTC day, and for any past day just \
                 as well. Every number leads back to the events behind it."
            </p>
            <Bands scorecard=scorecard.clone() />
        </section>
        <section class="panel">
            <h2>"The five factors"</h2>
            <p class="muted">"Scorecard version " {version}</p>
            <div class="help__factors">{factors}</div>
        </section>
        <section class="panel" id="missing-data">
            <h2>"Measured or assumed"</h2>
            <Coverage scorecard />
        </section>
        <section class="panel" id="changes">
            <h2>"Why a score changes"</h2>
            <p>
                "A customer’s page splits the change since 7, 30 or 90 days by factor and cause: events that became too old for \
                 their window, invoices that fell overdue as time passed, sources that were connected, new events. The parts sum to \
                 the change exactly, and each leads to the events behind it."
            </p>
        </section>
    }
}

#[component]
fn Bands(scorecard: Scorecard) -> impl IntoView {
    let (healthy, at_risk) = (scorecard.bands.healthy, scorecard.bands.at_risk);
    let meaning = |band: Band| match band {
        Band::Healthy => format!("{healthy} and above"),
        Band::AtRisk => format!("from {at_risk} to below {healthy}"),
        Band::ChurnRisk => format!("below {at_risk}"),
        Band::NoData => "no event yet, before the start date, or too little measured".to_owned(),
    };
    let rows = Band::ALL.map(|band| view! { <li><BandBadge band />{meaning(band)}</li> });
    view! { <ul class="help__bands">{rows}</ul> }
}

#[component]
fn FactorRow(key_: FactorKey, scorecard: Scorecard, total: i64) -> impl IntoView {
    let rule = scorecard.factors.get(key_).clone();
    let share = crate::domain::Share::of(rule.weight, total).to_string();
    let window = rule.window_days.map_or("all history".to_owned(), |days| match key_ {
        FactorKey::ApiTrend => format!("{days} days against the {days} before"),
        _ => format!("{days} days"),
    });
    let target = rule.target.map(|target| match key_ {
        FactorKey::LoginFrequency => format!("{target} logins score 100"),
        FactorKey::FeatureAdoption => format!("{target} features score 100"),
        _ => format!("{target} tickets score 0"),
    });
    view! {
        <article id=key_.query_name()>
            <h3>{key_.label()}</h3>
            <p class="help__rule">
                <span>{share} " of the score"</span>
                <span>{window}</span>
                {target.map(|target| view! { <span>{target}</span> })}
            </p>
            <p>{rationale(key_)}</p>
        </article>
    }
}

#[component]
fn Coverage(scorecard: Scorecard) -> impl IntoView {
    let floor = scorecard.coverage_floor.to_string();
    let policy = match scorecard.missing_policy {
        MissingPolicy::Neutral => "It counts with the neutral value that its rule gives to nothing.",
        MissingPolicy::Exclude => "It is left out, and the other weights share its place.",
    };
    view! {
        <p>
            "A factor is measured when a fact stands behind it. Where none does, its value is assumed, and marked with a hatch \
             and the word: for example the support load before any ticket system is connected. " {policy}
        </p>
        <p>
            "Coverage is the share of the weight that is measured. Below " {floor} " no score is shown, since it would say more \
             about what is assumed than about the customer."
        </p>
    }
}

#[component]
fn Sending() -> impl IntoView {
    view! {
        <section class="panel" id="send">
            <h2>"How to send events"</h2>
            <p>
                "Anything that can send HTTP can send events. A message id makes a repeat harmless: the same id with the same \
                 content is accepted once. The answer holds the new score."
            </p>
            <CurlCommand
                path="/api/customers/1/events"
                body=r#"{"kind": "login", "user": "ada@example.com", "messageId": "login-4711"}"#
                label="Command that sends a login"
            />
            <p>
                "People log events " <a href="/events/new">"with a form"</a> ". All calls are in the "
                <a href="/api/docs" rel="external">"API documentation"</a> "."
            </p>
        </section>
    }
}

#[component]
fn Importing() -> impl IntoView {
    view! {
        <section class="panel" id="import">
            <h2>"How to import files"</h2>
            <p>
                <a href="/import">"Import"</a> " takes CSV (with commas, semicolons or tabs) and NDJSON, as UTF-8, also compressed. \
                 What the columns mean is recognised from their names and can be changed. Then every row is checked, and nothing is \
                 written until you say so."
            </p>
            <p>
                "Customers are recognised by their external id: those that are new are created, of the others what differs is changed, \
                 and an empty cell changes nothing. Events are recognised by their message id, or else by what they say. So the same \
                 file can be imported again, whole or longer than before."
            </p>
            <p>
                "Amounts may be like 1,234.50 or in cents, monthly revenue is taken times twelve, days are like 2026-01-31, times like \
                 2026-01-31T09:30:00Z; without an offset they are UTC."
            </p>
            <p>
                "An import can be undone. Events that systems send many at a time and that are refused wait in the "
                <a href="/quarantine">"quarantine"</a> ", where they can be corrected and sent again."
            </p>
        </section>
    }
}

#[component]
fn Keys() -> impl IntoView {
    let keys = [
        ("/", "Search customers, on the portfolio page"),
        ("↓ ↑", "Walk the rows of the list, from the search field or a row"),
        ("j k", "Walk the rows, from anywhere on the portfolio page"),
        ("Enter", "Open the row's customer"),
        ("Esc", "From a row back to the search field; close a dialog or a tooltip"),
    ];
    let rows = keys.map(|(key, what)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> });
    view! {
        <section class="panel" id="keys">
            <h2>"Keyboard"</h2>
            <dl class="help__keys">{rows}</dl>
            <p>"The single keys (/ j k) can be switched off under “Keyboard”, above the list."</p>
        </section>
    }
}
