//! Backtests from stored facts and departures: who is in them, what they follow from, and how long they are kept.

use crate::domain::backtest::{Known, LeftOut};
use crate::domain::{AsOf, Backtest, BacktestQuery, Band, CustomerFields, CustomerId, OutcomeFacts, OutcomeId, OutcomeKind};
use crate::server::AppState;
use crate::server::service::backtest::{Backtests, LIMITS, Told, get_backtest, get_tested_scores};
use crate::server::service::health::get_health;
use crate::server::service::long_work::{Limits, LongWorks};
use crate::tests::api::Site;
use crate::tests::harness::*;
use crate::wire::AppError;
use chrono::Duration as Days;
use futures::FutureExt;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// Creates a customer that started 300 days ago, with so many logins 95 days ago and an invoice paid on time.
async fn started(db: &Database, name: &str, logins: usize) -> CustomerId {
    let fields = CustomerFields { name: name.into(), start_date: Some(days_ago(300)), arr_cents: Some(1000_00), ..blank() };
    let id = db.customer_with(fields).await;
    db.send_all(id, (0..logins).map(|_| login().days_ago(95))).await;
    let number = format!("{name}-1");
    db.send_all(id, [invoice(&number).due(days_ago(110)).days_ago(120), paid(&number).days_ago(115)]).await;
    id
}

async fn churn(db: &Database, customer: CustomerId, ago: i64) -> OutcomeId {
    let facts = OutcomeFacts {
        kind: OutcomeKind::Churned,
        day: days_ago(ago),
        arr_before_cents: Some(2000_00),
        arr_after_cents: Some(0),
        reason: None,
        involuntary: ago % 2 == 1,
    };
    db.add_outcome(customer, &facts, now()).await.unwrap().outcome.id
}

/// Two that left with few logins, one that left with many, and three that stayed.
async fn portfolio(db: &Database) -> Vec<CustomerId> {
    let mut ids = Vec::new();
    for (name, logins) in [("A", 1), ("B", 3), ("C", 20), ("D", 6), ("E", 10), ("F", 20)] {
        ids.push(started(db, name, logins).await);
    }
    for (customer, ago) in [(ids[0], 80), (ids[1], 41), (ids[2], 0)] {
        churn(db, customer, ago).await;
    }
    ids
}

fn query(text: &str) -> BacktestQuery {
    BacktestQuery::from_pairs(text.split('&').filter_map(|pair| pair.split_once('=')), today()).unwrap()
}

async fn told(app: &AppState, text: &str) -> Arc<Backtest> {
    match get_backtest(&app.call(crate::server::Actor::Visitor), query(text), LONG).await.unwrap() {
        Told::Done(backtest) => backtest,
        Told::Working(_) => panic!("it takes too long"),
    }
}

/// The scores of those that left, by name.
fn left(backtest: &Backtest) -> Vec<(&str, i64)> {
    let mut left: Vec<_> = backtest.leavers.iter().map(|leaver| (leaver.name.as_str(), leaver.score.0)).collect();
    left.sort_unstable();
    left
}

async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it happens");
}

