//! Every measure: its exact value, and the laws that hold for any facts.

use super::given::*;
use super::laws::{any_daily_count, any_invoice};
use crate::domain::EventKind::{ApiCall, FeatureUse, Login, SupportTicket};
use crate::domain::measure::Measure;
use crate::domain::scale::{Scale, Value};
use crate::domain::scorecard::FactorRule;
use crate::domain::{EventBody, EventKind, FactorKey, HealthChange, MissingPolicy, Points, ReadingValue, Scorecard};
use crate::scoring::{
    Counted, Facts, LastSeen, Measured, ReadingFact, ScoreInputs, Scores, Users, explain_change, history, measure,
};
use chrono::Duration;
use leptos::serde_json::{self, json};
use proptest::prelude::*;

fn key() -> FactorKey {
    FactorKey::parse("tested").unwrap()
}

/// Rules that measure nothing else. More is better, up to 100.
fn only(measure: Measure) -> Scorecard {
    let scale = Scale::straight((0, Points::ZERO), (100, Points::MAX), Points::NEUTRAL);
    let rule = FactorRule {
        label: "Tested".into(),
        short_label: "Tested".into(),
        why: String::new(),
        next_step: None,
        weight: 1,
        measure,
        scale,
    };
    Scorecard { factors: [(key(), rule)].into_iter().collect(), ..Scorecard::default() }
}

fn falling(mut scorecard: Scorecard) -> Scorecard {
    let rule = scorecard.factors.get_mut(key()).unwrap();
    rule.scale = Scale::straight((0, Points::MAX), (100, Points::ZERO), Points::NEUTRAL);
    scorecard
}

impl Given {
    fn under(self, measure: Measure) -> Self {
        Self { scorecard: only(measure), ..self }
    }

    /// A reading of so many thousandths, so many seconds after the day's midnight.
    fn reading(mut self, name: &str, ago: i64, second: i64, thousandths: i64) -> Self {
        let at = day(ago).and_time(chrono::NaiveTime::MIN).and_utc() + Duration::seconds(second);
        let value = ReadingValue::of_thousandths(thousandths).unwrap();
        self.facts.readings.push(ReadingFact { name: name.into(), at, value });
        self
    }

    fn measured(&self) -> Measured {
        measure(&self.facts, &self.scorecard, &self.connections, day(0)).factor(key()).clone()
    }

    fn value(&self) -> Option<Value> {
        self.measured().value(&self.scorecard.factors[key()].measure)
    }

    fn score(&self) -> Points {
        Scores::of(&measure(&self.facts, &self.scorecard, &self.connections, day(0)), &self.scorecard).score
    }

    fn says(&self) -> String {
        self.health().factors[key()].explanation.clone()
    }
}

/// Explains the change from a day before, where everything was as `before` says, to the as-of day.
fn change_between(before: &Given, after: &Given, days: i64) -> HealthChange {
    let [rules_before, rules_after] = [before, after].map(Given::rulebook);
    let before = ScoreInputs { facts: &before.facts, rulebook: &rules_before, connections: &before.connections, day: day(days) };
    let after = ScoreInputs { facts: &after.facts, rulebook: &rules_after, connections: &after.connections, day: day(0) };
    explain_change(CUSTOMER, before, after)
}

fn fraction(over: i128, under: i128) -> Option<Value> {
    Some(Value::Fraction { over, under })
}

#[test]
fn a_count_takes_several_kinds_and_scales_by_age() {
    let count = |scaled_by_age| Measure::Count { kinds: vec![Login, ApiCall], days: Some(30), scaled_by_age };
    let facts = given().logins(3, 2).api_calls(5, 4).tickets(1, 9).logins(30, 50);
    assert_eq!(facts.clone().under(count(false)).value(), fraction(6, 1));
    let mut young = facts.under(count(true));
    assert_eq!(young.value(), fraction(6 * 30, 30));
    young.facts.start_date = Some(day(9));
    assert_eq!(young.value(), fraction(6 * 30, 10));
    assert_eq!(young.says(), "6 events in 10 days, target 100 in 30 days");
    young.facts.start_date = None;
    young.facts.first_fact_on = Some(day(5));
    assert_eq!(young.value(), fraction(6 * 30, 6), "the first fact counts where no start is known");
}

