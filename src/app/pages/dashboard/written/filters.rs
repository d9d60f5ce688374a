//! Search and filters: a GET form that works as it is. Once the page is hydrated, every change applies at once.

use super::chips::{factor_label, filter_labels};
use super::columns::sort_label;
use crate::domain::list::{FactorFilter, OwnerFilter, RenewalFilter};
use crate::domain::scorecard::{BandLimits, FactorName};
use crate::domain::{Band, CustomerQuery, NaiveDate, Points, Segment, Segments, Sort, SortDirection};
use chrono::Months;
use leptos::prelude::*;

/// The choices of bands, by their value in the URL.
const BAND_CHOICES: [(&str, &str); 7] = [
    ("", "Any band"),
    ("at_risk,churn_risk", "At risk or churn risk"),
    ("churn_risk", "Churn risk"),
    ("at_risk", "At risk"),
    ("healthy", "Healthy"),
    ("onboarding", "Onboarding"),
    ("no_data", "No data"),
];

/// The id of the filters, which a phone shows in a sheet of their own.
const PANEL: &str = "filters";

/// Shows the search field and the filters above the list. `today` is the list's as-of day, where there is a list.
#[component]
pub fn Filters(
    query: CustomerQuery,
    owners: Vec<String>,
    segments: Segments,
    names: Vec<FactorName>,
    limits: BandLimits,
    today: Option<NaiveDate>,
) -> impl IntoView {
    let is_asked = |segment: &Segment| query.segment.is_some_and(|asked| asked.is_like(segment));
    let segments = segments.iter().map(|segment| choice(segment.to_string(), segment.to_string(), is_asked(&segment)));
    let bands = BAND_CHOICES.map(|(value, label)| choice(value, label, query.bands == parse_bands(value)));
    view! {
        <search>
            <form class="filters" method="get" action="/#customers" autocomplete="off">
                <SearchField search=query.search.clone() />
                <button type="button" class="filters__open" popovertarget=PANEL>{button_words(&query, &names)}</button>
                <div id=PANEL class="filters__panel" popover="auto">
                <label class="filter">
                    <select name="segment" aria-label="Segment">
                        {choice("", "Any segment", query.segment.is_none())} {segments.collect_view()}
                    </select>
                </label>
                <label class="filter">
                    <select name="band" aria-label="Band">{bands.collect_view()} {other_bands(&query)}</select>
                </label>
                {factor_select(&query, &names, &limits)}
                {owner_select(&query, owners)}
                {renewal_select(&query, today)}
                {hidden_filters(&query)}
                {sort_filter(&query, &names)}
                <label class="filter filter-check">
                    <input type="checkbox" name="archived" value="true" checked=query.archived />
                    "Archived"
                </label>
                // Used only until the page is hydrated. Then every change applies by itself.
                <button type="submit" class="filters__apply">"Apply"</button>
                <button type="button" class="button filters__close" popovertarget=PANEL popovertargetaction="hide">"Done"</button>
                </div>
            </form>
        </search>
    }
}

/// "Filters", and how many are active besides the search, which is beside it.
fn button_words(query: &CustomerQuery, names: &[FactorName]) -> String {
    match filter_labels(query, names).len() - usize::from(query.search.is_some()) {
        0 => "Filters".to_owned(),
        active => format!("Filters · {active}"),
    }
}

#[component]
fn SearchField(search: Option<String>) -> impl IntoView {
    view! {
        <label class="filter filter-search">
            <input
                type="search"
                aria-label="Search customers by name or external id"
                id="search"
                name="search"
                placeholder="Search name or id"
                autocomplete="off"
                maxlength="200"
                value=search
            />
        </label>
    }
}

fn owner_select(query: &CustomerQuery, mut owners: Vec<String>) -> impl IntoView + use<> {
    if let Some(OwnerFilter::Named(asked)) = &query.owner {
        owners.extend(Some(asked.clone()).filter(|asked| !owners.contains(asked)));
    }
    let owners = owners.into_iter().map(|owner| {
        let named = OwnerFilter::Named(owner.clone());
        let chosen = query.owner.as_ref() == Some(&named);
        choice(named, owner, chosen)
    });
    let owners = owners.collect_view();
    view! {
        <label class="filter">
            <select name="owner" aria-label="Owner">
                {choice("", "Any owner", query.owner.is_none())}
                {choice(OwnerFilter::Nobody, "No owner", query.owner == Some(OwnerFilter::Nobody))} {owners}
            </select>
        </label>
    }
}

