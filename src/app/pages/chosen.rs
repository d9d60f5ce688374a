//! `/customers/chosen`: change the customers that were chosen in the list, or all of a list. The list asks in place once its page
//! is hydrated; this page is for browsers without JavaScript, and for links.

use super::dashboard::query::{csv_query, parse};
use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, LinkButton, Loaded};
use crate::app::forms::{BulkForm, BulkKind};
use crate::app::server_fns::load_chosen;
use crate::app::{format, until_answered};
use crate::domain::CustomerQuery;
use crate::wire::pages::ChosenRows;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};

#[component]
pub fn ChosenPage() -> impl IntoView {
    let search = use_location().search;
    let asked = use_query_map();
    let chosen = Resource::new(move || search.get(), |search| until_answered(move || load_chosen(search.clone())));
    let view = move |chosen: ChosenRows| {
        let change = asked.read_untracked().get("do");
        content(chosen, parse(&search.get_untracked()), change.unwrap_or_default())
    };
    view! {
        <Title text="Change customers" />
        <div class="narrow stack">
            <Loaded resource=chosen view />
        </div>
    }
}

fn content(chosen: ChosenRows, query: CustomerQuery, change: String) -> AnyView {
    let ChosenRows { rows, total, owners, segments, currency } = chosen;
    let back = CustomerQuery { ids: Vec::new(), ..query.clone() }.to_query_string();
    let list = format!("/{back}#customers");
    if rows.is_empty() {
        return view! {
            <h1>"Change customers"</h1>
            <EmptyState icon=IconName::Search level=2 title="No customer is chosen">
                <p>"Choose some in the list, each by the box beside its name. " <a href=list>"Go to the list"</a></p>
            </EmptyState>
        }
        .into_any();
    }
    let kinds =
        BulkKind::offered(query.archived).into_iter().filter(|kind| BulkKind::parse(&change).is_none_or(|asked| asked == *kind));
    let forms = kinds.map(|kind| {
        let (rows, owners, segments, currency, list) =
            (rows.clone(), owners.clone(), segments.clone(), currency.clone(), list.clone());
        let back = Some(back.trim_start_matches('?').to_owned());
        view! {
            <section class="panel">
                <h2>{kind.title(rows.len())}</h2>
                <BulkForm kind rows owners segments currency back>
                    <a href=list>"Cancel"</a>
                </BulkForm>
            </section>
        }
    });
    let csv = format!("/customers.csv{}", csv_query(&query));
    let first = (total > rows.len() as i64).then(|| {
        let (first, total) = (format::group(rows.len() as i64), format::group(total));
        view! { <p class="muted">{format!("These are the first {first} of {total}; that many can be changed at once.")}</p> }
    });
    view! {
        <div class="page-head">
            <h1>{format!("Change {}", format::count(rows.len() as i64, "customer"))}</h1>
            <LinkButton href=csv external=true>"Export CSV"</LinkButton>
        </div>
        {first}
        {if change == "export" { None } else { Some(forms.collect_view()) }}
    }
    .into_any()
}
