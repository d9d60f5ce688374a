//! The forms that log an event, one per kind, as tabs. All of them use `submit_event`.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, Field, SelectField};
use crate::app::format;
use crate::app::server_fns::SubmitEvent;
use crate::domain::{CustomerId, EventKind, InvoiceRow, InvoiceStatus, NaiveDate, Priority};
use crate::wire::FormValues;
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use wasm_bindgen::JsCast;

/// The facts about a customer that the forms need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSubject {
    customer: CustomerId,
    today: NaiveDate,
    currency: String,
    features: Vec<String>,
    /// The names of readings.
    readings: Vec<String>,
    /// Invoices that are neither paid nor voided.
    open_invoices: Vec<InvoiceRow>,
}

impl LogSubject {
    pub fn of(page: &CustomerPage) -> Self {
        let is_open = |invoice: &&InvoiceRow| matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Overdue);
        Self {
            customer: page.customer.id,
            today: page.today,
            currency: page.currency.clone(),
            features: page.features.iter().map(|(feature, _)| feature.clone()).collect(),
            readings: page.readings.iter().map(|reading| reading.name.clone()).collect(),
            open_invoices: page.invoices.iter().filter(is_open).cloned().collect(),
        }
    }
}

const KIND_CHOICES: [(EventKind, &str); 6] = [
    (EventKind::Login, "Login"),
    (EventKind::FeatureUse, "Feature use"),
    (EventKind::ApiCall, "API calls"),
    (EventKind::SupportTicket, "Support ticket"),
    (EventKind::InvoiceIssued, "Invoice"),
    (EventKind::Reading, "Reading"),
];

/// The id of the panel with the forms. `#log` leads to it.
pub const LOG_PANEL: &str = "log";

/// Focuses the first field of the shown form, once a link to the forms has scrolled them into view.
pub fn focus_event_form(_: leptos::ev::MouseEvent) {
    request_animation_frame(|| {
        const FIELDS: &str = "div:not([hidden]) > form :is(input:not([type=hidden]), select)";
        let field = document().query_selector(&format!("#{LOG_PANEL} {FIELDS}")).ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    });
}

/// Shows the tabs and the form of the chosen kind, for a panel with the id [`LOG_PANEL`]. `log` in the URL is the kind's
/// wire name. Every form stays on the page, so that nothing typed is lost when the tab or the page's figures change. Fields
/// begin with values from the first `subject`; suggestions and open invoices follow it.
#[component]
pub fn EventForms(#[prop(into)] subject: Signal<LogSubject>) -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| {
        let chosen = query.read().get("log").and_then(|name| EventKind::parse(&name));
        KIND_CHOICES.map(|(kind, _)| kind).into_iter().find(|kind| Some(*kind) == chosen).unwrap_or(EventKind::Login)
    });
    let tab = move |(of, label): (EventKind, &'static str)| {
        let current = move || (kind.get() == of).then_some("true");
        let href = move || link_to_kind(&query.read(), of);
        view! { <a class="tabs__tab" href=href aria-current=current data-noscroll="">{label}</a> }
    };
    let hidden = move |of: EventKind| move || kind.get() != of;
    view! {
        <div class="event-forms">
            <nav class="tabs" aria-label="Kind of event">{KIND_CHOICES.map(tab)}</nav>
            <div hidden=hidden(EventKind::Login)><LoginForm subject /></div>
            <div hidden=hidden(EventKind::FeatureUse)><FeatureForm subject /></div>
            <div hidden=hidden(EventKind::ApiCall)><ApiCallForm subject /></div>
            <div hidden=hidden(EventKind::SupportTicket)><TicketForm subject /></div>
            <div hidden=hidden(EventKind::InvoiceIssued)><InvoiceForms subject /></div>
            <div hidden=hidden(EventKind::Reading)><ReadingForm subject /></div>
        </div>
    }
}

/// Returns the address of the same page with another kind, at the forms. Without JavaScript, the browser jumps there.
fn link_to_kind(query: &ParamsMap, kind: EventKind) -> String {
    let others = query.clone().into_iter().filter(|(name, _)| name != "log");
    let pairs: Vec<_> = others.chain([("log".into(), kind.name().to_owned())]).collect();
    format!("?{}#{LOG_PANEL}", serde_urlencoded::to_string(pairs).unwrap_or_default())
}

