//! Banners that must not be overlooked: a past day is shown, the customer is archived or has the same external id as
//! another, or nothing is known of it yet.

use super::place::Place;
use crate::app::components::icon::IconName;
use crate::app::components::{CurlCommand, EmptyState, PastDay};
use crate::app::format;
use crate::app::forms::{LOG_PANEL, focus_event_form};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

/// Says that the score is as of a past day, with a link to today.
#[component]
pub fn PastDayBanner(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    let (at, today, history_from) = page.with_value(|page| (page.at(), page.today, page.history_from));
    let href = move |asked| place.read().at(asked).href();
    let scope = "Score, factors and invoices are those of that day’s end (UTC). Events and notes are complete, and what you change \
                 or add counts from now on.";
    (!at.is_today(today)).then(|| view! { <PastDay at today scope history_from href /> })
}

#[component]
pub fn ArchivedBanner(page: StoredValue<CustomerPage>) -> impl IntoView {
    let archived = page.with_value(|page| page.customer.archived);
    archived.map(|archive| {
        view! {
            <div class="banner" data-kind="archived">
                <p>
                    <strong>"Archived on "{format::day(archive.date)}" ("{archive.reason.label().to_lowercase()}"). "</strong>
                    "It is left out of the list and of every figure, and still accepts events. Restore it to bring it back."
                </p>
            </div>
        }
    })
}

/// Names another customer whose external id looks the same.
#[component]
pub fn ExternalIdBanner(page: StoredValue<CustomerPage>) -> impl IntoView {
    let other = page.with_value(|page| page.same_external_id);
    other.map(|other| {
        view! {
            <div class="banner">
                <p>
                    <strong>"Its external id looks like that of "<a href=format!("/customers/{other}")>{format!("customer {other}")}</a>". "</strong>
                    "The two differ only in how an accent is written, which tells customers apart no longer: events and files reach \
                     this one only with the id in exactly its old letters. Give one of them another id, or archive a duplicate."
                </p>
            </div>
        }
    })
}

/// Shows how to send the first event, when nothing is known about the customer.
#[component]
pub fn FirstEvent(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (id, unknown) = page.with_value(|page| (page.customer.id, !page.is_known()));
    unknown.then(|| {
        view! {
            <section class="panel">
                <EmptyState icon=IconName::LogEvent title="Nothing has happened here yet">
                    <p>
                        "The score appears with the first events. "
                        <a href=format!("#{LOG_PANEL}") on:click=focus_event_form>"Log one by hand"</a>
                        ", or let a system send it:"
                    </p>
                    <CurlCommand
                        path=format!("/api/customers/{id}/events")
                        body=r#"{"kind": "login", "user": "maria@example.com"}"#
                        label="Command that sends a login"
                    />
                </EmptyState>
            </section>
        }
    })
}
