//! Keeps what a visitor typed or chose before the page was hydrated. Hydration resets controls to what the server rendered;
//! afterwards they get their values back, and fire the events as if they were changed now.

use super::form_fields::fire;
use leptos::prelude::*;
use leptos::web_sys::js_sys::Reflect;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

/// A control whose value is not the one that the server rendered.
struct Changed {
    control: Element,
    property: &'static str,
    value: JsValue,
}

/// Runs `hydrate`, keeps the values of the page's controls, and marks the page when they are back.
pub fn keep(hydrate: impl FnOnce()) {
    let controls = document().query_selector_all("input, select, textarea").ok();
    let controls = controls.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.item(index)));
    let changed: Vec<Changed> = controls.filter_map(|control| changed(control.unchecked_into())).collect();
    hydrate();
    // Runs after the effects of the first rendering.
    set_timeout(
        move || {
            give_back(&changed);
            mark_hydrated();
        },
        Duration::ZERO,
    );
}

/// Marks the page as hydrated: it answers to clicks now.
fn mark_hydrated() {
    if let Some(body) = document().body() {
        let _ = body.dataset().set("hydrated", "true");
    }
}

fn changed(control: Element) -> Option<Changed> {
    let kind = property(&control, "type").as_string()?;
    let (property_name, rendered) = match kind.as_str() {
        // Hydration leaves a chosen file alone, and scripts may not set one.
        "file" => return None,
        "checkbox" | "radio" => ("checked", property(&control, "defaultChecked")),
        "select-one" => ("value", rendered_choice(&control)),
        _ => ("value", property(&control, "defaultValue")),
    };
    let value = property(&control, property_name);
    (value != rendered).then_some(Changed { control, property: property_name, value })
}

fn property(of: &Element, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

/// Returns the value of the option that a select begins with.
fn rendered_choice(select: &Element) -> JsValue {
    let find = |selector| select.query_selector(selector).ok().flatten();
    let option = find("option[selected]").or_else(|| find("option"));
    option.map(|option| property(&option, "value")).unwrap_or_default()
}

/// Gives all controls their values before the first fires its event, since a form may be read as a whole.
fn give_back(changed: &[Changed]) {
    let still_there = || changed.iter().filter(|changed| changed.control.is_connected());
    for Changed { control, property: name, value } in still_there() {
        if property(control, name) != *value {
            let _ = Reflect::set(control, &(*name).into(), value);
        }
    }
    for name in ["input", "change"] {
        for Changed { control, .. } in still_there() {
            fire(control, name);
        }
    }
}
