//! The customers that are chosen in the list: by their boxes, with Shift a range of them, or all that the filters select. A bar
//! says how many there are, and offers to change them together.

use super::query::{Loaded, csv_query};
use crate::app::forms::{BulkForm, BulkKind, arr_of};
use crate::app::server_fns::load_chosen;
use crate::app::{format, until_answered};
use crate::domain::bulk::MAX_CHOSEN;
use crate::domain::{CustomerId, CustomerQuery, Segments};
use crate::wire::pages::ChosenRow;
use leptos::ev::{Event, MouseEvent};
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use std::collections::BTreeMap;
use web_sys::HtmlInputElement;

/// The id of the form that the boxes belong to. Without JavaScript it leads to the page of those that are chosen.
pub const CHOSEN_FORM: &str = "chosen";
/// The box of a row, and the one in the header.
pub const BOX: &str = ".choose";
const BOX_OF_ALL: &str = ".choose--all";

/// The chosen customers.
#[derive(Clone, Copy)]
pub struct Chosen {
    rows: RwSignal<BTreeMap<CustomerId, ChosenRow>>,
    /// The customer whose box was clicked last, from where Shift chooses on.
    last: StoredValue<Option<CustomerId>>,
    extends: StoredValue<bool>,
    loaded: Memo<Loaded>,
}

impl Chosen {
    /// Begins with nobody, and again when the list is filtered otherwise. The versions follow the list.
    pub fn new(query: Signal<CustomerQuery>, loaded: Memo<Loaded>) -> Self {
        let chosen = Self { rows: RwSignal::default(), last: StoredValue::new(None), extends: StoredValue::new(false), loaded };
        let filters = Memo::new(move |_| query.with(CustomerQuery::of_figures));
        Effect::watch(move || filters.get(), move |_, _, _| chosen.clear(), false);
        Effect::new(move |_| {
            let shown = loaded.with(shown_rows);
            let is_old =
                |rows: &BTreeMap<CustomerId, ChosenRow>, row: &ChosenRow| rows.get(&row.id).is_some_and(|known| known != row);
            let newer: Vec<_> = chosen.rows.with_untracked(|rows| shown.into_iter().filter(|row| is_old(rows, row)).collect());
            if !newer.is_empty() {
                chosen.rows.update(|rows| rows.extend(newer.into_iter().map(|row| (row.id, row))));
            }
        });
        chosen
    }

    pub fn has(self, id: CustomerId) -> bool {
        self.rows.with(|rows| rows.contains_key(&id))
    }

    /// Returns whether every customer on the page is chosen.
    pub fn has_all(self) -> bool {
        let shown = self.loaded.with(shown_rows);
        !shown.is_empty() && self.rows.with(|rows| shown.iter().all(|row| rows.contains_key(&row.id)))
    }

    pub fn clear(self) {
        self.rows.set(BTreeMap::new());
        self.last.set_value(None);
    }

    /// Keeps Shift from marking text.
    pub fn press(event: &MouseEvent) {
        if event.shift_key() && target_box(event).is_some() {
            event.prevent_default();
        }
    }

    /// Notes whether the click extends the choice. The change of the box follows it.
    pub fn click(self, event: &MouseEvent) {
        self.extends.set_value(event.shift_key());
    }

