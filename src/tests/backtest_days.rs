//! Backtests of random lives: all days of many customers in one walk give what each day of each customer gives alone.

use crate::domain::backtest::{Auc, Known, ScoreCount};
use crate::domain::measure::Measure;
use crate::domain::{
    AsOf, Backtest, BacktestQuery, Condition, CustomerFields, CustomerId, EventKind, NewRulebook, OutcomeFacts, OutcomeKind,
    Rulebook, Scorecard, Segment,
};
use crate::scoring;
use crate::scoring::backtest::{Case, Fate, auc_of};
use crate::server::service::backtest::{Told, get_backtest};
use crate::server::store::Reach;
use crate::tests::harness::*;
use chrono::Duration as Days;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::time::Duration;

/// The rules of [`live`]: a scorecard of their own for new customers in Enterprise, readings, users, and days of silence.
fn mixed_rules(rules: Rulebook) -> NewRulebook {
    let mut rest = rules.rest().clone();
    let keys: Vec<_> = rest.factors.keys().collect();
    let mut measure = |place: usize, measure: Measure| {
        if let Some(rule) = rest.factors.get_mut(keys[place]) {
            rule.measure = measure;
        }
    };
    measure(0, Measure::DaysSince { kinds: vec![EventKind::Login, EventKind::FeatureUse], days: 30 });
    measure(1, Measure::DistinctUsers { kinds: vec![EventKind::Login, EventKind::FeatureUse], days: 60 });
    measure(4, Measure::Latest { reading: "seats".into(), days: 40 });
    let condition = Condition { segments: vec![Segment::named("Enterprise").unwrap()], started_less_than_days_ago: Some(90) };
    let new = Scorecard { name: "New".into(), condition: Some(condition), ..rules.rest().clone() };
    let rulebook = Rulebook::new(rules.version + 1, vec![new], rest);
    NewRulebook { rulebook, segments: None, author: "Ada".into(), note: "test".into() }
}

/// Lives of some customers up to today, at random: facts of the day and late ones, others taken back, segments that change, and new
/// rules on the way. Half of the customers leave in the end.
async fn live(db: &Database, seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut customers, mut events) = (Vec::<CustomerId>::new(), Vec::new());
    for ago in (0..150).rev() {
        let now = now() - Days::days(ago);
        if customers.len() < 8 && random.random_range(0..6) == 0 {
            let number = customers.len() as i64;
            let fields = CustomerFields {
                name: format!("Customer {number}"),
                start_date: (number % 3 > 0).then(|| now.date_naive() - Days::days(20 * (number % 3 - 1))),
                ..blank()
            };
            customers.push(db.create_customer(&fields, now).await.unwrap().id);
        }
        if ago == 70 {
            db.add_rulebook(&mixed_rules(db.current_rulebook().await.unwrap()), now).await.unwrap();
        }
        for _ in 0..random.random_range(0..5) {
            let Some(customer) = customers.choose(&mut random).copied() else { break };
            let number = format!("R-{}", random.random_range(0..4));
            let fact = match random.random_range(0..9) {
                0 | 1 => login().user(["Ada", "Bob", "Eve"].choose(&mut random).unwrap()),
                2 => feature(["a", "b", "c"].choose(&mut random).unwrap()),
                3 => ticket(),
                4 => api_calls(random.random_range(1..50)),
                5 => invoice(&number).due(days_ago(random.random_range(0..150))),
                6 => paid(&number),
                7 => reading("seats", &random.random_range(1..90).to_string()),
                _ => voided(&number),
            };
            let late = *[0, 0, 0, 1, 3, 20, 45].choose(&mut random).unwrap();
            let event = fact.at(now - Days::days(late) - Days::minutes(1)).received_at(now);
            if let Ok(stored) = db.posts.insert_event(customer, &event, now).await {
                events.push(stored.event.id);
            }
        }
        if random.random_range(0..3) == 0
            && let Some(event) = events.choose(&mut random)
        {
            // It may be retracted already.
            let _ = db.retract_event(*event, "test", now).await;
        }
        if random.random_range(0..20) == 0
            && let Some(id) = customers.choose(&mut random)
        {
            let customer = db.get_customer(*id).await.unwrap();
            let segment = Segment::named(["Enterprise", "SMB"].choose(&mut random).unwrap()).unwrap();
            db.update_customer(*id, customer.version, &CustomerFields { segment, ..customer.fields }, now).await.unwrap();
        }
    }
    for customer in customers.iter().step_by(2) {
        let facts = OutcomeFacts {
            kind: OutcomeKind::Churned,
            day: days_ago(random.random_range(0..110)),
            arr_before_cents: None,
            arr_after_cents: None,
            reason: None,
            involuntary: false,
        };
        db.add_outcome(*customer, &facts, now()).await.unwrap();
    }
}

