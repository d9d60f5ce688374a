//! Outcomes of customers: kept once, taken back, known then; and how who churned leaves and comes back.

use crate::domain::band_history::Period;
use crate::domain::{
    Archive, ArchiveReason, Band, BulkChange, CustomerFields, CustomerId, FactorKey, NaiveDate, Outcome, OutcomeFacts,
    OutcomeInput, OutcomeKind, Points,
};
use crate::scoring;
use crate::server::store::StoreError;
use crate::tests::harness::*;
use chrono::Duration;

pub fn outcome(kind: OutcomeKind, day: NaiveDate) -> OutcomeFacts {
    let arr_after_cents = (kind == OutcomeKind::Churned).then_some(0);
    OutcomeFacts { kind, day, arr_before_cents: None, arr_after_cents, reason: None, involuntary: false }
}

pub fn churned(day: NaiveDate) -> OutcomeFacts {
    outcome(OutcomeKind::Churned, day)
}

fn always() -> Period {
    Period { first: i32::MIN, last: i32::MAX }
}

fn archived_on(date: NaiveDate) -> Option<Archive> {
    Some(Archive { reason: ArchiveReason::Churned, date })
}

/// The customers and kinds of outcomes.
fn told(outcomes: &[Outcome]) -> Vec<(CustomerId, OutcomeKind)> {
    outcomes.iter().map(|outcome| (outcome.customer_id, outcome.facts.kind)).collect()
}

