//! Search and filters: a GET form that works as it is. Once the page is hydrated, every change applies at once.

use super::columns::sort_label;
use super::query::ListNavigation;
use crate::domain::list::OwnerFilter;
use crate::domain::{Band, CustomerQuery, Segment, Sort, SortDirection};
use leptos::prelude::*;
use std::time::Duration;

/// The pause in typing after which the list follows.
const TYPING_PAUSE: Duration = Duration::from_millis(200);

/// The choices of bands, by their value in the URL.
const BAND_CHOICES: [(&str, &str); 6] = [
    ("", "Any band"),
    ("at_risk,churn_risk", "At risk or churn risk"),
    ("churn_risk", "Churn risk"),
    ("at_risk", "At risk"),
    ("healthy", "Healthy"),
    ("no_data", "No data"),
];

/// Shows the search field and the filters above the list.
#[component]
pub fn Filters(query: Signal<CustomerQuery>, owners: Signal<Vec<String>>, navigation: ListNavigation) -> impl IntoView {
    let submit = move |event: leptos::ev::SubmitEvent| event.prevent_default();
    view! {
        <search>
            <form class="filters" method="get" action="/#customers" autocomplete="off" on:submit=submit>
                <SearchField query navigation />
                <label class="filter">
                    <span class="sr-only">"Segment"</span>
                    <select
                        name="segment"
                        on:change=move |event| {
                            navigation
                                .change(
                                    false,
                                    |query| query.segment = Segment::parse(&event_target_value(&event)),
                                )
                        }
                    >
                        {choice(
                            "",
                            "Any segment",
                            Signal::derive(move || query.with(|query| query.segment.is_none())),
                        )}
                        {Segment::ALL
                            .map(|segment| {
                                let chosen = Signal::derive(move || query.with(|query| query.segment == Some(segment)));
                                choice(segment.label(), segment.label(), chosen)
                            })
                            .collect_view()}
                    </select>
                </label>
                <label class="filter">
                    <span class="sr-only">"Band"</span>
                    <select
                        name="band"
                        on:change=move |event| {
                            navigation.change(false, |query| query.bands = parse_bands(&event_target_value(&event)))
                        }
                    >
                        {BAND_CHOICES
                            .map(|(value, label)| {
                                let bands = parse_bands(value);
                                choice(
                                    value,
                                    label,
                                    Signal::derive(move || query.with(|query| query.bands == bands)),
                                )
                            })
                            .collect_view()} {other_bands(query)}
                    </select>
                </label>
                <OwnerSelect query owners navigation />
                <SortFilter query navigation />
                {archived_filter(query, navigation)}
                {hidden_filters(query)}
                // Used only until the page is hydrated. Then every change applies by itself.
                <button type="submit" class="filters__apply">"Apply"</button>
            </form>
        </search>
    }
}

/// Follows typing after a pause. It replaces the address, so that Back does not replay the letters.
#[component]
fn SearchField(query: Signal<CustomerQuery>, navigation: ListNavigation) -> impl IntoView {
    let field = NodeRef::<leptos::html::Input>::new();
    let search = move |text: String| {
        let text = text.trim().to_owned();
        navigation.change(true, |query| query.search = Some(text).filter(|text| !text.is_empty()));
    };
    let typed = debounce(TYPING_PAUSE, search);
    // A chip or a link can clear the search. The letters of a visitor who is typing stay.
    Effect::new(move |_| {
        let text = query.with(|query| query.search.clone()).unwrap_or_default();
        let Some(field) = field.get() else { return };
        let typing = document().active_element().is_some_and(|active| active.is_same_node(Some(&field)));
        if !typing {
            field.set_value(&text);
        }
    });
    let initial = query.with_untracked(|query| query.search.clone());
    view! {
        <label class="filter filter-search">
            <span class="sr-only">"Search customers by name or external id"</span>
            <input
                type="search"
                id="search"
                name="search"
                placeholder="Search name or id"
                autocomplete="off"
                maxlength="200"
                value=initial
                node_ref=field
                on:input=on_text(typed)
            />
        </label>
    }
}