/// Makes the state of the form for a kind of event. `initial` are the initial values of the kind's own fields.
fn form_state(kind: &str, subject: &LogSubject, action: ServerAction<SubmitEvent>, initial: &[(&str, &str)]) -> FormState {
    let initial = initial.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    FormState::new(format!("{}-{}", kind.replace('_', "-"), subject.customer), FormValues(initial), action)
}

#[component]
fn EventForm(
    action: ServerAction<SubmitEvent>,
    state: FormState,
    customer: CustomerId,
    kind: &'static str,
    label: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="customer" value=customer.to_string() />
            <input type="hidden" name="kind" value=kind />
            <div class="form__grid">{children()}</div>
            <FormFoot state label />
        </ActionForm>
    }
}

/// Shows a text field of the form, named as in the event.
fn text(state: FormState, name: &'static str, label: &'static str, required: bool) -> impl IntoView {
    view! {
        <Field id=state.field_id(name) name label value=state.value(name) error=state.error(name) required />
    }
}

/// A required text, with suggestions for it.
fn suggested(
    state: FormState,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    suggestions: impl Fn() -> Vec<String> + Send + 'static,
) -> impl IntoView {
    let list = state.field_id("suggestions");
    let options = move || suggestions().into_iter().map(|text| view! { <option value=text /> }).collect_view();
    view! {
        <Field
            id=state.field_id(name)
            name
            label
            hint
            value=state.value(name)
            error=state.error(name)
            list=list.clone()
            required=true
        />
        <datalist id=list>{options}</datalist>
    }
}

fn date(state: FormState, name: &'static str, label: &'static str, hint: &'static str, required: bool) -> impl IntoView {
    view! {
        <Field
            id=state.field_id(name)
            name
            label
            hint
            kind="date"
            value=state.value(name)
            error=state.error(name)
            required
        />
    }
}

fn when(state: FormState) -> impl IntoView {
    view! {
        <Field
            id=state.field_id("when")
            name="when"
            label="When, in UTC"
            hint="Left empty: now"
            kind="datetime-local"
            value=state.value("when")
            error=state.error("when")
        />
    }
}

#[component]
fn LoginForm(subject: Signal<LogSubject>) -> impl IntoView {
    let subject = subject.get_untracked();
    let action = ServerAction::<SubmitEvent>::new();
    let state = form_state("login", &subject, action, &[]);
    view! {
        <EventForm action state customer=subject.customer kind="login" label="Log login">
            {text(state, "user", "Who logged in", false)}
            {when(state)}
        </EventForm>
    }
}

#[component]
fn FeatureForm(subject: Signal<LogSubject>) -> impl IntoView {
    let features = move || subject.get().features;
    let subject = subject.get_untracked();
    let action = ServerAction::<SubmitEvent>::new();
    let state = form_state("feature_use", &subject, action, &[]);
    view! {
        <EventForm action state customer=subject.customer kind="feature_use" label="Log feature use">
            {suggested(state, "feature", "Feature", "Features seen before are suggested", features)}
            {text(state, "user", "Who used it", false)}
            {when(state)}
        </EventForm>
    }
}

#[component]
fn ApiCallForm(subject: Signal<LogSubject>) -> impl IntoView {
    let subject = subject.get_untracked();
    let action = ServerAction::<SubmitEvent>::new();
    let state = form_state("api_call", &subject, action, &[]);
    view! {
        <EventForm action state customer=subject.customer kind="api_call" label="Log API calls">
            <Field
                id=state.field_id("count")
                name="count"
                label="How many calls"
                inputmode="numeric"
                value=state.value("count")
                error=state.error("count")
                required=true
            />
            {when(state)}
        </EventForm>
    }
}

