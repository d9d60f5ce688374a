//! `/import`: upload a file, and see earlier imports. `/import/{id}`: one import and its progress.

mod one;

pub use one::ImportPage;

use crate::app::components::icon::IconName;
use crate::app::components::{Ago, EmptyState, LinkButton, Loaded, Pagination};
use crate::app::forms::{UndoImportForm, UploadForm};
use crate::app::server_fns::load_imports;
use crate::app::state::use_revision;
use crate::app::{format, until_answered};
use crate::domain::import::ImportList;
use crate::domain::{Import, ImportState};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

const PAGE_SIZE: i64 = 20;

#[component]
pub fn ImportsPage() -> impl IntoView {
    let (query, revision) = (use_query_map(), use_revision());
    let page = Memo::new(move |_| query.read().get("page").unwrap_or_default());
    let list = Resource::new(
        move || (page.get(), revision.get()),
        |(page, _)| until_answered(move || load_imports(format!("page={page}&page_size={PAGE_SIZE}"))),
    );
    view! {
        <Title text="Import" />
        <div class="narrow stack">
            <div class="page-head">
                <h1>"Import"</h1>
                <div class="page-head__actions">
                    <LinkButton href=Signal::stored("/quarantine".to_owned())>"Quarantine"</LinkButton>
                </div>
            </div>
            <section class="panel stack" aria-labelledby="upload-title">
                <h2 id="upload-title">"Customers or events from a file"</h2>
                <p class="muted">
                    "First the columns are recognised, then every row is checked, then you decide. The same file again changes \
                     nothing, and an import can be undone. "<a href="/help#import">"What a file may hold"</a>
                </p>
                <UploadForm />
            </section>
            <Loaded resource=list view=imports />
            <Exports />
        </div>
    }
}

fn imports(list: ImportList) -> impl IntoView {
    let ImportList { page, now, .. } = list;
    let (at, pages) = (page.page, page.pages());
    if page.items.is_empty() {
        return view! {
            <EmptyState icon=IconName::Import title="Nothing was imported yet">
                <p>"What you import is listed here, and can be undone here."</p>
            </EmptyState>
        }
        .into_any();
    }
    let items = page.items.into_iter().map(|import| view! { <Item import now /> });
    view! {
        <section class="panel" aria-labelledby="imports-title">
            <h2 id="imports-title">"Imports"</h2>
            <ol class="imports">{items.collect_view()}</ol>
        </section>
        <Pagination page=at pages href=|page| format!("/import?page={page}") label="Pages of imports" />
    }
    .into_any()
}

#[component]
fn Item(import: Import, now: DateTime<Utc>) -> impl IntoView {
    let (id, at) = (import.id, import.started_at);
    let can_be_undone = matches!(import.state, ImportState::Finished | ImportState::Failed);
    let undo = can_be_undone.then(|| {
        view! {
            <details class="inline-form">
                <summary>"Undo"<span class="sr-only">" import " {id.to_string()}</span></summary>
                <UndoQuestion />
                <UndoImportForm import=id />
            </details>
        }
    });
    let author = import.author.clone().map(|author| format!(" by {author}"));
    view! {
        <li class="imports__item">
            <p>
                <a href=format!("/import/{id}")>{import.file_name.clone()}</a>
                <span class="muted">" " {import.mapping.kind.name()} {author} ", " <Ago at now /></span>
            </p>
            <p>{standing(&import)}</p>
            {undo}
        </li>
    }
}

/// Explains what an undo does before it is done.
#[component]
fn UndoQuestion() -> impl IntoView {
    view! {
        <p>
            "Its events and outcomes stay in the timelines, struck through, and no longer count. Customers that it created are removed, or \
             archived where they have events, notes, outcomes or later edits; fields that it changed become what they were, unless they \
             were changed since."
        </p>
    }
}

/// Describes an import's state in a sentence.
fn standing(import: &Import) -> String {
    let counts = import.counts;
    match import.state {
        ImportState::Uploaded => "Not imported yet: say what its columns mean".into(),
        ImportState::Checking => format!("Being checked, {} %", import.percent),
        ImportState::Checked => format!("Checked, not imported yet: {}", counts.words()),
        ImportState::Running => format!("Under way, {} %: {}", import.percent, counts.words()),
        ImportState::Finished => format!("{}: {}", format::capitalised(&format::count(counts.rows, "row")), counts.words()),
        ImportState::Failed => format!("Ended early. {}", import.problem.as_deref().unwrap_or_default()),
        ImportState::Undoing => format!("Being undone, {} %", import.percent),
        ImportState::Undone => format!("Undone: {}", import.undo.words()),
    }
}

/// Links to everything as files.
#[component]
fn Exports() -> impl IntoView {
    let files = [
        ("customers", "Customers"),
        ("events", "Events"),
        ("retracted_events", "Retracted events"),
        ("health", "Health of today"),
        ("notes", "Notes"),
        ("outcomes", "Outcomes"),
        ("rulebooks", "Versions of the rules"),
    ];
    let rows = files.map(|(name, label)| {
        view! {
            <li>
                {label} ": "
                <a href=format!("/api/export/{name}.csv") rel="external" download="">
                    "CSV"<span class="sr-only">" of " {label.to_lowercase()}</span>
                </a>
                ", "
                <a href=format!("/api/export/{name}.ndjson") rel="external" download="">
                    "NDJSON"<span class="sr-only">" of " {label.to_lowercase()}</span>
                </a>
            </li>
        }
    });
    view! {
        <section class="panel stack" aria-labelledby="exports-title">
            <h2 id="exports-title">"Export"</h2>
            <p class="muted">"Everything there is. Customers, events and outcomes can be imported again; retracted events, health, notes and rules are for other tools."</p>
            <ul>{rows}</ul>
        </section>
    }
}
