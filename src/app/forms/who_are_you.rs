//! Asks whose customers are "mine". The browser remembers the answer.

use super::ActionForm;
use crate::app::server_fns::SetPreference;
use leptos::prelude::*;

/// Shows a menu with the owners to choose from, which are its children: [`owner_choices`].
#[component]
pub fn WhoAreYou(action: ServerAction<SetPreference>, children: Children) -> impl IntoView {
    view! {
        <details class="mine menu">
            <summary>"My customers"</summary>
            <div class="menu__panel">
                <p>"Who are you? This browser remembers it."</p>
                <ActionForm action>
                    <input type="hidden" name="name" value="owner" />
                    <ul>{children()}</ul>
                </ActionForm>
            </div>
        </details>
    }
}

/// Shows a button for each owner.
pub fn owner_choices(owners: Vec<String>) -> impl IntoView {
    let choice = |owner: String| {
        let name = owner.clone();
        view! {
            <li>
                <button name="value" value=owner>
                    {name}
                </button>
            </li>
        }
    };
    owners.into_iter().map(choice).collect_view()
}
