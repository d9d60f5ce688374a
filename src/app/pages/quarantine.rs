//! `/quarantine`: what came in with others and was refused, to be corrected, sent again or discarded.

use crate::app::components::icon::IconName;
use crate::app::components::{Ago, EmptyState, Loaded, Pagination};
use crate::app::forms::{DiscardAllDialog, DiscardForm, ReplayForm};
use crate::app::server_fns::load_quarantine;
use crate::app::state::use_revision;
use crate::app::{format, until_answered};
use crate::domain::{FieldError, ItemVerdict, QuarantinePage, QuarantinedItem};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

const PAGE_SIZE: i64 = 20;
/// What is longer is no event that somebody corrects by hand, and does not fit into a form.
const MAX_EDITABLE: usize = 16 * 1024;

#[component]
pub fn QuarantinePage() -> impl IntoView {
    let (query, revision) = (use_query_map(), use_revision());
    let page = Memo::new(move |_| query.read().get("page").unwrap_or_default());
    let list = Resource::new(
        move || (page.get(), revision.get()),
        |(page, _)| until_answered(move || load_quarantine(format!("page={page}&page_size={PAGE_SIZE}"))),
    );
    view! {
        <Title text="Quarantine" />
        <div class="narrow stack">
            <Loaded resource=list view=items />
        </div>
    }
}

fn items(list: QuarantinePage) -> impl IntoView {
    let QuarantinePage { page, now } = list;
    let (at, pages, total) = (page.page, page.pages(), page.total);
    let newest = page.items.first().map(|item| item.id).filter(|_| at == 1);
    let items = page.items.into_iter().map(|item| view! { <Item item now /> });
    let body = match total {
        0 => view! { <Nothing /> }.into_any(),
        _ => view! { <ol class="stack">{items.collect_view()}</ol> }.into_any(),
    };
    view! {
        <div class="page-head">
            <h1>"Quarantine"</h1>
            {newest.map(|latest| view! { <DiscardAllDialog latest total /> })}
        </div>
        <p class="muted">
            {(total > 0).then(|| format!("{} waiting. ", format::count(total, "refused item")))}
            "Refused events from batches are kept here until somebody has corrected or discarded them."
        </p>
        {body}
        <Pagination page=at pages href=|page| format!("/quarantine?page={page}") label="Pages of refused items" />
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <EmptyState icon=IconName::Check title="Nothing is waiting">
            <p>"Every event that came in was accepted, or has been dealt with."</p>
        </EmptyState>
    }
}

#[component]
fn Item(item: QuarantinedItem, now: DateTime<Utc>) -> impl IntoView {
    let QuarantinedItem { id, content, verdict, errors, last_received_at, times, .. } = item;
    let verdict = match verdict {
        ItemVerdict::Conflict => "Conflict",
        _ => "Rejected",
    };
    let again = (times > 1).then(|| view! { <span>" · sent " {format::count(times, "time")}</span> });
    let correct = match content.len() <= MAX_EDITABLE {
        true => view! { <Correct item=id content=content.clone() /> }.into_any(),
        false => view! { <p class="muted">"Too long to be corrected here: send a corrected one from its source."</p> }.into_any(),
    };
    view! {
        <li class="panel refused">
            <p class="refused__head">
                <strong>{verdict} " item " {id.to_string()}</strong>
                <span class="muted"><Ago at=last_received_at now /> {again}</span>
            </p>
            <ul class="refused__errors">{errors.iter().map(|error| view! { <li>{words(error)}</li> }).collect_view()}</ul>
            <pre class="refused__content" tabindex="0" role="region" aria-label="As it was sent">
                <code>{shown(&content)}</code>
            </pre>
            {correct}
            <details class="inline-form">
                <summary>"Discard"<span class="sr-only">" item " {id.to_string()}</span></summary>
                <p>"A discarded item is gone for good."</p>
                <DiscardForm item=id />
            </details>
        </li>
    }
}

#[component]
fn Correct(item: crate::domain::QuarantineId, content: String) -> impl IntoView {
    view! {
        <details class="inline-form" open=was_sent(item)>
            <summary>"Correct and send again"<span class="sr-only">" item " {item.to_string()}</span></summary>
            <ReplayForm item content />
        </details>
    }
}

/// Whether its form came back with errors.
fn was_sent(item: crate::domain::QuarantineId) -> bool {
    crate::app::state::use_flash().read_untracked().echo.as_ref().is_some_and(|echo| echo.form == format!("replay-{item}"))
}

/// "customerId is required, or externalId"; an error about the whole has no field to name.
fn words(error: &FieldError) -> String {
    match error.field.as_str() {
        "body" => format::capitalised(&error.message),
        field => format!("{field} {}", error.message),
    }
}

/// The beginning of a long text.
fn shown(content: &str) -> String {
    const SHOWN: usize = 2000;
    let content = content.trim();
    match content.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &content[..end]),
        None => content.to_owned(),
    }
}
