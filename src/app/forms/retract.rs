//! Retracting an event: from the timeline with a reason, from a toast with one click.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::Field;
use crate::app::server_fns::RetractEvent;
use crate::domain::{EventId, OutcomeId};
use crate::wire::FormValues;
use leptos::prelude::*;

/// Asks for the reason. Put it where it can be opened, with the link that closes it as the child.
#[component]
pub fn RetractForm(event: EventId, children: Children) -> impl IntoView {
    let action = ServerAction::<RetractEvent>::new();
    let state = FormState::new(format!("retract-{event}"), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="events" value=event.to_string() />
            <Field
                id=state.field_id("reason")
                name="reason"
                label="Reason"
                hint="The event stays in the timeline, struck through, with this reason. It no longer counts."
                value=state.value("reason")
                error=state.error("reason")
                required=true
            />
            <FormFoot state label="Retract event">{children()}</FormFoot>
        </ActionForm>
    }
}

/// Shows a button that retracts what was just told: events, or an outcome.
#[component]
pub fn UndoForm(events: Vec<EventId>, outcome: Option<OutcomeId>) -> impl IntoView {
    let action = ServerAction::<RetractEvent>::new();
    let events = events.iter().map(EventId::to_string).collect::<Vec<_>>().join(",");
    let (of, ids) = match outcome {
        Some(outcome) => ("outcome", outcome.to_string()),
        None => ("events", events),
    };
    let state = FormState::new(format!("undo-{ids}"), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id()>
            <input type="hidden" name="form" value=state.id() />
            <input type="hidden" name=of value=ids />
            <input type="hidden" name="reason" value="Undone right after it was logged" />
            <button type="submit" class="link-button" disabled=move || state.pending().get()>"Undo"</button>
            {move || state.message().map(|message| view! { <span class="field__error">{message}</span> })}
        </ActionForm>
    }
}
