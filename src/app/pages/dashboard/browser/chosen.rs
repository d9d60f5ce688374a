//! The customers that are chosen in the list: by their boxes, with Shift a range of them, or all that the filters select. The
//! bar of the page says how many there are, and offers to change them together.

use super::address::{export_of, filters};
use crate::app::format;
use crate::app::forms::{BulkKind, arr_of};
use crate::app::pages::dashboard::CHOSEN_FORM;
use crate::domain::CustomerId;
use crate::wire::pages::ChosenRow;
use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use std::collections::BTreeMap;
use web_sys::{Element, HtmlInputElement};

/// The box of a row, and the one in the header.
pub const BOX: &str = ".choose";
const BOX_OF_ALL: &str = ".choose--all";
const BOXES_OF_ROWS: &str = "#rows .choose";

/// The chosen customers.
#[derive(Clone, Copy)]
pub struct Chosen {
    pub rows: RwSignal<BTreeMap<CustomerId, ChosenRow>>,
    /// The change that the visitor has asked for.
    pub asked: RwSignal<Option<BulkKind>>,
    /// Grows when the visitor chooses all that the filters select.
    pub all: RwSignal<u32>,
    /// The customer whose box was clicked last, from where Shift chooses on.
    last: StoredValue<Option<CustomerId>>,
    extends: StoredValue<bool>,
    search: Memo<String>,
}

impl Chosen {
    /// Begins with nobody, and again when the list is filtered otherwise.
    pub fn new(search: Memo<String>) -> Self {
        let chosen = Self {
            rows: RwSignal::default(),
            asked: RwSignal::new(None),
            all: RwSignal::new(0),
            last: StoredValue::new(None),
            extends: StoredValue::new(false),
            search,
        };
        let filters = Memo::new(move |_| search.with(|search| filters(search)));
        Effect::watch(move || filters.get(), move |_, _, _| chosen.clear(), false);
        Effect::new(move |_| chosen.rows.with(show));
        chosen
    }

    pub fn clear(self) {
        self.rows.set(BTreeMap::new());
        self.last.set_value(None);
    }

    /// Shows the choice in content that was just written, and takes over newer versions of the chosen.
    pub fn show(self) {
        let known = self.rows.get_untracked();
        let newer: Vec<_> = shown_rows().into_iter().filter(|row| known.get(&row.id).is_some_and(|known| known != row)).collect();
        match newer.is_empty() {
            true => show(&known),
            false => self.rows.update(|rows| rows.extend(newer.into_iter().map(|row| (row.id, row)))),
        }
    }

    /// Keeps Shift from marking text.
    pub fn press(event: &MouseEvent) {
        if event.shift_key() && target_box(event).is_some() {
            event.prevent_default();
        }
    }

    /// Handles a click in the bar, or notes whether one on a box extends the choice. The change of the box follows it.
    pub fn click(self, event: &MouseEvent, at: &impl Fn(&str) -> Option<Element>) {
        self.extends.set_value(event.shift_key());
        if at(".chosen__clear").is_some() {
            self.clear();
        } else if at(".chosen__all").is_some() {
            event.prevent_default();
            self.all.update(|all| *all += 1);
        } else if let Some(button) = at(".chosen button[name=do]") {
            event.prevent_default();
            match BulkKind::parse(&button.get_attribute("value").unwrap_or_default()) {
                Some(kind) => self.asked.set(Some(kind)),
                None => self.export(),
            }
        }
    }

    fn export(self) {
        let ids = self.rows.with_untracked(|rows| rows.keys().map(CustomerId::to_string).collect::<Vec<_>>().join(","));
        let _ = window().location().set_href(&self.search.with_untracked(|search| export_of(search, &ids)));
    }

    /// Follows the change of a box.
    pub fn change(self, event: &Event) {
        let Some(of) = target_box(event) else { return };
        let extends = self.extends.get_value();
        self.extends.set_value(false);
        let mut shown = shown_rows();
        if !of.matches(BOX_OF_ALL).unwrap_or(false) {
            let Ok(id) = of.value().parse::<CustomerId>() else { return };
            let place = |id: CustomerId| shown.iter().position(|row| row.id == id);
            let Some(here) = place(id) else { return };
            let from = self.last.get_value().filter(|_| extends).and_then(place).unwrap_or(here);
            shown = shown[here.min(from)..=here.max(from)].to_vec();
            self.last.set_value(Some(id));
        }
        let is_chosen = of.checked();
        self.rows.update(|rows| {
            for row in shown {
                if is_chosen {
                    rows.insert(row.id, row)
                } else {
                    rows.remove(&row.id)
                };
            }
        });
    }
}

/// Returns the currency of the list's ARR.
pub fn currency() -> String {
    find(&format!("#{CHOSEN_FORM}")).and_then(|bar| bar.get_attribute("data-currency")).unwrap_or_default()
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn target_box(event: &Event) -> Option<HtmlInputElement> {
    let target = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
    target.matches(BOX).unwrap_or(false).then_some(target)
}

fn boxes() -> impl Iterator<Item = HtmlInputElement> {
    let found = document().query_selector_all(BOXES_OF_ROWS).ok();
    let length = found.as_ref().map_or(0, |found| found.length());
    (0..length).filter_map(move |index| found.as_ref()?.item(index)?.dyn_into().ok())
}

/// Returns the customers of the page, as their rows tell.
fn shown_rows() -> Vec<ChosenRow> {
    let row = |of: HtmlInputElement| {
        let name = of.closest("th").ok()??.query_selector("a").ok()??.text_content()?;
        let number = |name: &str| of.get_attribute(name)?.parse().ok();
        Some(ChosenRow { id: of.value().parse().ok()?, version: number("data-version")?, name, arr_cents: number("data-arr") })
    };
    boxes().filter_map(row).collect()
}

/// Shows which boxes are chosen, and the bar while any customer is.
fn show(rows: &BTreeMap<CustomerId, ChosenRow>) {
    let mut is_all = true;
    let mut is_any = false;
    for of in boxes() {
        let is_chosen = of.value().parse().is_ok_and(|id| rows.contains_key(&id));
        of.set_checked(is_chosen);
        is_all &= is_chosen;
        is_any = true;
    }
    if let Some(of_all) = find(BOX_OF_ALL).and_then(|of_all| of_all.dyn_into::<HtmlInputElement>().ok()) {
        of_all.set_checked(is_all && is_any);
    }
    let Some(bar) = find(&format!("#{CHOSEN_FORM}")) else { return };
    let _ = if rows.is_empty() { bar.remove_attribute("data-chosen") } else { bar.set_attribute("data-chosen", "") };
    if let Some(words) = find(".chosen__words") {
        words.set_text_content(Some(&match rows.len() {
            0 => "Chosen customers".to_owned(),
            number => format!("{} chosen · {} ARR", format::group(number as i64), arr_of(rows.values(), &currency())),
        }));
    }
    if let Some(all) = find(".chosen__all") {
        let most = all.get_attribute("data-most").and_then(|most| most.parse::<usize>().ok()).unwrap_or_default();
        let _ = all.toggle_attribute_with_force("hidden", rows.len() >= most);
    }
}
