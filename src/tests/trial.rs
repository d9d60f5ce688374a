//! The portfolio on which rules are tried in the browser is what the store's scores come from.

use crate::domain::five::FiveRules;
use crate::domain::measure::Measure;
use crate::domain::{Archive, ArchiveReason, Band, EventKind, NewRulebook, Points, Rulebook, Scorecard};
use crate::scoring::trial::{Trial, TriedCustomer};
use crate::server::Actor;
use crate::server::service::scorecards::preview_rulebook;
use crate::server::service::trial::measure_portfolio;
use crate::tests::api::Site;
use crate::tests::harness::*;
use crate::wire::trial::{MOST_TRIED, MeasuredPortfolio, read_column};

fn measures(rules: &Scorecard) -> Vec<Measure> {
    rules.factors.values().map(|rule| rule.measure.clone()).collect()
}

/// A portfolio with facts of every kind, as the browser gets it for some rules.
fn trial(portfolio: MeasuredPortfolio, rules: &Scorecard) -> (Trial, Vec<TriedCustomer>) {
    let customers = portfolio.customers.unwrap();
    let segments = customers.segments.iter().map(|segment| segment.to_string()).collect();
    let (as_of, rows) = (customers.as_of, customers.rows());
    let mut trial = Trial::new(as_of, segments, rows.clone());
    for (measure, column) in measures(rules).into_iter().zip(&portfolio.columns) {
        trial.add_column(measure, read_column(column).unwrap());
    }
    (trial, rows)
}

async fn some_customers(db: &Database) {
    for number in 0..6 {
        let customer = db.customer(&format!("Customer {number}")).await;
        for days in [2, 20, 45] {
            let facts = (0..number).flat_map(|_| [login(), feature("export"), api_calls(days)]);
            db.send_all(customer, facts.map(|fact| fact.days_ago(days))).await;
        }
    }
    let bills =
        [invoice("A").days_ago(80).due(days_ago(50)), paid("A").days_ago(49), invoice("B").days_ago(70).due(days_ago(40))];
    db.send_all(crate::domain::CustomerId(2), bills).await;
    db.send(crate::domain::CustomerId(3), ticket()).await;
    let gone = db.customer("Gone").await;
    db.archive_customer(gone, Archive { reason: ArchiveReason::Churned, date: today() }, now()).await.unwrap();
    db.roll_over_all(today()).await;
}

fn other_windows(rules: &mut FiveRules) {
    rules.factors.login_frequency.window_days = Some(10);
    rules.factors.feature_adoption.key_features = vec!["export".into()];
    rules.factors.api_trend.window_days = Some(60);
    rules.factors.support_load.weight = 70;
    rules.bands.healthy.0 = 555;
}

