//! Marking an open invoice as paid, where it is listed.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::Field;
use crate::app::server_fns::SubmitEvent;
use crate::domain::{CustomerId, NaiveDate};
use crate::wire::FormValues;
use leptos::prelude::*;

/// Asks for the day. Put it where it can be opened, for example in `<details>`.
#[component]
pub fn PayInvoiceForm(customer: CustomerId, number: String, today: NaiveDate) -> impl IntoView {
    let action = ServerAction::<SubmitEvent>::new();
    let initial = FormValues([("paidOn".to_owned(), today.to_string())].into());
    // An invoice's number may contain letters that an id may not.
    let code: String = number.bytes().map(|byte| format!("{byte:02x}")).collect();
    let state = FormState::new(format!("pay-{customer}-{code}"), initial, action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="customer" value=customer.to_string() />
            <input type="hidden" name="kind" value="invoice_paid" />
            <input type="hidden" name="number" value=number />
            <Field
                id=state.field_id("paidOn")
                name="paidOn"
                label="Paid on"
                kind="date"
                value=state.value("paidOn")
                error=state.error("paidOn")
                required=true
            />
            <FormFoot state label="Mark as paid" />
        </ActionForm>
    }
}
