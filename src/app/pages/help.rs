//! `/help`: the meaning of the score, from the scorecard in force, and the way to work with it.

use crate::app::components::rules::{BandRules, FactorRules, MissingDataRule};
use crate::app::components::{CurlCommand, Loaded};
use crate::app::server_fns::get_scorecard;
use crate::app::{format, until_answered};
use crate::domain::Scorecard;
use crate::domain::import::{MAX_UNPACKED_BYTES, MAX_UPLOAD_BYTES, MAX_UPLOAD_ROWS, MAX_WAITING_BYTES, MAX_WAITING_UPLOADS};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn HelpPage() -> impl IntoView {
    let scorecard = Resource::new(|| (), |()| until_answered(get_scorecard));
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
    let version = scorecard.version;
    view! {
        <section class="panel">
            <h2>"What the score means"</h2>
            <p>
                "A customer's health is a number from 0 to 100: the weighted mean of five factors, each of them from 0 to 100. \
                 It is computed from the events that systems and people sent, for a whole UTC day, and for any past day just \
                 as well. Every number leads back to the events behind it."
            </p>
            <BandRules scorecard=scorecard.clone() />
        </section>
        <section class="panel">
            <h2>"The five factors"</h2>
            <p class="muted">
                "Scorecard version " {version} ". Weights, windows, targets, bands and what assumed factors do can be changed: "
                <a href="/scorecard">"Scoring"</a> " shows what a change would do before it is made, and every version there was."
            </p>
            <FactorRules scorecard=scorecard.clone() />
            <p>
                "“Costs most” marks the measured factor that could add the most points. That is a matter of score and weight: a \
                 factor with a lower score may cost less."
            </p>
        </section>
        <section class="panel" id="missing-data">
            <h2>"Measured or assumed"</h2>
            <MissingDataRule scorecard />
        </section>
        <section class="panel" id="changes">
            <h2>"Why a score changes"</h2>
            <p>
                "A customer’s page splits the change since 7, 30 or 90 days by factor and cause: events that became too old for \
                 their window, invoices that fell overdue as time passed, sources that were connected, new events. The parts sum to \
                 the change exactly, and each leads to the events behind it."
            </p>
        </section>
        <section class="panel" id="past">
            <h2>"Past days"</h2>
            <p>
                "The portfolio and a customer’s page can show any past day. As known now counts every fact of the day, also those \
                 that arrived later, under today’s scorecard. As known then counts only what had been received by the end of that day, \
                 under the scorecard in force: what this page said then. Names, owners, ARR and renewal dates are always today’s. \
                 A day of the portfolio that was not looked at lately is worked out anew, which takes a moment with thousands of \
                 customers; eight such days can be asked for at once."
            </p>
        </section>
        <section class="panel" id="bands-over-time">
            <h2>"ARR by band over time"</h2>
            <p>
                "Each day has today's customers at today's ARR, in the bands that today's rules give for the day. A move compares \
                 the first day of the period with the last. Customers whose changes in the period were all due to new rules or to \
                 a newly connected source are listed apart."
            </p>
        </section>
        <section class="panel" id="live">
            <h2>"Live"</h2>
            <p>
                "The portfolio and the page of a customer follow new events and the change of the day by themselves while they are \
                 seen; what you are typing stays. The words in the top bar say how old the figures are, and when the connection is \
                 lost. A past day stands still."
            </p>
        </section>
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
    let mib = |bytes: u64| bytes / 1024 / 1024;
    let limits = format!(
        "A file may have {} MiB, {} MiB once it is unpacked but no more than 16 MiB and a hundred times its size, and {} lines. \
         Up to {MAX_WAITING_UPLOADS} files of {} MiB together wait to be imported, each for two days. What is larger can be \
         imported on the command line, which has no such limits.",
        mib(MAX_UPLOAD_BYTES),
        mib(MAX_UNPACKED_BYTES),
        format::group(MAX_UPLOAD_ROWS as i64),
        mib(MAX_WAITING_BYTES),
    );
    view! {
        <section class="panel" id="import">
            <h2>"How to import files"</h2>
            <p>
                <a href="/import">"Import"</a> " takes CSV (with commas, semicolons, tabs or bars) and NDJSON, as UTF-8, also compressed. \
                 What the columns mean is recognised from their names and can be changed. Then every row is checked, and nothing is \
                 written until you say so."
            </p>
            <p>
                "Customers are recognised by their external id: those that are new are created, of the others what differs is changed, \
                 and an empty cell changes nothing. Events are recognised by their message id, or else by what they say. So the same \
                 file can be imported again, whole or longer than before. A row whose external id stands further up with another name \
                 is refused: spreadsheets shorten long numbers to the same text."
            </p>
            <p>
                "Amounts may be like 1,234.50 or in cents, monthly revenue is taken times twelve, days are like 2026-01-31, times like \
                 2026-01-31T09:30:00Z; without an offset they are UTC. A ticket’s priority that is not known here becomes normal."
            </p>
            <p>{limits}</p>
            <p>
                "An import can be undone. One whose server is stopped is noticed within half a minute, and says what it has stored. \
                 Events that systems send many at a time and that are refused wait in the "
                <a href="/quarantine">"quarantine"</a> ", where they can be corrected and sent again, for 90 days."
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
        ("Esc", "From a row back to the search field; close a dialog, a menu or a tooltip"),
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