on_each_database! {
    async fn measurements_are_what_the_stored_scores_come_from(db: Database) {
        some_customers(&db).await;
        let app = db.app();
        let call = app.call(Actor::Visitor);
        let mut current = db.current_scorecard().await.unwrap();
        // Once from stored measurements, once from facts while these are stale, and once more when new ones are stored.
        for settled in [true, false, true] {
            if !settled {
                let rulebook = Rulebook::from(Scorecard { version: 2, ..current.with(other_windows) });
                let new = NewRulebook { rulebook, segments: None, author: "Ada".into(), note: "test".into() };
                current = db.add_rulebook(&new, now()).await.unwrap().rulebook.rest().clone();
            }
            let answer = measure_portfolio(&call, &measures(&current), true).await.unwrap();
            assert_eq!(answer.active, 6, "archived customers are left out");
            let (mut trial, rows) = trial(answer, &current);
            let in_force = Rulebook::from(Scorecard { name: "Others".into(), ..current.clone() });
            let outlook = trial.run(&Rulebook::from(current.clone()), &in_force).unwrap();
            assert_eq!(outlook.before, outlook.after);
            db.roll_over_all(today()).await;
            for row in rows {
                let health = db.health(row.id).await;
                assert_eq!((row.score, row.band, row.has_data), (health.score, health.band, health.band != Band::NoData), "{}", row.name);
            }
        }
    }

    async fn a_trial_gives_what_the_preview_gives(db: Database) {
        some_customers(&db).await;
        let app = db.app();
        let call = app.call(Actor::Visitor);
        let current = db.current_scorecard().await.unwrap();
        let mut proposed = Scorecard { version: 2, ..current.with(other_windows) };
        let (_, login) = proposed.factors.iter_mut().next().unwrap();
        login.measure = Measure::ActiveDays { kinds: vec![EventKind::Login], days: 90, scaled_by_age: true };
        let answer = measure_portfolio(&call, &measures(&proposed), true).await.unwrap();
        let (mut trial, _) = trial(answer, &proposed);
        let (proposed, current) = (Rulebook::from(proposed), Rulebook::from(current));
        let outlook = trial.run(&proposed, &current).unwrap();
        let preview = preview_rulebook(&call, &proposed).await.unwrap();
        let bands: Vec<_> = Band::ALL.map(|band| (band, outlook.before.bands[band as usize].0, outlook.after.bands[band as usize].0)).into();
        assert_eq!((preview.bands, preview.mean_before, preview.mean_after), (bands, outlook.before.mean(), outlook.after.mean()));
        assert_eq!(preview.moves.iter().map(|(.., customers)| customers).sum::<i64>(), outlook.moves.all());
        assert!(outlook.moves.all() > 0 && outlook.after.mean() > Some(Points::ZERO));
    }

    async fn a_later_column_is_about_the_same_customers_or_says_so(db: Database) {
        some_customers(&db).await;
        let app = db.app();
        let call = app.call(Actor::Visitor);
        let measure = [Measure::DaysSince { kinds: vec![EventKind::Login], days: 90 }];
        let first = measure_portfolio(&call, &measure, true).await.unwrap();
        let second = measure_portfolio(&call, &measure, false).await.unwrap();
        assert_eq!((&first.mark, &first.columns, second.customers.clone()), (&second.mark, &second.columns, None));
        assert_eq!(first.columns, ["x 2 2 2 2 2".replace('x', "90")]);
        db.customer("New").await;
        assert_ne!(measure_portfolio(&call, &measure, false).await.unwrap().mark, first.mark);
    }

    async fn more_customers_than_rules_can_be_tried_on_are_only_counted(db: Database) {
        db.run_raw(&format!(
            "INSERT INTO customers (name, name_key, segment, version, created_at, is_demo)
             WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number <= {MOST_TRIED})
             SELECT 'Acme ' || CAST(number AS TEXT), 'acme', 'SMB', 1, 0, FALSE FROM numbers"
        )).await;
        let app = db.app();
        let answer = measure_portfolio(&app.call(Actor::Visitor), &measures(&Scorecard::default()), true).await.unwrap();
        assert_eq!(answer, MeasuredPortfolio { active: MOST_TRIED + 1, ..MeasuredPortfolio::default() });
    }
}

#[tokio::test]
async fn measures_that_are_no_good_are_refused() {
    let site = Site::new(Database::sqlite().await);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("host", "localhost"), ("origin", "http://localhost")];
    for (measures, status) in [
        (r#"[{"type":"count","kinds":["login"],"days":30}]"#, 200),
        (r#"[{"type":"count","kinds":["login"],"days":3000}]"#, 422),
        (r#"[{"type":"guess"}]"#, 422),
        ("logins", 400),
        (&format!("[{}]", [r#"{"type":"daysOverdue"}"#; 13].join(",")), 422),
    ] {
        let body = serde_urlencoded::to_string([("measures", measures), ("with_customers", "true")]).unwrap();
        let answer = site.send("POST /app/measure_portfolio", &headers, body).await;
        assert_eq!(answer.status, status, "{measures}: {}", answer.text);
    }
}
