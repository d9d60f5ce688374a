//! Changes what is shown into what was written, element by element, so that whatever is the same stays: focus, typed text,
//! opened parts, places of scrolling. Elements with `data-key` are found again among their siblings by that key.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::Reflect;
use std::collections::HashMap;
use std::time::Duration;
use web_sys::{Element, Node};

/// Attributes that the browser or the visitor sets.
const OWN: [&str; 4] = ["open", "data-chosen", "data-changed", HELD];
/// Marks a control whose value waits for more before it asks for anything.
pub const HELD: &str = "data-held";
/// The time for which a changed value stays marked.
const MARKED: Duration = Duration::from_secs(2);

/// Makes the content of one element that of the other. With `marks`, an element is marked for a while whose `data-value`
/// changes.
pub fn follow(shown: &Element, written: &Element, marks: bool) {
    let keyed: HashMap<String, Node> = nodes(shown.first_child()).filter_map(|node| Some((key(&node)?, node))).collect();
    let mut next = shown.first_child();
    for new in nodes(written.first_child()).collect::<Vec<_>>() {
        let old = match key(&new) {
            Some(key) => keyed.get(&key).cloned(),
            None => nodes(next.clone()).find(|old| is_alike(old, &new)),
        };
        let Some(old) = old else {
            let _ = shown.insert_before(&new, next.as_ref());
            continue;
        };
        if key(&old).is_none() {
            // What stood between is gone.
            while let Some(gone) = next.take_if(|next| !next.is_same_node(Some(&old))) {
                next = gone.next_sibling();
                let _ = shown.remove_child(&gone);
            }
        }
        match next.as_ref().is_some_and(|next| next.is_same_node(Some(&old))) {
            true => next = old.next_sibling(),
            false => drop(shown.insert_before(&old, next.as_ref())),
        }
        update(&old, &new, marks);
    }
    while let Some(gone) = next {
        next = gone.next_sibling();
        let _ = shown.remove_child(&gone);
    }
}

/// Returns a node and those that follow it.
fn nodes(first: Option<Node>) -> impl Iterator<Item = Node> {
    std::iter::successors(first, Node::next_sibling)
}

fn key(node: &Node) -> Option<String> {
    node.dyn_ref::<Element>()?.get_attribute("data-key")
}

/// Returns whether one node can become the other: texts, or elements of one kind.
fn is_alike(old: &Node, new: &Node) -> bool {
    // Attributes, because the properties of a form may be its controls.
    let kind = |element: &Element| (element.tag_name(), element.get_attribute("id"), first_class(element));
    match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
        (Some(old), Some(new)) => key(old).is_none() && kind(old) == kind(new),
        (None, None) => old.node_type() == new.node_type(),
        _ => false,
    }
}

fn first_class(element: &Element) -> String {
    element.get_attribute("class").unwrap_or_default().split(' ').next().unwrap_or_default().to_owned()
}

fn update(old: &Node, new: &Node, marks: bool) {
    if old.is_equal_node(Some(new)) {
        return;
    }
    let (Some(old), Some(new)) = (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) else {
        return old.set_node_value(new.node_value().as_deref());
    };
    if marks && old.get_attribute("data-value") != new.get_attribute("data-value") {
        mark(old);
    }
    for name in names(old).filter(|name| !OWN.contains(&name.as_str()) && !new.has_attribute(name)) {
        let _ = old.remove_attribute(&name);
    }
    for name in names(new).filter(|name| old.get_attribute(name) != new.get_attribute(name)) {
        let _ = old.set_attribute(&name, &new.get_attribute(&name).unwrap_or_default());
    }
    follow(old, new, marks);
    let is_active = document().active_element().is_some_and(|active| active.is_same_node(Some(old)));
    let set = |name: &str, value: JsValue| drop(Reflect::set(old, &name.into(), &value));
    match old.tag_name().as_str() {
        "OPTION" if old.closest("[data-held]").is_ok_and(|held| held.is_none()) => {
            set("selected", new.has_attribute("selected").into())
        }
        "INPUT" if ["checkbox", "radio"].contains(&old.get_attribute("type").unwrap_or_default().as_str()) => {
            set("checked", new.has_attribute("checked").into());
        }
        // The letters of a visitor who is typing stay.
        "INPUT" if !is_active => set("value", new.get_attribute("value").unwrap_or_default().into()),
        _ => {}
    }
}

fn names(element: &Element) -> impl Iterator<Item = String> + use<> {
    element.get_attribute_names().into_iter().filter_map(|name| name.as_string())
}

fn mark(element: &Element) {
    let _ = element.set_attribute("data-changed", "");
    let element = element.clone();
    set_timeout(move || drop(element.remove_attribute("data-changed")), MARKED);
}
