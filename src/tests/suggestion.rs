//! Suggestions from stored facts and departures: what they follow from, how long they are kept, and what is told of former looks.

use crate::domain::suggestion::SuggestionVerdict;
use crate::domain::{
    BacktestQuery, Band, Condition, CustomerFields, CustomerId, NewRulebook, OutcomeFacts, OutcomeKind, Rulebook, Scorecard,
    Segment, Suggestion,
};
use crate::server::service::backtest::{Told, get_suggestion, get_tested_scores};
use crate::server::{Actor, AppState};
use crate::tests::api::Site;
use crate::tests::harness::*;
use crate::wire::AppError;
use serde_json::{Value, json};
use std::time::Duration;

/// Learned 60 days ago, and tested 30 days ago.
const QUERY: &str = "horizon=30";

/// Creates customers that left in the 30 days after each day, after 20 silent days, and some that did not.
async fn portfolio(db: &Database, leavers: i64) -> Vec<CustomerId> {
    let mut ids = Vec::new();
    for number in 0..2 * leavers + 20 {
        let leaves = [45, 15].get((number / leavers) as usize).copied();
        let fields = CustomerFields {
            name: format!("Customer {number}"),
            start_date: Some(days_ago(300)),
            arr_cents: Some(1000_00 + number),
            ..blank()
        };
        let id = db.customer_with(fields).await;
        // The last login lies 20 days before the day of the test for who leaves after it, else shortly before each day.
        let last = match leaves {
            Some(left) => vec![left + 35, left + 36 + number % 3],
            None => vec![62 + number % 4, 32 + number % 4, 2 + number % 4],
        };
        // All have used the product every other day before.
        let all = last.into_iter().chain([190, 188, 186, 184, 182]).collect::<Vec<_>>();
        db.send_all(id, all.iter().map(|ago| login().days_ago(*ago))).await;
        if let Some(left) = leaves {
            let facts = OutcomeFacts {
                kind: OutcomeKind::Churned,
                day: days_ago(left),
                arr_before_cents: None,
                arr_after_cents: Some(0),
                reason: None,
                involuntary: false,
            };
            db.add_outcome(id, &facts, now()).await.unwrap();
        }
        ids.push(id);
    }
    ids
}

async fn ask(app: &AppState, patience: Duration) -> Told<Suggestion> {
    let query = BacktestQuery::from_pairs([("horizon", "30")], today()).unwrap();
    get_suggestion(&app.call(Actor::Visitor), query, patience).await.unwrap()
}

async fn suggested(app: &AppState) -> Suggestion {
    match ask(app, Duration::from_secs(60)).await {
        Told::Done(suggestion) => suggestion,
        Told::Working(_) => panic!("it takes too long"),
    }
}