#[test]
fn active_days_are_days_with_any_fact() {
    let active = Measure::ActiveDays { kinds: vec![Login, FeatureUse], days: 10, scaled_by_age: false };
    let given = given().logins(0, 5).feature(0, "a").logins(4, 1).feature(9, "a").logins(10, 1).under(active);
    assert_eq!(given.value(), fraction(3 * 10, 10));
    assert_eq!(given.says(), "3 days with events in the last 10 days, target 100");
}

#[test]
fn distinct_users_count_once_each_whatever_they_did() {
    let users = Measure::DistinctUsers { kinds: vec![Login], days: 30 };
    let mut given = given().login_of(29, "ann").login_of(0, "ann").login_of(3, "bob").login_of(30, "gone").login_of(-1, "later");
    given.facts.users.push("uses", FeatureUse, day(1));
    let given = given.under(users);
    assert_eq!(given.value(), fraction(2, 1));
    assert_eq!(given.says(), "2 users in the last 30 days, target 100");
    let both = given.clone().under(Measure::DistinctUsers { kinds: vec![Login, FeatureUse], days: 30 });
    assert_eq!(both.value(), fraction(3, 1));
    let mut dropped = given;
    dropped.connections.users_from = Some(day(28));
    assert!(!dropped.measured().is_measured(), "the first day of the window is before what is known");
    assert_eq!(dropped.value(), None);
    assert_eq!(dropped.says(), "Logins are not connected yet, or not all of the last 30 days are kept, so this score is assumed");
    dropped.connections.users_from = Some(day(29));
    assert!(dropped.measured().is_measured());
    dropped.connections.users_from = None;
    assert!(!dropped.measured().is_measured(), "users of older events are being counted");
}

#[test]
fn a_reading_is_connected_from_the_first_of_its_name_of_any_customer() {
    let latest = |name: &str| Measure::Latest { reading: name.into(), days: 30 };
    let mut given = given().reading("seats", 3, 0, 1000).under(latest("seats"));
    assert!(given.measured().connected);
    assert!(!given.clone().under(latest("unread")).measured().connected);
    let ratio = Measure::Ratio { reading: "unread".into(), over: "seats".into(), days: 30 };
    assert!(given.clone().under(ratio).measured().connected, "the earliest of either");
    given.connections.readings.insert("seats".into(), day(-1));
    assert!(!given.measured().connected, "it came later");
}

#[test]
fn days_since_ends_at_the_length_of_the_window() {
    let since = Measure::DaysSince { kinds: vec![Login], days: 90 };
    let after = |ago| given().logins(ago, 1).under(since.clone());
    assert_eq!(after(0).value(), fraction(0, 1));
    assert_eq!(after(12).value(), fraction(12, 1));
    assert_eq!(after(12).says(), "Last login 12 days ago");
    assert_eq!(after(89).value(), fraction(89, 1));
    assert_eq!(after(90).value(), fraction(90, 1));
    assert_eq!(given().under(since.clone()).value(), fraction(90, 1));
    assert_eq!(given().under(since.clone()).says(), "No login in the last 90 days");
    let source = crate::domain::Source::Logins;
    let mut unconnected = given().under(since);
    *unconnected.connections.sources.get_mut(source) = None;
    assert_eq!(unconnected.value(), None);
    assert_eq!(unconnected.says(), "Logins are not connected yet, so this score is assumed");
}

#[test]
fn pace_holds_a_customer_against_its_own_days_before() {
    let pace = Measure::Pace { kinds: vec![Login], days: 7, before_days: 28 };
    let of = |now, before| given().logins(6, now).logins(7, before).logins(35, 99).under(pace.clone());
    // 6 a week are 24 in 28 days.
    assert_eq!(of(6, 12).value(), fraction(100 * 6 * 28, 12 * 7));
    assert_eq!(of(6, 12).says(), "6 logins in the last 7 days, 200 % of the pace in the 28 days before (12)");
    let nothing = |now: i64, before: i64| {
        let mut given = of(1, 1);
        given.facts.daily.retain(|daily| (now > 0 && daily.day == day(6)) || (before > 0 && daily.day == day(7)));
        given
    };
    assert_eq!(nothing(0, 1).value(), fraction(0, 7), "active before and silent now");
    assert_eq!(nothing(0, 1).says(), "No logins in the last 7 days, 1 in the 28 days before");
    assert_eq!(nothing(1, 0).value(), Some(Value::Boundless), "only now");
    assert_eq!(nothing(0, 0).value(), None);
    assert_eq!(nothing(0, 0).says(), "No logins in the last 35 days, so this score is assumed");
}

