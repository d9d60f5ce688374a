//! The portfolio: each figure is the total of the list it links to.

use crate::domain::portfolio::{Mentions, Tally};
use crate::domain::{Archive, ArchiveReason, Band, CustomerFields, CustomerQuery, FactorKey, Points, Portfolio, Segment};
use crate::server::Actor;
use crate::server::service;
use crate::server::store::Store;
use crate::tests::harness::*;

/// Forty customers that differ in everything, two of them archived.
async fn forty(db: &Database) {
    for index in 0..40 {
        let fields = CustomerFields {
            name: format!("Customer {index}"),
            segment: Segment::FIRST[index as usize % 3],
            owner: [Some("ada"), Some("Bob"), None][index as usize % 3].map(str::to_owned),
            arr_cents: (index % 5 > 0).then_some(index * 1_000_00),
            renewal_date: (index % 4 > 0).then_some(days_ago(40 - 4 * index)),
            start_date: (index % 3 > 0).then_some(days_ago(12 * index - 20)),
            ..blank()
        };
        let id = db.customer_with(fields).await;
        match index % 10 {
            // Was just at risk, until the tickets came.
            3 => {
                db.send_all(id, [feature("a"), login(), login(), login()].map(|fact| fact.days_ago(20))).await;
                db.send_all(id, (0..10).map(|_| ticket().days_ago(3))).await;
            }
            4 => {
                db.send_all(id, (0..25).map(|day| login().days_ago(day))).await;
                db.send_all(id, ["a", "b", "c", "d", "e"].map(|name| feature(name).days_ago(40))).await;
            }
            _ => {
                db.send_all(id, (0..index / 2).map(|day| login().days_ago((day * 7 + index) % 60))).await;
                db.send_all(id, (0..index % 7).map(|number| feature(&format!("f{number}")).days_ago(number * 9))).await;
                db.send_all(id, (0..(index * 3) % 11).map(|number| ticket().days_ago(number * index % 50))).await;
            }
        }
        if index % 6 == 5 {
            db.archive_customer(id, Archive { reason: ArchiveReason::Other, date: today() }, now()).await.unwrap();
        }
    }
    db.roll_over_all(today()).await;
}

async fn assert_lists(db: &Database, query: &str, expected: i64) {
    assert_eq!(db.page(query).await.1, expected, "{query}");
}

async fn assert_mentions(db: &Database, query: &str, mentions: &Mentions) {
    assert_lists(db, query, mentions.tally.customers).await;
    assert_lists(db, &format!("{query}&arr=unknown"), mentions.tally.arr_unknown).await;
    assert_eq!(mentions.items.len() as i64, mentions.tally.customers.min(5), "{query}");
    let listed = db.list(query).await;
    assert!(mentions.items.iter().all(|item| listed.contains(&item.name)), "{query}");
}

async fn assert_every_figure_is_a_list(db: &Database, portfolio: &Portfolio, of: &str) {
    assert_lists(db, of, portfolio.all.customers).await;
    assert_lists(db, &format!("{of}&arr=unknown"), portfolio.all.arr_unknown).await;
    assert_lists(db, &format!("{of}&archived=true"), portfolio.archived).await;
    for (band, known) in portfolio.bands.iter().zip(Band::ALL) {
        assert_eq!(band.band, known);
        assert_lists(db, &format!("{of}&band={}", known.name()), band.tally.customers).await;
    }
    for (step, customers) in portfolio.distribution.iter().enumerate() {
        let below = if step == 9 { 101 } else { 10 * step + 10 };
        assert_lists(db, &format!("{of}&score_from={}&score_below={below}", 10 * step), *customers).await;
    }
    let needed = db.list_needed(&parse_query(of).unwrap(), today()).await.unwrap();
    assert_eq!(needed.total, portfolio.needed, "{of}");
    assert_mentions(db, &format!("{of}&change=up_7"), &portfolio.movers7.up).await;
    assert_mentions(db, &format!("{of}&change=down_7"), &portfolio.movers7.down).await;
    assert_mentions(db, &format!("{of}&change=up_30"), &portfolio.movers30.up).await;
    assert_mentions(db, &format!("{of}&change=down_30"), &portfolio.movers30.down).await;
    assert_mentions(db, &format!("{of}&change=new_churn_risk"), &portfolio.new_churn_risks).await;
    let not_healthy = format!("{of}&renewal=next_90&band=at_risk,churn_risk,no_data");
    assert_mentions(db, &not_healthy, &portfolio.renewals_at_risk).await;
    assert_mentions(db, &format!("{of}&renewal=overdue"), &portfolio.renewals_overdue).await;
}

