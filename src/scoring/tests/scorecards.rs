//! Rulebooks of several scorecards: who is scored by which, on which day, and what the switch does to a score.

use super::given::*;
use super::laws::any_given;
use crate::domain::{Cause, Condition, FactorKey, HealthChange, Points, Rulebook, Scorecard, Segment, Traits};
use crate::scoring::{ScoreInputs, explain_change, history, measure, score, scores_on};
use proptest::prelude::*;

fn condition(segments: &[&str], days: Option<i64>) -> Option<Condition> {
    let segments = segments.iter().map(|name| Segment::named(name).unwrap()).collect();
    Some(Condition { segments, started_less_than_days_ago: days })
}

fn scorecard(name: &str, condition: Option<Condition>) -> Scorecard {
    Scorecard { name: name.into(), condition, ..Scorecard::default() }
}

/// Newcomers of two segments, then everybody's first year, then one segment, then the rest.
fn four() -> Rulebook {
    let groups = vec![
        scorecard("New", condition(&["Startup", "SMB"], Some(90))),
        scorecard("First year", condition(&[], Some(365))),
        scorecard("Large", condition(&["Enterprise"], None)),
    ];
    Rulebook::new(2, groups, scorecard("Everybody else", None))
}

#[test]
fn the_first_scorecard_whose_condition_holds_scores_the_customer() {
    let rulebook = four();
    let check = |segment, age: i64, expected: &str| {
        let traits = Traits { segment: Segment::named(segment), start_date: Some(day(age)), ..Traits::default() };
        assert_eq!(rulebook.scorecard_of(&traits, day(0)).name, expected, "{segment}, {age} days");
    };
    for (age, expected) in
        [(-5, "New"), (0, "New"), (89, "New"), (90, "First year"), (364, "First year"), (365, "Everybody else")]
    {
        check("SMB", age, expected);
    }
    check("Enterprise", 89, "First year");
    check("Enterprise", 365, "Large");
    check("", 89, "First year");
    check("", 365, "Everybody else");
}

#[test]
fn age_is_counted_from_the_start_else_from_the_first_fact() {
    let of = |traits: Traits| four().scorecard_of(&Traits { segment: Segment::named("SMB"), ..traits }, day(0)).name.clone();
    let nothing = Traits::default();
    assert_eq!(of(nothing), "New", "who has not started is no older than anybody");
    assert_eq!(of(Traits { first_fact_on: Some(day(90)), ..nothing }), "First year");
    assert_eq!(of(Traits { first_fact_on: Some(day(90)), start_date: Some(day(10)), ..nothing }), "New");
    let returned = Traits { first_fact_on: Some(day(400)), start_date: Some(day(10)), came_back: true, ..nothing };
    assert_eq!(of(returned), "New");
    assert_eq!(four().scorecard_of(&returned, day(11)).name, "Everybody else", "before it came back its first life counts");
}

/// Newcomers count logins only, others tickets only.
fn two() -> Rulebook {
    let weights = |weights| given().weights(weights).scorecard;
    let new = Scorecard { name: "New".into(), condition: condition(&[], Some(30)), ..weights([1, 0, 0, 0, 0]) };
    Rulebook::new(1, vec![new], Scorecard { name: "Everybody else".into(), ..weights([0, 0, 1, 0, 0]) })
}

/// A customer that is 30 days old on the as-of day, with five logins and one ticket in the last days.
fn grown() -> Given {
    let mut given = given().logins(8, 5).tickets(7, 1);
    given.facts.start_date = Some(day(30));
    given
}

fn change(given: &Given, rulebook: &Rulebook, days: i64) -> HealthChange {
    let inputs = |ago| ScoreInputs { facts: &given.facts, rulebook, connections: &given.connections, day: day(ago) };
    explain_change(CUSTOMER, inputs(days), inputs(0))
}

#[test]
fn a_history_switches_on_the_day_on_which_a_customer_is_too_old() {
    let given = grown();
    let points = history(&given.facts, &two(), &given.connections, day(2), day(0));
    assert_eq!(points.iter().map(|point| point.score.0).collect::<Vec<_>>(), [250, 250, 900]);
}