on_each_database! {
    async fn an_outcome_is_kept_once_and_another_content_is_a_conflict(db: Database) {
        let acme = db.customer("Acme").await;
        let renewed = OutcomeFacts { arr_before_cents: Some(500), arr_after_cents: Some(500), ..outcome(OutcomeKind::Renewed, days_ago(9)) };
        let first = db.add_outcome(acme, &renewed, now()).await.unwrap();
        let again = db.add_outcome(acme, &renewed, now()).await.unwrap();
        assert_eq!((first.repeated, again.repeated), (false, true));
        assert_eq!((&first.outcome, &first.outcome.facts), (&again.outcome, &renewed));
        let other = OutcomeFacts { arr_after_cents: Some(400), ..renewed.clone() };
        assert_conflict(db.add_outcome(acme, &other, now()).await, "with another content already", "");
        // Another kind or day, and another customer, are others.
        let bolt = db.customer("Bolt").await;
        db.add_outcome(bolt, &renewed, now()).await.unwrap();
        db.add_outcome(acme, &outcome(OutcomeKind::Expanded, days_ago(9)), now()).await.unwrap();
        db.add_outcome(acme, &outcome(OutcomeKind::Renewed, days_ago(8)), now()).await.unwrap();
        assert_eq!(db.list_outcomes(acme).await.unwrap().len(), 3);
        // Taken back, it may be told anew.
        let taken_back = db.retract_outcome(first.outcome.id, "a typo", now()).await.unwrap();
        assert_eq!(taken_back.retraction.unwrap().reason, "a typo");
        assert_conflict(db.retract_outcome(first.outcome.id, "", now()).await, "is retracted already", "");
        assert!(!db.add_outcome(acme, &other, now()).await.unwrap().repeated);
        assert!(matches!(db.add_outcome(CustomerId(404), &other, now()).await, Err(StoreError::NotFound(_))));
    }

    async fn a_reason_is_spelled_as_in_the_list_which_can_be_changed(db: Database) {
        let acme = db.customer("Acme").await;
        let told = async |reason: &str, ago| {
            let facts = OutcomeFacts { reason: Some(reason.into()), ..outcome(OutcomeKind::Contracted, days_ago(ago)) };
            let kept = db.add_outcome(acme, &facts, now()).await.unwrap();
            (kept.outcome.facts.reason.unwrap(), kept.repeated)
        };
        assert_eq!(told("prICE", 3).await, ("Price".to_owned(), false));
        assert_eq!(told("bad weather", 2).await, ("bad weather".to_owned(), false));
        db.set_outcome_reasons(&["Bad weather".into(), "Other".into()]).await.unwrap();
        assert_eq!(db.list_outcome_reasons().await.unwrap(), ["Bad weather", "Other"]);
        assert_eq!(told("bad weather", 1).await, ("Bad weather".to_owned(), false));
        // What was kept keeps its reason, and may be told again in any case.
        assert_eq!(told("PRICE", 3).await, ("Price".to_owned(), true));
        assert_eq!(told("Bad WEATHER", 2).await, ("bad weather".to_owned(), true));
        assert_eq!(told("price", 0).await, ("price".to_owned(), false));
    }

    async fn outcomes_are_loaded_for_a_period_as_known_now_or_then(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        let ago = |days| now() - Duration::days(days);
        db.add_outcome(acme, &outcome(OutcomeKind::Renewed, days_ago(30)), ago(20)).await.unwrap();
        let contracted = db.add_outcome(bolt, &outcome(OutcomeKind::Contracted, days_ago(25)), ago(25)).await.unwrap();
        db.retract_outcome(contracted.outcome.id, "", ago(10)).await.unwrap();
        let load = async |first: i64, last: i64, known: Option<i64>| {
            let period = Period { first: days_ago(first).to_epoch_days(), last: days_ago(last).to_epoch_days() };
            told(&db.load_outcomes(period, known.map(days_ago)).await.unwrap())
        };
        let (renewed, contracted) = ((acme, OutcomeKind::Renewed), (bolt, OutcomeKind::Contracted));
        assert_eq!(load(30, 0, None).await, [renewed]);
        assert_eq!(load(30, 30, None).await, [renewed]);
        assert_eq!(load(29, 0, None).await, []);
        assert_eq!(load(60, 31, None).await, []);
        for (known, expected) in [(26, vec![]), (25, vec![contracted]), (20, vec![renewed, contracted]), (11, vec![renewed, contracted]), (10, vec![renewed])] {
            assert_eq!(load(30, 0, Some(known)).await, expected, "known {known} days ago");
        }
    }

    async fn who_churned_is_archived_since_that_day_and_counts_before(db: Database) {
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(100)), ..blank() }).await;
        db.send_all(acme, [login().days_ago(60), login().days_ago(31)]).await;
        let kept = db.add_outcome(acme, &churned(days_ago(30)), now()).await.unwrap();
        assert_eq!(db.get_customer(acme).await.unwrap().archived, archived_on(days_ago(30)));
        assert_eq!((db.list("").await, db.list("archived=true").await), (vec![], vec!["Acme".to_owned()]));
        // Facts keep coming in and count.
        db.send(acme, login()).await;
        db.assert_settled(today()).await;
        for (ago, is_there) in [(31, true), (30, false), (1, false)] {
            let day = db.replay(days_ago(ago).into()).await.unwrap();
            let (found, _) = day.list_customers(&parse_query("").unwrap(), days_ago(ago)).await.unwrap();
            assert_eq!(!found.is_empty(), is_there, "{ago} days ago");
        }
        // The last one counts, and taking back leaves the one before.
        let later = db.add_outcome(acme, &churned(days_ago(5)), now()).await.unwrap();
        db.add_outcome(acme, &churned(days_ago(50)), now()).await.unwrap();
        assert_eq!(db.get_customer(acme).await.unwrap().archived, archived_on(days_ago(5)));
        db.retract_outcome(later.outcome.id, "", now()).await.unwrap();
        assert_eq!(db.get_customer(acme).await.unwrap().archived, archived_on(days_ago(30)));
        db.retract_outcome(kept.outcome.id, "", now()).await.unwrap();
        assert_eq!(db.get_customer(acme).await.unwrap().archived, archived_on(days_ago(50)));
    }

    async fn taking_back_that_somebody_left_makes_it_active_as_it_was(db: Database) {
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(100)), ..blank() }).await;
        let before = db.get_customer(acme).await.unwrap();
        let kept = db.add_outcome(acme, &churned(days_ago(3)), now()).await.unwrap();
        db.retract_outcome(kept.outcome.id, "It stayed", now()).await.unwrap();
        let after = db.get_customer(acme).await.unwrap();
        assert_eq!((after.fields, after.archived), (before.fields, None));
        // Other outcomes archive nobody.
        for kind in [OutcomeKind::Contracted, OutcomeKind::Renewed, OutcomeKind::Expanded] {
            db.add_outcome(acme, &outcome(kind, days_ago(3)), now()).await.unwrap();
        }
        assert_eq!(db.get_customer(acme).await.unwrap().archived, None);
        // Another archive stays as it is.
        let other = Archive { reason: ArchiveReason::Duplicate, date: days_ago(1) };
        db.archive_customer(acme, other, now()).await.unwrap();
        let kept = db.add_outcome(acme, &churned(days_ago(2)), now()).await.unwrap();
        db.retract_outcome(kept.outcome.id, "", now()).await.unwrap();
        assert_eq!(db.get_customer(acme).await.unwrap().archived, Some(other));
    }

    async fn who_is_archived_as_churned_has_an_outcome_and_starts_anew_when_restored(db: Database) {
        let start = Some(days_ago(100));
        let acme = db.customer_with(CustomerFields { arr_cents: Some(700), start_date: start, ..blank() }).await;
        db.archive_customer(acme, Archive { reason: ArchiveReason::Churned, date: today() }, now()).await.unwrap();
        let [kept] = db.list_outcomes(acme).await.unwrap().try_into().unwrap();
        assert_eq!(kept.facts, OutcomeFacts { arr_before_cents: Some(700), ..churned(today()) });
        let early = db.restore_customer(acme, Some(days_ago(1)), now()).await;
        assert!(matches!(early, Err(StoreError::Rule("startDate", _))), "{early:?}");
        let restored = db.restore_customer(acme, None, now()).await.unwrap();
        assert_eq!((restored.archived, restored.fields.start_date), (None, Some(today())));
        db.assert_settled(today()).await;
        // It had never left, so it did not come back.
        db.retract_outcome(kept.id, "", now()).await.unwrap();
        assert_eq!(db.get_customer(acme).await.unwrap().fields.start_date, start);
        // What is no churn changes no start.
        db.archive_customer(acme, Archive { reason: ArchiveReason::Other, date: today() }, now()).await.unwrap();
        assert_eq!(db.restore_customer(acme, None, now()).await.unwrap().fields.start_date, start);
        assert_eq!(db.load_outcomes(always(), None).await.unwrap(), []);
    }

    async fn of_who_came_back_earlier_facts_count_on_earlier_days_only(db: Database) {
        let other = db.customer("Other").await;
        db.send_all(other, [login().days_ago(200), feature("x").days_ago(200)]).await;
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(100)), ..blank() }).await;
        db.send_all(acme, (40..70).map(|ago| login().days_ago(ago))).await;
        db.send_all(acme, [login().days_ago(8), login().days_ago(3)]).await;
        let before = async |ago: i64| {
            let facts = db.load_facts(acme, days_ago(400), today()).await.unwrap();
            let (scorecard, connections) = (db.current_scorecard().await.unwrap(), db.current_connections().await.unwrap());
            let history = scoring::history(&facts, &scorecard.clone().into(), &connections, days_ago(90), today());
            let point = *history.iter().rev().nth(ago as usize).unwrap();
            let measured = scoring::measure(&facts, &scorecard, &connections, days_ago(ago));
            let health = scoring::score(acme, &measured, &scorecard, days_ago(ago));
            assert_eq!((point.score, point.band), (health.score, health.band), "{ago} days ago");
            (health.band, health.factors[FactorKey::LOGIN_FREQUENCY].value)
        };
        let then = before(40).await;
        assert_eq!(then.1, Some(30));
        db.add_outcome(acme, &churned(days_ago(30)), now()).await.unwrap();
        db.restore_customer(acme, Some(days_ago(5)), now()).await.unwrap();
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        assert_eq!(before(0).await.1, Some(1), "the login 8 days ago counts no more");
        assert_eq!(before(40).await, then, "past days stay as they were");
        db.send(acme, login()).await;
        db.assert_settled(today()).await;
        // It is in the list but between the day it left and the day it came back.
        for (ago, is_there) in [(31, true), (30, false), (6, false), (5, true), (0, true)] {
            let day = db.replay(days_ago(ago).into()).await.unwrap();
            let (found, _) = day.list_customers(&parse_query("").unwrap(), days_ago(ago)).await.unwrap();
            assert_eq!(found.iter().any(|row| row.customer.id == acme), is_there, "{ago} days ago");
        }
    }

    async fn who_came_back_and_fell_silent_long_ago_is_measured(db: Database) {
        let other = db.customer("Other").await;
        db.send_all(other, [login().days_ago(600), feature("x").days_ago(600)]).await;
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(700)), ..blank() }).await;
        db.send_all(acme, [login().days_ago(600), login().days_ago(390)]).await;
        db.add_outcome(acme, &churned(days_ago(500)), now()).await.unwrap();
        db.restore_customer(acme, Some(days_ago(400)), now()).await.unwrap();
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        let health = db.health(acme).await;
        assert_eq!((health.band, health.factors[FactorKey::LOGIN_FREQUENCY].score), (Band::ChurnRisk, Points::ZERO));
        // Nothing but its first fact since makes a customer that came back today one with a score.
        db.add_outcome(acme, &churned(days_ago(9)), now()).await.unwrap();
        db.restore_customer(acme, Some(today()), now()).await.unwrap();
        assert_eq!(db.health(acme).await.band, Band::NoData);
        db.send(acme, login()).await;
        assert_ne!(db.health(acme).await.band, Band::NoData);
        db.assert_settled(today()).await;
        // That it had left before, too, changes past days.
        let sources = db.replay_sources(days_ago(300).into()).await.unwrap();
        db.add_outcome(acme, &churned(days_ago(650)), now()).await.unwrap();
        assert_eq!(db.renew_replay_sources(days_ago(300).into(), &sources).await.unwrap(), None);
    }

    async fn a_change_of_many_that_is_undone_takes_its_outcomes_back(db: Database) {
        let start = Some(days_ago(100));
        let acme = db.customer_with(CustomerFields { start_date: start, ..blank() }).await;
        let change = async |change| {
            let chosen = [(acme, db.get_customer(acme).await.unwrap().version)].into();
            db.change_customers(&chosen, &change, now()).await.unwrap().id.unwrap()
        };
        let archived = change(BulkChange::Archive(Some(ArchiveReason::Churned))).await;
        assert_eq!(told(&db.load_outcomes(always(), None).await.unwrap()), [(acme, OutcomeKind::Churned)]);
        db.undo_bulk_change(archived, now()).await.unwrap();
        assert_eq!(db.load_outcomes(always(), None).await.unwrap(), []);
        change(BulkChange::Archive(Some(ArchiveReason::Churned))).await;
        let restored = change(BulkChange::Archive(None)).await;
        assert_eq!(db.get_customer(acme).await.unwrap().fields.start_date, Some(today()));
        db.undo_bulk_change(restored, now()).await.unwrap();
        let again = db.get_customer(acme).await.unwrap();
        assert_eq!((again.archived, again.fields.start_date), (archived_on(today()), start));
        assert_eq!(db.load_outcomes(always(), None).await.unwrap().len(), 1);
    }
}

