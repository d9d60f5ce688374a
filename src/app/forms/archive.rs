//! Archiving a customer, after a question, and restoring it.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, ConfirmDialog, SelectField, SubmitButton};
use crate::app::server_fns::{ArchiveCustomer, RestoreCustomer};
use crate::domain::{ArchiveReason, CustomerId};
use crate::wire::FormValues;
use leptos::prelude::*;

/// Shows a button that opens the question, and the question.
#[component]
pub fn ArchiveDialog(customer: CustomerId, #[prop(into)] name: String) -> impl IntoView {
    let action = ServerAction::<ArchiveCustomer>::new();
    let state = FormState::new(format!("archive-{customer}"), FormValues::default(), action);
    let choices = ArchiveReason::ALL.map(|reason| Choice::new(reason.name(), reason.label()));
    view! {
        <ConfirmDialog id="archive" trigger="Archive" title=format!("Archive {name}?") let:cancel>
            <p class="muted">
                "It leaves the list and all figures, still accepts events, and can be restored at any time."
            </p>
            <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
                <FormHead state />
                <input type="hidden" name="customer" value=customer.to_string() />
                <SelectField
                    id=state.field_id("reason")
                    name="reason"
                    label="Why?"
                    choices=choices.to_vec()
                    value=state.value("reason")
                    error=state.error("reason")
                />
                <FormFoot state label="Archive customer">{cancel}</FormFoot>
            </ActionForm>
        </ConfirmDialog>
    }
}

/// Restores an archived customer into lists and figures.
#[component]
pub fn RestoreForm(customer: CustomerId) -> impl IntoView {
    let action = ServerAction::<RestoreCustomer>::new();
    let state = FormState::new(format!("restore-{customer}"), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id()>
            <FormHead state />
            <input type="hidden" name="customer" value=customer.to_string() />
            <SubmitButton label="Restore" pending=state.pending() primary=false />
        </ActionForm>
    }
}
