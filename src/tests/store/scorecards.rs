//! A new scorecard: versions, and health that follows it.

use crate::domain::five::FiveRules;
use crate::domain::{CustomerQuery, FactorKey, NewRulebook, Scorecard, ScorecardInput};
use crate::scoring::Counted;
use crate::server::Actor;
use crate::server::service::run::jobs;
use crate::server::service::scorecards;
use crate::tests::harness::*;
use std::time::Duration;

/// The version after `current` with one change.
fn next(current: &Scorecard, change: impl FnOnce(&mut FiveRules)) -> NewRulebook {
    let scorecard = Scorecard { version: current.version + 1, ..current.with(change) };
    NewRulebook { rulebook: scorecard.into(), segments: None, author: "Ada".into(), note: "test".into() }
}

/// The rules that everything depends on, changed.
fn other_rules(scorecard: &mut FiveRules) {
    scorecard.factors.login_frequency.window_days = Some(365);
    scorecard.factors.api_trend.window_days = Some(365);
    scorecard.factors.feature_adoption.key_features = vec!["export".into()];
    scorecard.factors.invoice_timeliness.window_days = Some(40);
    scorecard.factors.support_load.weight = 70;
    scorecard.bands.healthy.0 = 555;
}

/// A customer with old and new facts of every kind, and one without any.
async fn two_customers(db: &Database) {
    let acme = db.customer("Acme").await;
    db.customer("Zeta").await;
    for days in [2, 45, 200, 364, 365, 500, 729, 730] {
        let facts = [login(), feature("export"), feature("alerts"), api_calls(days), ticket()];
        db.send_all(acme, facts.into_iter().map(|fact| fact.days_ago(days))).await;
    }
    db.send_all(acme, [invoice("OLD").days_ago(40), invoice("NEW").days_ago(39)].map(|fact| fact.due(days_ago(30)))).await;
    db.roll_over_all(today()).await;
}

