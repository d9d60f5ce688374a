//! The choice of the list's columns, which the browser remembers. The name, and the score that is the list's subject, always stay.

use crate::app::forms::ActionForm;
use crate::app::server_fns::SetPreference;
use crate::app::state::use_preferences;
use leptos::prelude::*;

/// The columns that can be left out: their names, which stylesheets select on, and their labels.
const COLUMNS: [(&str, &str); 7] = [
    ("arr", "ARR"),
    ("renewal", "Renewal"),
    ("factors", "Factors"),
    ("reason", "Reason"),
    ("change", "Change"),
    ("trend", "90 days"),
    ("activity", "Last activity"),
];

/// Shows a menu with a switch for each column, and one that shows all.
#[component]
pub fn ColumnChoice() -> impl IntoView {
    let action = ServerAction::<SetPreference>::new();
    let hidden = use_preferences().read().hidden_columns.clone();
    let switch = move |(name, label): (&'static str, &'static str)| {
        let is_shown = !is_hidden(&hidden, name);
        view! { <button name="value" value=switched(&hidden, name) aria-pressed=is_shown.to_string()>{label}</button> }
    };
    view! {
        <details class="menu columns">
            <summary>"Columns"</summary>
            <ActionForm action attr:class="menu__panel">
                <input type="hidden" name="name" value="columns" />
                {COLUMNS.map(switch).collect_view()}
                <button name="value" value="" class="columns__reset">"Show all"</button>
            </ActionForm>
        </details>
    }
}

fn is_hidden(hidden: &str, name: &str) -> bool {
    hidden.split(' ').any(|of| of == name)
}

/// Returns the hidden columns after the switch of one was pressed.
fn switched(hidden: &str, name: &str) -> String {
    let names = COLUMNS.iter().map(|(of, _)| *of).filter(|of| is_hidden(hidden, of) != (*of == name));
    names.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_hides_a_column_and_shows_it_again() {
        for (hidden, name, after) in
            [("", "trend", "trend"), ("trend", "arr", "arr trend"), ("arr trend", "trend", "arr"), ("nonsense arr", "arr", "")]
        {
            assert_eq!(switched(hidden, name), after, "{name} of {hidden}");
        }
    }
}
