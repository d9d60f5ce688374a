//! ARR by band over time, and moves between bands: restated, filtered, and each move a list of its own.

use crate::domain::band_history::{BandMove, Moved, MovedBy};
use crate::domain::tally::Measure;
use crate::domain::{Archive, ArchiveReason, AsOf, Band, BandHistory, CustomerFields, CustomerId, CustomerQuery, Points};
use crate::server::Actor;
use crate::server::service::portfolio;
use crate::server::store::Incoming;
use crate::tests::harness::*;

const K: i64 = 1_000_00;

/// Connects every source long ago, so that no customer's facts connect one.
async fn connect_sources(db: &Database) {
    let first = db.customer("First").await;
    let facts = [login(), feature("export"), api_calls(1), ticket(), invoice("F-1").due(days_ago(560))];
    db.send_all(first, facts.map(|fact| fact.days_ago(600))).await;
}

/// A customer that logs in and uses everything until some days ago, then no more.
async fn active_until(db: &Database, name: &str, arr: Option<i64>, days: i64) -> CustomerId {
    let owner = Some(if days == 0 { "Ada" } else { "Bob" }.to_owned());
    let id = db.customer_with(CustomerFields { name: name.into(), arr_cents: arr, owner, ..blank() }).await;
    let day = |day: i64| [login().days_ago(days + day), feature("a").days_ago(days + day)];
    let features = ["b", "c", "d", "e"].map(|name| feature(name).days_ago(days + 1));
    let facts = (0..140).flat_map(day).chain(features).chain(["b", "c", "d", "e"].map(|name| feature(name).days_ago(days + 80)));
    let received_at = now();
    let incoming: Vec<_> = facts.map(|fact| Incoming { customer: id, event: fact.event(), received_at }).collect();
    db.insert_events(&incoming).await.1.unwrap();
    db.roll_over_all(today()).await;
    id
}

async fn bands(db: &Database, query: &str) -> BandHistory {
    db.get_band_history(&parse_query(query).unwrap(), "USD", today()).await.unwrap()
}

/// Fails unless each move, by its figures, is the list that its link shows, page by page.
async fn assert_moves_are_lists(db: &Database, history: &BandHistory, of: &str) {
    for (moves, by) in [(&history.moves, MovedBy::Facts), (&history.moves_by_rules, MovedBy::Rules)] {
        for BandMove { from, to, tally } in moves {
            let days = history.days;
            let moved = Moved { from: *from, to: *to, by }.name();
            let query = format!("{of}&{}={moved}&days={days}", if by == MovedBy::Facts { "moved" } else { "moved_by_rules" });
            let names = db.list(&query).await;
            assert_eq!(names.len() as i64, tally.customers, "{query}");
            assert_eq!(db.list(&format!("{query}&arr=unknown")).await.len() as i64, tally.arr_unknown, "{query}");
            let mut paged = Vec::new();
            for page in 1..=tally.customers {
                let (names, total) = db.page(&format!("{query}&page={page}&page_size=1")).await;
                assert_eq!((names.len(), total), (1, tally.customers), "{query}");
                paged.extend(names);
            }
            assert_eq!(paged, names, "{query}");
            // The figures of such a list are those of its customers.
            let figures = db.get_portfolio(&parse_query(&query).unwrap(), "USD", today()).await.unwrap();
            assert_eq!(figures.all, *tally, "{query}");
            let narrowed = bands(db, &query).await;
            let told = if by == MovedBy::Facts { &narrowed.moves } else { &narrowed.moves_by_rules };
            assert_eq!(told, &[BandMove { from: *from, to: *to, tally: *tally }], "{query}");
        }
    }
}

