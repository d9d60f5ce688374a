//! `/import/{id}`: the meaning of the columns, the findings of the dry run, the progress and the result.

use super::{UndoQuestion, standing};
use crate::app::components::{LinkButton, Loaded};
use crate::app::forms::{DiscardUploadForm, MappingForm, ReconsiderForm, RunImportForm, UndoImportForm};
use crate::app::server_fns::load_import;
use crate::app::state::use_revision;
use crate::app::{format, until_answered};
use crate::domain::import::{ImportPage as Page, MAX_LISTED_ERRORS, Outlook, PreviewRow, RowOutlook, ValueChange};
use crate::domain::{Import, ImportCounts, ImportId, ImportKind, ImportState, RowError};
use crate::wire::AppError;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

/// The pause between looks at the progress.
const PERIOD: Duration = Duration::from_millis(800);

#[component]
pub fn ImportPage() -> impl IntoView {
    let (params, revision, look) = (use_params_map(), use_revision(), RwSignal::new(0_u32));
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<ImportId>().ok()));
    let page = Resource::new(move || (id.get(), revision.get(), look.get()), |(id, ..)| until_answered(move || load(id)));
    // Runs in the browser only. Without JavaScript the page refreshes itself.
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        let is_busy = page.read().as_ref().is_some_and(|page| page.as_ref().is_ok_and(|page| page.import.state.is_busy()));
        is_busy.then(|| set_timeout_with_handle(move || look.update(|look| *look += 1), PERIOD).ok())?
    });
    view! {
        <div class="narrow stack">
            <Loaded resource=page view=one />
        </div>
    }
}

/// Loads an import. No id means that the address has none that can be one.
async fn load(id: Option<ImportId>) -> Result<Page, AppError> {
    match id {
        Some(id) => load_import(id).await,
        None => Err(AppError::NotFound("import with such an id".into())),
    }
}

fn one(page: Page) -> impl IntoView {
    let import = page.import.clone();
    let title = format!("Import of {}", import.file_name);
    let body = match import.state {
        ImportState::Uploaded => view! { <Columns page /> }.into_any(),
        ImportState::Checked => view! { <Found page /> }.into_any(),
        state if state.is_busy() => view! { <Busy import=import.clone() /> }.into_any(),
        _ => view! { <Over page /> }.into_any(),
    };
    view! {
        <Title text=title.clone() />
        <div class="page-head">
            <h1>{title}</h1>
            <div class="page-head__actions">
                <LinkButton href=Signal::stored("/import".to_owned())>"All imports"</LinkButton>
            </div>
        </div>
        {body}
    }
}

/// Shows the first step: the meaning of the columns.
#[component]
fn Columns(page: Page) -> impl IntoView {
    let Page { import, columns, segments, preview, unreadable, .. } = page;
    let id = import.id;
    let problem = import.problem.clone().or(unreadable);
    let problem = problem.map(|problem| view! { <p class="notice" data-kind="warning" role="alert">{problem}</p> });
    let (understood, kind, raw) = (preview.clone(), import.mapping.kind, (columns.clone(), preview.clone()));
    let form = (!columns.is_empty()).then(|| view! { <MappingForm import columns segments preview /> });
    view! {
        {problem}
        <section class="panel stack" aria-labelledby="columns-title">
            <h2 id="columns-title">"1. What the columns mean"</h2>
            {form}
        </section>
        <Preview kind rows=understood />
        <RawRows columns=raw.0 rows=raw.1 />
        <DiscardUploadForm import=id />
    }
}