on_each_database! {
    async fn after_a_new_version_stored_health_is_what_facts_give_under_it(db: Database) {
        two_customers(&db).await;
        let first = db.current_scorecard().await.unwrap();
        db.add_rulebook(&next(&first, other_rules), now()).await.unwrap();
        assert_eq!(db.count_stale(today()).await.unwrap(), (2, 2));
        assert_eq!(db.roll_over(midnight(today()), 1).await.unwrap(), 1);
        assert_eq!(db.count_stale(today()).await.unwrap(), (1, 2));
        db.roll_over_all(today()).await;
        assert_eq!(db.count_stale(today()).await.unwrap(), (0, 2));
        db.assert_settled(today()).await;
        let (rows, _) = db.list_customers(&parse_query("sort=name").unwrap(), today()).await.unwrap();
        let measured = &rows[0].measured;
        let counted = |key| &measured.factors[key].counted;
        assert_eq!(*counted(FactorKey::LOGIN_FREQUENCY), Counted::Facts(4));
        assert!(matches!(counted(FactorKey::FEATURE_ADOPTION), Counted::Features(1, _)));
        assert_eq!(measured.invoices().judged(), 1);
        assert_eq!(*counted(FactorKey::API_TREND), Counted::Trend(2 + 45 + 200 + 364, 365 + 500 + 729));
    }

    async fn facts_that_arrive_before_the_rescoring_are_scored_by_the_new_rules(db: Database) {
        two_customers(&db).await;
        let first = db.current_scorecard().await.unwrap();
        db.add_rulebook(&next(&first, other_rules), now()).await.unwrap();
        let stored = db.send(crate::domain::CustomerId(1), login()).await;
        assert_eq!((stored.before.scorecard_version, stored.after.scorecard_version), (2, 2));
        assert_eq!(db.roll_over_all(today()).await, 1);
        db.assert_settled(today()).await;
    }

    async fn versions_are_kept_and_never_overwritten(db: Database) {
        let first = db.current_scorecard().await.unwrap();
        let second = next(&first, |scorecard| scorecard.factors.api_trend.weight = 30);
        db.add_rulebook(&second, now()).await.unwrap();
        assert_conflict(db.add_rulebook(&second, now()).await, "version 1 is not the current", "the same again");
        let skipping = next(&Scorecard { version: 7, ..first.clone() }, |_| {});
        assert_conflict(db.add_rulebook(&skipping, now()).await, "version 7 is not the current", "from nowhere");
        let versions = db.list_rulebooks().await.unwrap();
        assert_eq!(versions.iter().map(|version| version.rulebook.clone()).collect::<Vec<_>>(), [second.rulebook.clone(), first.into()]);
        assert_eq!((versions[0].created_at, versions[1].created_at), (Some(now()), None));
        assert_eq!(db.get_rulebook(2).await.unwrap(), versions[0]);
        let marks = db.list_scorecard_marks().await.unwrap();
        assert_eq!(marks.iter().map(|mark| (mark.version, mark.day)).collect::<Vec<_>>(), [(2, today())]);
        db.migrate().await.unwrap();
        assert_eq!(db.current_rulebook().await.unwrap(), second.rulebook, "a restart changes no version");
    }

    async fn of_two_who_save_at_once_one_is_refused(db: Database) {
        let first = db.current_scorecard().await.unwrap();
        let save = |weight| {
            let (store, new) = (db.store.clone(), next(&first, |scorecard| scorecard.factors.api_trend.weight = weight));
            tokio::spawn(async move { store.add_rulebook(&new, now()).await })
        };
        let saves: Vec<_> = (50..58).map(save).collect();
        let mut saved = 0;
        for save in saves {
            match save.await.unwrap() {
                Ok(_) => saved += 1,
                refused => assert_conflict(refused, "is not the current", "too late"),
            }
        }
        assert_eq!((saved, db.list_rulebooks().await.unwrap().len()), (1, 2));
    }

    async fn a_preview_tells_what_saving_does(db: Database) {
        two_customers(&db).await;
        let weekly = db.customer("Weekly").await;
        db.send_all(weekly, (0..30).map(|week| login().days_ago(7 * week))).await;
        let gone = db.customer("Gone").await;
        let archive = crate::domain::Archive { reason: crate::domain::ArchiveReason::Churned, date: today() };
        db.archive_customer(gone, archive, now()).await.unwrap();
        let app = db.app();
        let weights = |scorecard: &mut FiveRules| scorecard.factors.login_frequency.weight = 400;
        // Once from stored measurements, once while they are stale, once from facts.
        for change in [weights as fn(&mut FiveRules), |scorecard| scorecard.missing_policy = crate::domain::MissingPolicy::Exclude, other_rules] {
            let current = db.current_scorecard().await.unwrap();
            let new = next(&current, change);
            let input: ScorecardInput = serde_json::from_value(serde_json::to_value(FiveRules::of(new.rulebook.rest()).unwrap()).unwrap()).unwrap();
            let preview = scorecards::preview_rulebook(&app.call(Actor::Visitor), &input.parse_rules().unwrap().into()).await.unwrap();
            let before = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
            assert_eq!(preview.changes, new.rulebook.changes_since(&current.clone().into()));
            assert_eq!((preview.customers, preview.mean_before), (3, before.mean.score));
            db.add_rulebook(&new, now()).await.unwrap();
            let again = scorecards::preview_rulebook(&app.call(Actor::Visitor), &input.parse_rules().unwrap().into()).await.unwrap();
            assert_eq!((again.mean_before, again.moves.len(), again.movers.len()), (preview.mean_after, 0, 0), "stale rows are not believed");
            db.roll_over_all(today()).await;
            let after = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
            assert_eq!(preview.mean_after, after.mean.score);
            let bands = |portfolio: &crate::domain::Portfolio| portfolio.bands.iter().map(|band| (band.band, band.tally.customers)).collect::<Vec<_>>();
            assert_eq!(preview.bands.iter().map(|(band, count, _)| (*band, *count)).collect::<Vec<_>>(), bands(&before));
            assert_eq!(preview.bands.iter().map(|(band, _, count)| (*band, *count)).collect::<Vec<_>>(), bands(&after));
            assert!(!preview.movers.is_empty());
            for mover in &preview.movers {
                let health = db.health(mover.id).await;
                assert_eq!((mover.after, mover.band_after), (health.score, health.band));
            }
        }
    }

    async fn saving_wakes_the_job_that_rescores(db: Database) {
        two_customers(&db).await;
        let app = db.app();
        let job = tokio::spawn(jobs::keep_rolling_over(app.clone()));
        let mut sent = serde_json::to_value(FiveRules::of(&db.current_scorecard().await.unwrap()).unwrap()).unwrap();
        for weight in [60, 61] {
            sent["factors"]["apiTrend"]["weight"] = weight.into();
            let signed = ScorecardInput { author: Some("Ada".into()), note: Some("test".into()), ..serde_json::from_value(sent.clone()).unwrap() };
            let saved = scorecards::create_rulebook(&app.call(Actor::Visitor), signed.parse().unwrap()).await.unwrap();
            sent["version"] = saved.rulebook.version.into();
            let done = async {
                while db.count_stale(today()).await.unwrap().0 > 0 {
                    tokio::task::yield_now().await;
                }
            };
            // Less than the job sleeps when nothing wakes it.
            tokio::time::timeout(Duration::from_secs(4), done).await.expect("rescored at once");
        }
        job.abort();
        db.assert_settled(today()).await;
    }
}
