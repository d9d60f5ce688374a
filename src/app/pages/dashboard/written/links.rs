//! Links from figures to the lists that they count.

use crate::domain::band_history::Moved;
use crate::domain::list::{ChangeFilter, RenewalFilter};
use crate::domain::{AskedDay, Band, CustomerId, CustomerQuery, Sort, SortDirection};

/// The anchor of the list on the page.
pub const LIST_ANCHOR: &str = "#customers";

/// Returns the address of the dashboard with a query's list.
pub fn list_href(query: &CustomerQuery) -> String {
    format!("/{}{LIST_ANCHOR}", query.to_query_string())
}

/// Returns the address of a customer's page on the shown day.
pub fn customer_href(id: CustomerId, at: AskedDay) -> String {
    at.href(&format!("/customers/{id}"))
}

/// Links from figures, of the customers that filters select, into the list of exactly those that a figure counts. There is none
/// where the filters leave no room for another one of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links(CustomerQuery);

impl Links {
    pub fn new(asked: CustomerQuery) -> Self {
        Self(CustomerQuery { page: 1, ..asked })
    }

    /// Narrows the filters by another one, unless that has no room.
    fn to(&self, narrow: impl FnOnce(&mut CustomerQuery) -> Option<()>) -> Option<String> {
        let mut query = self.0.clone();
        narrow(&mut query)?;
        Some(list_href(&query))
    }

    pub fn all(&self) -> Option<String> {
        self.to(|_| Some(()))
    }

    /// Links to everybody, whatever is filtered by.
    pub fn whole(&self) -> String {
        let CustomerQuery { at, days, by, .. } = self.0.clone();
        list_href(&CustomerQuery { at, days, by, ..CustomerQuery::default() })
    }

    pub fn band(&self, band: Band) -> Option<String> {
        self.to(|query| keep_bands(query, &[band]))
    }

    /// Links to the customers whose ARR no sum has.
    pub fn arr_unknown(&self) -> Option<String> {
        self.to(|query| {
            query.arr_unknown = true;
            Some(())
        })
    }

    /// Links to the customers that have a score, in this order.
    pub fn scored(&self, sort: Sort) -> Option<String> {
        self.to(|query| {
            query.sort = sort;
            keep_bands(query, &[Band::Healthy, Band::AtRisk, Band::ChurnRisk])
        })
    }

    /// Links to the customers with scores from ten times `bucket` on and below the next ten. The last bucket includes 100.
    pub fn bucket(&self, bucket: usize) -> Option<String> {
        let from = 10 * bucket as i64;
        let below = if bucket == 9 { 101 } else { from + 10 };
        self.to(|query| {
            let from = query.score_from.map_or(from, |asked| asked.max(from));
            let below = query.score_below.map_or(below, |asked| asked.min(below));
            (query.score_from, query.score_below) = (Some(from), Some(below));
            (from < below).then_some(())
        })
    }

    pub fn change(&self, change: ChangeFilter) -> Option<String> {
        let direction = match change {
            ChangeFilter::Up7 | ChangeFilter::Up30 => SortDirection::Desc,
            ChangeFilter::Down7 | ChangeFilter::Down30 | ChangeFilter::NewChurnRisk => SortDirection::Asc,
        };
        let sort = match change {
            ChangeFilter::Up7 | ChangeFilter::Down7 => Sort::Change7,
            ChangeFilter::Up30 | ChangeFilter::Down30 => Sort::Change,
            ChangeFilter::NewChurnRisk => Sort::Urgency,
        };
        self.to(|query| {
            (query.sort, query.direction) = (sort, direction);
            put(&mut query.change, change)
        })
    }

    /// Links to the renewals within 90 days of customers that are not healthy.
    pub fn renewals_at_risk(&self) -> Option<String> {
        self.to(|query| {
            query.sort = Sort::Renewal;
            put(&mut query.renewal, RenewalFilter::Next90)?;
            keep_bands(query, &[Band::AtRisk, Band::ChurnRisk, Band::NoData])
        })
    }

    pub fn renewals_overdue(&self) -> Option<String> {
        self.to(|query| {
            query.sort = Sort::Renewal;
            put(&mut query.renewal, RenewalFilter::Overdue)
        })
    }

    /// Links to the customers that made a move, most ARR first.
    pub fn moved(&self, moved: Moved) -> Option<String> {
        self.to(|query| {
            (query.sort, query.direction) = (Sort::Arr, SortDirection::Desc);
            put(&mut query.moved, moved)
        })
    }

