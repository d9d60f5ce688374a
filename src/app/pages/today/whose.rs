//! Everybody's customers or mine: a choice that this browser remembers.

use crate::app::forms::{ActionForm, WhoAreYou, owner_choices};
use crate::app::server_fns::{SetPreference, list_owners};
use crate::app::state::use_preferences;
use crate::app::until_answered;
use crate::domain::CustomerQuery;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Shows whose customers the page is about, and the other choice. An address that names filters of its own is left as it is.
#[component]
pub fn Whose(query: Memo<CustomerQuery>) -> impl IntoView {
    let preferences = use_preferences();
    let action = ServerAction::<SetPreference>::new();
    Effect::new(move |_| {
        if let Some(sent) = action.input().get() {
            preferences.update(|preferences| preferences.set(&sent.name, &sent.value));
        }
    });
    let search = use_location().search;
    // The owner that is remembered is no filter of the address.
    let is_narrowed = Memo::new(move |_| {
        let names = |text: &str| text.split('&').any(|pair| !pair.is_empty() && !pair.starts_with("page"));
        query.with(CustomerQuery::is_filtered) && names(&search.read())
    });
    let choice = move |value: &'static str, label: &'static str| {
        let pressed = move || (preferences.read().everybody == (value == "all")).to_string();
        view! {
            <button class="whose__choice" name="value" value=value aria-pressed=pressed>
                {label}
            </button>
        }
    };
    move || match (is_narrowed.get(), preferences.read().owner.is_some()) {
        (true, _) => view! { <a href="/today">"Without these filters"</a> }.into_any(),
        (false, true) => view! {
            <div class="whose" role="group" aria-label="Whose customers">
                <ActionForm action>
                    <input type="hidden" name="name" value="whose" />
                    {choice("all", "Everybody")}
                    {choice("mine", "Mine")}
                </ActionForm>
            </div>
        }
        .into_any(),
        (false, false) => view! {
            <WhoAreYou action>
                <Owners />
            </WhoAreYou>
        }
        .into_any(),
    }
}

/// Loads the owners to choose from.
#[component]
fn Owners() -> impl IntoView {
    let owners = Resource::new(|| (), |()| until_answered(list_owners));
    view! {
        <Transition>{move || Suspend::new(async move { owner_choices(owners.await.unwrap_or_default()) })}</Transition>
    }
}
