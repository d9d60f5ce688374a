//! `/quarantine`: refused items, to be corrected, sent again or deleted.

use crate::app::components::icon::IconName;
use crate::app::components::{Ago, EmptyState, Loaded, Pagination};
use crate::app::forms::{DiscardAllDialog, DiscardForm, ReplayForm};
use crate::app::server_fns::load_quarantine;
use crate::app::state::use_revision;
use crate::app::{format, until_answered};
use crate::domain::quarantine::{KEPT_DAYS, MAX_BYTES, MAX_BYTES_OF_SOURCE, MAX_ITEMS, MAX_ITEMS_OF_SOURCE, QuarantineUse};
use crate::domain::{FieldError, ItemVerdict, QuarantinePage, QuarantinedItem};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

const PAGE_SIZE: i64 = 20;

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
    let QuarantinePage { page, uses, now } = list;
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
            {format!(
                "Refused events from batches are kept here until somebody has corrected or deleted them, for {KEPT_DAYS} days \
                 after they were sent last; of a source at most {} and {}.",
                format::count(MAX_ITEMS_OF_SOURCE, "item"),
                format::mebibytes(MAX_BYTES_OF_SOURCE),
            )}
        </p>
        {shortage(&uses).map(|words| view! { <p class="notice" data-kind="warning">{words}</p> })}
        {body}
        <Pagination page=at pages href=|page| format!("/quarantine?page={page}") label="Pages of refused items" />
    }
}

/// Names the sources whose refused events will soon not be kept, or are not kept any more. `None` while there is room.
fn shortage(uses: &[(String, QuarantineUse)]) -> Option<String> {
    let short: Vec<_> = uses
        .iter()
        .filter(|(_, of_source)| of_source.is_short_of_source())
        .map(|(source, QuarantineUse { items, bytes })| {
            format!("“{source}” has {} with {}", format::count(*items, "item"), format::mebibytes(*bytes))
        })
        .collect();
    let of_all = QuarantineUse {
        items: uses.iter().map(|(_, of_source)| of_source.items).sum(),
        bytes: uses.iter().map(|(_, of_source)| of_source.bytes).sum(),
    };
    let full = match (short.is_empty(), of_all.is_short()) {
        (true, false) => return None,
        (true, true) => format!(
            "All sources have {} with {} of {} and {}.",
            format::count(of_all.items, "item"),
            format::mebibytes(of_all.bytes),
            format::group(MAX_ITEMS),
            format::mebibytes(MAX_BYTES),
        ),
        (false, _) => format!("The source {}.", short.join(", ")),
    };
    Some(format!("{full} What is refused beyond the limit is not kept: correct or delete some."))
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
    let QuarantinedItem { id, source, content, is_cut, verdict, errors, last_received_at, times, .. } = item;
    let verdict = match verdict {
        ItemVerdict::Conflict => "Conflict",
        _ => "Rejected",
    };
    let again = (times > 1).then(|| view! { <span>" · sent " {format::count(times, "time")}</span> });
    let correct = match is_cut {
        false => view! { <Correct item=id content=content.clone() /> }.into_any(),
        true => view! {
            <p class="muted">"Only the beginning is kept, since it is longer than 16 KiB: send a corrected one from its source."</p>
        }
        .into_any(),
    };
    view! {
        <li class="panel refused">
            <p class="refused__head">
                <strong>{verdict} " item " {id.to_string()}</strong>
                <span class="muted">"from “" {source} "” · " <Ago at=last_received_at now /> {again}</span>
            </p>
            <ul class="refused__errors">{errors.iter().map(|error| view! { <li>{words(error)}</li> }).collect_view()}</ul>
            <pre class="refused__content" tabindex="0" role="region" aria-label=format!("Item {id} as it was sent")>
                <code>{shown(&content, is_cut)}</code>
            </pre>
            {correct}
            <details class="inline-form">
                <summary>"Delete"<span class="sr-only">" item " {id.to_string()}</span></summary>
                <p>"A deleted item is gone for good."</p>
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

/// Returns whether the item's form came back with errors.
fn was_sent(item: crate::domain::QuarantineId) -> bool {
    crate::app::state::use_flash().read_untracked().echo.as_ref().is_some_and(|echo| echo.form == format!("replay-{item}"))
}

/// Returns an error in words: "customerId is required, or externalId". An error about the whole item has no field to name.
fn words(error: &FieldError) -> String {
    match error.field.as_str() {
        "body" => format::capitalised(&error.message),
        field => format!("{field} {}", error.message),
    }
}

/// Returns the beginning of a long text.
fn shown(content: &str, is_cut: bool) -> String {
    const SHOWN: usize = 2000;
    let content = content.trim();
    match content.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &content[..end]),
        None if is_cut => format!("{content}…"),
        None => content.to_owned(),
    }
}