    /// Links to the archived customers, which no figure of the active ones counts.
    pub fn archived(&self) -> Option<String> {
        self.to(|query| {
            query.archived = true;
            Some(())
        })
    }
}

/// Sets a filter of which a list can have one.
fn put<T: PartialEq>(filter: &mut Option<T>, value: T) -> Option<()> {
    if filter.as_ref().is_some_and(|asked| *asked != value) {
        return None;
    }
    *filter = Some(value);
    Some(())
}

/// Leaves those of the bands that are asked for.
fn keep_bands(query: &mut CustomerQuery, bands: &[Band]) -> Option<()> {
    let asked = std::mem::take(&mut query.bands);
    query.bands = bands.iter().copied().filter(|band| asked.is_empty() || asked.contains(band)).collect();
    (!query.bands.is_empty()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KnownAt;
    use crate::domain::band_history::MovedBy;

    fn check(link: Option<String>, expected: &str) {
        assert_eq!(link, Some(format!("/{expected}#customers")));
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(expected.trim_start_matches('?')).unwrap();
        CustomerQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap();
    }

    #[test]
    fn every_figure_links_to_the_list_that_it_counts() {
        let links = Links::default();
        check(links.all(), "");
        check(links.band(Band::AtRisk), "?band=at_risk");
        check(links.arr_unknown(), "?arr=unknown");
        check(links.scored(Sort::Change), "?band=healthy%2Cat_risk%2Cchurn_risk&sort=change");
        check(links.bucket(0), "?score_from=0&score_below=10");
        check(links.bucket(9), "?score_from=90&score_below=101");
        check(links.change(ChangeFilter::Up7), "?change=up_7&sort=change_7&direction=desc");
        check(links.change(ChangeFilter::Down30), "?change=down_30&sort=change");
        check(links.change(ChangeFilter::NewChurnRisk), "?change=new_churn_risk");
        check(links.renewals_overdue(), "?renewal=overdue&sort=renewal");
        let moved = Moved { from: Band::Healthy, to: Band::AtRisk, by: MovedBy::Facts };
        check(links.moved(moved), "?moved=healthy_to_at_risk&sort=arr&direction=desc");
        check(links.moved(Moved { by: MovedBy::Rules, ..moved }), "?moved_by_rules=healthy_to_at_risk&sort=arr&direction=desc");
    }

    #[test]
    fn figures_of_filtered_customers_link_to_those() {
        let links = |text: &str| Links::new(crate::app::pages::dashboard::query::parse(text));
        check(links("owner=Ann+Lee").band(Band::Healthy), "?band=healthy&owner=Ann+Lee");
        check(links("search=a&days=30").renewals_overdue(), "?search=a&renewal=overdue&days=30&sort=renewal");
        let risky = links("band=at_risk,churn_risk");
        check(risky.band(Band::AtRisk), "?band=at_risk");
        assert_eq!(risky.band(Band::Healthy), None);
        check(risky.renewals_at_risk(), "?band=at_risk%2Cchurn_risk&renewal=next_90&sort=renewal");
        check(links("score_from=55").bucket(5), "?score_from=55&score_below=60");
        assert_eq!(links("score_from=55").bucket(4), None);
        check(links("change=up_7").change(ChangeFilter::Up7), "?change=up_7&sort=change_7&direction=desc");
        assert_eq!(links("change=up_7").change(ChangeFilter::Up30), None);
        assert_eq!(links("renewal=overdue").renewals_at_risk(), None);
        let moved = Moved { from: Band::Healthy, to: Band::AtRisk, by: MovedBy::Rules };
        assert_eq!(links("moved=healthy_to_at_risk").moved(moved), None);
        assert_eq!(links("owner=a&days=30&as_of=2026-03-04").whole(), "/?days=30&as_of=2026-03-04#customers");
    }

    #[test]
    fn a_past_day_is_kept_by_every_link() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 4);
        let at = AskedDay { as_of: day, known_at: Some(KnownAt::Then) };
        let links = Links::new(CustomerQuery { at, ..CustomerQuery::default() });
        check(links.all(), "?as_of=2026-03-04&known_at=then");
        check(links.band(Band::Healthy), "?band=healthy&as_of=2026-03-04&known_at=then");
        assert_eq!(customer_href(CustomerId(7), at), "/customers/7?as_of=2026-03-04&known_at=then");
        assert_eq!(customer_href(CustomerId(7), AskedDay::default()), "/customers/7");
    }
}