on_each_database! {
    async fn rules_are_learned_on_one_horizon_and_tested_on_the_next(db: Database) {
        portfolio(&db, 32).await;
        let suggestion = suggested(&db.app()).await;
        assert_eq!((suggestion.learned_on, suggestion.tested_on, suggestion.drafted_on), (days_ago(60), days_ago(30), days_ago(1)));
        let scorecard = &suggestion.scorecards[0];
        // Who left before the test is not in it.
        assert_eq!((scorecard.learned.n, scorecard.learned.churners), (84, 32));
        assert_eq!((scorecard.tested.n, scorecard.tested.churners), (52, 32));
        assert!(scorecard.together.unwrap().value.0 >= 0, "{}", scorecard.reason);
        let draft = scorecard.draft.clone().unwrap();
        assert_eq!(draft.factors.iter().map(|factor| factor.rule.weight).sum::<i64>(), 100);
        // Only the twenty that are left can change band.
        assert!(scorecard.moves.iter().map(|moved| moved.customers).sum::<i64>() <= 20);
        assert!(scorecard.movers.iter().all(|mover| mover.arr_cents > Some(1000_00) && mover.band_before != Band::NoData));
    }

    async fn a_suggestion_is_kept_until_something_that_it_rests_on_changes(db: Database) {
        let ids = portfolio(&db, 3).await;
        let app = db.app();
        let first = suggested(&app).await;
        assert_eq!(first.scorecards[0].verdict, SuggestionVerdict::TooFew);
        let same = async |what: &str| {
            // Nothing can be worked on meanwhile.
            let _turn = app.backtests.0.take_turn().await;
            assert!(matches!(ask(&app, Duration::ZERO).await, Told::Done(again) if again.scorecards == first.scorecards), "{what}");
        };
        same("at once").await;
        db.send_all(ids[20], [login(), login()]).await;
        same("facts of today").await;
        let changed = async |what: &str| {
            let turn = app.backtests.0.take_turn().await;
            assert!(matches!(ask(&app, Duration::ZERO).await, Told::Working(_)), "{what}");
            drop(turn);
            suggested(&app).await
        };
        db.send(ids[20], login().days_ago(1)).await;
        changed("a fact of yesterday").await;
        let customer = db.get_customer(ids[20]).await.unwrap();
        let fields = CustomerFields { arr_cents: Some(5), ..customer.fields };
        db.update_customer(ids[20], customer.version, &fields, now()).await.unwrap();
        changed("an ARR").await;
        db.new_rules(|rules| rules.missing_policy = crate::domain::MissingPolicy::Exclude).await;
        assert_eq!(changed("new rules").await.version, 2);
    }

    async fn each_scorecard_is_learned_on_its_own_customers_and_changes_alone(db: Database) {
        let ids = portfolio(&db, 32).await;
        for id in ids.iter().step_by(2) {
            let customer = db.get_customer(*id).await.unwrap();
            let fields = CustomerFields { segment: Segment::named("Startup").unwrap(), ..customer.fields };
            db.update_customer(*id, customer.version, &fields, now()).await.unwrap();
        }
        let of = |name: &str, segments: &[&str], days| Scorecard {
            name: name.into(),
            onboarding: segments.is_empty(),
            condition: Some(Condition {
                segments: segments.iter().filter_map(|segment| Segment::named(segment)).collect(),
                started_less_than_days_ago: days,
            }),
            ..Scorecard::default()
        };
        let groups = vec![of("New", &[], Some(30)), of("Startups", &["Startup"], None)];
        let rulebook = Rulebook::new(2, groups, Scorecard { name: "Others".into(), ..Scorecard::default() });
        let new = NewRulebook { rulebook: rulebook.clone(), segments: None, author: "Ada".into(), note: "test".into() };
        db.add_rulebook(&new, now()).await.unwrap();
        let app = db.app();
        let scorecards = suggested(&app).await.scorecards;
        let names: Vec<_> = scorecards.iter().map(|scorecard| scorecard.name.as_str()).collect();
        assert_eq!(names, ["Startups", "Others"], "nobody new is judged");
        let query = || BacktestQuery::from_pairs([("horizon", "30")], today()).unwrap();
        let call = app.call(Actor::Visitor);
        for scorecard in &scorecards {
            assert_eq!((scorecard.learned.n, scorecard.learned.churners), (42, 16));
            assert_eq!((scorecard.tested.n, scorecard.tested.churners), (26, 16));
            assert_eq!(scorecard.verdict, SuggestionVerdict::TooFew, "half of 32 are few");
            // The draft is of these customers, and leaves the other scorecards as they are.
            let draft = rulebook.clone().with_scorecard(scorecard.draft.clone().unwrap().scorecard(2));
            let changes = draft.changes_since(&rulebook);
            let own: Vec<_> = scorecard.changes.iter().map(|change| format!("{}: {change}", scorecard.name)).collect();
            assert!(!own.is_empty() && changes == own, "{changes:?}");
            // So is the figure of weights that are moved.
            let Told::Done(scores) = get_tested_scores(&call, query(), Some(&scorecard.name)).await.unwrap() else { panic!() };
            assert_eq!((scores.n, scores.left.len()), (26, 16));
        }
        let refused = get_tested_scores(&call, query(), Some("Nobody")).await.err();
        assert!(matches!(refused, Some(AppError::Invalid(errors)) if errors.0[0].field == "scorecard"));
    }

    async fn a_short_history_is_said(db: Database) {
        let id = db.customer_with(CustomerFields { start_date: Some(days_ago(300)), ..blank() }).await;
        db.send_all(id, [179, 178, 177, 61].map(|ago| login().days_ago(ago))).await;
        let before = suggested(&db.app()).await.scorecards.remove(0);
        assert_eq!((before.verdict, before.draft, before.steps.len()), (SuggestionVerdict::NotEnoughHistory, None, 0));
        assert!(before.reason.contains("needs facts from"), "{}", before.reason);
        // The longest window is 90 days, and 30 more lie before it.
        db.send(id, login().days_ago(180)).await;
        assert_eq!(suggested(&db.app()).await.scorecards[0].verdict, SuggestionVerdict::TooFew);
    }

    async fn what_was_tried_on_the_same_departures_is_counted_and_rules_made_after_a_look_are_marked(db: Database) {
        portfolio(&db, 3).await;
        let site = Site::new(db);
        let suggestion = format!("/api/backtest/suggestion?{QUERY}");
        let first = site.get(&suggestion).await.ok();
        assert_eq!((&first["variants"], &first["fittedHere"], &first["version"]), (&json!(1), &json!(false), &json!(1)));
        assert_eq!(site.get(&suggestion).await.ok()["variants"], json!(1), "again is not another one");
        // The rules in force, on days that overlap, are a second.
        let tested = site.get("/api/backtest?horizon=30").await.ok();
        assert_eq!((&tested["fittedHere"], &tested["warnings"]), (&json!(false), &json!([])));
        assert_eq!(site.get(&suggestion).await.ok()["variants"], json!(2));
        // The draft can be sent as it is, and knows then what it was tested on.
        let body = |draft: &Value| json!({"version": 1, "author": "Ada", "note": "Suggested", "scorecards": [draft]});
        let saved = site.post("/api/rulebooks", body(&first["scorecards"][0]["draft"])).await;
        assert_eq!(saved.status, 201, "{:?}", saved.json());
        let fitted = site.get("/api/backtest?horizon=30").await.ok();
        assert_eq!((&fitted["version"], &fitted["fittedHere"]), (&json!(2), &json!(true)));
        assert_eq!(fitted["warnings"][0]["code"], json!("fitted_here"));
        assert_eq!(site.get("/api/backtest?horizon=30&version=1").await.ok()["fittedHere"], json!(false));
        let again = site.get(&suggestion).await.ok();
        assert_eq!((&again["variants"], &again["fittedHere"]), (&json!(4), &json!(true)));
        // Departures that nobody had looked at are another matter.
        let earlier = site.get("/api/backtest?horizon=30&days=2025-10-01").await.ok();
        assert_eq!(earlier["fittedHere"], json!(false));
    }
}
