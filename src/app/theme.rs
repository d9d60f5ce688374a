//! The choice of light, dark or the system's theme. The server remembers it in a cookie, so that no page flashes.

use super::components::icon::{Icon, IconName};
use super::forms::own_address;
use super::server_fns::SetPreference;
use super::state::use_preferences;
use crate::wire::{FUNCTION, ThemeChoice};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Shows three buttons of a plain form. Without JavaScript the page comes back in the chosen theme.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let preferences = use_preferences();
    let action = ServerAction::<SetPreference>::new();
    Effect::new(move |_| apply(preferences.read().theme));
    let button = move |choice: ThemeChoice| {
        let choose = move |event: MouseEvent| {
            event.prevent_default();
            preferences.update(|preferences| preferences.theme = choice);
            action.dispatch(SetPreference { name: "theme".to_owned(), value: choice.name().to_owned() });
        };
        let pressed = move || (preferences.read().theme == choice).to_string();
        view! {
            <button type="submit" name="value" value=choice.name() aria-pressed=pressed aria-label=label(choice) title=label(choice) on:click=choose>
                <Icon name=icon(choice) />
            </button>
        }
    };
    view! {
        <div class="theme-switch">
            <form method="post" action=own_address("")>
                <input type="hidden" name=FUNCTION value=SetPreference::url() />
                <input type="hidden" name="name" value="theme" />
                {ThemeChoice::ALL.map(button)}
            </form>
        </div>
    }
}

/// Applies the choice to the document at once. The cookie follows with the answer.
fn apply(choice: ThemeChoice) {
    if let Some(root) = document().document_element() {
        let _ = match choice.attribute() {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
}

fn label(choice: ThemeChoice) -> &'static str {
    match choice {
        ThemeChoice::System => "Theme: as the system",
        ThemeChoice::Light => "Theme: light",
        ThemeChoice::Dark => "Theme: dark",
    }
}

fn icon(choice: ThemeChoice) -> IconName {
    match choice {
        ThemeChoice::System => IconName::System,
        ThemeChoice::Light => IconName::Sun,
        ThemeChoice::Dark => IconName::Moon,
    }
}