#[test]
fn broken_rules_of_an_outcome_name_their_fields() {
    let valid = || OutcomeInput { outcome: Some("expanded".into()), date: Some(today().to_string()), ..OutcomeInput::default() };
    assert_eq!(valid().parse(today()), Ok(outcome(OutcomeKind::Expanded, today())));
    let churned = OutcomeInput { outcome: Some("churned".into()), ..valid() };
    assert_eq!(churned.clone().parse(today()).unwrap().arr_after_cents, Some(0));
    let broken = [
        (OutcomeInput { outcome: None, ..valid() }, "outcome"),
        (OutcomeInput { outcome: Some("left".into()), ..valid() }, "outcome"),
        (OutcomeInput { date: None, ..valid() }, "date"),
        (OutcomeInput { date: Some("2026-3-1".into()), ..valid() }, "date"),
        (OutcomeInput { date: Some(days_ago(-1).to_string()), ..valid() }, "date"),
        (OutcomeInput { arr_before_cents: Some(-1), ..valid() }, "arrBeforeCents"),
        (OutcomeInput { arr_after_cents: Some(1_000_000_000_000_001), ..valid() }, "arrAfterCents"),
        (OutcomeInput { arr_after_cents: Some(1), ..churned }, "arrAfterCents"),
        (OutcomeInput { arr_before_cents: Some(2), arr_after_cents: Some(2), ..valid() }, "arrAfterCents"),
        (
            OutcomeInput { outcome: Some("contracted".into()), arr_before_cents: Some(2), arr_after_cents: Some(2), ..valid() },
            "arrAfterCents",
        ),
        (OutcomeInput { reason: Some("x".repeat(101)), ..valid() }, "reason"),
        (OutcomeInput { involuntary: Some(true), ..valid() }, "involuntary"),
    ];
    for (input, field) in broken {
        let errors = input.clone().parse(today()).unwrap_err();
        assert_eq!(errors.0.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), [field], "{input:?}");
    }
}
