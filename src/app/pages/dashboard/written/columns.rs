//! The list's columns: their names and sort orders.

use super::chosen::ChooseAll;
use super::links::list_href;
use crate::domain::scorecard::FactorName;
use crate::domain::{CustomerQuery, Sort, SortDirection};
use leptos::prelude::*;

/// A header cell. Some cells show two values of a customer, and either can be sorted by.
struct Column {
    class: &'static str,
    sorts: &'static [SortLink],
}

/// A sort order in the words of the header, with the direction to begin with.
struct SortLink {
    sort: Sort,
    label: &'static str,
    title: &'static str,
    first: SortDirection,
}

const fn sort(sort: Sort, label: &'static str, title: &'static str, first: SortDirection) -> SortLink {
    SortLink { sort, label, title, first }
}

/// The first order of a column brings what needs attention first: low scores, near renewals, falls, long silence.
const BEFORE_FACTORS: [Column; 4] = [
    Column {
        class: "col-name",
        sorts: &[
            sort(Sort::Name, "Customer", "name", SortDirection::Asc),
            sort(Sort::Segment, "Segment", "segment", SortDirection::Asc),
            sort(Sort::Owner, "Owner", "owner", SortDirection::Asc),
        ],
    },
    Column { class: "col-arr", sorts: &[sort(Sort::Arr, "ARR", "annual recurring revenue", SortDirection::Desc)] },
    Column { class: "col-renewal", sorts: &[sort(Sort::Renewal, "Renewal", "renewal date", SortDirection::Asc)] },
    Column {
        class: "col-score",
        sorts: &[
            sort(Sort::Score, "Score", "score", SortDirection::Asc),
            sort(Sort::BandSince, "Days", "how long it is in its band", SortDirection::Desc),
        ],
    },
];

/// The lengths over which the score's change can be shown.
const CHANGES: [(i64, Sort, &str); 2] = [(7, Sort::Change7, "change over 7 days"), (30, Sort::Change, "change over 30 days")];
const REASON: Column =
    Column { class: "col-reason", sorts: &[sort(Sort::Urgency, "Reason", "who needs you first", SortDirection::Asc)] };
const LAST_ACTIVITY: Column =
    Column { class: "col-activity", sorts: &[sort(Sort::LastActivity, "Last activity", "last activity", SortDirection::Asc)] };

/// Returns the name of a sort order for places without a header.
pub fn sort_label(sort: Sort, names: &[FactorName]) -> String {
    let label = match sort {
        Sort::Urgency => "Who is first",
        Sort::Score => "Score",
        Sort::Name => "Name",
        Sort::Segment => "Segment",
        Sort::Owner => "Owner",
        Sort::Arr => "ARR",
        Sort::Renewal => "Renewal",
        Sort::Change => "30-day change",
        Sort::Change7 => "7-day change",
        Sort::BandSince => "In its band since",
        Sort::LastActivity => "Last activity",
        Sort::Factor(key) => {
            let name = names.iter().find(|name| name.factor == key);
            return name.map_or_else(|| key.to_string(), |name| name.label.clone());
        }
    };
    label.to_owned()
}

/// Returns the factors' short names as a text of CSS, a tab between them: cards label the cells of the strip by it.
pub fn factor_labels(names: &[FactorName]) -> String {
    let is_plain = |letter: &char| letter.is_alphanumeric() || " -".contains(*letter);
    let label = |name: &FactorName| name.abbreviation().chars().filter(is_plain).collect::<String>();
    format!("\"{}\"", names.iter().map(label).collect::<Vec<_>>().join("\\9 "))
}

/// Returns the query for a header's link. It reverses the direction when the list is sorted by that column already.
fn sorted(query: &CustomerQuery, sort: Sort, first: SortDirection) -> CustomerQuery {
    let direction = match (query.sort == sort, query.direction) {
        (true, SortDirection::Asc) => SortDirection::Desc,
        (true, SortDirection::Desc) => SortDirection::Asc,
        (false, _) => first,
    };
    CustomerQuery { sort, direction, page: 1, ..query.clone() }
}

