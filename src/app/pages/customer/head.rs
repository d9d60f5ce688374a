//! The customer's name and identity, and the actions on it.

use crate::app::components::icon::{Icon, IconName};
use crate::app::components::{Day, LinkButton};
use crate::app::format;
use crate::app::forms::{ArchiveDialog, LOG_PANEL, RestoreForm, focus_event_form};
use crate::app::state::use_last_list;
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn CustomerHead(page: StoredValue<CustomerPage>) -> impl IntoView {
    let (customer, headline) = page.with_value(|page| (page.customer.clone(), page.headline.clone()));
    let (id, name) = (customer.id, customer.fields.name.clone());
    let (last_list, same_day) = (use_last_list(), page.with_value(|page| page.at().asked(page.today).href("/")));
    let portfolio = move || last_list.href(&same_day);
    // The forms know the invoices of the shown day. On a past day they would offer invoices that were paid since.
    let log = match page.with_value(|page| page.health.as_of == page.today) {
        true => format!("#{LOG_PANEL}"),
        false => format!("/customers/{id}/events/new"),
    };
    let lifecycle = match customer.archived {
        Some(archive) => view! { <RestoreForm page archive /> }.into_any(),
        None => view! { <ArchiveDialog page /> }.into_any(),
    };
    view! {
        <header class="customer-head">
            <div>
                <p class="customer-head__crumb no-print"><a href=portfolio>"Portfolio"</a>" / Customer"</p>
                <div class="customer-head__name">
                    <h1>{name}</h1>
                    <span class="tag">{customer.fields.segment.to_string()}</span>
                    {customer.archived.map(|archive| view! { <span class="tag" data-kind="archived">"Archived: "{archive.reason.label()}</span> })}
                </div>
                <p class="customer-head__headline">{headline}</p>
                <Identity page />
            </div>
            <div class="page-head__actions no-print">
                <LinkButton href=log primary=true on:click=focus_event_form>"Log event"</LinkButton>
                <LinkButton href=format!("/customers/{id}/edit")>"Edit"</LinkButton>
                {lifecycle}
            </div>
        </header>
    }
}

/// Shows owner, start and the ids in other systems.
#[component]
fn Identity(page: StoredValue<CustomerPage>) -> impl IntoView {
    let fields = page.with_value(|page| page.customer.fields.clone());
    // Where there is no strip of figures yet, they stand here.
    let (alone, currency) = page.with_value(|page| (!page.is_known(), page.currency.clone()));
    let arr = fields.arr_cents.filter(|_| alone).map(|cents| format::money(cents, &currency));
    let renewal = fields.renewal_date.filter(|_| alone);
    let owner = fields.owner.unwrap_or_else(|| "nobody yet".into());
    view! {
        <dl class="customer-head__facts">
            <div><dt>"Owner"</dt><dd>{owner}</dd></div>
            {fields.start_date.map(|day| view! { <div><dt>"Customer since"</dt><dd><Day day /></dd></div> })}
            {arr.map(|arr| view! { <div><dt>"ARR"</dt><dd>{arr}</dd></div> })}
            {renewal.map(|day| view! { <div><dt>"Renewal"</dt><dd><Day day /></dd></div> })}
            {fields.external_id.map(|id| view! { <div><dt>"External id"</dt><dd>{id}</dd></div> })}
            {fields.crm_url.map(|url| view! {
                <div>
                    <dt class="sr-only">"CRM"</dt>
                    <dd><a href=url target="_blank" rel="noreferrer">"Open in CRM "<Icon name=IconName::External /><span class="sr-only">"(new tab)"</span></a></dd>
                </div>
            })}
        </dl>
    }
}