on_each_database! {
    async fn departures_are_told_from_those_that_stayed_by_the_scores_of_the_day(db: Database) {
        let ids = portfolio(&db).await;
        let app = db.app();
        let backtest = told(&app, "").await;
        assert_eq!((backtest.days.clone(), backtest.n, backtest.churners), (vec![days_ago(90)], 6, 3));
        for leaver in &backtest.leavers {
            let health = get_health(&db.call(), leaver.id, AsOf::from(days_ago(90))).await.unwrap();
            assert_eq!((leaver.score, leaver.band), (health.score, health.band), "{}", leaver.name);
        }
        // Of nine pairs A and B are right in three each, and C in the half of the tie with F.
        assert_eq!(backtest.auc.map(|auc| auc.value.0), Some(7_222));
        assert_eq!((backtest.lost.customers, backtest.lost.arr_cents), (3, 6000_00), "the ARR before");
        assert_eq!(backtest.bands.iter().map(|band| (band.n, band.churned)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)), (6, 3));
        assert_eq!(backtest.thirds.iter().map(|third| third.churners).collect::<Vec<_>>(), [1, 1, 1]);
        let last = backtest.leavers.iter().find(|leaver| leaver.id == ids[2]).unwrap();
        assert_eq!((last.left_on, last.score.0), (today(), last.score.0));
        assert_eq!(last.band == Band::Healthy, last.last_healthy_on.is_some_and(|day| day >= days_ago(90)));
        assert_eq!(told(&app, "exclude_involuntary=true").await.left_out, LeftOut { involuntary: 1, ..LeftOut::default() });
        let skipped = told(&app, "skip_days=10").await;
        assert_eq!((skipped.n, skipped.left_out.skipped), (5, 1));
        assert_eq!(told(&app, "min_age=211").await.left_out.too_young, 6);
        assert_eq!(told(&app, "segment=Enterprise").await.n, 0);
        let two = told(&app, &format!("horizon=30&days={},{}", days_ago(60), days_ago(90))).await;
        // A leaves in the first, B in the second, and C stays in both.
        assert_eq!((two.n, two.churners, two.days.len()), (11, 2, 2));
    }

    async fn nothing_that_happened_later_changes_a_score(db: Database) {
        let ids = portfolio(&db).await;
        let before = told(&db.app(), "").await;
        for customer in &ids {
            db.send_all(*customer, [login().days_ago(89), ticket().days_ago(60), feature("export").days_ago(1)]).await;
        }
        let after = told(&db.app(), "").await;
        assert_eq!(left(&after), left(&before));
        assert_eq!((after.auc, &after.bands, &after.distribution), (before.auc, &before.bands, &before.distribution));
        // Another departure is another case, with the same scores.
        churn(&db, ids[5], 2).await;
        let more = told(&db.app(), "").await;
        assert_eq!(more.churners, 4);
        assert!(left(&before).iter().all(|case| left(&more).contains(case)));
        let stood = |backtest: &Backtest| backtest.distribution.iter().map(|column| column.stayed + column.churned).collect::<Vec<_>>();
        assert_eq!(stood(&more), stood(&before));
    }

    async fn who_is_gone_or_archived_otherwise_is_left_out(db: Database) {
        let ids = portfolio(&db).await;
        let gone = started(&db, "Gone", 20).await;
        churn(&db, gone, 90).await;
        let archive = crate::domain::Archive { reason: crate::domain::ArchiveReason::Duplicate, date: days_ago(5) };
        db.archive_customer(ids[3], archive, now()).await.unwrap();
        db.customer("Without facts").await;
        let unknown = db.customer_with(CustomerFields { start_date: Some(days_ago(200)), ..blank() }).await;
        let backtest = told(&db.app(), "").await;
        assert_eq!((backtest.n, backtest.churners), (5, 3));
        assert_eq!(backtest.left_out, LeftOut { archived_otherwise: 1, no_data: 1, ..LeftOut::default() });
        assert!(backtest.leavers.iter().all(|leaver| leaver.id != gone && leaver.id != unknown));
    }

    async fn who_came_back_is_tested_in_each_of_its_lives(db: Database) {
        let ids = portfolio(&db).await;
        // B left 41 days ago, and comes back today with nothing.
        db.restore_customer(ids[1], None, now()).await.unwrap();
        let again = told(&db.app(), "").await;
        assert_eq!((again.n, again.churners), (6, 3));
        let before = get_health(&db.call(), ids[1], AsOf::from(days_ago(90))).await.unwrap();
        let leaver = again.leavers.iter().find(|leaver| leaver.id == ids[1]).unwrap();
        assert_eq!((leaver.score, leaver.left_on), (before.score, days_ago(41)));
        // Thirty days ago it was gone, as A was.
        assert_eq!(told(&db.app(), &format!("horizon=30&days={}", days_ago(30))).await.n, 4);
    }

    async fn each_departure_has_its_own_last_healthy_day(db: Database) {
        let twice = started(&db, "Twice", 20).await;
        let features = || ["a", "b", "c"].map(feature);
        db.send_all(twice, features().map(|fact| fact.days_ago(95))).await;
        churn(&db, twice, 80).await;
        db.restore_customer(twice, Some(days_ago(60)), now()).await.unwrap();
        db.send_all(twice, (0..20).map(|_| login().days_ago(50)).chain(features().map(|fact| fact.days_ago(50)))).await;
        db.send_all(twice, [invoice("2").due(days_ago(45)).days_ago(50), paid("2").days_ago(48)]).await;
        churn(&db, twice, 10).await;
        let backtest = told(&db.app(), &format!("horizon=30&days={},{}", days_ago(90), days_ago(30))).await;
        let mut left: Vec<_> = backtest.leavers.iter().map(|leaver| (leaver.left_on, leaver.last_healthy_on)).collect();
        left.sort();
        // Logins count for thirty days, and without them it is Healthy no more.
        assert_eq!(left, [(days_ago(80), Some(days_ago(81))), (days_ago(10), Some(days_ago(21)))]);
    }

    async fn known_then_counts_what_had_been_received(db: Database) {
        let at = |ago: i64| now() - Days::days(ago);
        let mut ids = Vec::new();
        for (name, known, late) in [("A", 2, 18), ("B", 20, 0), ("C", 10, 0)] {
            let fields = CustomerFields { name: name.into(), start_date: Some(days_ago(300)), ..blank() };
            let id = db.create_customer(&fields, at(300)).await.unwrap().id;
            for (number, received) in (0..known).map(|_| 95).chain((0..late).map(|_| 50)).enumerate() {
                let fact = login().message(&format!("{name}-{number}")).days_ago(95).received_at(at(received));
                db.posts.insert_event(id, &fact, at(received)).await.unwrap();
            }
            ids.push(id);
        }
        churn(&db, ids[0], 30).await;
        let app = db.app();
        let (now, then) = (told(&app, "").await, told(&app, "known=then").await);
        assert_eq!((now.n, then.n, then.known), (3, 3, Known::Then));
        // Twenty logins tie with B's and are more than C's; two are fewer than either.
        assert_eq!((now.auc.map(|auc| auc.value.0), then.auc.map(|auc| auc.value.0)), (Some(2_500), Some(10_000)));
        assert_eq!(now.known_then, then.auc);
        assert!(now.warnings.iter().any(|warning| warning.sentence.contains("100 of 100 pairs")), "{:?}", now.warnings);
        // An imported history was not known then.
        let imported = started(&db, "Imported", 20).await;
        let (now, then) = (told(&app, "").await, told(&app, "known=then").await);
        assert_eq!((now.n, then.n, then.left_out.no_data, now.known_then), (4, 3, 1, then.auc));
        assert!(now.leavers.iter().all(|leaver| leaver.id != imported));
    }

    async fn a_result_is_kept_until_something_that_it_rests_on_changes(db: Database) {
        let ids = portfolio(&db).await;
        let app = db.app();
        let first = told(&app, "").await;
        let same = async |what: &str| {
            let again = told(&app, "").await;
            assert!(Arc::ptr_eq(&first, &again), "{what}");
        };
        same("at once").await;
        db.send_all(ids[4], [login(), login().days_ago(89)]).await;
        same("a later fact of one that stayed").await;
        let late = db.send(ids[4], login()).await;
        db.retract_event(late.event.id, "test", now()).await.unwrap();
        same("a later fact that was taken back").await;
        let customer = db.get_customer(ids[4]).await.unwrap();
        let fields = CustomerFields { owner: Some("Ada".into()), name: "Renamed".into(), ..customer.fields };
        db.update_customer(ids[4], customer.version, &fields, now()).await.unwrap();
        db.customer("New").await;
        same("other fields, and a new customer").await;
        let mut last = first;
        let mut changed = async |what: &str| {
            let again = told(&app, "").await;
            assert!(!Arc::ptr_eq(&last, &again), "{what}");
            assert!(Arc::ptr_eq(&told(&app, "").await, &again), "{what}, again");
            last = again;
        };
        let counted = db.send(ids[4], login().days_ago(90)).await;
        changed("a fact of the day").await;
        db.retract_event(counted.event.id, "test", now()).await.unwrap();
        changed("a fact of the day that was taken back").await;
        db.send(ids[0], login().days_ago(85)).await;
        changed("a fact of one that left, before it left").await;
        let left = churn(&db, ids[4], 3).await;
        changed("a departure").await;
        db.retract_outcome(left, "test", now()).await.unwrap();
        changed("a departure that was taken back").await;
        let customer = db.get_customer(ids[4]).await.unwrap();
        let fields = CustomerFields { segment: crate::domain::Segment::named("Enterprise").unwrap(), ..customer.fields };
        db.update_customer(ids[4], customer.version, &fields, now()).await.unwrap();
        changed("a segment, by which the scorecard may be another one").await;
        db.new_rules(|rules| rules.missing_policy = crate::domain::MissingPolicy::Exclude).await;
        changed("new rules").await;
        assert_eq!(told(&app, "version=1").await.version, Some(1));
    }

    async fn the_scores_of_a_day_give_the_figure_of_the_rules_in_force_and_are_a_look(db: Database) {
        portfolio(&db).await;
        let app = db.app();
        let call = app.call(crate::server::Actor::Visitor);
        let Told::Done(scores) = get_tested_scores(&call, query(""), None).await.unwrap() else { panic!("it takes too long") };
        let rules = db.current_rulebook().await.unwrap();
        let rules = rules.rest();
        let weights = rules.factors.map(|_, rule| rule.weight);
        let figure = crate::scoring::backtest::auc_of_weights(&scores, &weights, rules.missing_policy);
        let backtest = told(&app, "").await;
        assert_eq!((scores.day, scores.n, scores.left.len(), figure), (days_ago(90), 6, 3, backtest.auc));
        assert!(!backtest.fitted_here);
        db.new_rules(|rules| rules.missing_policy = crate::domain::MissingPolicy::Exclude).await;
        assert!(told(&app, "").await.fitted_here);
    }

    async fn work_goes_on_for_who_comes_back_and_ends_when_nobody_does(db: Database) {
        portfolio(&db).await;
        let limits = Limits { asked: 2, ..LIMITS };
        let app = AppState { backtests: Arc::new(Backtests(LongWorks::new(limits))), ..db.app() };
        let ask = async |text: &str, patience| get_backtest(&app.call(crate::server::Actor::Visitor), query(text), patience).await;
        assert!(matches!(ask("", Duration::ZERO).await, Ok(Told::Working(_))));
        assert!(matches!(ask("", LONG).await, Ok(Told::Done(_))));
        assert!(matches!(ask("", Duration::ZERO).await, Ok(Told::Done(_))), "it is kept");
        assert_eq!((app.backtests.0.asked(), app.backtests.0.kept().len()), (0, 1));
        // Whoever is told of the progress is expected back, and one more than two is refused.
        let _turn = app.backtests.0.take_turn().await;
        for horizon in ["horizon=30", "horizon=60"] {
            assert!(matches!(ask(horizon, Duration::ZERO).await, Ok(Told::Working(_))));
        }
        assert!(matches!(ask("horizon=180", Duration::ZERO).await, Err(AppError::Overloaded(_))));
        // Who leaves without having been told takes the work away.
        let impatient = Limits { patience: Duration::ZERO, ..limits };
        let app = AppState { backtests: Arc::new(Backtests(LongWorks::new(impatient))), ..db.app() };
        let _turn = app.backtests.0.take_turn().await;
        let call = app.call(crate::server::Actor::Visitor);
        let mut waiting = Box::pin(get_backtest(&call, query("horizon=30"), LONG));
        while app.backtests.0.asked() == 0 {
            assert!((&mut waiting).now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        drop(waiting);
        until(|| app.backtests.0.asked() == 0).await;
        assert!(app.backtests.0.kept().is_empty());
    }

    async fn the_api_answers_with_all_figures(db: Database) {
        portfolio(&db).await;
        let site = Site::new(db);
        let answer = site.get("/api/backtest?horizon=90&days=2025-12-16").await.ok();
        assert_eq!(answer["days"], json!(["2025-12-16"]));
        assert_eq!((&answer["n"], &answer["churners"], &answer["verdict"]), (&json!(6), &json!(3), &json!("counts_only")));
        assert_eq!(answer["auc"]["value"], json!(0.7222));
        let sums = answer["bands"].as_array().unwrap().iter().map(|band| band["n"].as_i64().unwrap()).sum::<i64>();
        assert_eq!((sums, answer["bands"][0]["band"].as_str()), (6, Some("healthy")));
        assert!(answer["factors"].as_array().unwrap().iter().any(|factor| factor["auc"]["value"] == json!(0.7222)));
        let none = site.get("/api/backtest?segment=Startup").await.ok();
        assert_eq!((&none["auc"], &none["n"], &none["lift"]), (&json!(null), &json!(0), &json!(null)));
    }
}