on_each_database! {
    async fn every_figure_is_the_total_of_a_list(db: Database) {
        forty(&db).await;
        for owner in [None, Some("ada"), Some("Bob"), Some("nobody"), Some("none")] {
            let portfolio = db.get_portfolio(&CustomerQuery { owner: owner.map(|owner| owner.to_owned().into()), ..CustomerQuery::default() }, "EUR", today()).await.unwrap();
            assert_eq!((portfolio.owner.clone().map(String::from).as_deref(), portfolio.currency.as_str(), portfolio.as_of), (owner, "EUR", today()));
            assert_every_figure_is_a_list(&db, &portfolio, &owner.map(|owner| format!("owner={owner}")).unwrap_or_default()).await;
        }
    }

    async fn the_figures_say_something(db: Database) {
        forty(&db).await;
        let portfolio = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
        assert!(portfolio.bands.iter().all(|told| (told.tally.customers > 0) == (told.band != Band::Onboarding)), "{:?}", portfolio.bands);
        assert!(portfolio.movers7.up.tally.customers > 0 && portfolio.movers7.down.tally.customers > 0);
        assert!(portfolio.movers30.up.tally.customers > 0 && portfolio.movers30.down.tally.customers > 0);
        assert!(portfolio.new_churn_risks.tally.customers > 0);
        assert!(portfolio.needed > 3);
        assert!(portfolio.renewals_at_risk.tally.customers > 5 && portfolio.renewals_overdue.tally.customers > 0);
        assert_eq!(portfolio.archived, 6);
        assert_eq!(portfolio.unconnected, [FactorKey::INVOICE_TIMELINESS, FactorKey::API_TREND]);
    }

    async fn means_and_movers_are_those_of_the_list(db: Database) {
        forty(&db).await;
        let portfolio = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
        let (rows, _) = db.list_customers(&parse_query("").unwrap(), today()).await.unwrap();
        let scorecard = db.current_scorecard().await.unwrap();
        let scores: Vec<_> = rows
            .iter()
            .filter_map(|row| crate::scoring::score(row.customer.id, &row.measured, &scorecard, today()).shown_score())
            .collect();
        assert_eq!(portfolio.mean.score, mean(&scores));
        assert_eq!(portfolio.mean.change7, mean(&rows.iter().filter_map(|row| row.change7).collect::<Vec<_>>()));
        assert_eq!(portfolio.mean.change30, mean(&rows.iter().filter_map(|row| row.change30).collect::<Vec<_>>()));
        let named = |mentions: &Mentions| mentions.items.iter().map(|item| item.change.unwrap().0).collect::<Vec<_>>();
        let mut changes: Vec<_> = rows.iter().filter_map(|row| row.change7).map(|change| change.0).collect();
        changes.sort();
        let moved = changes.iter().copied();
        assert_eq!(named(&portfolio.movers7.down), moved.clone().filter(|change| *change <= -20).take(5).collect::<Vec<_>>());
        assert_eq!(named(&portfolio.movers7.up), moved.rev().filter(|change| *change >= 20).take(5).collect::<Vec<_>>());
        let renewals = portfolio.renewals_at_risk.items.iter().map(|item| item.renewal_date);
        assert!(renewals.is_sorted());
    }

    async fn the_arr_of_many_giants_does_not_overflow(db: Database) {
        for _ in 0..3 {
            db.customer_with(CustomerFields { arr_cents: Some(999_999_999_999_999), ..blank() }).await;
        }
        db.customer("Unknown").await;
        let portfolio = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
        assert_eq!(portfolio.all, Tally { customers: 4, arr_cents: 2_999_999_999_999_997, arr_unknown: 1 });
    }

    async fn the_figures_told_follow_every_write_whoever_wrote(db: Database) {
        let (app, another) = (db.app(), Store::connect(&db.url).await.unwrap());
        for customers in 0..6 {
            for _ in 0..2 {
                let told = service::portfolio::get_portfolio(&app.call(Actor::Visitor), &CustomerQuery::default()).await.unwrap();
                assert_eq!((told.all.customers, told.mean.score), (customers, None));
            }
            let writer = if customers % 2 == 0 { &another } else { &db.store };
            writer.create_customer(&blank(), now()).await.unwrap();
        }
        another.close().await;
    }

    async fn an_empty_portfolio_has_no_mean(db: Database) {
        let portfolio = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
        assert_eq!((portfolio.all, portfolio.archived, portfolio.has_demo), (Tally::default(), 0, false));
        assert_eq!((portfolio.mean.score, portfolio.mean.change7, portfolio.mean.change30), (None, None, None));
        assert_eq!(portfolio.unconnected, FactorKey::FIVE);
        db.customer("No data").await;
        assert_eq!(db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap().mean.score, None);
    }
}

/// (On PostgreSQL what happens in other databases counts as well.)
#[tokio::test]
async fn a_snapshot_stays_while_nothing_is_written() {
    let db = Database::sqlite().await;
    let before = db.snapshot().await.unwrap();
    db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
    assert_eq!(db.snapshot().await.unwrap(), before);
    db.customer("Acme").await;
    let after = db.snapshot().await.unwrap();
    assert_ne!(after, before);
    assert_eq!(db.snapshot().await.unwrap(), after);
}

/// Half up.
fn mean(points: &[Points]) -> Option<Points> {
    let sum: i64 = points.iter().map(|points| points.0).sum();
    let count = points.len() as i64;
    (count > 0).then(|| Points((2 * sum + count).div_euclid(2 * count)))
}
