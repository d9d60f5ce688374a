//! Rules tried on a whole portfolio give what the product's own scoring gives, however they were reached.

use super::given::*;
use crate::domain::measure::Measure;
use crate::domain::scale::{Scale, ScalePoint};
use crate::domain::{
    Band, Condition, CustomerId, EventKind, FactorKey, MissingPolicy, Points, Rulebook, Scorecard, Segment, Share, Traits,
};
use crate::scoring::trial::{Trial, TriedCustomer};
use crate::scoring::{self, Measurements, Scores};
use proptest::prelude::*;
use std::cmp::Reverse;

/// Customers of every kind: much and little activity, unconnected sources, no fact, not started.
fn portfolio() -> Vec<Given> {
    let mut portfolio: Vec<_> = (0..24)
        .map(|number| {
            given()
                .logins(3, number)
                .features(5, number % 7)
                .tickets(9, number % 4)
                .api_calls(40, number % 3)
                .api_calls(2, number % 5)
        })
        .collect();
    portfolio[3] = portfolio[3].clone().invoices(2, 1, 1, 0);
    portfolio[4] = portfolio[4].clone().connected_since(FactorKey::SUPPORT_LOAD, None);
    portfolio[5].facts.first_fact_on = None;
    portfolio[6].facts.start_date = Some(day(-4));
    portfolio
}

fn measured(portfolio: &[Given], rules: &Scorecard) -> Vec<Measurements> {
    portfolio.iter().map(|given| scoring::measure(&given.facts, rules, &given.connections, day(0))).collect()
}

fn arr_cents(place: usize) -> Option<i64> {
    (!place.is_multiple_of(5)).then_some(100 * place as i64)
}

/// A trial that has a column for each measure of these rules.
fn trial(portfolio: &[Given], current: &Scorecard, others: &[&Scorecard]) -> Trial {
    let now = measured(portfolio, current);
    let customer = |(place, measured): (usize, &Measurements)| {
        let Scores { score, band, .. } = Scores::of(measured, current);
        let (id, name) = (CustomerId(place as i64 + 1), format!("Customer {place}"));
        TriedCustomer {
            id,
            name,
            arr_cents: arr_cents(place),
            segment: place % 2,
            traits: Traits::default(),
            has_data: measured.has_data(),
            score,
            band,
        }
    };
    let mut trial = Trial::new(day(0), vec!["Enterprise".into(), "SMB".into()], now.iter().enumerate().map(customer).collect());
    for rules in others.iter().chain([&current]) {
        let measured = measured(portfolio, rules);
        for (key, rule) in rules.factors.iter() {
            let column = measured.iter().map(|measured| measured.factor(key).measured_value(&rule.measure)).collect();
            trial.add_column(rule.measure.clone(), column);
        }
    }
    trial
}

/// Fails unless a trial gives what the scores of every customer give.
fn assert_scored_alike(trial: &mut Trial, portfolio: &[Given], current: &Scorecard, rules: &Scorecard) {
    let outlook = trial.run(&Rulebook::from(rules.clone()), &others()).expect("every measure has a column");
    let (now, then) = (measured(portfolio, current), measured(portfolio, rules));
    let scores =
        |measured: &[Measurements], rules| measured.iter().map(|measured| Scores::of(measured, rules)).collect::<Vec<_>>();
    let (now, then) = (scores(&now, current), scores(&then, rules));
    for (standing, scores) in [(&outlook.before, &now), (&outlook.after, &then)] {
        for band in Band::ALL {
            let expected = scores.iter().filter(|score| score.band == band).count() as i64;
            assert_eq!(standing.bands[band as usize].0, expected, "{band:?}");
        }
        let shown: Vec<_> = scores.iter().filter_map(Scores::shown_score).map(|points| points.0).collect();
        assert_eq!(standing.distribution.iter().sum::<i64>(), shown.len() as i64);
        let mean = (!shown.is_empty())
            .then(|| Points((2 * shown.iter().sum::<i64>() + shown.len() as i64).div_euclid(2 * shown.len() as i64)));
        assert_eq!(standing.mean(), mean);
    }
    let mut moving: Vec<_> = (0..portfolio.len()).filter(|place| now[*place].band != then[*place].band).collect();
    assert_eq!(outlook.moves.all(), moving.len() as i64);
    let mut named: Vec<_> = outlook.movers.iter().map(|mover| mover.id.0 as usize - 1).collect();
    assert!(outlook.movers.is_sorted_by(|a, b| a.arr_cents >= b.arr_cents), "the largest come first");
    named.sort_unstable();
    moving.sort_by_key(|place| Reverse(arr_cents(*place)));
    moving.truncate(20);
    moving.sort_unstable();
    assert_eq!(named, moving);
    for mover in &outlook.movers {
        let place = mover.id.0 as usize - 1;
        assert_eq!((mover.before, mover.band_before), (now[place].score, now[place].band));
        assert_eq!((mover.after, mover.band_after), (then[place].score, then[place].band));
    }
    let of_segments = |part: fn(&scoring::trial::SegmentOutlook) -> i64| outlook.segments.iter().map(part).sum::<i64>();
    assert_eq!(of_segments(|segment| segment.after.customers()), portfolio.len() as i64);
    assert_eq!(of_segments(|segment| segment.moves.all()), outlook.moves.all());
}

/// Rules that no trial has, so that every customer is scored.
fn others() -> Rulebook {
    Rulebook::from(Scorecard { name: "Others".into(), ..Scorecard::default() })
}