/// The figures that follow from the scores of all cases: the AUC, the columns of the distribution, and by band how many there were and left.
type Figures = (Option<Auc>, Vec<ScoreCount>, Vec<(i64, i64)>);

fn figures(of: &Backtest) -> Figures {
    (of.auc, of.distribution.clone(), of.bands.iter().map(|band| (band.n, band.churned)).collect())
}

/// Works the figures of a backtest out from what is known now, or was known then, of one customer on one day after the other.
async fn alone(db: &Database, of: &Backtest, known: Known) -> Figures {
    let (mut cases, mut scores) = (Vec::new(), Vec::new());
    let (mut columns, mut bands) = (vec![ScoreCount::default(); of.distribution.len()], vec![(0, 0); of.bands.len()]);
    let customers = db.list_tested_customers().await.unwrap();
    for day in of.days.iter().copied() {
        let at = if known == Known::Then { AsOf::known_then(day) } else { AsOf::from(day) };
        let (mut rulebook, connections) = db.rules(at.known_at).await.unwrap();
        if let Some(version) = of.version {
            rulebook = Arc::new(db.get_rulebook(version).await.unwrap().rulebook);
        }
        for customer in customers.iter().filter(|customer| known == Known::Now || customer.created_on <= day) {
            let left = match customer.fate(day, &BacktestQuery { horizon: of.horizon, ..BacktestQuery::default() }) {
                Some(Fate::Left(_)) => true,
                Some(Fate::Stayed) => false,
                _ => continue,
            };
            let facts = db.load_facts(customer.id, Reach::of(&rulebook, day), at).await.unwrap();
            let scorecard = rulebook.scorecard_of(&facts.traits(), day);
            let health = scoring::score(customer.id, &scoring::measure(&facts, scorecard, &connections, day), scorecard, day);
            let Some(band) = of.bands.iter().position(|told| told.band == health.band) else { continue };
            if known == of.known
                && let Some(leaver) = of.leavers.iter().find(|told| (told.id, told.day) == (customer.id, day))
            {
                assert_eq!((leaver.score, leaver.band, left), (health.score, health.band, true), "{} on {day}", leaver.name);
            }
            let column = &mut columns[(health.score.0 / 50).min(19) as usize];
            *(if left { &mut column.churned } else { &mut column.stayed }) += 1;
            bands[band] = (bands[band].0 + 1, bands[band].1 + i64::from(left));
            cases.push(Case { customer: customer.id, day, left });
            scores.push(Some(health.score.0));
        }
    }
    assert!(cases.iter().any(|case| case.left) && cases.iter().any(|case| !case.left), "there is something to compare");
    (auc_of(&cases, &scores), columns, bands)
}

async fn told(db: &Database, query: BacktestQuery) -> Arc<Backtest> {
    match get_backtest(&db.call(), query, Duration::from_secs(60)).await.unwrap() {
        Told::Done(backtest) => backtest,
        Told::Working(_) => panic!("it takes too long"),
    }
}

on_each_database! {
    async fn days_in_one_walk_are_scored_as_each_alone(db: Database) {
        live(&db, 7).await;
        let query = BacktestQuery { horizon: 30, days: [117, 100, 71, 68, 52, 35].map(days_ago).into(), ..BacktestQuery::default() };
        let then = told(&db, BacktestQuery { known: Known::Then, ..query.clone() }).await;
        let now = told(&db, query).await;
        assert_eq!(figures(&now), alone(&db, &now, Known::Now).await);
        assert_eq!(figures(&then), alone(&db, &then, Known::Then).await);
        assert_eq!(now.known_then, alone(&db, &now, Known::Then).await.0, "beside it, under the same rules");
        assert!(now.known_then != now.auc, "something was not known then");
    }
}
