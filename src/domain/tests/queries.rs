//! The customer list's query, to and from a URL.

use super::messages;
use crate::domain::CustomerId;
use crate::domain::band_history::{Moved, MovedBy, PERIODS};
use crate::domain::list::{ChangeFilter, FactorFilter, Measure, OwnerFilter, RenewalFilter};
use crate::domain::{AskedDay, Band, CustomerQuery, FactorKey, KnownAt, NaiveDate, Points, Segment, Sort, SortDirection};
use proptest::prelude::*;

fn from(text: &str) -> Result<CustomerQuery, Vec<String>> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    CustomerQuery::from_pairs(pairs).map_err(|errors| messages(&errors))
}

#[test]
fn nothing_asked_is_the_default() {
    let empty = from("search=&band=&sort=&page= ").unwrap();
    assert_eq!(empty, CustomerQuery::default());
    assert_eq!(empty.to_query_string(), "");
    assert!(!empty.is_filtered());
}

#[test]
fn every_filter_is_read() {
    let query = from(
        "id=7,9&id=7&search= acme &segment=smb&band=at_risk,churn_risk&owner=Priya&renewal=next_90&change=down_7&score_from=40\
         &score_below=70&factor=api_trend:40..70&arr=unknown&moved_by_rules=healthy_to_at_risk&days=30&by=customers&archived=true&sort=api_trend&direction=desc&page=2&page_size=100\
         &as_of=2026-03-04&known_at=then",
    );
    let expected = CustomerQuery {
        ids: vec![CustomerId(7), CustomerId(9)],
        search: Some("acme".into()),
        segment: Segment::named("smb"),
        bands: vec![Band::AtRisk, Band::ChurnRisk],
        owner: Some(OwnerFilter::Named("Priya".into())),
        renewal: Some(RenewalFilter::Next90),
        change: Some(ChangeFilter::Down7),
        score_from: Some(40),
        score_below: Some(70),
        factor: Some(FactorFilter { factor: FactorKey::API_TREND, from: Some(Points(400)), below: Some(Points(700)) }),
        arr_unknown: true,
        archived: true,
        moved: Some(Moved { from: Band::Healthy, to: Band::AtRisk, by: MovedBy::Rules }),
        days: 30,
        by: Measure::Customers,
        at: AskedDay { as_of: NaiveDate::from_ymd_opt(2026, 3, 4), known_at: Some(KnownAt::Then) },
        sort: Sort::Factor(FactorKey::API_TREND),
        direction: SortDirection::Desc,
        page: 2,
        page_size: 100,
    };
    assert_eq!(query.unwrap(), expected);
    assert_eq!(from("band=at_risk&band=churn_risk").unwrap().bands, [Band::AtRisk, Band::ChurnRisk]);
}

#[test]
fn as_many_ids_are_read_as_customers_can_be_changed_at_once() {
    let ids = |number: usize| (1..=number).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(from(&format!("id={}", ids(500))).unwrap().ids.len(), 500);
    for (text, rule) in
        [(ids(501), "must be at most 500 ids"), ("1,x".into(), "must be a whole number"), ("0".into(), "must be a whole")]
    {
        let errors = from(&format!("id={text}")).unwrap_err();
        assert!(errors[0].contains(rule), "{errors:?}");
    }
}

#[test]
fn renewals_are_the_days_of_their_months_and_quarters() {
    let day = |text: &str| (!text.is_empty()).then(|| text.parse::<NaiveDate>().unwrap());
    for (text, from, to, label) in [
        ("next_30", "2026-11-27", "2026-12-27", "in the next 30 days"),
        ("overdue", "", "2026-11-26", "overdue"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "in Q4 2026"),
        ("2028-Q1", "2028-01-01", "2028-03-31", "in Q1 2028"),
        ("2028-02", "2028-02-01", "2028-02-29", "in Feb 2028"),
        ("2026-12-01..2027-01-15", "2026-12-01", "2027-01-15", "1 Dec 2026 to 15 Jan 2027"),
        ("2026-12-01..", "2026-12-01", "", "from 1 Dec 2026"),
        ("..2199-12-31", "", "2199-12-31", "to 31 Dec 2199"),
    ] {
        let filter = from_renewal(text);
        assert_eq!(filter.days(day("2026-11-27").unwrap()), (day(from), day(to)), "{text}");
        assert_eq!((filter.name(), filter.label()), (text.to_owned(), label.to_owned()));
    }
    let on = day("2026-11-27").unwrap();
    for (months, text) in [(0, "2026-Q4"), (3, "2027-Q1"), (6, "2027-Q2")] {
        assert_eq!(RenewalFilter::quarter_of(on, months).name(), text);
    }
    assert_eq!(RenewalFilter::month_of(on).name(), "2026-11");
    assert_eq!(from("renewal=days&renewal_from=2026-12-01&renewal_to=").unwrap().renewal, Some(from_renewal("2026-12-01..")));
    for text in ["renewal=days", "renewal=2026-Q5", "renewal=2026-1", "renewal_from=2027-01-02&renewal_to=2027-01-01"] {
        assert!(from(text).unwrap_err()[0].starts_with("renewal must be"), "{text}");
    }
}