#[test]
fn days_overdue_are_those_of_the_oldest_open_invoice() {
    let overdue = |given: Given| given.under(Measure::DaysOverdue);
    assert_eq!(overdue(given()).value(), None);
    assert_eq!(overdue(given()).says(), "No invoices yet, so this score is assumed");
    assert_eq!(overdue(given().invoice(issued(60).due(30).voided(2))).value(), None);
    assert_eq!(overdue(given().invoice(issued(60).due(30).paid(2))).value(), fraction(0, 1));
    assert_eq!(overdue(given().invoice(issued(60).due(0))).value(), fraction(0, 1));
    let two = overdue(given().invoice(issued(60).due(30)).invoice(issued(90).due(12)).invoice(issued(90).due(80).paid(1)));
    assert_eq!(two.value(), fraction(30, 1));
    assert_eq!(two.says(), "The oldest open invoice is 30 days overdue");
}

#[test]
fn readings_are_taken_at_their_latest_or_on_average() {
    let of = |given: Given, measure| given.under(measure);
    let latest = || Measure::Latest { reading: "seats".into(), days: 30 };
    let mean = || Measure::Mean { reading: "seats".into(), days: 30 };
    let ratio = || Measure::Ratio { reading: "seats used".into(), over: "seats".into(), days: 30 };
    let read = given().reading("seats", 3, 60, 12_500).reading("seats", 3, 60, 10_000).reading("seats", 3, 59, 99_000);
    let read = read.reading("seats", 30, 0, 1_000_000).reading("other", 0, 0, 1).reading("seats", -1, 0, 1);
    assert_eq!(of(read.clone(), latest()).value(), fraction(12_500, 1000), "of two at one time the larger");
    assert_eq!(of(read.clone(), latest()).says(), "Seats 12.5");
    assert_eq!(of(read.clone(), mean()).value(), fraction(121_500, 3000));
    assert_eq!(of(read.clone(), mean()).says(), "Seats 40.5 on average in the last 30 days");
    assert_eq!(of(read.clone(), ratio()).value(), None);
    assert_eq!(of(read.clone(), ratio()).says(), "No reading of seats used in the last 30 days, so this score is assumed");
    let used = read.reading("seats used", 5, 0, 10_000);
    assert_eq!(of(used.clone(), ratio()).value(), fraction(100 * 10_000, 12_500));
    assert_eq!(of(used.clone(), ratio()).says(), "Seats used 10, 80 % of seats (12.5)");
    let over_nothing = used.reading("seats", 2, 0, 0);
    assert_eq!(of(over_nothing.clone(), ratio()).value(), None);
    assert_eq!(of(over_nothing, ratio()).says(), "Seats 0, so this score is assumed");
    assert_eq!(of(given(), latest()).value(), None);
    assert_eq!(of(given(), mean()).value(), None);
}

#[test]
fn a_measure_is_written_as_an_object_with_its_type() {
    for (measure, written) in [
        (
            Measure::Count { kinds: vec![Login], days: Some(30), scaled_by_age: true },
            json!({ "type": "count", "kinds": ["login"], "days": 30, "scaledByAge": true }),
        ),
        (
            Measure::Count { kinds: vec![Login], days: None, scaled_by_age: false },
            json!({ "type": "count", "kinds": ["login"], "days": null }),
        ),
        (
            Measure::DaysSince { kinds: vec![Login, FeatureUse], days: 90 },
            json!({ "type": "daysSince", "kinds": ["login", "feature_use"], "days": 90 }),
        ),
        (
            Measure::Pace { kinds: vec![ApiCall], days: 7, before_days: 28 },
            json!({ "type": "pace", "kinds": ["api_call"], "days": 7, "beforeDays": 28 }),
        ),
        (Measure::DaysOverdue, json!({ "type": "daysOverdue" })),
        (Measure::Latest { reading: "seats".into(), days: 30 }, json!({ "type": "latest", "reading": "seats", "days": 30 })),
    ] {
        assert_eq!(serde_json::to_value(&measure).unwrap(), written);
        assert_eq!(serde_json::from_value::<Measure>(written).unwrap(), measure);
    }
}