/// Shows the first rows as they stand in the file.
#[component]
fn RawRows(columns: Vec<String>, rows: Vec<PreviewRow>) -> impl IntoView {
    let width = columns.len();
    let head = columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view();
    let lines = rows.into_iter().map(|row| {
        let unread = row.cells.is_empty().then(|| {
            let errors: Vec<_> = row.errors.iter().map(|error| error.error.message.clone()).collect();
            view! { <td colspan=width.to_string()>{format!("The row {}", errors.join(", "))}</td> }
        });
        let cells = row.cells.into_iter().map(|cell| view! { <td class="import__cell">{cell}</td> });
        view! {
            <tr>
                <th scope="row">{row.line}</th>
                {cells.collect_view()}
                {unread}
            </tr>
        }
    });
    let lines: Vec<_> = lines.collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section class="panel stack" aria-labelledby="raw-title">
                <h2 id="raw-title">"The first rows, as they stand in the file"</h2>
                <div class="import__scroll" tabindex="0" role="group" aria-labelledby="raw-title">
                    <table class="import__table">
                        <thead>
                            <tr>
                                <th scope="col">"Line"</th>
                                {head}
                            </tr>
                        </thead>
                        <tbody>{lines}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

/// Shows the first rows as they will be understood.
#[component]
fn Preview(kind: ImportKind, rows: Vec<PreviewRow>) -> impl IntoView {
    let is_understood = rows.iter().any(|row| !row.understood.is_empty() || !row.errors.is_empty());
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let fields = row.understood.into_iter().map(|(field, value)| {
                let label = kind.field(&field).map_or(field, |field| field.label.to_owned());
                view! { <li><span class="muted">{label} ": "</span>{value}</li> }
            });
            view! {
                <li class="imports__item">
                    <p class="muted">"Line " {row.line}</p>
                    <ul class="import__fields">{fields.collect_view()}</ul>
                    <ul class="import__errors">{row.errors.iter().map(|error| error_line(kind, error)).collect_view()}</ul>
                </li>
            }
        })
        .collect();
    (!rows.is_empty() && is_understood).then(|| {
        view! {
            <section class="panel" aria-labelledby="preview-title">
                <h2 id="preview-title">"The first rows, as they are understood"</h2>
                <ol class="imports">{rows}</ol>
            </section>
        }
    })
}

fn error_line(kind: ImportKind, error: &RowError) -> impl IntoView + use<> {
    view! { <li>{error.sentence(kind)}</li> }
}

/// Shows the second step: the outcome for each row.
#[component]
fn Found(page: Page) -> impl IntoView {
    let Page { import, errors, outlook, .. } = page;
    let (id, counts, kind) = (import.id, import.counts, import.mapping.kind);
    let unknown_segments = outlook.as_ref().map(|outlook| outlook.unknown_segments.clone()).unwrap_or_default();
    let outlook = outlook.map(|outlook| view! { <Outcome kind outlook /> });
    let title = format!("{} would be refused", format::count(counts.rejected, "row"));
    let rejected =
        (counts.rejected > 0).then(|| view! { <Rejected id kind title others="The others would be imported. " errors /> });
    let steps = if unknown_segments.is_empty() { "row" } else { "stack" };
    let run = match counts.changes_nothing() && unknown_segments.is_empty() {
        true => view! { <p>"There is nothing to import: the file changes nothing."</p> }.into_any(),
        false => view! { <RunImportForm import=id unknown_segments /> }.into_any(),
    };
    view! {
        <section class="panel stack" aria-labelledby="found-title">
            <h2 id="found-title">"2. What the import would do"</h2>
            <p class="muted">"Nothing is written yet."</p>
            <Counts kind counts />
            {outlook}
            <div class=steps>{run} <div class="row"><ReconsiderForm import=id /> <DiscardUploadForm import=id /></div></div>
        </section>
        {rejected}
    }
}

/// Shows the import's effect on figures, and the first rows that it creates and changes.
#[component]
fn Outcome(kind: ImportKind, outlook: Outlook) -> impl IntoView {
    let arr = outlook.arr_change().map(|text| {
        let is_drastic = outlook.is_drastic();
        let doubt = is_drastic.then_some(". Look at the column that means the ARR: is it what you expect?");
        view! { <p class="import__figure" data-drastic=is_drastic.to_string()>{text} {doubt}</p> }
    });
    let new = match kind {
        ImportKind::Customers => None,
        ImportKind::Events => Some("New events"),
        ImportKind::Outcomes => Some("New outcomes"),
    };
    let events = new.filter(|_| outlook.customers > 0).map(
        |new| view! { <p class="import__figure">{format!("{new} of {}", format::count(outlook.customers, "customer"))}</p> },
    );
    view! {
        {arr}
        {events}
        <Changes title="The first that it would create" rows=outlook.created />
        <Changes title="The first that it would change" rows=outlook.updated />
    }
}

#[component]
fn Changes(title: &'static str, rows: Vec<RowOutlook>) -> impl IntoView {
    let items: Vec<_> = rows.into_iter().map(change).collect();
    (!items.is_empty()).then(|| {
        view! {
            <h3>{title}</h3>
            <ul class="imports">{items}</ul>
        }
    })
}

fn change(row: RowOutlook) -> impl IntoView {
    let values = row.values.into_iter().map(|ValueChange { label, old, new }| {
        let new = if new.is_empty() { "nothing".to_owned() } else { new };
        let old = (!old.is_empty()).then(|| view! { <del>{old}</del> " → " });
        view! { <li><span class="muted">{label} ": "</span>{old}{new}</li> }
    });
    view! {
        <li class="imports__item">
            <p>{row.subject} <span class="muted">" line " {row.line}</span></p>
            <ul class="import__fields">{values.collect_view()}</ul>
        </li>
    }
}