fn from_renewal(text: &str) -> RenewalFilter {
    from(&format!("renewal={text}")).unwrap().renewal.unwrap()
}

#[test]
fn scores_of_a_factor_are_asked_for_in_one_text() {
    for (text, from, below, label) in [
        ("login_frequency:..40", None, Some(400), "Logins below 40"),
        ("login_frequency:39.5..70", Some(395), Some(700), "Logins 39.5 to below 70"),
        ("login_frequency:100..", Some(1000), None, "Logins 100 or more"),
    ] {
        let filter = FactorFilter::parse(text).unwrap();
        let expected = FactorFilter { factor: FactorKey::LOGIN_FREQUENCY, from: from.map(Points), below: below.map(Points) };
        assert_eq!(filter, expected);
        assert_eq!((filter.name(), filter.label("Logins")), (text.to_owned(), label.to_owned()));
    }
    let refused =
        ["login_frequency", "login_frequency:40", "login_frequency:..", "login_frequency:70..70", "login_frequency:..101"];
    for text in refused.into_iter().chain(["login_frequency:39.55..", "login_frequency:-1..", "loginFrequency:..40", ":..40"]) {
        assert_eq!(from(&format!("factor={text}")).unwrap_err(), [format!("factor {}", FactorFilter::RULE)], "{text}");
    }
}

#[test]
fn an_owner_called_none_is_in_quotes() {
    let owner = |text: &str| from(text).unwrap().owner.unwrap();
    assert_eq!(owner("owner=none"), OwnerFilter::Nobody);
    for (text, name) in
        [("\"none\"", "none"), ("\"\"none\"\"", "\"none\""), ("\"Bob\"", "\"Bob\""), ("None", "None"), ("\"none", "\"none")]
    {
        assert_eq!(owner(&format!("owner={text}")), OwnerFilter::Named(name.into()), "{text}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (text, expected) in [
        ("segment=a\u{7}b", "segment must be 1 to 40 characters, none of them a control character"),
        ("band=healthy,ok", "band must be one of healthy, at_risk, churn_risk, onboarding, no_data"),
        ("change=up", "change must be one of up_7, down_7, up_30, down_30, new_churn_risk"),
        ("arr=0", "arr must be one of unknown"),
        ("archived=1", "archived must be one of true, false"),
        ("direction=up", "direction must be one of asc, desc"),
        ("score_from=101", "score_from must be a whole number between 0 and 100"),
        ("days=7", "days must be one of 30, 90, 180, 365"),
        ("by=score", "by must be one of arr, customers"),
        ("moved=healthy", "moved must be one of two bands such as healthy_to_at_risk"),
        ("moved=healthy_to_healthy", "moved must be one of two bands such as healthy_to_at_risk"),
        (
            "moved=healthy_to_no_data&moved_by_rules=healthy_to_no_data",
            "moved_by_rules must not be given with `moved`: nobody moved for both reasons",
        ),
        ("page=0", "page must be a whole number between 1 and 10000"),
        ("page=two", "page must be a whole number between 1 and 10000"),
        ("page_size=201", "page_size must be a whole number between 1 and 200"),
        ("page=201", "page reaches beyond row 10000; narrow the filter instead"),
        ("page=101&page_size=100", "page reaches beyond row 10000; narrow the filter instead"),
    ] {
        assert_eq!(from(text).unwrap_err(), [expected], "{text}");
    }
    assert_eq!(from("renewal=soon").unwrap_err(), [format!("renewal {}", RenewalFilter::RULE)]);
    let sort = from("sort=Colour").unwrap_err();
    assert!(sort[0].starts_with("sort must be one of urgency, score, name, segment, owner, arr, renewal, change"), "{sort:?}");
    assert!(from("page=200").is_ok(), "row 10,000 is the last one served");
}

#[test]
fn order_and_page_do_not_count_as_filters() {
    assert!(!from("sort=name&direction=desc&page=3&page_size=10&archived=true&days=365&by=customers").unwrap().is_filtered());
    for text in [
        "id=1",
        "search=a",
        "segment=SMB",
        "band=healthy",
        "owner=a",
        "owner=none",
        "change=up_7",
        "renewal=overdue",
        "arr=unknown",
        "score_from=0",
        "moved=healthy_to_at_risk",
        "moved_by_rules=no_data_to_healthy",
    ] {
        assert!(from(text).unwrap().is_filtered(), "{text}");
    }
}

#[test]
fn rows_tell_the_change_that_the_list_is_about() {
    for (text, days) in [
        ("", 30),
        ("sort=change_7", 7),
        ("change=up_7", 7),
        ("change=new_churn_risk&sort=score", 7),
        ("change=down_7&sort=change", 30),
        ("change=down_30", 30),
        ("change=down_30&sort=change_7", 7),
    ] {
        assert_eq!(from(text).unwrap().change_days(), days, "{text}");
    }
}

fn select<T: Clone + std::fmt::Debug + 'static>(values: Vec<T>) -> impl Strategy<Value = T> {
    prop::sample::select(values)
}