#[component]
fn TicketForm(subject: Signal<LogSubject>) -> impl IntoView {
    let subject = subject.get_untracked();
    let action = ServerAction::<SubmitEvent>::new();
    let state = form_state("support_ticket", &subject, action, &[("priority", "normal")]);
    let priorities = Priority::ALL.map(|priority| Choice::new(priority.name(), format::capitalised(priority.name()))).to_vec();
    view! {
        <EventForm action state customer=subject.customer kind="support_ticket" label="Log support ticket">
            {text(state, "subject", "Subject", false)}
            <SelectField
                id=state.field_id("priority")
                name="priority"
                label="Priority"
                choices=priorities
                value=state.value("priority")
                error=state.error("priority")
            />
            {when(state)}
        </EventForm>
    }
}

#[component]
fn ReadingForm(subject: Signal<LogSubject>) -> impl IntoView {
    let names = move || subject.get().readings;
    let subject = subject.get_untracked();
    let action = ServerAction::<SubmitEvent>::new();
    let state = form_state("reading", &subject, action, &[]);
    view! {
        <EventForm action state customer=subject.customer kind="reading" label="Log reading">
            {suggested(state, "name", "What was measured", "For example seats used, NPS", names)}
            <Field
                id=state.field_id("value")
                name="value"
                label="Value"
                hint="At most 3 decimal places"
                inputmode="decimal"
                value=state.value("value")
                error=state.error("value")
                required=true
            />
            {when(state)}
        </EventForm>
    }
}

#[component]
fn InvoiceForms(subject: Signal<LogSubject>) -> impl IntoView {
    let open = Memo::new(move |_| subject.with(|subject| !subject.open_invoices.is_empty()));
    view! {
        <IssueInvoiceForm subject />
        {move || open.get().then(|| view! { <SettleInvoiceForm subject /> })}
    }
}

#[component]
fn IssueInvoiceForm(subject: Signal<LogSubject>) -> impl IntoView {
    let subject = subject.get_untracked();
    let action = ServerAction::<SubmitEvent>::new();
    let initial = [("currency", subject.currency.as_str()), ("issued", &subject.today.to_string())];
    let state = form_state("invoice", &subject, action, &initial);
    view! {
        <EventForm action state customer=subject.customer kind="invoice_issued" label="Log invoice">
            {text(state, "number", "Invoice number", true)}
            <Field
                id=state.field_id("amount")
                name="amount"
                label="Amount"
                hint="For example 1,234.50"
                inputmode="decimal"
                value=state.value("amount")
                error=state.error("amount")
                required=true
            />
            {text(state, "currency", "Currency", true)}
            {date(state, "issued", "Issued on", "", true)}
            {date(state, "due", "Due on", "", true)}
            {date(state, "paidOn", "Paid on", "Left empty: not paid yet", false)}
        </EventForm>
    }
}

fn choice(invoice: &InvoiceRow) -> Choice {
    let (amount, due) = (format::money(invoice.amount_cents, &invoice.currency), format::day(invoice.due_on));
    Choice::new(&invoice.number, format!("{}: {amount}, due {due}", invoice.number))
}

/// Marks an open invoice as paid or voided.
#[component]
fn SettleInvoiceForm(subject: Signal<LogSubject>) -> impl IntoView {
    let action = ServerAction::<SubmitEvent>::new();
    let invoices = move || subject.with(|subject| subject.open_invoices.iter().map(choice).collect::<Vec<_>>());
    let subject = subject.get_untracked();
    let state = form_state("settle", &subject, action, &[("kind", "invoice_paid"), ("paidOn", &subject.today.to_string())]);
    let what = vec![Choice::new("invoice_paid", "It was paid"), Choice::new("invoice_voided", "It was voided")];
    view! {
        <h2 class="form__title">"Settle an open invoice"</h2>
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="customer" value=subject.customer.to_string() />
            <SelectField
                id=state.field_id("number")
                name="number"
                label="Invoice"
                choices=Signal::derive(invoices)
                value=state.value("number")
                error=state.error("number")
            />
            <div class="form__grid">
                <SelectField
                    id=state.field_id("kind")
                    name="kind"
                    label="What happened"
                    choices=what
                    value=state.value("kind")
                    error=state.error("kind")
                />
                {date(state, "paidOn", "Day", "", true)}
            </div>
            <FormFoot state label="Settle invoice" />
        </ActionForm>
    }
}