#[component]
fn Counts(kind: ImportKind, counts: ImportCounts) -> impl IntoView {
    let figures = match kind {
        ImportKind::Customers => vec![
            ("Rows", counts.rows),
            ("Created", counts.created),
            ("Updated", counts.updated),
            ("Unchanged", counts.unchanged),
            ("Rejected", counts.rejected),
        ],
        ImportKind::Events => vec![
            ("Rows", counts.rows),
            ("New", counts.created),
            ("Known already", counts.duplicates),
            ("Rejected", counts.rejected),
        ],
        ImportKind::Outcomes => vec![
            ("Rows", counts.rows),
            ("New", counts.created),
            ("Known already", counts.duplicates),
            ("Nothing happened", counts.unchanged),
            ("Rejected", counts.rejected),
        ],
    };
    let figures = figures.into_iter().map(|(label, count)| view! { <div><dt>{label}</dt><dd>{format::group(count)}</dd></div> });
    view! { <dl class="import__counts">{figures.collect_view()}</dl> }
}

/// Lists the rows that the dry run refused. `others` tells what happens to the other rows.
#[component]
fn Rejected(id: ImportId, kind: ImportKind, title: String, others: &'static str, errors: Vec<RowError>) -> impl IntoView {
    let rows = errors.into_iter().map(|error| {
        let rule = error.sentence(kind);
        view! {
            <tr>
                <td>{error.line}</td>
                <td>{error.column}</td>
                <td>{rule}</td>
            </tr>
        }
    });
    view! {
        <section class="panel stack" aria-labelledby="rejected-title">
            <h2 id="rejected-title">{title}</h2>
            <p class="muted">
                {others} <a href=format!("/import/{id}/errors.csv") rel="external" download="">
                    "The errors as CSV"
                </a> {format!(", at most the first {}", format::group(MAX_LISTED_ERRORS as i64))}
            </p>
            <div class="import__scroll" tabindex="0" role="region" aria-label="The first errors">
                <table class="import__table">
                    <thead>
                        <tr>
                            <th scope="col">"Line"</th>
                            <th scope="col">"Column"</th>
                            <th scope="col">"Rule"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Busy(import: Import) -> impl IntoView {
    // The refresh has an address of its own. If the page's address ended in a fragment, the browser would only jump to the
    // fragment.
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"2; url=/import/{}\">", import.id);
    view! {
        <noscript inner_html=refresh></noscript>
        <section class="panel stack" aria-busy="true">
            <p role="status">{standing(&import)}</p>
            <progress class="import__progress" aria-label="How much of the file has been read" max="100" value=import.percent></progress>
            <p class="muted">"It goes on when you leave this page."</p>
        </section>
    }
}

#[component]
fn Over(page: Page) -> impl IntoView {
    let Page { import, errors, .. } = page;
    let (id, counts, kind) = (import.id, import.counts, import.mapping.kind);
    let can_be_undone = matches!(import.state, ImportState::Finished | ImportState::Failed);
    let undo = can_be_undone.then(|| {
        view! {
            <details class="inline-form">
                <summary>"Undo"</summary>
                <UndoQuestion />
                <UndoImportForm import=id />
            </details>
        }
    });
    let archived = (!import.undo.archived.is_empty()).then(|| {
        view! { <p>"Archived, since they have events, notes, outcomes or later edits: " {import.undo.archived.join(", ")}</p> }
    });
    let nothing = (import.state == ImportState::Finished && counts.changes_nothing())
        .then(|| view! { <p>"It changed nothing: everything in it was known already or refused."</p> });
    let rejected = (!errors.is_empty()).then(|| {
        let refused = format::count(counts.rejected, "row");
        let title = format!("{refused} {} refused", if counts.rejected == 1 { "was" } else { "were" });
        view! { <Rejected id kind title others="Correct them and import the file again: the others are recognised. " errors /> }
    });
    let customers = (import.state == ImportState::Finished).then(|| view! { <p><a href="/">"See the customers"</a></p> });
    view! {
        <section class="panel stack" aria-labelledby="over-title">
            <h2 id="over-title">{over_title(import.state)}</h2>
            <p role="status">{standing(&import)}</p>
            <Counts kind counts />
            {nothing}
            {archived}
            {customers}
            {undo}
        </section>
        {rejected}
    }
}

fn over_title(state: ImportState) -> &'static str {
    match state {
        ImportState::Finished => "Imported",
        ImportState::Undone => "Undone",
        _ => "Not complete",
    }
}
