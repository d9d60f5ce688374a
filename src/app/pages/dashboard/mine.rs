//! "My customers": the owner that this browser remembers, one click away.

use super::links::list_href;
use super::query::ListNavigation;
use crate::app::forms::{ActionForm, WhoAreYou, owner_choices};
use crate::app::server_fns::SetPreference;
use crate::app::state::use_preferences;
use crate::domain::CustomerQuery;
use crate::domain::list::OwnerFilter;
use leptos::prelude::*;

/// Links to the remembered owner's customers. Until an owner is chosen, lists the owners to choose from.
#[component]
pub fn Mine(query: Signal<CustomerQuery>, owners: Signal<Vec<String>>, navigation: ListNavigation) -> impl IntoView {
    let preferences = use_preferences();
    let action = ServerAction::<SetPreference>::new();
    Effect::new(move |_| {
        if let Some(sent) = action.input().get() {
            preferences.update(|preferences| preferences.set(&sent.name, &sent.value));
            navigation.change(false, |query| query.owner = preferences.read_untracked().owner.clone().map(OwnerFilter::Named));
        }
    });
    move || match preferences.read().owner.clone() {
        Some(name) => {
            let mine = Some(OwnerFilter::Named(name.clone()));
            let shown = query.with(|query| query.owner == mine);
            let owner = mine.filter(|_| !shown);
            let href = list_href(&CustomerQuery { owner, page: 1, ..query.get() });
            view! {
                <div class="mine">
                    <a
                        class="mine__link"
                        href=href
                        aria-current=shown.then_some("true")
                        title=format!("Owned by {name}")
                        data-in-place=""
                    >
                        "My customers"
                    </a>
                    {shown
                        .then(|| {
                            view! {
                                <ActionForm action>
                                    <input type="hidden" name="name" value="owner" />
                                    <button class="mine__forget" name="value" value="">
                                        {format!("Not {name}?")}
                                    </button>
                                </ActionForm>
                            }
                        })}
                </div>
            }
            .into_any()
        }
        None => view! { <WhoAreYou action>{move || owner_choices(owners.get())}</WhoAreYou> }.into_any(),
    }
}