    /// Follows the change of a box.
    pub fn change(self, event: &Event) {
        let Some(of) = target_box(event) else { return };
        let extends = self.extends.get_value();
        self.extends.set_value(false);
        let mut shown = self.loaded.with_untracked(shown_rows);
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

fn target_box(event: &Event) -> Option<HtmlInputElement> {
    let target = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
    target.matches(BOX).unwrap_or(false).then_some(target)
}

fn shown_rows(list: &Loaded) -> Vec<ChosenRow> {
    let Some(Ok(list)) = list else { return Vec::new() };
    list.page.items.iter().map(|item| ChosenRow::from(&item.customer)).collect()
}

/// Shows the box that chooses all customers on the page.
#[component]
pub fn ChooseAll(chosen: Chosen) -> impl IntoView {
    view! {
        <input
            type="checkbox"
            class="choose choose--all"
            aria-label="Choose all on this page"
            autocomplete="off"
            prop:checked=move || chosen.has_all()
        />
    }
}

/// Shows the bar and, when one of its buttons is pressed, the question. Without JavaScript the buttons lead to a page that asks.
#[component]
pub fn ChosenBar(
    chosen: Chosen,
    query: Signal<CustomerQuery>,
    owners: Signal<Vec<String>>,
    segments: Signal<Segments>,
    currency: Memo<String>,
) -> impl IntoView {
    let asked = RwSignal::new(None::<BulkKind>);
    let number = Memo::new(move |_| chosen.rows.with(BTreeMap::len));
    let words = move || match number.get() {
        0 => "Chosen customers".to_owned(),
        number => format!(
            "{} chosen · {} ARR",
            format::group(number as i64),
            chosen.rows.with(|rows| arr_of(rows.values(), &currency.read()))
        ),
    };
    let kinds = move || {
        BulkKind::offered(query.with(|query| query.archived)).map(|kind| {
            let ask = move |event: MouseEvent| {
                event.prevent_default();
                asked.set(Some(kind));
            };
            view! { <button class="button" name="do" value=kind.name() aria-haspopup="dialog" on:click=ask>{kind.label()}"…"</button> }
        })
    };
    let export = move |event: MouseEvent| {
        event.prevent_default();
        let ids = chosen.rows.with_untracked(|rows| rows.keys().copied().collect());
        let only = CustomerQuery { ids, ..query.get_untracked() };
        let _ = window().location().set_href(&format!("/customers.csv{}", csv_query(&only)));
    };
    view! {
        <form
            id=CHOSEN_FORM
            class="chosen"
            method="get"
            action="/customers/chosen"
            aria-label="Chosen customers"
            data-chosen=move || (number.get() > 0).then_some("")
            on:submit=|event| event.prevent_default()
        >
            {hidden_filters(query)}
            <p class="chosen__words" role="status">{words}</p>
            <All chosen query number />
            {kinds}
            <button class="button" name="do" value="export" on:click=export>"Export CSV"</button>
            <button type="button" class="chosen__clear" aria-label="Choose nobody" on:click=move |_| chosen.clear()>"×"</button>
        </form>
        <Question chosen asked owners segments currency />
    }
}

/// Offers to choose all customers that the filters select, or as many as can be changed at once.
#[component]
fn All(chosen: Chosen, query: Signal<CustomerQuery>, number: Memo<usize>) -> impl IntoView {
    let total = Memo::new(move |_| {
        chosen.loaded.with(|list| list.as_ref().and_then(|list| list.as_ref().ok()).map_or(0, |list| list.page.total))
    });
    let choose = move |event: MouseEvent| {
        event.prevent_default();
        let search = query.with_untracked(CustomerQuery::to_query_string);
        spawn_local(async move {
            let search = search.trim_start_matches('?').to_owned();
            if let Ok(found) = until_answered(move || load_chosen(search.clone())).await {
                let _ = chosen.rows.try_set(found.rows.into_iter().map(|row| (row.id, row)).collect());
            }
        });
    };
    move || {
        let all = total.get();
        let most = MAX_CHOSEN as i64;
        let words = match query.with(CustomerQuery::is_filtered) {
            _ if all > most => format!("the first {most} of {}", format::group(all)),
            true => format!("all {} on this filter", format::group(all)),
            false => format!("all {}", format::group(all)),
        };
        let href = query.with(|query| format!("/customers/chosen{}", query.to_query_string()));
        (number.get() < all.min(most) as usize).then(|| view! { <a class="chosen__all" href=href on:click=choose>{words}</a> })
    }
}

fn hidden_filters(query: Signal<CustomerQuery>) -> impl IntoView {
    move || {
        let pairs = query.with(|query| CustomerQuery { page: 1, ids: Vec::new(), ..query.clone() }.to_pairs());
        pairs.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
    }
}

/// Asks for the change that a button is for, in a dialog.
#[component]
fn Question(
    chosen: Chosen,
    asked: RwSignal<Option<BulkKind>>,
    owners: Signal<Vec<String>>,
    segments: Signal<Segments>,
    currency: Memo<String>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if asked.get().is_some() {
            // By then the dialog has its content, of which the first control gets the focus.
            request_animation_frame(move || {
                if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
                    let _ = dialog.show_modal();
                }
            });
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let finished = Callback::new(move |()| {
        close();
        chosen.clear();
    });
    let content = move |kind: BulkKind| {
        let rows: Vec<_> = chosen.rows.with_untracked(|rows| rows.values().cloned().collect());
        view! {
            <h2 id="bulk-title">{kind.title(rows.len())}</h2>
            <BulkForm kind rows owners=owners.get_untracked() segments=segments.get_untracked() currency=currency.get_untracked() finished>
                <button type="button" class="link-button" on:click=move |_| close()>"Cancel"</button>
            </BulkForm>
        }
    };
    view! {
        <dialog class="dialog" aria-labelledby="bulk-title" node_ref=dialog on:close=move |_| asked.set(None)>
            {move || asked.get().map(content)}
        </dialog>
    }
}
