//! Light, dark, or as the system has it: a choice that the server remembers in a cookie, so that no page flashes.

use super::components::icon::{Icon, IconName};
use super::forms::ActionForm;
use super::server_fns::SetPreference;
use super::state::use_preferences;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

impl ThemeChoice {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == text)
    }

    /// `data-theme` of the document; none lets the system decide.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.name())
    }

    fn label(self) -> &'static str {
        match self {
            Self::System => "Theme: as the system",
            Self::Light => "Theme: light",
            Self::Dark => "Theme: dark",
        }
    }

    fn icon(self) -> IconName {
        match self {
            Self::System => IconName::System,
            Self::Light => IconName::Sun,
            Self::Dark => IconName::Moon,
        }
    }
}

/// Three buttons of a plain form; without JavaScript the page comes back in the chosen theme.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let preferences = use_preferences();
    let action = ServerAction::<SetPreference>::new();
    Effect::new(move |_| {
        if let Some(sent) = action.input().get() {
            preferences.update(|preferences| preferences.set(&sent.name, &sent.value));
        }
    });
    Effect::new(move |_| apply(preferences.read().theme));
    let button = move |choice: ThemeChoice| {
        let pressed = move || (preferences.read().theme == choice).to_string();
        view! {
            <button type="submit" name="value" value=choice.name() aria-pressed=pressed aria-label=choice.label() title=choice.label()>
                <Icon name=choice.icon() />
            </button>
        }
    };
    view! {
        <div class="theme-switch">
            <ActionForm action>
                <input type="hidden" name="name" value="theme" />
                {ThemeChoice::ALL.map(button)}
            </ActionForm>
        </div>
    }
}

/// Puts the choice on the document at once; the cookie follows with the answer.
fn apply(choice: ThemeChoice) {
    if let Some(root) = document().document_element() {
        let _ = match choice.attribute() {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
}