#[test]
fn what_was_counted_is_stored_and_read_back() {
    for counted in [
        Counted::Scaled { number: 3, of: 10 },
        Counted::ActiveDays { number: 2, of: 30, today: true },
        Counted::Users(7),
        Counted::Since(None),
        Counted::Overdue(Some(4)),
        Counted::Mean { sum: 10 * i128::from(i64::MAX), number: 2 },
        Counted::Ratio(Some(-1), None),
    ] {
        let stored = serde_json::to_string(&Measured { connected: true, counted: counted.clone() }).unwrap();
        assert_eq!(serde_json::from_str::<Measured>(&stored).unwrap().counted, counted, "{stored}");
    }
}

fn any_kinds() -> impl Strategy<Value = Vec<EventKind>> {
    prop::sample::subsequence(vec![Login, FeatureUse, SupportTicket, ApiCall], 1..=3)
}

fn any_measure() -> impl Strategy<Value = Measure> {
    let name = || prop::sample::select(vec!["x".to_owned(), "y".to_owned()]);
    let days = || 1..120i64;
    prop_oneof![
        (any_kinds(), days(), any::<bool>()).prop_map(|(kinds, days, scaled_by_age)| Measure::Count {
            kinds,
            days: Some(days),
            scaled_by_age
        }),
        (any_kinds(), days(), any::<bool>()).prop_map(|(kinds, days, scaled_by_age)| Measure::ActiveDays {
            kinds,
            days,
            scaled_by_age
        }),
        (any_kinds(), days()).prop_map(|(kinds, days)| Measure::DaysSince { kinds, days }),
        days().prop_map(|days| Measure::DistinctUsers { kinds: vec![Login, FeatureUse], days }),
        (any_kinds(), days(), days()).prop_map(|(kinds, days, before_days)| Measure::Pace { kinds, days, before_days }),
        Just(Measure::DaysOverdue),
        (name(), days()).prop_map(|(reading, days)| Measure::Latest { reading, days }),
        (name(), days()).prop_map(|(reading, days)| Measure::Mean { reading, days }),
        (name(), name(), days()).prop_map(|(reading, over, days)| Measure::Ratio { reading, over, days }),
    ]
}

/// Users by number, each with a kind and the days before the as-of day.
fn users_of(users: &[(u8, bool, Vec<i64>)]) -> Users {
    let mut found = Users::default();
    for (user, is_login, ago) in users {
        let kind = if *is_login { Login } else { FeatureUse };
        ago.iter().for_each(|ago| found.push(&format!("user {user}"), kind, day(*ago)));
    }
    found
}

prop_compose! {
    fn any_given()(
        measure in any_measure(),
        daily in prop::collection::vec(any_daily_count(), 0..30),
        invoices in prop::collection::vec(any_invoice(), 0..8),
        users in prop::collection::vec((0..4u8, any::<bool>(), prop::collection::vec(-5..150i64, 0..4)), 0..8),
        readings in prop::collection::vec((any::<bool>(), -5..150i64, 0..3i64, -3..4i64), 0..20),
        start in prop::option::of(-5..150i64),
        first_fact in prop::option::weighted(0.9, -5..250i64),
        policy in prop::sample::select(MissingPolicy::ALL.to_vec()),
    ) -> Given {
        let mut given = given().under(measure);
        given.scorecard.missing_policy = policy;
        given.facts = Facts { start_date: start.map(day), first_fact_on: first_fact.map(day), daily, invoices, ..Facts::default() };
        given.facts.users = users_of(&users);
        readings.into_iter().fold(given, |given, (x, ago, second, value)| {
            given.reading(if x { "x" } else { "y" }, ago, second, 1000 * value)
        })
    }
}

