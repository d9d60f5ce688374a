//! The search's field once its code is there, with what it offers and what is to be said about that.

use super::Search;
use super::choices::option_id;
use super::finder::Finder;
use super::options::Options;
use crate::app::components::icon::{Icon, IconName};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

/// Shows the field, what it offers and what is to be said about that, and then hides the plain field.
#[component]
pub fn Finding(search: Search, is_there: RwSignal<bool>) -> impl IntoView {
    let finder = Finder::new(search);
    let press = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => finder.step(1),
            "ArrowUp" => finder.step(-1),
            "Enter" if !event.is_composing() => finder.go(),
            _ => return,
        }
        event.prevent_default();
    };
    let has_choices = Memo::new(move |_| finder.choices.with(|choices| !choices.is_empty()));
    let field = finder.field;
    Effect::new(move |_| match (search.is_open.get(), field.get()) {
        (true, Some(field)) => {
            if !is_there.get_untracked() {
                // Whatever was typed until this very moment; the caret stands behind it.
                let typed = search.plain.get_untracked().map(|plain| plain.value()).unwrap_or_default();
                field.set_value(&typed);
                finder.text.set(typed);
                is_there.set(true);
            }
            let _ = field.focus();
        }
        (false, _) => finder.forget(),
        (true, None) => {}
    });
    view! {
        <form class="find__form" role="search" autocomplete="off" on:submit=|event: SubmitEvent| event.prevent_default()>
            <Icon name=IconName::Search />
            <input
                class="find__field"
                type="text"
                name="search"
                role="combobox"
                aria-label="Search customers, pages and actions"
                aria-autocomplete="list"
                aria-expanded=move || has_choices.get().to_string()
                aria-controls="find-options"
                aria-activedescendant=move || finder.chosen.get().map(option_id)
                placeholder="Customers, pages, actions"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="go"
                maxlength="200"
                node_ref=field
                on:input=move |event| finder.type_text(event_target_value(&event))
                on:keydown=press
            />
        </form>
        {move || search.is_open.get().then(|| view! { <Options finder /> })}
        <Status finder />
    }
}

/// Says that nothing was found, or could not be; how many choices there are is said to those who cannot see them.
#[component]
fn Status(finder: Finder) -> impl IntoView {
    let words = Memo::new(move |_| {
        let text = finder.text.with(|text| text.trim().to_owned());
        let count = finder.choices.with(Vec::len);
        finder.answer.with(|answer| match answer {
            Some((asked, Err(error))) if *asked == text => Some((true, format!("Customers could not be searched: {error}"))),
            Some((asked, Ok(_))) if *asked == text && count == 0 => Some((true, format!("Nothing matches “{text}”."))),
            Some((asked, Ok(_))) if *asked == text => Some((false, format!("{count} found"))),
            _ => None,
        })
    });
    view! {
        <p class="find__status" role="status" data-shown=move || words.get().is_some_and(|(shown, _)| shown).then_some("")>
            {move || words.get().map(|(_, words)| words)}
        </p>
    }
}
