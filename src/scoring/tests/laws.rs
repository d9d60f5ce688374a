//! The laws of scoring, for any facts under any scorecard.

use super::given::*;
use crate::domain::five::{FiveFactors, FiveRule, FiveRules};
use crate::domain::scorecard::BandLimits;
use crate::domain::{Cause, EventKind, FactorKey, Health, MissingPolicy, Points, Scorecard, Share, Source, Sources};
use crate::scoring::{Connections, DailyCount, Facts, Invoice, ScoreInputs, explain_change, history, scores_on};
use proptest::prelude::*;

const DAILY_KINDS: [EventKind; 4] = [EventKind::Login, EventKind::FeatureUse, EventKind::SupportTicket, EventKind::ApiCall];

/// Returns the factor that counts events of this kind.
fn factor_of(kind: EventKind) -> FactorKey {
    let rules = Scorecard::default();
    rules.factors.iter().find(|(_, rule)| rule.measure.measures(kind)).map(|(key, _)| key).unwrap()
}

pub(super) fn any_daily_count() -> impl Strategy<Value = DailyCount> {
    let kind = prop::sample::select(DAILY_KINDS.to_vec());
    (-5..250i64, kind, prop::sample::select(vec!["a", "b", "c", "d", "e", "f"]), 1..40i64).prop_map(
        |(ago, kind, feature, count)| {
            let key = if kind == EventKind::FeatureUse { feature } else { "" };
            DailyCount { day: day(ago), kind, key: key.to_owned(), count }
        },
    )
}

pub(super) fn any_invoice() -> impl Strategy<Value = Invoice> {
    let perhaps = |days: std::ops::Range<i64>| prop::option::weighted(0.6, days.prop_map(day));
    (perhaps(-5..200), -40..200i64, perhaps(-5..200), prop::option::weighted(0.1, (-5..200i64).prop_map(day))).prop_map(
        |(issued_on, due, paid_on, voided_on)| Invoice {
            issued_on,
            due_on: issued_on.map(|_| day(due)),
            paid_on,
            voided_on,
            ..unknown_invoice()
        },
    )
}

fn any_rule() -> impl Strategy<Value = FiveRule> {
    let key_features = prop_oneof![Just(vec![]), Just(vec!["a".to_owned(), "c".to_owned(), "never".to_owned()])];
    (0..100i64, prop::option::weighted(0.9, 1..120i64), prop::option::weighted(0.9, 1..60i64), key_features)
        .prop_map(|(weight, window_days, target, key_features)| FiveRule { weight, window_days, target, key_features })
}

fn any_scorecard() -> impl Strategy<Value = Scorecard> {
    let policy = prop_oneof![Just(MissingPolicy::Neutral), Just(MissingPolicy::Exclude)];
    (prop::array::uniform5(any_rule()), policy, 0..=1000i64, 0..=1000i64, 0..=1000i64)
        .prop_filter("the weights have a sum above 0", |(rules, ..)| rules.iter().any(|rule| rule.weight > 0))
        .prop_map(|(rules, missing_policy, floor, one, other)| FiveRules {
            version: 3,
            factors: five(rules),
            bands: BandLimits { healthy: Points(one.max(other)), at_risk: Points(one.min(other)) },
            missing_policy,
            coverage_floor: Share(floor),
        })
        .prop_map(FiveRules::scorecard)
}

fn five<T>([login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend]: [T; 5]) -> FiveFactors<T> {
    FiveFactors { login_frequency, feature_adoption, support_load, invoice_timeliness, api_trend }
}

prop_compose! {
    pub(super) fn any_given()(
        daily in prop::collection::vec(any_daily_count(), 0..40),
        invoices in prop::collection::vec(any_invoice(), 0..8),
        scorecard in prop_oneof![1 => Just(Scorecard::default()), 3 => any_scorecard()],
        connected in prop::array::uniform5(prop::option::weighted(0.8, -5..250i64)),
        start in prop::option::of(-5..250i64),
        first_fact in prop::option::weighted(0.9, -5..250i64),
    ) -> Given {
        Given {
            facts: Facts { start_date: start.map(day), first_fact_on: first_fact.map(day), daily, invoices, ..Facts::default() },
            scorecard,
            connections: Connections { sources: Sources::from_fn(|source| connected[source as usize].map(day)), ..Connections::default() },
        }
    }
}

fn scores(health: &Health, key: FactorKey) -> (Points, Points) {
    (health.factors[key].score, health.score)
}

