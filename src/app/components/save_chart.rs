//! The menu that copies a chart or saves it as a picture. A script of its own fills it and does the work (`public/save-chart.js`);
//! it is loaded when the first menu is opened. Without JavaScript there is no menu.

use leptos::prelude::*;

/// The address of the script, which the server knows.
#[derive(Clone)]
pub struct SaveScript(pub String);

const SCRIPT_ID: &str = "save-chart-script";

/// Adds the script to the page, once.
pub fn load_script(address: &str) {
    if document().get_element_by_id(SCRIPT_ID).is_some() {
        return;
    }
    let (Ok(script), Some(body)) = (document().create_element("script"), document().body()) else { return };
    for (name, value) in [("id", SCRIPT_ID), ("type", "module"), ("src", address)] {
        // These are names that every element can have.
        let _ = script.set_attribute(name, value);
    }
    // If it cannot be loaded, the menu stays empty.
    let _ = body.append_child(&script);
}

/// Shows the menu of the chart that the selector `of` finds. `name` is the name of its files; `title` stands above it in them.
#[component]
pub fn SaveChart(of: &'static str, name: &'static str, #[prop(into)] title: String) -> impl IntoView {
    let script = StoredValue::new(expect_context::<SaveScript>().0);
    let label = format!("Save the chart: {title}");
    view! {
        <details
            class="menu save-chart no-print" data-of=of data-name=name data-title=title
            on:toggle=move |_| script.with_value(|address| load_script(address))
        >
            <summary aria-label=label>"Save"</summary>
        </details>
    }
}