#[test]
fn growing_older_is_a_cause_of_its_own() {
    let change = change(&grown(), &two(), 1);
    assert_eq!((change.before.scored_by.as_str(), change.after.scored_by.as_str()), ("New", "Everybody else"));
    let [part] = &*change.causes else { panic!("{:?}", change.causes) };
    assert_eq!((part.cause, part.change), (Cause::OtherScorecard, Points(650)));
    assert_eq!(part.factors[FactorKey::LOGIN_FREQUENCY], Points(-250));
    let said = part.facts.iter().map(|fact| (fact.factor, fact.sentence.as_str())).collect::<Vec<_>>();
    let sentence = "30 days or older: scored by Everybody else now";
    assert_eq!(said, [(FactorKey::LOGIN_FREQUENCY, sentence), (FactorKey::SUPPORT_LOAD, sentence)]);
}

#[test]
fn another_segment_is_told_as_such() {
    let rulebook = Rulebook::new(1, vec![scorecard("Small", condition(&["SMB"], None))], {
        Scorecard { name: "Everybody else".into(), ..given().weights([1, 0, 0, 0, 0]).scorecard }
    });
    let (given, mut before) = (given().logins(8, 5), given().logins(8, 5));
    before.facts.segment = Segment::named("SMB");
    let (mut facts, connections) = (given.facts.clone(), &given.connections);
    facts.segment = Segment::named("Startup");
    let inputs = |facts, ago| ScoreInputs { facts, rulebook: &rulebook, connections, day: day(ago) };
    let change = explain_change(CUSTOMER, inputs(&before.facts, 1), inputs(&facts, 0));
    assert_eq!(change.causes[0].cause, Cause::OtherScorecard);
    assert_eq!(change.causes[0].facts[0].sentence, "in Startup now: scored by Everybody else now");
}

/// Facts with a start, and a rulebook with the scorecards of other customers.
fn any_rulebook() -> impl Strategy<Value = (Given, Rulebook)> {
    let days = || prop::option::weighted(0.8, 1..120i64);
    let segment = || prop::option::of(prop::sample::select(vec!["SMB", "Startup"]));
    (any_given(), any_given(), any_given(), days(), days(), segment(), segment(), prop::option::of(0..150i64), any::<bool>())
        .prop_map(|(mut given, other, third, days, later, segment, asked, start, came_back)| {
            given.facts.start_date = start.map(day);
            given.facts.came_back = came_back && start.is_some();
            given.facts.segment = segment.and_then(Segment::named);
            let first = Scorecard { name: "A".into(), condition: condition(asked.as_slice(), days), ..other.scorecard };
            let second = Scorecard { name: "B".into(), condition: condition(&[], later.or(Some(40))), ..third.scorecard };
            let rulebook = Rulebook::new(3, vec![first, second], given.scorecard.clone());
            (given, rulebook)
        })
}

proptest! {
    #[test]
    fn each_day_is_scored_by_the_scorecard_of_that_day((given, rulebook) in any_rulebook(), days in 0..90i64) {
        let Given { facts, connections, .. } = &given;
        let points = history(facts, &rulebook, connections, day(days), day(0));
        prop_assert_eq!(points.len() as i64, days + 1);
        for point in points {
            let scorecard = rulebook.scorecard_of(&facts.traits(), point.day);
            let health = score(CUSTOMER, &measure(facts, scorecard, connections, point.day), scorecard, point.day);
            prop_assert_eq!((point.score, point.band), (health.score, health.band), "on {}", point.day);
            if !given.facts.came_back {
                let on = scores_on(facts, &rulebook, connections, &[point.day]).pop().unwrap();
                prop_assert_eq!((on.score, on.band), (health.score, health.band), "on {}", point.day);
            }
        }
    }

    #[test]
    fn the_causes_of_a_change_sum_to_it_across_a_switch((given, rulebook) in any_rulebook(), days in 0..150i64) {
        let change = change(&given, &rulebook, days);
        prop_assert_eq!(change.causes.iter().map(|part| part.change.0).sum::<i64>(), change.after.score.0 - change.before.score.0);
        for key in FactorKey::FIVE {
            let parts = change.causes.iter().map(|part| part.factors[key].0).sum::<i64>();
            let (after, before) = (&change.after.factors[key], &change.before.factors[key]);
            prop_assert_eq!(parts, after.contribution.0 - before.contribution.0);
        }
        let of_rules = change.causes.iter().any(|part| part.cause == Cause::ScorecardChange);
        prop_assert!(!of_rules, "the rules are the same on both days");
    }
}