/// Shows the header row. Every sort order is a link.
#[component]
pub fn ListHead(query: CustomerQuery, names: Vec<FactorName>) -> impl IntoView {
    let [name, before @ ..] = BEFORE_FACTORS;
    let before = before.map(|column| header_cell(&query, column, None));
    let factors = names.into_iter().map(|name| factor_cell(&query, name)).collect_view();
    view! {
        <thead>
            <tr>
                {header_cell(&query, name, Some(view! { <ChooseAll /> }.into_any()))} {before.collect_view()} {factors}
                {header_cell(&query, REASON, None)}
                {change_head(&query)}
                <th scope="col" class="col-trend">
                    "90 days"
                </th> {header_cell(&query, LAST_ACTIVITY, None)}
            </tr>
        </thead>
    }
}

/// Shows the header that sorts by the displayed change.
fn change_head(query: &CustomerQuery) -> impl IntoView + use<> {
    let sorted = CHANGES.iter().find_map(|(_, sort, _)| aria_sort(query, *sort));
    let shown = CHANGES.into_iter().find(|(days, ..)| *days == query.change_days());
    let link = shown.map(|(days, sort, title)| sort_link(query, sort, SortDirection::Asc, format!("{days} days"), title));
    view! {
        <th scope="col" class="col-change" aria-sort=sorted>
            {link}
        </th>
    }
}

fn header_cell(query: &CustomerQuery, column: Column, more: Option<AnyView>) -> impl IntoView + use<> {
    let sorted = column.sorts.iter().find_map(|link| aria_sort(query, link.sort));
    let links = column.sorts.iter().map(|link| sort_link(query, link.sort, link.first, link.label.to_owned(), link.title));
    view! {
        <th scope="col" class=column.class aria-sort=sorted>
            {links.collect_view()} {more}
        </th>
    }
}

fn factor_cell(query: &CustomerQuery, name: FactorName) -> impl IntoView + use<> {
    let sort = Sort::Factor(name.factor);
    view! {
        <th scope="col" class="col-factor" aria-sort=aria_sort(query, sort)>
            {sort_link(query, sort, SortDirection::Asc, name.abbreviation(), &name.label)}
        </th>
    }
}

fn aria_sort(query: &CustomerQuery, sort: Sort) -> Option<&'static str> {
    (query.sort == sort).then_some(match query.direction {
        SortDirection::Asc => "ascending",
        SortDirection::Desc => "descending",
    })
}

fn sort_link(query: &CustomerQuery, sort: Sort, first: SortDirection, label: String, title: &str) -> impl IntoView + use<> {
    view! {
        <a
            class="sort"
            href=list_href(&sorted(query, sort, first))
            title=format!("Sort by {title}")
            data-sorted=aria_sort(query, sort)
            data-in-place=""
        >
            {label}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FactorKey;

    #[test]
    fn a_header_toggles_its_direction_and_goes_to_the_first_page() {
        let query = CustomerQuery { page: 4, ..CustomerQuery::default() };
        let by_arr = sorted(&query, Sort::Arr, SortDirection::Desc);
        assert_eq!((by_arr.sort, by_arr.direction, by_arr.page), (Sort::Arr, SortDirection::Desc, 1));
        assert_eq!(sorted(&by_arr, Sort::Arr, SortDirection::Desc).direction, SortDirection::Asc);
        assert_eq!(sorted(&by_arr, Sort::Name, SortDirection::Asc).direction, SortDirection::Asc);
    }

    #[test]
    fn every_sort_order_has_a_header() {
        let plain = BEFORE_FACTORS.iter().chain([&REASON, &LAST_ACTIVITY]).flat_map(|column| column.sorts).map(|link| link.sort);
        let changes = CHANGES.map(|(_, sort, _)| sort);
        let headers: Vec<_> = plain.chain(changes).chain(FactorKey::FIVE.map(Sort::Factor)).collect();
        assert_eq!(Sort::all(FactorKey::FIVE).filter(|sort| !headers.contains(sort)).collect::<Vec<_>>(), []);
    }
}
