//! The form that creates a customer or changes one.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, Field, SelectField};
use crate::app::format;
use crate::app::server_fns::{CreateCustomer, UpdateCustomer};
use crate::domain::{Customer, Segments};
use crate::wire::FormValues;
use leptos::either::Either;
use leptos::prelude::*;

/// Shows the form. Without a customer it creates one. `owners` are suggestions.
#[component]
pub fn CustomerForm(
    #[prop(into)] customer: Option<Customer>,
    owners: Vec<String>,
    segments: Segments,
    #[prop(into)] currency: String,
) -> impl IntoView {
    match customer {
        None => Either::Left(view! { <NewForm owners segments currency /> }),
        Some(customer) => Either::Right(view! { <EditForm customer owners segments currency /> }),
    }
}

#[component]
fn NewForm(owners: Vec<String>, segments: Segments, currency: String) -> impl IntoView {
    let action = ServerAction::<CreateCustomer>::new();
    let state = FormState::new("new-customer".into(), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <CustomerFields state owners segments currency />
            <FormFoot state label="Create customer">
                <a href="/">"Cancel"</a>
            </FormFoot>
        </ActionForm>
    }
}

#[component]
fn EditForm(customer: Customer, owners: Vec<String>, segments: Segments, currency: String) -> impl IntoView {
    let action = ServerAction::<UpdateCustomer>::new();
    let state = FormState::new(format!("edit-{}", customer.id), stored_values(&customer), action);
    let back = format!("/customers/{}", customer.id);
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="customer" value=customer.id.to_string() />
            <input type="hidden" name="version" value=customer.version.to_string() />
            <CustomerFields state owners segments currency />
            <FormFoot state label="Save changes">
                <a href=back>"Cancel"</a>
            </FormFoot>
        </ActionForm>
    }
}

/// Returns a stored customer as the values of the form's fields.
fn stored_values(customer: &Customer) -> FormValues {
    let fields = customer.fields.clone();
    let day = |day: Option<crate::domain::NaiveDate>| day.map(|day| day.to_string());
    let values = [
        ("name", Some(fields.name)),
        ("segment", Some(fields.segment.to_string())),
        ("externalId", fields.external_id),
        ("owner", fields.owner),
        ("arr", fields.arr_cents.map(format::amount)),
        ("renewalDate", day(fields.renewal_date)),
        ("startDate", day(fields.start_date)),
        ("crmUrl", fields.crm_url),
    ];
    FormValues(values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

#[component]
fn CustomerFields(state: FormState, owners: Vec<String>, segments: Segments, currency: String) -> impl IntoView {
    let field = move |name: &'static str| (state.field_id(name), state.value(name), state.error(name));
    let plain = move |name: &'static str, label: &'static str, hint: &'static str, kind: &'static str| {
        let (id, value, error) = field(name);
        view! { <Field id name label value error hint kind /> }
    };
    let segments: Vec<_> = segments.iter().map(|segment| Choice::new(segment.label(), segment.label())).collect();
    let owner_list = state.field_id("owners");
    let owners = owners.into_iter().map(|owner| view! { <option value=owner /> }).collect_view();
    let (name_id, name, name_error) = field("name");
    let (segment_id, segment, segment_error) = field("segment");
    let (owner_id, owner, owner_error) = field("owner");
    let (arr_id, arr, arr_error) = field("arr");
    view! {
        <Field id=name_id name="name" label="Name" value=name error=name_error required=true />
        <div class="form__grid">
            <SelectField id=segment_id name="segment" label="Segment" choices=segments value=segment error=segment_error />
            <Field
                id=owner_id
                name="owner"
                label="Owner"
                hint="Who looks after them"
                value=owner
                error=owner_error
                list=owner_list.clone()
            />
            <Field
                id=arr_id
                name="arr"
                label=format!("ARR in {currency}")
                hint="Annual recurring revenue, such as 120,000"
                inputmode="decimal"
                value=arr
                error=arr_error
            />
            {plain("renewalDate", "Renewal date", "", "date")}
            {plain("startDate", "Start date", "Health is not scored before it", "date")}
            {plain("externalId", "External id", "Their id in another system; must be unique", "text")}
        </div>
        {plain("crmUrl", "CRM link", "Begins with https://", "url")}
        <datalist id=owner_list>{owners}</datalist>
    }
}
