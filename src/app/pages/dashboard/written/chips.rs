//! The active filters of the list as chips, each with a link that removes it.

use super::links::list_href;
use crate::app::format;
use crate::domain::CustomerQuery;
use crate::domain::band_history::{Moved, MovedBy};
use crate::domain::list::{ChangeFilter, FactorFilter, OwnerFilter, RenewalFilter};
use crate::domain::scorecard::FactorName;
use leptos::prelude::*;

/// An active filter in words, and the address of the list without it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chip {
    label: String,
    without: String,
}

/// Returns a chip for each filter. `names` are those of the factors.
fn chips(query: &CustomerQuery, names: &[FactorName]) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut put = |label: Option<String>, remove: fn(&mut CustomerQuery)| {
        chips.extend(label.map(|label| {
            let mut without = CustomerQuery { page: 1, ..query.clone() };
            remove(&mut without);
            Chip { label, without: list_href(&without) }
        }));
    };
    let ids = query.ids.len() as i64;
    put((ids > 0).then(|| format!("{} chosen", format::group(ids))), |query| query.ids.clear());
    put(query.search.as_ref().map(|text| format!("“{text}”")), |query| query.search = None);
    put(query.segment.map(|segment| segment.to_string()), |query| query.segment = None);
    let bands = query.bands.iter().map(|band| band.label()).collect::<Vec<_>>();
    put((!bands.is_empty()).then(|| bands.join(" or ")), |query| query.bands.clear());
    put(query.owner.as_ref().map(owner_label), |query| query.owner = None);
    put(query.renewal.map(renewal_label), |query| query.renewal = None);
    put(query.change.map(|change| change_label(change).to_owned()), |query| query.change = None);
    put(score_label(query.score_from, query.score_below), |query| (query.score_from, query.score_below) = (None, None));
    put(query.factor.map(|filter| factor_label(filter, names)), |query| query.factor = None);
    put(query.moved.map(|moved| moved_label(moved, query.days)), |query| query.moved = None);
    put(query.arr_unknown.then(|| "ARR unknown".to_owned()), |query| query.arr_unknown = false);
    put(query.archived.then(|| "Archived".to_owned()), |query| query.archived = false);
    chips
}

/// Returns the active filters in words.
pub fn filter_labels(query: &CustomerQuery, names: &[FactorName]) -> Vec<String> {
    chips(query, names).into_iter().map(|chip| chip.label).collect()
}

/// "Healthy → At risk in 90 days"
fn moved_label(Moved { from, to, by }: Moved, days: i64) -> String {
    let rules = if by == MovedBy::Rules { ", by new rules or a new source" } else { "" };
    format!("{} → {} in {days} days{rules}", from.label(), to.label())
}

fn owner_label(owner: &OwnerFilter) -> String {
    match owner {
        OwnerFilter::Named(name) => format!("Owner: {name}"),
        OwnerFilter::Nobody => "No owner".to_owned(),
    }
}

fn renewal_label(renewal: RenewalFilter) -> String {
    format!("Renewal {}", renewal.label())
}

fn change_label(change: ChangeFilter) -> &'static str {
    match change {
        ChangeFilter::Up7 => "Up 2.0 or more in 7 days",
        ChangeFilter::Down7 => "Down 2.0 or more in 7 days",
        ChangeFilter::Up30 => "Up 2.0 or more in 30 days",
        ChangeFilter::Down30 => "Down 2.0 or more in 30 days",
        ChangeFilter::NewChurnRisk => "New churn risk this week",
    }
}

fn score_label(from: Option<i64>, below: Option<i64>) -> Option<String> {
    match (from, below) {
        (None, None) => None,
        (Some(from), None) | (Some(from), Some(101)) => Some(format!("Score {from} or more")),
        (None, Some(below)) => Some(format!("Score below {below}")),
        (Some(from), Some(below)) => Some(format!("Score {from} to below {below}")),
    }
}

/// "Login frequency below 40"; a factor that the rules do not have is told by its key.
pub fn factor_label(filter: FactorFilter, names: &[FactorName]) -> String {
    let name = names.iter().find(|name| name.factor == filter.factor);
    filter.label(name.map_or(filter.factor.as_str(), |name| name.label.as_str()))
}

/// Returns the address of the list without any filter, in the same order.
pub fn without_filters(query: &CustomerQuery) -> String {
    let CustomerQuery { sort, direction, page_size, days, by, at, .. } = query.clone();
    list_href(&CustomerQuery { sort, direction, page_size, days, by, at, ..CustomerQuery::default() })
}

/// Shows every active filter with a link to remove it, and one link to remove all.
#[component]
pub fn Chips(query: CustomerQuery, names: Vec<FactorName>) -> impl IntoView {
    let chips = chips(&query, &names);
    (!chips.is_empty()).then(|| {
        let several = chips.len() > 1;
        let items = chips.into_iter().map(|Chip { label, without }| {
            let title = format!("Remove the filter {label}");
            view! {
                <li>
                    <a class="chip" href=without aria-label=title data-in-place="">
                        <span>{label}</span>
                        <span class="chip__remove" aria-hidden="true">"×"</span>
                    </a>
                </li>
            }
        });
        view! {
            <ul class="chips" aria-label="Active filters">
                {items.collect_view()}
                {several
                    .then(|| {
                        view! {
                            <li>
                                <a class="chips__clear" href=without_filters(&query) data-in-place="">
                                    "Clear all"
                                </a>
                            </li>
                        }
                    })}
            </ul>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Band, FactorKey};

    #[test]
    fn each_filter_has_a_chip_whose_link_removes_only_that_filter() {
        let query = CustomerQuery {
            search: Some("acme".to_owned()),
            bands: vec![Band::AtRisk, Band::ChurnRisk],
            score_from: Some(30),
            score_below: Some(40),
            factor: FactorFilter::parse("api_trend:..39.5"),
            page: 3,
            ..CustomerQuery::default()
        };
        let names = [FactorName { factor: FactorKey::API_TREND, label: "API trend".to_owned(), short_label: "API".to_owned() }];
        let chips: Vec<_> = chips(&query, &names).into_iter().map(|chip| (chip.label, chip.without)).collect();
        let expected = [
            ("“acme”", "/?band=at_risk%2Cchurn_risk&score_from=30&score_below=40&factor=api_trend%3A..39.5#customers"),
            ("At risk or Churn risk", "/?search=acme&score_from=30&score_below=40&factor=api_trend%3A..39.5#customers"),
            ("Score 30 to below 40", "/?search=acme&band=at_risk%2Cchurn_risk&factor=api_trend%3A..39.5#customers"),
            ("API trend below 39.5", "/?search=acme&band=at_risk%2Cchurn_risk&score_from=30&score_below=40#customers"),
        ];
        assert_eq!(chips, expected.map(|(label, link)| (label.to_owned(), link.to_owned())));
    }

    #[test]
    fn order_and_page_are_not_filters() {
        let query = CustomerQuery { page: 2, page_size: 100, sort: crate::domain::Sort::Arr, ..CustomerQuery::default() };
        assert_eq!(chips(&query, &[]), []);
        assert_eq!(without_filters(&query), "/?sort=arr&page_size=100#customers");
    }
}
