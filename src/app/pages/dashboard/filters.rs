//! Search and filters: a GET form that works as it is. Once the page is hydrated, every change applies at once.

use super::chips::filter_labels;
use super::columns::sort_label;
use super::query::ListNavigation;
use crate::domain::list::{OwnerFilter, RenewalFilter};
use crate::domain::scorecard::FactorName;
use crate::domain::{Band, CustomerQuery, NaiveDate, Segment, Segments, Sort, SortDirection};
use chrono::Months;
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

/// The id of the filters, which a phone shows in a sheet of their own.
const PANEL: &str = "filters";

/// Shows the search field and the filters above the list. `today` is the list's as-of day.
#[component]
pub fn Filters(
    query: Signal<CustomerQuery>,
    owners: Signal<Vec<String>>,
    segments: Signal<Segments>,
    names: Memo<Vec<FactorName>>,
    today: Signal<NaiveDate>,
    navigation: ListNavigation,
) -> impl IntoView {
    let submit = move |event: leptos::ev::SubmitEvent| event.prevent_default();
    view! {
        <search>
            <form class="filters" method="get" action="/#customers" autocomplete="off" on:submit=submit>
                <SearchField query navigation />
                <button type="button" class="filters__open" popovertarget=PANEL>{move || query.with(button_words)}</button>
                <div id=PANEL class="filters__panel" popover="auto">
                <label class="filter">
                    <span class="sr-only">"Segment"</span>
                    <select
                        name="segment"
                        on:change=move |event| {
                            navigation
                                .change(
                                    false,
                                    |query| query.segment = Segment::named(&event_target_value(&event)),
                                )
                        }
                    >
                        {choice(
                            "",
                            "Any segment",
                            Signal::derive(move || query.with(|query| query.segment.is_none())),
                        )}
                        {move || {
                            let option = |segment: Segment| {
                                let chosen = move || query.with(|query| query.segment.is_some_and(|asked| asked.is_like(&segment)));
                                choice(segment.to_string(), segment.to_string(), Signal::derive(chosen))
                            };
                            segments.with(|segments| segments.iter().map(option).collect_view())
                        }}
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
                <RenewalSelect query today navigation />
                <SortFilter query names navigation />
                {archived_filter(query, navigation)}
                {hidden_filters(query)}
                // Used only until the page is hydrated. Then every change applies by itself.
                <button type="submit" class="filters__apply">"Apply"</button>
                <button type="button" class="button filters__close" popovertarget=PANEL popovertargetaction="hide">"Done"</button>
                </div>
            </form>
        </search>
    }
}

/// "Filters", and how many are active besides the search, which is beside it.
fn button_words(query: &CustomerQuery) -> String {
    match filter_labels(query).len() - usize::from(query.search.is_some()) {
        0 => "Filters".to_owned(),
        active => format!("Filters · {active}"),
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

/// The value of the choice that asks for two days.
const DAYS: &str = "days";

/// Selects by the renewal date: the next days, months and quarters, or two days that are asked for.
#[component]
fn RenewalSelect(query: Signal<CustomerQuery>, today: Signal<NaiveDate>, navigation: ListNavigation) -> impl IntoView {
    let (from, to) = (NodeRef::<leptos::html::Input>::new(), NodeRef::<leptos::html::Input>::new());
    let day = move |first: bool| {
        query.with(|query| match query.renewal {
            Some(RenewalFilter::Between(from, to)) => (if first { from } else { to }).map(|day| day.to_string()),
            _ => None,
        })
    };
    let choose = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        if value != DAYS {
            navigation.change(false, |query| query.renewal = RenewalFilter::parse(&value));
        }
    };
    let choose_days = move |_| {
        let text = |field: NodeRef<leptos::html::Input>| field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let days = RenewalFilter::parse(&format!("{}..{}", text(from), text(to)));
        if let Some(days) = days {
            navigation.change(false, |query| query.renewal = Some(days));
        }
    };
    let options = move || {
        let choices = renewal_choices(today.get());
        let is_days = Signal::derive(move || query.with(|query| matches!(query.renewal, Some(RenewalFilter::Between(..)))));
        let other = query
            .with(|query| query.renewal)
            .filter(|asked| !matches!(asked, RenewalFilter::Between(..)) && !choices.iter().any(|(filter, _)| filter == asked));
        let other = other.map(|filter| (filter, renewal_words(filter)));
        let option = move |(filter, label): (RenewalFilter, String)| {
            choice(filter.name(), label, Signal::derive(move || query.with(|query| query.renewal == Some(filter))))
        };
        view! {
            {choice("", "Any renewal", Signal::derive(move || query.with(|query| query.renewal.is_none())))}
            {choices.into_iter().chain(other).map(option).collect_view()}
            {choice(DAYS, "Renews from … to …", is_days)}
        }
    };
    let input = move |name, label, field: NodeRef<leptos::html::Input>, first| {
        view! {
            <input
                type="date"
                name=name
                aria-label=label
                value=untrack(|| day(first))
                prop:value=move || day(first).unwrap_or_default()
                node_ref=field
                on:change=choose_days
            />
        }
    };
    view! {
        <label class="filter">
            <select name="renewal" aria-label="Renewal" on:change=choose>{options}</select>
        </label>
        <span class="filter filter-days">
            {input("renewal_from", "Renewal from", from, true)}
            "–"
            {input("renewal_to", "Renewal to", to, false)}
        </span>
    }
}

/// The renewals to choose from, seen from a day.
fn renewal_choices(today: NaiveDate) -> Vec<(RenewalFilter, String)> {
    let named = RenewalFilter::NAMED.map(|(filter, _)| (filter, renewal_words(filter)));
    let quarters = [("This quarter", 0), ("Next quarter", 3)].map(|(name, months)| {
        let quarter = RenewalFilter::quarter_of(today, months);
        (quarter, format!("{name}: {}", quarter.label().trim_start_matches("in ")))
    });
    let months = (0..3).filter_map(|months| today.checked_add_months(Months::new(months))).map(RenewalFilter::month_of);
    let months = months.map(|month| (month, renewal_words(month)));
    named.into_iter().chain(quarters).chain(months).collect()
}

/// "Renews in 30 days", short enough for a select.
fn renewal_words(filter: RenewalFilter) -> String {
    match filter {
        RenewalFilter::Overdue => "Renewal overdue".to_owned(),
        other => format!("Renews {}", other.label().replace("the next ", "")),
    }
}

/// Asks for the sort order on narrow screens, where the headers that sort are hidden.
#[component]
fn SortFilter(query: Signal<CustomerQuery>, names: Memo<Vec<FactorName>>, navigation: ListNavigation) -> impl IntoView {
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
                {move || {
                    let names = names.get();
                    let sorts = Sort::all(names.iter().map(|name| name.factor));
                    let option = |sort| {
                        let chosen = Signal::derive(move || query.with(|query| query.sort == sort));
                        choice(sort.name(), format!("Sort: {}", sort_label(sort, &names)), chosen)
                    };
                    sorts.map(option).collect_view()
                }}
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
    const CONTROLS: [&str; 9] = ["search", "segment", "band", "owner", "renewal", "archived", "sort", "direction", "page"];
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
