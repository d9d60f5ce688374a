//! Forms for the outcomes of a customer: telling one, taking it back, and the reasons to choose from.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, Field, SelectField, TextArea};
use crate::app::format;
use crate::app::server_fns::{AddOutcome, RetractEvent, SetOutcomeReasons};
use crate::domain::{NaiveDate, OutcomeId, OutcomeKind};
use crate::wire::FormValues;
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

/// Asks for an outcome, behind a line that opens the form.
#[component]
pub fn OutcomeForm(page: StoredValue<CustomerPage>) -> impl IntoView {
    let action = ServerAction::<AddOutcome>::new();
    let (customer, arr, today, reasons, currency) = page.with_value(|page| {
        let customer = &page.customer;
        (customer.id, customer.fields.arr_cents, page.today, page.outcome_reasons.clone(), page.currency.clone())
    });
    let mut initial = FormValues([("date".to_owned(), today.to_string())].into());
    initial.0.extend(arr.map(|cents| ("arrBefore".to_owned(), format::amount(cents))));
    let state = FormState::new(format!("outcome-{customer}"), initial, action);
    let mut kinds = vec![Choice::new("", "Choose")];
    kinds.extend(OutcomeKind::ALL.into_iter().rev().map(|kind| Choice::new(kind.name(), kind.label())));
    let amount = move |name: &'static str, label: String| {
        view! {
            <Field id=state.field_id(name) name label value=state.value(name) error=state.error(name) inputmode="decimal" />
        }
    };
    view! {
        <details class="inline-form" open=untrack(|| state.message().is_some())>
            <summary>"Add an outcome"</summary>
            <ActionForm action id=state.id() attr:class="form outcome-form" attr:novalidate="">
                <FormHead state />
                <input type="hidden" name="customer" value=customer.to_string() />
                <div class="form__grid">
                    <SelectField
                        id=state.field_id("outcome")
                        name="outcome"
                        label="It has"
                        choices=kinds
                        value=state.value("outcome")
                        error=state.error("outcome")
                    />
                    <DateField state label="On" name="date" today />
                </div>
                <div class="form__grid">
                    {amount("arrBefore", format!("ARR before ({currency})"))}
                    {amount("arrAfter", "ARR after".to_owned())}
                </div>
                <ReasonField state name="reason" label="Reason" reasons />
                <Involuntary state />
                <FormFoot state label="Add outcome" />
            </ActionForm>
        </details>
    }
}

/// Asks for a day that is not after today.
#[component]
pub fn DateField(state: FormState, label: &'static str, name: &'static str, today: NaiveDate) -> impl IntoView {
    let hint = format!("Not after {} (UTC)", format::day(today));
    view! {
        <Field
            id=state.field_id(name) name label hint value=state.value(name) error=state.error(name) kind="date" required=true
        />
    }
}

/// Asks for one of the reasons that staff keep.
#[component]
pub fn ReasonField(state: FormState, name: &'static str, label: &'static str, reasons: Vec<String>) -> impl IntoView {
    let mut choices = vec![Choice::new("", "Not known")];
    choices.extend(reasons.into_iter().map(|reason| Choice::new(reason.clone(), reason)));
    view! { <SelectField id=state.field_id(name) name label choices value=state.value(name) error=state.error(name) /> }
}

/// Asks whether the customer did not decide it.
#[component]
pub fn Involuntary(state: FormState) -> impl IntoView {
    let error = state.error("involuntary");
    view! {
        <div class="field">
            <label class="check">
                <input type="checkbox" name="involuntary" value="true" checked=!state.value("involuntary").is_empty() />
                "Not its own decision: wound up, bought, or did not pay"
            </label>
            {move || error.get().map(|error| view! { <p class="field__error">"This "{error}</p> })}
        </div>
    }
}

/// Asks why an outcome is retracted. Put it where it can be opened.
#[component]
pub fn RetractOutcomeForm(outcome: OutcomeId) -> impl IntoView {
    let action = ServerAction::<RetractEvent>::new();
    let state = FormState::new(format!("retract-outcome-{outcome}"), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="outcome" value=outcome.to_string() />
            <Field
                id=state.field_id("reason")
                name="reason"
                label="Why is it retracted?"
                hint="It stays visible, struck through, with this reason, and no longer counts. Who was archived by it is active again."
                value=state.value("reason")
                error=state.error("reason")
                required=true
            />
            <FormFoot state label="Retract outcome" />
        </ActionForm>
    }
}

/// Shows the reasons of outcomes in a form, one a line.
#[component]
pub fn ReasonsForm(reasons: Vec<String>) -> impl IntoView {
    let action = ServerAction::<SetOutcomeReasons>::new();
    let rows = u8::try_from(reasons.len() + 1).unwrap_or(u8::MAX).clamp(4, 16);
    let initial = FormValues([("reasons".to_owned(), reasons.join("\n"))].into());
    let state = FormState::new("outcome-reasons".to_owned(), initial, action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <TextArea
                id=state.field_id("reasons")
                name="reasons"
                label="Reasons, one a line"
                hint="At most 50, of 100 characters each. Outcomes that have a reason keep it."
                value=state.value("reasons")
                error=state.error("reasons")
                required=true
                rows
            />
            <FormFoot state label="Save reasons" />
        </ActionForm>
    }
}