/// Rules with other windows and one more factor.
fn other_measures() -> Scorecard {
    let mut rules = given().rule(FactorKey::LOGIN_FREQUENCY, |rule| rule.window_days = Some(2)).scorecard;
    let mut silence = rules.factors[FactorKey::LOGIN_FREQUENCY].clone();
    silence.measure = Measure::DaysSince { kinds: vec![EventKind::Login], days: 90 };
    silence.scale = Scale::straight((0, Points::MAX), (30, Points::ZERO), Points::NEUTRAL);
    let silence = (FactorKey::parse("silence").unwrap(), silence);
    rules.factors = rules.factors.clone().into_iter().chain([silence]).collect();
    rules
}

#[test]
fn the_rules_in_force_change_nothing() {
    let (portfolio, current) = (portfolio(), Scorecard::default());
    let mut trial = trial(&portfolio, &current, &[]);
    let outlook = trial.run(&Rulebook::from(current), &others()).unwrap();
    assert_eq!((outlook.before.clone(), outlook.moves.all(), outlook.movers.len()), (outlook.after, 0, 0));
    assert_eq!(outlook.before.bands[Band::NoData as usize].0, 2);
}

#[test]
fn a_trial_waits_for_the_columns_of_its_measures() {
    let (portfolio, current, other) = (portfolio(), Scorecard::default(), other_measures());
    let mut trial = trial(&portfolio, &current, &[]);
    let (in_force, other) = (Rulebook::from(current), Rulebook::from(other));
    let missing = trial.missing(&other, &in_force, 0);
    assert_eq!(missing.len(), 2, "a window and a factor");
    assert_eq!(trial.run(&other, &in_force), None);
    trial.add_column(missing[0].clone(), Vec::new());
    assert_eq!(trial.missing(&other, &in_force, 0), missing, "a column of other customers is left out");
    assert!(trial.run(&in_force, &in_force).is_some());
}

#[test]
fn customers_of_a_scorecard_that_is_not_changed_keep_their_score() {
    let (portfolio, current) = (portfolio(), Scorecard::default());
    let condition = Condition { segments: vec![Segment::STARTUP], started_less_than_days_ago: None };
    let of_startups = |weight| {
        let mut startups = Scorecard { name: "Startups".into(), condition: Some(condition.clone()), ..given().scorecard };
        startups.factors.get_mut(FactorKey::LOGIN_FREQUENCY).unwrap().weight = weight;
        Rulebook::new(1, vec![startups], Scorecard { name: "Everybody else".into(), ..Scorecard::default() })
    };
    let mut trial = trial(&portfolio, &current, &[]);
    let startups: Vec<_> = (0..portfolio.len()).filter(|place| place % 3 == 0).collect();
    startups.iter().for_each(|place| trial.customers_mut()[*place].traits.segment = Some(Segment::STARTUP));
    let (before, after) = (of_startups(25), of_startups(500));
    let outlook = trial.run(&after, &before).unwrap();
    assert!(outlook.moves.all() > 0);
    assert!(outlook.movers.iter().all(|mover| startups.contains(&(mover.id.0 as usize - 1))));
    assert_eq!(trial.run(&after, &after).unwrap().moves.all(), 0, "the rules in force change nobody");
    // Without a scorecard of their own they are scored like everybody.
    let only = Rulebook::from(after.scorecards().next().unwrap().clone());
    assert!(trial.run(&only, &before).unwrap().moves.all() >= outlook.moves.all());
}

/// One change of the rules, as a form makes it.
#[derive(Clone, Debug)]
enum Step {
    Weight(usize, i64),
    Scale(usize, i64, i64),
    Bands(i64, i64),
    Floor(i64),
    Policy(MissingPolicy),
    Measures(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..5_usize, 0..100_i64).prop_map(|(factor, weight)| Step::Weight(factor, weight)),
        (0..5_usize, -5..20_i64, 1..30_i64).prop_map(|(factor, from, width)| Step::Scale(factor, from, width)),
        (1..500_i64, 1..500_i64).prop_map(|(at_risk, more)| Step::Bands(at_risk, more)),
        (0..1000_i64).prop_map(Step::Floor),
        prop_oneof![Just(MissingPolicy::Neutral), Just(MissingPolicy::Exclude)].prop_map(Step::Policy),
        any::<bool>().prop_map(Step::Measures),
    ]
}

fn take(rules: &mut Scorecard, step: &Step) {
    let place = |rules: &Scorecard, factor: usize| rules.factors.keys().nth(factor).unwrap();
    match step {
        Step::Weight(factor, weight) => rules.factors.get_mut(place(rules, *factor)).unwrap().weight = 1 + weight,
        Step::Scale(factor, from, width) => {
            let points = [(*from, 0), (from + width, 300), (from + 2 * width, 1000)];
            let points = points.map(|(value, score)| ScalePoint { value, score: Points(score) });
            rules.factors.get_mut(place(rules, *factor)).unwrap().scale = Scale::new(&points, Points(500)).unwrap();
        }
        Step::Bands(at_risk, more) => {
            (rules.bands.at_risk, rules.bands.healthy) = (Points(*at_risk), Points(at_risk + more));
        }
        Step::Floor(floor) => rules.coverage_floor = Share(*floor),
        Step::Policy(policy) => rules.missing_policy = *policy,
        Step::Measures(are_others) => {
            rules.factors = if *are_others { other_measures().factors } else { Scorecard::default().factors };
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_step_of_a_trial_scores_like_the_product(steps in prop::collection::vec(step(), 1..12)) {
        let (portfolio, current) = (portfolio(), Scorecard::default());
        let mut trial = trial(&portfolio, &current, &[&other_measures()]);
        let mut rules = current.clone();
        for step in steps {
            take(&mut rules, &step);
            assert_scored_alike(&mut trial, &portfolio, &current, &rules);
        }
    }
}