/// Turns a function that changes its own state, such as a debounced one, into an event handler.
fn on_text(mut typed: impl FnMut(String) + 'static) -> impl FnMut(leptos::ev::Event) + 'static {
    move |event| typed(event_target_value(&event))
}

#[component]
fn OwnerSelect(query: Signal<CustomerQuery>, owners: Signal<Vec<String>>, navigation: ListNavigation) -> impl IntoView {
    let chosen = move |owner: Option<OwnerFilter>| Signal::derive(move || query.with(|query| query.owner == owner));
    view! {
        <label class="filter">
            <span class="sr-only">"Owner"</span>
            <select
                name="owner"
                on:change=move |event| {
                    let owner = Some(event_target_value(&event)).filter(|owner| !owner.is_empty());
                    navigation.change(false, |query| query.owner = owner.map(OwnerFilter::from));
                }
            >
                {choice("", "Any owner", chosen(None))}
                {choice(OwnerFilter::Nobody, "No owner", chosen(Some(OwnerFilter::Nobody)))}
                {move || {
                    let mut owners = owners.get();
                    if let Some(OwnerFilter::Named(asked)) = query.with(|query| query.owner.clone()) {
                        owners.extend(Some(asked).filter(|asked| !owners.contains(asked)));
                    }
                    owners
                        .into_iter()
                        .map(|owner| {
                            let named = OwnerFilter::Named(owner.clone());
                            choice(named.clone(), owner, chosen(Some(named)))
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

/// Asks for the sort order on narrow screens, where the headers that sort are hidden.
#[component]
fn SortFilter(query: Signal<CustomerQuery>, navigation: ListNavigation) -> impl IntoView {
    let direction = |direction: SortDirection| Signal::derive(move || query.with(|query| query.direction == direction));
    view! {
        <label class="filter filter-sort">
            <span class="sr-only">"Sort by"</span>
            <select
                name="sort"
                on:change=move |event| {
                    let sort = Sort::parse(&event_target_value(&event)).unwrap_or_default();
                    navigation.change(false, |query| query.sort = sort);
                }
            >
                {Sort::all()
                    .map(|sort| {
                        let chosen = Signal::derive(move || query.with(|query| query.sort == sort));
                        choice(sort.name(), format!("Sort: {}", sort_label(sort)), chosen)
                    })
                    .collect_view()}
            </select>
        </label>
        <label class="filter filter-sort filter-direction">
            <span class="sr-only">"Direction"</span>
            <select
                name="direction"
                on:change=move |event| {
                    let descending = event_target_value(&event) == SortDirection::Desc.name();
                    let direction = if descending { SortDirection::Desc } else { SortDirection::Asc };
                    navigation.change(false, |query| query.direction = direction);
                }
            >
                {choice("asc", "Ascending", direction(SortDirection::Asc))}
                {choice("desc", "Descending", direction(SortDirection::Desc))}
            </select>
        </label>
    }
}

fn archived_filter(query: Signal<CustomerQuery>, navigation: ListNavigation) -> impl IntoView {
    let archived = move || query.with(|query| query.archived);
    view! {
        <label class="filter filter-check">
            <input
                type="checkbox"
                name="archived"
                value="true"
                checked=query.with_untracked(|query| query.archived)
                prop:checked=archived
                on:change=move |event| {
                    let archived = event_target_checked(&event);
                    navigation.change(false, |query| query.archived = archived);
                }
            />
            "Archived"
        </label>
    }
}

/// Keeps filters that have no control in the form when it is submitted.
fn hidden_filters(query: Signal<CustomerQuery>) -> impl IntoView {
    const CONTROLS: [&str; 8] = ["search", "segment", "band", "owner", "archived", "sort", "direction", "page"];
    move || {
        let pairs = query.with(CustomerQuery::to_pairs).into_iter().filter(|(name, _)| !CONTROLS.contains(name));
        pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
    }
}

/// Shows an option that follows the query, even when a link changed it.
fn choice(value: impl Into<String>, label: impl Into<String>, chosen: Signal<bool>) -> impl IntoView {
    view! {
        <option value=value.into() selected=chosen.get_untracked() prop:selected=chosen>
            {label.into()}
        </option>
    }
}

/// Shows an option for the query's bands, when a link set them to a combination that is not among the choices.
fn other_bands(query: Signal<CustomerQuery>) -> impl IntoView {
    move || {
        let bands = query.with(|query| query.bands.clone());
        let offered = BAND_CHOICES.iter().any(|(value, _)| parse_bands(value) == bands);
        (!offered).then(|| {
            let value = bands.iter().map(|band| band.name()).collect::<Vec<_>>().join(",");
            let label = bands.iter().map(|band| band.label()).collect::<Vec<_>>().join(", ");
            view! {
                <option value=value selected=true>
                    {label}
                </option>
            }
        })
    }
}

fn parse_bands(value: &str) -> Vec<Band> {
    value.split(',').filter_map(Band::parse).collect()
}