on_each_database! {
    async fn each_day_sums_what_each_customer_s_history_says(db: Database) {
        connect_sources(&db).await;
        active_until(&db, "Steady", Some(10 * K), 0).await;
        active_until(&db, "Fallen", Some(7 * K), 40).await;
        active_until(&db, "Gone quiet", None, 100).await;
        active_until(&db, "Gone long ago", Some(3 * K), 150).await;
        let history = bands(&db, "days=180").await;
        assert_eq!((history.from, history.as_of, history.pending), (days_ago(180), today(), 0));
        let (rows, _) = db.list_customers(&parse_query("").unwrap(), today()).await.unwrap();
        let rulebook = db.current_rulebook().await.unwrap();
        let connections = db.current_connections().await.unwrap();
        let mut expected = vec![[(0, 0); Band::COUNT]; 181];
        for row in rows {
            let facts = db.load_facts(row.customer.id, days_ago(1000), today()).await.unwrap();
            let points = crate::scoring::history(&facts, &rulebook, &connections, history.from, today());
            for (sums, point) in expected.iter_mut().zip(points) {
                let sum = &mut sums[point.band as usize];
                *sum = (sum.0 + 1, sum.1 + row.customer.fields.arr_cents.unwrap_or_default());
            }
        }
        for (band, told) in history.bands.iter().enumerate() {
            assert_eq!(told.band, Band::ALL[band]);
            assert_eq!(told.customers, expected.iter().map(|day| day[band].0).collect::<Vec<_>>(), "{:?}", told.band);
            assert_eq!(told.arr_cents, expected.iter().map(|day| day[band].1).collect::<Vec<_>>(), "{:?}", told.band);
        }
        assert!(history.bands[..3].iter().all(|band| band.customers.iter().any(|customers| *customers > 1)), "{history:?}");
        assert!(history.moves.len() > 1, "{history:?}");
        for (days, from) in [(30, 30), (90, 90), (365, 365)] {
            let shorter = bands(&db, &format!("days={days}")).await;
            assert_eq!((shorter.from, shorter.bands[0].customers.len()), (days_ago(from), days as usize + 1));
            assert_eq!(shorter.bands[0].arr_cents.last(), history.bands[0].arr_cents.last());
        }
    }

    async fn a_move_lists_exactly_its_customers_under_every_filter(db: Database) {
        connect_sources(&db).await;
        for index in 0..4 {
            active_until(&db, &format!("Steady {index}"), Some(10 * K), 0).await;
            active_until(&db, &format!("Fallen {index}"), (index > 0).then_some(index * K), 35 + index).await;
        }
        let mut told = 0;
        for of in ["sort=name", "sort=name&search=fallen", "sort=name&owner=Ada", "sort=name&band=at_risk,churn_risk", "sort=name&segment=SMB&score_from=10"] {
            for days in [30, 90, 180, 365] {
                let history = bands(&db, &format!("{of}&days={days}")).await;
                let listed = db.list(of).await.len() as i64;
                let counted: i64 = history.bands.iter().map(|band| band.customers.last().unwrap()).sum();
                assert_eq!(counted, listed, "{of}");
                told += history.moves.len();
                assert_moves_are_lists(&db, &history, of).await;
            }
        }
        assert!(told > 8, "{told}");
    }

    async fn the_past_is_restated_when_a_fact_is_taken_back(db: Database) {
        connect_sources(&db).await;
        let acme = active_until(&db, "Acme", Some(K), 0).await;
        let before = bands(&db, "search=acme").await;
        let ticket = db.send(acme, ticket().days_ago(20)).await;
        db.send_all(acme, (0..12).map(|_| crate::tests::harness::ticket().days_ago(20))).await;
        db.assert_settled(today()).await;
        let with_tickets = bands(&db, "search=acme").await;
        db.retract_event(ticket.event.id, "test", now()).await.unwrap();
        db.assert_settled(today()).await;
        for event in db.list_events(acme, &Default::default(), 1, 1000).await.unwrap().items {
            if event.body.kind() == crate::domain::EventKind::SupportTicket && event.retraction.is_none() {
                db.retract_event(event.id, "test", now()).await.unwrap();
            }
        }
        db.assert_settled(today()).await;
        assert_ne!(with_tickets.bands, before.bands);
        assert_eq!(bands(&db, "search=acme").await.bands, before.bands);
    }

    async fn new_rules_restate_the_days_and_are_told_apart(db: Database) {
        connect_sources(&db).await;
        active_until(&db, "Steady", Some(10 * K), 0).await;
        active_until(&db, "Fallen", Some(7 * K), 40).await;
        let fallen = bands(&db, "search=fallen").await.moves;
        assert_eq!(fallen.len(), 1);
        // As if these customers had been here for long.
        db.run_raw("UPDATE band_changes SET day = day - 200").await;
        db.new_rules(|scorecard| scorecard.bands.healthy = Points(1000)).await;
        db.roll_over_all(today()).await;
        let history = bands(&db, "").await;
        // Under the new rules nobody was healthy on any day.
        assert_eq!(history.bands[0].customers, [0; 91]);
        let told: Vec<_> = history.moves_by_rules.iter().map(|told| (told.from, told.to, told.tally.arr_cents)).collect();
        assert_eq!(told, [(Band::Healthy, Band::AtRisk, 10 * K)]);
        assert_eq!(db.list("moved_by_rules=healthy_to_at_risk").await, ["Steady"]);
        assert_eq!(db.list("moved=healthy_to_at_risk").await, Vec::<String>::new());
        assert_moves_are_lists(&db, &history, "sort=name").await;
        // The one that fell by its own doing is not the rules' doing.
        assert!(history.moves.iter().all(|told| told.tally.arr_cents == 7 * K), "{history:?}");
    }

    async fn who_left_counts_again_from_the_day_of_its_return(db: Database) {
        connect_sources(&db).await;
        let returned = active_until(&db, "Returned", Some(5 * K), 0).await;
        active_until(&db, "Steady", Some(10 * K), 0).await;
        let without = bands(&db, "").await;
        let churned = Archive { reason: ArchiveReason::Churned, date: days_ago(60) };
        db.archive_customer(returned, churned, now()).await.unwrap();
        db.restore_customer(returned, Some(days_ago(20)), now()).await.unwrap();
        let by_day = |history: &BandHistory| {
            let day = |day| (history.total(Measure::Customers, day), history.total(Measure::Arr, day) / K);
            (0..history.days_shown()).map(day).collect::<Vec<_>>()
        };
        let told = |before: usize, gone: usize, after: usize| [vec![(3, 15); before], vec![(2, 10); gone], vec![(3, 15); after]].concat();
        let history = bands(&db, "").await;
        assert_eq!(by_day(&history), told(30, 40, 21));
        let first = |history: &BandHistory, day: usize| Band::ALL.map(|band| history.figure(band, Measure::Arr, day));
        assert_eq!(first(&history, 29), first(&without, 29), "the days before are as they were");
        // It came within the last 30 days, and so did not move from band to band.
        assert_eq!(bands(&db, "search=returned&days=30").await.moves, []);
        for days in [30, 90, 180] {
            assert_moves_are_lists(&db, &bands(&db, &format!("days={days}")).await, "sort=name").await;
        }
        // A past day tells it as well: after the return, while it was gone, and before.
        for (ago, days) in [(10, told(40, 40, 11)), (40, vec![(2, 10); 91]), (70, told(91, 0, 0))] {
            let replay = db.replay(AsOf::from(days_ago(ago))).await.unwrap();
            let history = replay.get_band_history(&CustomerQuery::default(), "USD", days_ago(ago)).await.unwrap();
            assert_eq!(by_day(&history), days, "{ago} days ago");
        }
        let outcome = db.list_outcomes(returned).await.unwrap()[0].id;
        db.retract_outcome(outcome, "test", now()).await.unwrap();
        db.roll_over_all(today()).await;
        assert_eq!(bands(&db, "").await.bands, without.bands, "it had not left after all");
    }

    async fn a_database_of_the_release_before_gets_its_runs_by_itself(db: Database) {
        connect_sources(&db).await;
        let acme = active_until(&db, "Acme", Some(K), 40).await;
        let (whole, health) = (bands(&db, "").await, db.health(acme).await);
        let changes = db.list_band_changes(acme).await.unwrap();
        db.run_raw("UPDATE customers SET band_runs = NULL, scored_day = 0").await;
        let without = bands(&db, "").await;
        assert_eq!((without.pending, without.bands[0].customers[90]), (2, 0));
        assert!(db.roll_over(midnight(today()), 100).await.unwrap() > 0);
        assert_eq!(db.roll_over(midnight(today()), 100).await.unwrap(), 0, "it is done once");
        assert_eq!(bands(&db, "").await.bands, whole.bands);
        assert_eq!(db.health(acme).await.band, health.band);
        assert_eq!(db.list_band_changes(acme).await.unwrap(), changes);
        db.assert_settled(today()).await;
    }

    async fn the_bands_told_follow_every_write(db: Database) {
        let app = db.app();
        let query = CustomerQuery::default();
        for customers in 0..4 {
            for _ in 0..2 {
                let told = portfolio::get_portfolio_bands(&app.call(Actor::Visitor), &query).await.unwrap();
                assert_eq!(told.bands[4].customers[90], customers);
            }
            db.customer("Another").await;
        }
        let ada = CustomerQuery { owner: Some("Ada".to_owned().into()), ..query };
        assert_eq!(portfolio::get_portfolio_bands(&app.call(Actor::Visitor), &ada).await.unwrap().bands[4].customers[90], 0);
    }
}