proptest! {
    #[test]
    fn a_score_lies_between_0_and_100(given in any_given()) {
        let health = given.health();
        let bounds = Points::ZERO..=Points::MAX;
        prop_assert!(bounds.contains(&health.score));
        prop_assert!(health.factors.iter().all(|(_, factor)| bounds.contains(&factor.score)));
        prop_assert!((Share::NONE..=Share::ALL).contains(&health.coverage));
    }

    #[test]
    fn contributions_sum_to_the_score_and_weights_to_one(given in any_given()) {
        let health = given.health();
        prop_assert_eq!(health.factors.iter().map(|(_, factor)| factor.contribution.0).sum::<i64>(), health.score.0);
        prop_assert_eq!(health.factors.iter().map(|(_, factor)| factor.weight.0).sum::<i64>(), 1000);
        prop_assert!(health.factors.iter().all(|(_, factor)| factor.contribution >= Points::ZERO));
    }

    #[test]
    fn more_use_never_lowers_and_more_tickets_never_raise(given in any_given(), ago in 0..250i64, count in 1..50i64) {
        let before = given.health();
        let compare = |key, after: Given| (scores(&before, key), scores(&after.health(), key));
        let (before_login, after_login) = compare(FactorKey::LOGIN_FREQUENCY, given.clone().logins(ago, count));
        prop_assert!(after_login.0 >= before_login.0 && after_login.1 >= before_login.1);
        let (before_use, after_use) = compare(FactorKey::FEATURE_ADOPTION, given.clone().feature(ago, "c"));
        prop_assert!(after_use.0 >= before_use.0 && after_use.1 >= before_use.1);
        let (before_ticket, after_ticket) = compare(FactorKey::SUPPORT_LOAD, given.clone().tickets(ago, count));
        prop_assert!(after_ticket.0 <= before_ticket.0 && after_ticket.1 <= before_ticket.1);
    }

    #[test]
    fn api_calls_raise_within_the_window_and_lower_before_it(given in any_given(), at in 0..10_000i64, count in 1..5000i64) {
        let days = given.scorecard.factors[FactorKey::API_TREND].measure.days();
        let before = scores(&given.health(), FactorKey::API_TREND);
        let recent = scores(&given.clone().api_calls(at % days, count).health(), FactorKey::API_TREND);
        prop_assert!(recent.0 >= before.0 && recent.1 >= before.1);
        let earlier = scores(&given.clone().api_calls(days + at % days, count).health(), FactorKey::API_TREND);
        prop_assert!(earlier.0 <= before.0 && earlier.1 <= before.1);
    }

    #[test]
    fn an_invoice_paid_on_time_never_lowers_and_a_late_or_overdue_one_never_raises(given in any_given()) {
        let before = scores(&given.health(), FactorKey::INVOICE_TIMELINESS);
        let after = |more: Given| scores(&more.health(), FactorKey::INVOICE_TIMELINESS);
        let on_time = after(given.clone().invoices(1, 0, 0, 0));
        prop_assert!(on_time.0 >= before.0 && on_time.1 >= before.1);
        for worse in [after(given.clone().invoices(0, 1, 0, 0)), after(given.clone().invoices(0, 0, 1, 0))] {
            prop_assert!(worse.0 <= before.0 && worse.1 <= before.1);
        }
        prop_assert_eq!(after(given.clone().invoices(0, 0, 0, 1)), before);
    }

    #[test]
    fn a_factor_of_weight_0_has_no_effect(given in any_given(), other in any_given(), at in 0..4usize) {
        let (kind, key) = (DAILY_KINDS[at], factor_of(DAILY_KINDS[at]));
        let given = given.rule(key, |rule| rule.weight = 0);
        prop_assume!(given.scorecard.factors.iter().any(|(_, rule)| rule.weight > 0));
        let mut changed = given.clone();
        changed.facts.daily.retain(|daily| daily.kind != kind);
        changed.facts.daily.extend(other.facts.daily.into_iter().filter(|daily| daily.kind == kind));
        let source = Source::of(kind).unwrap();
        *changed.connections.sources.get_mut(source) = *other.connections.sources.get(source);
        let (one, two) = (given.health(), changed.health());
        prop_assert_eq!((one.score, one.band, one.coverage), (two.score, two.band, two.coverage));
        for (factor, part) in one.factors.iter().filter(|(factor, _)| *factor != key) {
            prop_assert_eq!(part, &two.factors[factor]);
        }
    }

    #[test]
    fn scaling_all_weights_changes_nothing(given in any_given(), scale in 1..1_000_000i64) {
        let mut scaled = given.clone();
        for (_, rule) in scaled.scorecard.factors.iter_mut() {
            rule.weight *= scale;
        }
        prop_assert_eq!(given.health(), scaled.health());
    }

    #[test]
    fn the_order_and_the_grouping_of_events_are_irrelevant(given in any_given(), seed in any::<u64>()) {
        let mut shuffled = given.clone();
        // One row per event instead of one per day, in an order that depends on the seed.
        let single = |daily: &DailyCount| std::iter::repeat_n(DailyCount { count: 1, ..daily.clone() }, daily.count as usize);
        shuffled.facts.daily = given.facts.daily.iter().flat_map(single).collect();
        let position = |index: usize| (index as u64 + 1).wrapping_mul(seed | 1).rotate_left(17);
        let mut index = 0;
        shuffled.facts.daily.sort_by_cached_key(|_| { index += 1; position(index) });
        shuffled.facts.invoices.reverse();
        prop_assert_eq!(given.health(), shuffled.health());
        let past = |given: &Given| history(&given.facts, &given.rulebook(), &given.connections, day(20), day(0));
        prop_assert_eq!(past(&given), past(&shuffled));
    }

    #[test]
    fn events_outside_the_windows_are_ignored(given in any_given(), beyond in 0..100i64, count in 1..1000i64) {
        let mut more = given.clone();
        for kind in DAILY_KINDS {
            let key = factor_of(kind);
            let reach = given.scorecard.factors[key].measure.lookback_days();
            more = more.activity(kind, "z", reach + beyond, count).activity(kind, "z", -1 - beyond, count);
        }
        more = more.invoice(issued(-1 - beyond).due(10).paid(9));
        prop_assert_eq!(given.health(), more.health());
    }

    #[test]
    fn the_causes_of_a_change_sum_to_it(given in any_given(), other in any_given(), days in 0..150i64) {
        let before = ScoreInputs { facts: &other.facts, rulebook: &other.rulebook(), connections: &other.connections, day: day(days) };
        let after = ScoreInputs { facts: &given.facts, rulebook: &given.rulebook(), connections: &given.connections, day: day(0) };
        let change = explain_change(CUSTOMER, before, after);
        prop_assert_eq!(&change.before, &other.health_on(days));
        prop_assert_eq!(&change.after, &given.health());
        prop_assert_eq!(change.causes.iter().map(|part| part.change.0).sum::<i64>(), change.after.score.0 - change.before.score.0);
        for key in FactorKey::FIVE {
            let parts = change.causes.iter().map(|part| part.factors[key].0).sum::<i64>();
            let (after, before) = (&change.after.factors[key], &change.before.factors[key]);
            prop_assert_eq!(parts, after.contribution.0 - before.contribution.0);
        }
    }

    #[test]
    fn what_was_known_already_is_neither_late_nor_retracted(given in any_given(), days in 0..150i64) {
        let mut given = given;
        for (index, invoice) in given.facts.invoices.iter_mut().enumerate() {
            invoice.number = index.to_string();
        }
        let rulebook = &given.rulebook();
        let standing = |day| ScoreInputs { facts: &given.facts, rulebook, connections: &given.connections, day };
        let change = explain_change(CUSTOMER, standing(day(days)), standing(day(0)));
        let causes: Vec<_> = change.causes.iter().map(|part| part.cause).collect();
        for never in [Cause::ScorecardChange, Cause::Retracted, Cause::LateArrived] {
            prop_assert!(!causes.contains(&never), "{:?}", change.causes);
        }
        prop_assert!(days > 0 || causes.is_empty());
    }

    #[test]
    fn a_history_is_the_score_of_each_of_its_days(given in any_given(), days in 0..60i64) {
        for point in history(&given.facts, &given.rulebook(), &given.connections, day(days), day(0)) {
            let health = given.health_on((day(0) - point.day).num_days());
            prop_assert_eq!((point.score, point.band), (health.score, health.band), "on {}", point.day);
        }
    }

    #[test]
    fn scores_of_some_days_are_those_of_each_day(given in any_given(), ago in prop::collection::btree_set(-5..200i64, 0..6)) {
        let days: Vec<_> = ago.into_iter().rev().map(day).collect();
        let found = scores_on(&given.facts, &given.rulebook(), &given.connections, &days);
        prop_assert_eq!(found.len(), days.len());
        for (on, scores) in days.iter().zip(found) {
            let health = given.health_on((day(0) - *on).num_days());
            prop_assert_eq!((scores.score, scores.band), (health.score, health.band), "on {}", on);
            let factors = health.factors.map(|_, factor| (factor.score, factor.measured));
            prop_assert_eq!(scores.factors, factors);
        }
    }
}
