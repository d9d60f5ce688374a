//! Links from figures to the lists that they count.

use crate::domain::list::{ChangeFilter, OwnerFilter, RenewalFilter};
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

/// Links into the list of a day, from a summary of all customers or of one owner's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    pub owner: Option<OwnerFilter>,
    pub at: AskedDay,
}

impl Links {
    fn to(&self, query: CustomerQuery) -> String {
        list_href(&CustomerQuery { owner: self.owner.clone(), at: self.at, ..query })
    }

    pub fn all(&self) -> String {
        self.to(CustomerQuery::default())
    }

    pub fn band(&self, band: Band) -> String {
        self.to(CustomerQuery { bands: vec![band], ..CustomerQuery::default() })
    }

    /// Links to the customers of a band (of all bands when `None`) whose ARR is missing in its sum.
    pub fn arr_unknown(&self, band: Option<Band>) -> String {
        self.to(CustomerQuery { bands: band.into_iter().collect(), arr_unknown: true, ..CustomerQuery::default() })
    }

    /// Links to the customers that have a score, in this order.
    pub fn scored(&self, sort: Sort) -> String {
        let bands = vec![Band::Healthy, Band::AtRisk, Band::ChurnRisk];
        self.to(CustomerQuery { bands, sort, ..CustomerQuery::default() })
    }

    /// Links to the customers with scores from ten times `bucket` on and below the next ten. The last bucket includes 100.
    pub fn bucket(&self, bucket: usize) -> String {
        let from = 10 * bucket as i64;
        let below = if bucket == 9 { 101 } else { from + 10 };
        self.to(CustomerQuery { score_from: Some(from), score_below: Some(below), ..CustomerQuery::default() })
    }

    pub fn change(&self, change: ChangeFilter) -> String {
        let direction = match change {
            ChangeFilter::Up7 | ChangeFilter::Up30 => SortDirection::Desc,
            ChangeFilter::Down7 | ChangeFilter::Down30 | ChangeFilter::NewChurnRisk => SortDirection::Asc,
        };
        let sort = match change {
            ChangeFilter::Up7 | ChangeFilter::Down7 => Sort::Change7,
            ChangeFilter::Up30 | ChangeFilter::Down30 => Sort::Change,
            ChangeFilter::NewChurnRisk => Sort::Urgency,
        };
        self.to(CustomerQuery { change: Some(change), sort, direction, ..CustomerQuery::default() })
    }

    /// Links to the renewals within 90 days of customers that are not healthy.
    pub fn renewals_at_risk(&self) -> String {
        let bands = vec![Band::AtRisk, Band::ChurnRisk, Band::NoData];
        let renewal = Some(RenewalFilter::Next90);
        self.to(CustomerQuery { bands, renewal, sort: Sort::Renewal, ..CustomerQuery::default() })
    }

    pub fn renewals_overdue(&self) -> String {
        self.to(CustomerQuery { renewal: Some(RenewalFilter::Overdue), sort: Sort::Renewal, ..CustomerQuery::default() })
    }

    /// Links to the archived customers, which no figure counts.
    pub fn archived(&self) -> String {
        self.to(CustomerQuery { archived: true, ..CustomerQuery::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KnownAt;

    fn check(link: String, expected: &str) {
        assert_eq!(link, format!("/{expected}#customers"));
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(expected.trim_start_matches('?')).unwrap();
        CustomerQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap();
    }

    #[test]
    fn every_figure_links_to_the_list_that_it_counts() {
        let links = Links::default();
        check(links.all(), "");
        check(links.band(Band::AtRisk), "?band=at_risk");
        check(links.arr_unknown(Some(Band::NoData)), "?band=no_data&arr=unknown");
        check(links.scored(Sort::Change), "?band=healthy%2Cat_risk%2Cchurn_risk&sort=change");
        check(links.bucket(0), "?score_from=0&score_below=10");
        check(links.bucket(9), "?score_from=90&score_below=101");
        check(links.change(ChangeFilter::Up7), "?change=up_7&sort=change_7&direction=desc");
        check(links.change(ChangeFilter::Down30), "?change=down_30&sort=change");
        check(links.change(ChangeFilter::NewChurnRisk), "?change=new_churn_risk");
        check(links.renewals_overdue(), "?renewal=overdue&sort=renewal");
    }

    #[test]
    fn a_summary_of_one_owner_links_to_that_owners_customers() {
        let links = Links { owner: Some(OwnerFilter::Named("Ann Lee".to_owned())), ..Links::default() };
        check(links.band(Band::Healthy), "?band=healthy&owner=Ann+Lee");
    }

    #[test]
    fn a_past_day_is_kept_by_every_link() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 4);
        let at = AskedDay { as_of: day, known_at: Some(KnownAt::Then) };
        let links = Links { owner: None, at };
        check(links.all(), "?as_of=2026-03-04&known_at=then");
        check(links.band(Band::Healthy), "?band=healthy&as_of=2026-03-04&known_at=then");
        assert_eq!(customer_href(CustomerId(7), at), "/customers/7?as_of=2026-03-04&known_at=then");
        assert_eq!(customer_href(CustomerId(7), AskedDay::default()), "/customers/7");
    }
}
