//! Archiving a customer, after a question, and restoring it.

use super::FormState;
use super::outcomes::{DateField, Involuntary, ReasonField};
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, ConfirmDialog, Field, SelectField, SubmitButton};
use crate::app::format;
use crate::app::server_fns::{ArchiveCustomer, RestoreCustomer};
use crate::domain::{Archive, ArchiveReason};
use crate::wire::FormValues;
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

/// Shows a button that opens the question, and the question. Who churned is asked when, why and with which ARR.
#[component]
pub fn ArchiveDialog(page: StoredValue<CustomerPage>) -> impl IntoView {
    let action = ServerAction::<ArchiveCustomer>::new();
    let (customer, today, reasons, currency) =
        page.with_value(|page| (page.customer.clone(), page.today, page.outcome_reasons.clone(), page.currency.clone()));
    let mut initial = FormValues([("date".to_owned(), today.to_string())].into());
    initial.0.extend(customer.fields.arr_cents.map(|cents| ("arrBefore".to_owned(), format::amount(cents))));
    let state = FormState::new(format!("archive-{}", customer.id), initial, action);
    let mut choices = vec![Choice::new("", "Choose a reason")];
    choices.extend(ArchiveReason::ALL.map(|reason| Choice::new(reason.name(), reason.label())));
    view! {
        <ConfirmDialog id="archive" trigger="Archive" title=format!("Archive {}?", customer.fields.name) let:cancel>
            <p class="muted">
                "It leaves the list and all figures, still accepts events, and can be restored at any time."
            </p>
            <ActionForm action id=state.id() attr:class="form archive" attr:novalidate="">
                <FormHead state />
                <input type="hidden" name="customer" value=customer.id.to_string() />
                <SelectField
                    id=state.field_id("reason")
                    name="reason"
                    label="Why?"
                    choices
                    value=state.value("reason")
                    error=state.error("reason")
                />
                <div class="archive__churned">
                    <div class="form__grid">
                        <DateField state label="It left on" name="date" today />
                        <Field
                            id=state.field_id("arrBefore")
                            name="arrBefore"
                            label=format!("ARR until then ({currency})")
                            value=state.value("arrBefore")
                            error=state.error("arrBefore")
                            inputmode="decimal"
                        />
                    </div>
                    <ReasonField state name="why" label="Why did it leave?" reasons />
                    <Involuntary state />
                </div>
                <FormFoot state label="Archive customer">{cancel}</FormFoot>
            </ActionForm>
        </ConfirmDialog>
    }
}

/// Restores an archived customer into lists and figures. Who had churned is asked since when it is a customer again.
#[component]
pub fn RestoreForm(page: StoredValue<CustomerPage>, archive: Archive) -> impl IntoView {
    let (customer, name, today) = page.with_value(|page| (page.customer.id, page.customer.fields.name.clone(), page.today));
    let action = ServerAction::<RestoreCustomer>::new();
    let initial = FormValues([("startDate".to_owned(), today.to_string())].into());
    let state = FormState::new(format!("restore-{customer}"), initial, action);
    if archive.reason != ArchiveReason::Churned {
        return view! {
            <ActionForm action id=state.id()>
                <FormHead state />
                <input type="hidden" name="customer" value=customer.to_string() />
                <SubmitButton label="Restore" pending=state.pending() primary=false />
            </ActionForm>
        }
        .into_any();
    }
    view! {
        <ConfirmDialog id="restore" trigger="Restore" title=format!("{name} came back?") let:cancel>
            <p class="muted">
                "It starts anew: what happened before stays in the timeline and on past days, and counts no more. If it had never left, "
                <a href="#outcomes">"retract the outcome"</a>" instead."
            </p>
            <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
                <FormHead state />
                <input type="hidden" name="customer" value=customer.to_string() />
                <DateField state label="Customer again since" name="startDate" today />
                <FormFoot state label="Restore customer">{cancel}</FormFoot>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}