proptest! {
    #[test]
    fn a_history_is_the_score_of_each_of_its_days(given in any_given(), days in 0..90i64) {
        for point in history(&given.facts, &given.rulebook(), &given.connections, day(days), day(0)) {
            let scores = Scores::of(&measure(&given.facts, &given.scorecard, &given.connections, point.day), &given.scorecard);
            prop_assert_eq!((point.score, point.band), (scores.score, scores.band), "{:?}", point.day);
        }
    }

    #[test]
    fn order_and_what_lies_outside_the_window_are_irrelevant(given in any_given(), beyond in 0..50i64) {
        let reach = given.scorecard.lookback_days();
        let window = given.scorecard.factors[key()].measure.days();
        let mut other = [Login, FeatureUse, SupportTicket, ApiCall].into_iter().fold(given.clone(), |given, kind| {
            given.activity(kind, "z", reach + beyond, 3).activity(kind, "z", -1 - beyond, 3)
        });
        other = other.reading("x", window + beyond, 9, 7000).reading("y", -1 - beyond, 9, 7000);
        other.facts.daily.reverse();
        other.facts.invoices.reverse();
        other = other.user(window + beyond, "outside").user(-1 - beyond, "later");
        other.facts.readings.reverse();
        other.facts.users = Vec::from_iter(other.facts.users.iter()).into_iter().rev().collect();
        prop_assert_eq!(given.health(), other.health());
    }

    #[test]
    fn a_new_fact_counts_as_more_and_is_undone(given in any_given(), ago in 0..120i64, count in 1..9i64) {
        prop_assume!(!matches!(given.scorecard.factors[key()].measure, Measure::DaysSince { .. }));
        let more = given.clone().logins(ago, count - 1).login_of(ago, "new");
        let is_earlier = |given: &Given| match given.scorecard.factors[key()].measure {
            Measure::Pace { days, .. } => ago >= days,
            _ => false,
        };
        match is_earlier(&given) {
            // From nothing measured to something, the assumed score gives way.
            _ if given.value().is_none() => {}
            true => prop_assert!(more.score() <= given.score()),
            false => prop_assert!(more.score() >= given.score()),
        }
        let mut undone = more;
        undone.facts.daily.truncate(given.facts.daily.len());
        undone.facts.users = given.facts.users.clone();
        prop_assert_eq!(undone.health(), given.health());
    }

    #[test]
    fn a_new_fact_never_adds_days_of_silence(given in any_given(), ago in 0..120i64) {
        let given = Given { scorecard: falling(only(Measure::DaysSince { kinds: vec![Login], days: 90 })), ..given };
        prop_assert!(given.clone().logins(ago, 1).score() >= given.score());
    }

    #[test]
    fn a_payment_never_adds_days_overdue(given in any_given(), ago in 0..50i64) {
        let mut given = Given { scorecard: falling(only(Measure::DaysOverdue)), ..given };
        let before = given.score();
        given.facts.invoices.iter_mut().for_each(|invoice| invoice.paid_on = invoice.paid_on.or(Some(day(ago))));
        prop_assert!(given.score() >= before);
    }

    #[test]
    fn the_causes_of_a_change_sum_to_it(given in any_given(), other in any_given(), days in 0..100i64) {
        let other = Given { scorecard: given.scorecard.clone(), ..other };
        let change = change_between(&other, &given, days);
        let sum = change.causes.iter().map(|part| part.change.0).sum::<i64>();
        prop_assert_eq!(sum, change.after.score.0 - change.before.score.0);
    }

    #[test]
    fn an_event_of_the_day_is_added_to_what_was_measured(given in any_given()) {
        let mut added = measure(&given.facts, &given.scorecard, &given.connections, day(0));
        let user = "user 1";
        let until_then = given.facts.users.iter().filter(|(one, _, on)| *one == user && *on <= day(0));
        let seen = LastSeen(until_then.map(|(_, kind, on)| (kind, on)).collect());
        added.add(&EventBody::Login { user: Some(user.into()) }, &given.scorecard, &seen, day(0));
        let more = given.login_of(0, user);
        prop_assert_eq!(added, measure(&more.facts, &more.scorecard, &more.connections, day(0)));
    }
}