/// Selects by a factor's score, at the limits of the bands. Other scores are asked for by a link.
fn factor_select(query: &CustomerQuery, names: &[FactorName], limits: &BandLimits) -> impl IntoView + use<> {
    let asked = query.factor;
    let below = |limit: Points| {
        names.iter().map(move |name| {
            let filter = FactorFilter::below(name.factor, limit);
            // The full name would not fit.
            (filter, filter.label(&name.short_label))
        })
    };
    let choices: Vec<_> = below(limits.at_risk).chain(below(limits.healthy)).collect();
    let other = asked.filter(|asked| !choices.iter().any(|(filter, _)| filter == asked));
    let other = other.map(|filter| (filter, factor_label(filter, names)));
    let option = |(filter, label): (FactorFilter, String)| choice(filter, label, asked == Some(filter));
    let options = choices.into_iter().chain(other).map(option).collect_view();
    view! {
        <label class="filter">
            <select name="factor" aria-label="Factor">
                {choice("", "Any factor", asked.is_none())} {options}
            </select>
        </label>
    }
}

/// The value of the choice that asks for two days.
const DAYS: &str = "days";

/// Selects by the renewal date: the next days, months and quarters, or two days that are asked for.
fn renewal_select(query: &CustomerQuery, today: Option<NaiveDate>) -> impl IntoView + use<> {
    let asked = query.renewal;
    let (from, to) = match asked {
        Some(RenewalFilter::Between(from, to)) => (from, to),
        _ => (None, None),
    };
    let is_days = matches!(asked, Some(RenewalFilter::Between(..)));
    let choices = renewal_choices(today);
    let other = asked.filter(|asked| !is_days && !choices.iter().any(|(filter, _)| filter == asked));
    let other = other.map(|filter| (filter, renewal_words(filter)));
    let option = |(filter, label): (RenewalFilter, String)| choice(filter.name(), label, asked == Some(filter));
    let options = choices.into_iter().chain(other).map(option).collect_view();
    let input = |name, label, day: Option<NaiveDate>| {
        view! { <input type="date" name=name aria-label=label value=day.map(|day| day.to_string()) /> }
    };
    view! {
        <label class="filter">
            <select name="renewal" aria-label="Renewal">
                {choice("", "Any renewal", asked.is_none())} {options} {choice(DAYS, "Renews from … to …", is_days)}
            </select>
        </label>
        <span class="filter filter-days">
            {input("renewal_from", "Renewal from", from)}
            "–"
            {input("renewal_to", "Renewal to", to)}
        </span>
    }
}

/// The renewals to choose from, seen from a day. Without one there are no quarters and months.
fn renewal_choices(today: Option<NaiveDate>) -> Vec<(RenewalFilter, String)> {
    let named = RenewalFilter::NAMED.map(|(filter, _)| (filter, renewal_words(filter)));
    let Some(today) = today else { return named.into() };
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
fn sort_filter(query: &CustomerQuery, names: &[FactorName]) -> impl IntoView + use<> {
    let sorts = Sort::all(names.iter().map(|name| name.factor));
    // An address without an order asks for the usual one.
    let value = |sort: Sort| if sort == Sort::default() { String::new() } else { sort.name().into_owned() };
    let sorts = sorts.map(|sort| choice(value(sort), format!("Sort: {}", sort_label(sort, names)), query.sort == sort));
    view! {
        <label class="filter filter-sort">
            <select name="sort" aria-label="Sort by">{sorts.collect_view()}</select>
        </label>
        <label class="filter filter-sort filter-direction">
            <select name="direction" aria-label="Direction">
                {choice("", "Ascending", query.direction == SortDirection::Asc)}
                {choice("desc", "Descending", query.direction == SortDirection::Desc)}
            </select>
        </label>
    }
}

/// Keeps filters that have no control in the form when it is submitted.
fn hidden_filters(query: &CustomerQuery) -> impl IntoView + use<> {
    const CONTROLS: [&str; 10] =
        ["search", "segment", "band", "factor", "owner", "renewal", "archived", "sort", "direction", "page"];
    let pairs = query.to_pairs().into_iter().filter(|(name, _)| !CONTROLS.contains(name));
    pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
}

fn choice(value: impl Into<String>, label: impl Into<String>, is_chosen: bool) -> impl IntoView {
    view! { <option value=value.into() selected=is_chosen>{label.into()}</option> }
}

/// Shows an option for the query's bands, when a link set them to a combination that is not among the choices.
fn other_bands(query: &CustomerQuery) -> impl IntoView + use<> {
    let bands = &query.bands;
    let is_offered = BAND_CHOICES.iter().any(|(value, _)| parse_bands(value) == *bands);
    (!is_offered).then(|| {
        let value = bands.iter().map(|band| band.name()).collect::<Vec<_>>().join(",");
        let label = bands.iter().map(|band| band.label()).collect::<Vec<_>>().join(", ");
        choice(value, label, true)
    })
}

fn parse_bands(value: &str) -> Vec<Band> {
    value.split(',').filter_map(Band::parse).collect()
}
