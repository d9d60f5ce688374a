//! "My customers": the owner that this browser remembers, one click away.

use super::links::list_href;
use crate::app::forms::{ActionForm, WhoAreYou, owner_choices};
use crate::app::server_fns::SetPreference;
use crate::app::state::use_preferences;
use crate::domain::CustomerQuery;
use crate::domain::list::OwnerFilter;
use leptos::prelude::*;

/// Links to the remembered owner's customers. Until an owner is chosen, lists the owners to choose from.
#[component]
pub fn Mine(query: CustomerQuery, owners: Vec<String>) -> impl IntoView {
    let action = ServerAction::<SetPreference>::new();
    let Some(name) = use_preferences().read().owner.clone() else {
        return view! { <WhoAreYou action>{owner_choices(owners)}</WhoAreYou> }.into_any();
    };
    let mine = Some(OwnerFilter::Named(name.clone()));
    let is_shown = query.owner == mine;
    let owner = mine.filter(|_| !is_shown);
    let href = list_href(&CustomerQuery { owner, page: 1, ..query });
    let title = format!("Owned by {name}");
    let forget = is_shown.then(|| {
        view! {
            <ActionForm action>
                <input type="hidden" name="name" value="owner" />
                <button class="mine__forget" name="value" value="">
                    {format!("Not {name}?")}
                </button>
            </ActionForm>
        }
    });
    view! {
        <div class="mine">
            <a
                class="mine__link"
                href=href
                aria-current=is_shown.then_some("true")
                title=title
                data-in-place=""
            >
                "My customers"
            </a>
            {forget}
        </div>
    }
    .into_any()
}
