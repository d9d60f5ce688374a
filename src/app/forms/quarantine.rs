//! Refused items: send one again, corrected or as it was; delete one or all.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{ConfirmDialog, TextArea};
use crate::app::format;
use crate::app::server_fns::{DiscardQuarantine, DiscardQuarantined, ReplayQuarantined};
use crate::domain::QuarantineId;
use crate::wire::FormValues;
use leptos::prelude::*;

/// Shows the item in a text area, to be corrected and sent again.
#[component]
pub fn ReplayForm(item: QuarantineId, content: String) -> impl IntoView {
    let action = ServerAction::<ReplayQuarantined>::new();
    let state = FormState::new(format!("replay-{item}"), FormValues::default(), action);
    let value = Some(state.value("content")).filter(|text| !text.is_empty()).unwrap_or(content);
    let rows = value.lines().count().clamp(3, 12) as u8;
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="item" value=item.to_string() />
            <TextArea
                id=state.field_id("content")
                name="content"
                label="The event as JSON"
                value
                error=state.error("content")
                required=true
                rows
            />
            <FormFoot state label="Send again" />
        </ActionForm>
    }
}

/// Shows a small button that deletes an item.
#[component]
pub fn DiscardForm(item: QuarantineId) -> impl IntoView {
    let action = ServerAction::<DiscardQuarantined>::new();
    let state = FormState::new(format!("discard-{item}"), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id()>
            <input type="hidden" name="form" value=state.id() />
            <input type="hidden" name="item" value=item.to_string() />
            <button type="submit" class="link-button" disabled=move || state.pending().get()>"Delete item"</button>
            {move || state.message().map(|message| view! { <span class="field__error">{message}</span> })}
        </ActionForm>
    }
}

/// Asks, then deletes the items that are there. Items that arrived since the page was loaded stay.
#[component]
pub fn DiscardAllDialog(latest: QuarantineId, total: i64) -> impl IntoView {
    let action = ServerAction::<DiscardQuarantine>::new();
    let state = FormState::new("discard-all".into(), FormValues::default(), action);
    let items = format::count(total, "item");
    view! {
        <ConfirmDialog id="discard-all-items" trigger="Delete all" title=format!("Delete {items}?") let:cancel>
            <p class="muted">"They are gone for good, and so are the facts in them. What is refused from now on stays."</p>
            <ActionForm action id=state.id() attr:class="form">
                <FormHead state />
                <input type="hidden" name="up_to" value=latest.to_string() />
                <FormFoot state label=format!("Delete {items}")>{cancel}</FormFoot>
            </ActionForm>
        </ConfirmDialog>
    }
}
