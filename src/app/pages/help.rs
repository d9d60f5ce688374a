//! `/help`: the meaning of the score, from the scorecard in force, and the way to work with it.

use crate::app::components::rules::{BandRules, FactorRules, MissingDataRule, ScorecardHead};
use crate::app::components::{CurlCommand, Loaded};
use crate::app::keys::KeyList;
use crate::app::server_fns::get_rulebook;
use crate::app::{format, until_answered};
use crate::domain::Rulebook;
use crate::domain::import::{MAX_UNPACKED_BYTES, MAX_UPLOAD_BYTES, MAX_UPLOAD_ROWS, MAX_WAITING_BYTES, MAX_WAITING_UPLOADS};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn HelpPage() -> impl IntoView {
    let rulebook = Resource::new(|| (), |()| until_answered(get_rulebook));
    view! {
        <Title text="Help" />
        <div class="narrow help">
            <div class="page-head">
                <h1>"Help"</h1>
            </div>
            <Loaded resource=rulebook view=|rulebook| view! { <Method rulebook /> } />
            <Sending />
            <Importing />
            <Keys />
        </div>
    }
}

#[component]
fn Method(rulebook: Rulebook) -> impl IntoView {
    let (version, scorecard, is_only) = (rulebook.version, rulebook.rest().clone(), rulebook.only().is_some());
    let factors = rulebook.into_scorecards().enumerate().map(|(place, scorecard)| {
        let head = (!is_only).then(|| view! { <ScorecardHead scorecard=scorecard.clone() place=place + 1 /> });
        view! {
            {head}
            <FactorRules scorecard />
        }
    });
    let factors = factors.collect_view();
    view! {
        <section class="panel">
            <h2>"What the score means"</h2>
            <p>
                "A customer's health is a number from 0 to 100: the weighted mean of its factors, each of them from 0 to 100. \
                 It is computed from the events that systems and people send, for one UTC day at a time, today or any day in the \
                 past. Every number leads back to the events behind it."
            </p>
            <BandRules scorecard=scorecard.clone() />
        </section>
        <section class="panel">
            <h2>"The factors"</h2>
            <p class="muted">
                "Scorecard version " {version} ". Weights, windows, targets, bands and the treatment of missing data can be changed: "
                <a href="/scorecard">"Scoring"</a> " shows what a change does to everybody while you make it, where customers lie on each scale, and keeps every version."
            </p>
            {factors}
            <p>
                "“Costs most” marks the measured factor that could add the most points. That is a matter of score and weight: a \
                 factor with a lower score may cost less."
            </p>
        </section>
        <section class="panel" id="scorecards">
            <h2>"Whose rules"</h2>
            <p>
                "The rules may have several scorecards, each with a condition: customers of some segments, customers that started less than \
                 so many days ago, or both. They are tried in their order; the first whose condition a customer fulfils scores it, and the \
                 last is for everybody else. A customer’s page says by which one it is scored. Who grows too old for a condition, or gets \
                 another segment, changes scorecard, which is a cause of its own in “Why a score changes”."
            </p>
            <p>
                "A scorecard may give its customers the band Onboarding instead of one that tells a risk: they have a score, but are neither \
                 healthy nor at risk, and nobody is told to be needed by them. To come into this band, or to leave it, is no fall and no rise."
            </p>
        </section>
        <section class="panel" id="missing-data">
            <h2>"Measured or assumed"</h2>
            <MissingDataRule scorecard />
        </section>
        <section class="panel" id="silent-sources">
            <h2>"Sources that fall silent"</h2>
            <p>
                "A broken feed looks like customers who left. So when logins, feature uses, API calls, support tickets or invoices of \
                 anybody have not come for much longer than usual, the portfolio and the factor on a customer’s page say so. Usual is \
                 the gap between days with such a fact that 95 % of the gaps of the last 180 days do not exceed; more than three times \
                 that is too long, four days at the least. With fewer than five gaps there is nothing usual. Scores stay what the \
                 facts say."
            </p>
        </section>
        <section class="panel" id="changes">
            <h2>"Why a score changes"</h2>
            <p>
                "A customer’s page splits the change since 7, 30 or 90 days by factor and cause: events that became too old for \
                 their window, invoices that fell overdue as time passed, sources that were connected, new events. The parts sum to \
                 the change exactly, and each leads to the events behind it. What left a window and what entered it is told as one, \
                 “12 → 2 logins”, and opens. The numbers in the chart mark its steepest falls."
            </p>
        </section>
        <section class="panel" id="people">
            <h2>"People, and new customers"</h2>
            <p>
                "People are whom logins and feature uses of the last 90 days name. Somebody has stopped who was seen on 3 days or more \
                 and not in the last 14. Rules may measure how many different ones there are, as far back as raw events are kept. In its first 30 days a customer is shown as New instead of in its band; filters and sums \
                 count the band."
            </p>
        </section>
        <section class="panel" id="readings">
            <h2>"Readings"</h2>
            <p>
                "A reading is a value that somebody has measured, such as seats used or NPS. A customer’s page shows the latest of each \
                 name, of which there are at most 50. A reading counts in the factors that measure it, of which the rules at first have none."
            </p>
        </section>
        <section class="panel" id="today">
            <h2>"Who is first"</h2>
            <p>
                <a href="/today">"Today"</a>
                " lists the customers that need somebody: At risk or in Churn risk for longer than they are new, and with a band that \
                 fell within 14 days, a renewal within 90 days or overdue, a silence of 14 days, or an overdue invoice. First is who \
                 has most at stake and least time: ARR × risk × nearness of the renewal × newness of the fall. “Why first?” shows \
                 the numbers. An unknown ARR counts as the median of its segment. The list has the same order unless another is chosen."
            </p>
        </section>
        <section class="panel" id="list">
            <h2>"The list"</h2>
            <p>
                "The boxes before the names choose customers, with Shift all between two of them, and “all on this filter” beyond the \
                 page; up to 500. Their owner or segment is then changed together, or they are archived or exported: all of them, or \
                 none when somebody has changed one meanwhile. “Undo” makes each what it was before, unless somebody has changed it \
                 since. “Columns” leaves out columns, in this browser; the CSV always has all. A filter on renewals shows their sums by \
                 month and band."
            </p>
        </section>
        <section class="panel" id="past">
            <h2>"Past days"</h2>
            <p>
                "The portfolio and a customer’s page can show any past day. “As known now” counts every fact of that day, also those \
                 that arrived later, under today’s scorecard. “As known then” counts only the facts that had arrived by the end of \
                 that day, under the scorecard of that time, with the segment and start date known then: it is what the page showed then. Names, owners, \
                 ARR and renewal dates are always today’s. The page says so when segments and start dates of that day were not kept yet. A day of the portfolio that nobody has looked at lately is computed anew, which takes a moment with \
                 thousands of customers; at most eight such days can be asked for at a time."
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
        <section class="panel" id="month">
            <h2>"The month"</h2>
            <p>
                <a href="/month">"Month"</a> " shows a month or quarter against the one before, on a page to print; without a choice it is the last \
                 complete month. The beginning is the end of the day before the first. Every day is restated: with today’s ARR and \
                 rules, and the customers that were there on it. Bands reach back 365 days; what needs an earlier day is left out."
            </p>
            <p>
                "A customer came on the earliest of its start date, the day it was added and its first fact, and went on the day it \
                 was archived. The causes sum, for those in a worse band at the end than at the beginning, what each factor moved their \
                 scores by. Renewal dates are today’s; renewals won and lost are outcomes. “Save” beside a chart, here and elsewhere, copies it or makes a file of it."
            </p>
        </section>
        <section class="panel" id="outcomes">
            <h2>"Outcomes"</h2>
            <p>
                "A customer has churned, contracted, renewed or expanded: on a day, from one ARR to another, for one of the reasons that "
                <a href="/scorecard#reasons">"Scoring"</a>" lists, of its own decision or not. Outcomes are told on the customer’s page, in the archive \
                 dialog, or by a file, mark its history, and can be retracted. Customer, outcome and day are one: told again it is a repeat."
            </p>
            <p>
                "Who churned leaves the list and all figures since that day, and counts on the days before; facts still come in. Who comes \
                 back starts anew: what happened before stays in the timeline and on past days, and counts no more."
            </p>
        </section>
        <section class="panel" id="backtest">
            <h2>"Does the score hold?"</h2>
            <p>
                <a href="/backtest">"Does it hold?"</a> " scores past days with what had happened by then, and compares the customers that left in \
                 the 30, 60, 90 or 180 days after with those that stayed. The figure (AUC) reads: of 100 pairs of one who left and one \
                 who stayed, so many are in the right order, which is the one who left at the lower score. 50 is chance, 100 would be \
                 perfect. Beside it stands the interval in which the true figure lies 95 times of 100. With fewer than 10 departures only counts \
                 are told, with fewer than 30 nothing is judged."
            </p>
            <p>
                "It cannot tell whom you saved: a customer that stood low, was helped and stayed counts against the score. Departures \
                 are often told late, so the first 14 days can be left out. The segment and ARR are today’s."
            </p>
        </section>
        <section class="panel" id="better">
            <h2>"Could it be better?"</h2>
            <p>
                "Below the test other rules are tried: targets where your portfolio stands, days of silence, counts that are fair to newcomers, and                  weights by what each factor told. They are learned on the departures of one horizon, and tested on those of the next, of which                  they know nothing. Only if they are better beyond chance, with 30 departures at least on both days, a draft is offered.                  Nothing changes by itself: you edit it, preview it, and save it with a note."
            </p>
            <p>
                "“No evidence” does not mean that yours are best: small gains take hundreds of departures to show. Trying many rules on the                  same departures finds one that does well by chance, so the page counts them, and marks rules that were made after a look as “fitted here”."
            </p>
        </section>
        <section class="panel" id="live">
            <h2>"Live"</h2>
            <p>
                "While you look at the portfolio, at Today or at a customer’s page, new events show up by themselves, and so does the new day at \
                 midnight (UTC). What you are typing stays. The words in the top bar say how old the figures are, or that the \
                 connection is lost. A page that shows a past day stays as it is."
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
        "A file may have up to {} MiB. A compressed one may unpack to {} MiB, but to no more than 16 MiB and a hundred times its \
         own size. Either may have {} lines. Up to {MAX_WAITING_UPLOADS} files, of {} MiB together, wait to be imported, each for two \
         days. Larger files can be imported on the command line, which has no such limits.",
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
                "Customers are recognised by their external id. New ones are created; known ones get what differs, and an empty cell \
                 changes nothing. Events are recognised by their message id, or else by their content. So the same file can be \
                 imported again, also with rows added to it. Segments that the rules do not have are named by the check, and added to the \
                 rules when you choose so; their rows are refused otherwise. A row is refused when an earlier row has its external id with another \
                 name, because spreadsheets shorten long numbers to the same text."
            </p>
            <p>
                "Amounts are written like 1,234.50 or in cents, and monthly revenue is multiplied by twelve. Days are written like \
                 2026-01-31, times like 2026-01-31T09:30:00Z; a time without an offset is UTC. A ticket with a priority that is not \
                 known here gets the priority normal."
            </p>
            <p>{limits}</p>
            <p>
                "An import can be undone. When the server is stopped during an import, the import ends within half a minute, and says \
                 what it has stored. Refused events of systems that send many at a time wait for 90 days in the "
                <a href="/quarantine">"quarantine"</a> ", where they can be corrected and sent again."
            </p>
        </section>
    }
}

#[component]
fn Keys() -> impl IntoView {
    view! {
        <section class="panel" id="keys">
            <h2>"Keyboard"</h2>
            <KeyList />
            <p>"The single keys (/ ? j k x) can be switched off in the list of keys, which ? shows, and “Keyboard” above the list of customers."</p>
        </section>
    }
}
