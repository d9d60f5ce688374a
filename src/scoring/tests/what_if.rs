//! What other rules would do to a portfolio.

use super::given::*;
use crate::domain::{Band, Customer, CustomerFields, CustomerId, FactorKey, Points, Rulebook, Scorecard, Segment};
use crate::scoring::{self, WhatIf};
use chrono::DateTime;

fn customer(id: i64) -> Customer {
    let fields = CustomerFields {
        name: format!("Customer {id}"),
        segment: Segment::SMB,
        external_id: None,
        owner: None,
        arr_cents: None,
        renewal_date: None,
        start_date: None,
        crm_url: None,
    };
    Customer { id: CustomerId(id), fields, archived: None, version: 1, created_at: DateTime::UNIX_EPOCH }
}

#[test]
fn bands_mean_and_largest_movers_are_those_of_the_scores() {
    let current = given().weights([0, 0, 100, 0, 0]).scorecard;
    let proposed = given().weights([100, 0, 0, 0, 0]).scorecard;
    let [now, then] = [&current, &proposed].map(|scorecard| Rulebook::from(scorecard.clone()));
    let mut what_if = WhatIf::new(&now, &then);
    // Without tickets everybody has 100 now; then 0, 5, 10 ... and the last one has no fact.
    for logins in 0..=20 {
        let mut given = given().logins(3, logins);
        given.facts.first_fact_on = given.facts.first_fact_on.filter(|_| logins < 20);
        let measured = scoring::measure(&given.facts, &current, &given.connections, day(0));
        what_if.add(&customer(logins), (&current, &measured), (&proposed, &measured));
    }
    let preview = what_if.finish();
    assert_eq!(preview.customers, 21);
    assert_eq!(
        preview.bands,
        [(Band::Healthy, 20, 6), (Band::AtRisk, 0, 6), (Band::ChurnRisk, 0, 8), (Band::Onboarding, 0, 0), (Band::NoData, 1, 1)]
    );
    assert_eq!(preview.moves, [(Band::Healthy, Band::ChurnRisk, 8), (Band::Healthy, Band::AtRisk, 6)]);
    assert_eq!((preview.mean_before, preview.mean_after), (Some(Points(1000)), Some(Points(475))));
    assert_eq!(preview.movers.iter().map(|mover| mover.id.0).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    assert_eq!((preview.movers[1].before, preview.movers[1].after), (Points(1000), Points(50)));
}

#[test]
fn the_same_rules_change_nothing() {
    let scorecard = Scorecard::default();
    let given = given().logins(1, 3);
    let measured = scoring::measure(&given.facts, &scorecard, &given.connections, day(0));
    let rules = Rulebook::from(scorecard.clone());
    let mut what_if = WhatIf::new(&rules, &rules);
    what_if.add(&customer(1), (&scorecard, &measured), (&scorecard, &measured));
    let preview = what_if.finish();
    assert!(preview.changes.is_empty() && preview.moves.is_empty() && preview.movers.is_empty());
    assert_eq!(preview.mean_before, preview.mean_after);
    let empty = WhatIf::new(&rules, &given.rule(FactorKey::API_TREND, |rule| rule.weight = 0).rulebook()).finish();
    assert_eq!((empty.customers, empty.mean_before, empty.mean_after), (0, None, None));
}
