//! Alerts say what has gone wrong, where it cannot be overlooked or left unheard.

use super::icon::{Icon, IconName};
use leptos::prelude::*;

/// A message that is read out as soon as it appears.
#[component]
pub fn Alert(children: Children) -> impl IntoView {
    view! {
        <div role="alert" class="alert">
            <Icon name=IconName::Failed />
            <div>{children()}</div>
        </div>
    }
}