prop_compose! {
    fn any_day()(
        as_of in prop::option::of(0..80_000i32),
        known_at in prop::option::of(prop::option::of(0..80_000i32)),
    ) -> AskedDay {
        let day = |number| NaiveDate::from_epoch_days(number).unwrap();
        AskedDay { as_of: as_of.map(day), known_at: known_at.map(|known| known.map_or(KnownAt::Then, |number| KnownAt::Day(day(number)))) }
    }
}

prop_compose! {
    fn any_query()(
        ids in prop::collection::btree_set(1..=i64::MAX, 0..4),
        search in prop::option::of("[a-zA-Z0-9&=+%#ü.]{1,12}"),
        owner in prop::option::of("[A-Z][a-z]{0,5} [A-Z&+]{1,3}|\"{0,2}none\"{0,2}|\"[A-Z]\""),
        nobody in any::<bool>(),
        segment in prop::option::of(select(Segment::FIRST.to_vec())),
        bands in prop::collection::vec(select(Band::ALL.to_vec()), 0..4),
        renewal in prop::option::of(select(["next_30", "overdue", "2026-Q4", "2027-01", "2026-12-01..2027-01-15", "2026-12-01..", "..2199-12-31"].map(|text| RenewalFilter::parse(text).unwrap()).to_vec())),
        change in prop::option::of(select(vec![ChangeFilter::Up7, ChangeFilter::Down30, ChangeFilter::NewChurnRisk])),
        factor in prop::option::of(select(["login_frequency:..40", "api_trend:39.5..70", "api_trend:0.."].map(|text| FactorFilter::parse(text).unwrap()).to_vec())),
        scores in (prop::option::of(0..=100i64), prop::option::of(0..=101i64)),
        flags in any::<(bool, bool, bool)>(),
        sort in select(Sort::all(FactorKey::FIVE).collect()),
        at in any_day(),
        (page, page_size) in (1..50i64, 1..=200i64),
        moved in prop::option::of((0..Band::COUNT, 1..Band::COUNT, select(vec![MovedBy::Facts, MovedBy::Rules]))),
    ) -> CustomerQuery {
        CustomerQuery {
            ids: ids.into_iter().map(CustomerId).collect(),
            search, segment, bands, renewal, change, factor,
            owner: owner.map(|name| if nobody { OwnerFilter::Nobody } else { OwnerFilter::Named(name) }),
            score_from: scores.0,
            score_below: scores.1,
            arr_unknown: flags.0,
            archived: flags.1,
            moved: moved.map(|(from, on, by)| Moved { from: Band::ALL[from], to: Band::ALL[(from + on) % Band::COUNT], by }),
            days: PERIODS[(page % 4) as usize],
            by: if flags.0 { Measure::Customers } else { Measure::Arr },
            at,
            sort,
            direction: if flags.2 { SortDirection::Desc } else { SortDirection::Asc },
            page,
            page_size,
        }
    }
}

proptest! {
    #[test]
    fn a_query_survives_its_url(query in any_query()) {
        let text = query.to_query_string();
        let decoded: Vec<(String, String)> = serde_urlencoded::from_str(text.trim_start_matches('?')).unwrap();
        let pairs = decoded.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        prop_assert_eq!(CustomerQuery::from_pairs(pairs).unwrap(), query);
    }

    #[test]
    fn no_query_string_panics(pairs in prop::collection::vec(("[a-z_]{0,12}|page|sort|band|score_from", ".{0,12}"), 0..6)) {
        let _ = CustomerQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    }
}
