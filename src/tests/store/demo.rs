//! Generated customers: loaded in bulk as if each event had been sent, and taken out without a trace.

use crate::domain::{CustomerFields, CustomerQuery, EventFilter};
use crate::server::demo::{self, Options};
use crate::server::store::DemoCustomer;
use crate::tests::harness::*;

fn generated(count: i64) -> Vec<DemoCustomer> {
    let customer = |index: i64| DemoCustomer {
        fields: CustomerFields { name: format!("Demo {index}"), external_id: Some(format!("demo-{index}")), ..blank() },
        created_at: now() - chrono::Duration::days(170),
        events: (0..170)
            .rev()
            .flat_map(|day| {
                let number = format!("{index}-{day}");
                let mut facts = vec![login(), login(), feature("export"), api_calls(10 + day)];
                match day % 30 {
                    9 => facts.push(ticket().message(&number).source("demo")),
                    20 => facts.push(invoice(&number).due(days_ago(day - 20)).message(&number).source("billing")),
                    _ if day % 30 == index % 30 => facts.push(paid(&format!("{index}-{}", day / 30 * 30 + 20))),
                    _ => {}
                }
                facts.into_iter().map(move |fact| fact.days_ago(day).event())
            })
            .collect(),
        notes: vec![("Ada".into(), "Met them".into(), now())],
        archived: None,
        outcomes: Vec::new(),
    };
    (0..count).map(customer).collect()
}

on_each_database! {
    async fn what_is_loaded_is_as_if_it_had_been_sent(db: Database) {
        db.begin_demo(&generated(3), false, now()).await.unwrap();
        db.assert_settled(today()).await;
        let (found, total) = db.list_customers(&parse_query("sort=name").unwrap(), today()).await.unwrap();
        assert_eq!(total, 3);
        let id = found[0].customer.id;
        let sent = &generated(1)[0];
        let events = db.list_events(id, &EventFilter::default(), 1, 1000).await.unwrap();
        assert_eq!(events.total, sent.events.len() as i64);
        let keyed = events.items.iter().find(|event| event.message_id.is_some()).unwrap();
        let again = sent.events.iter().find(|event| event.message_id == keyed.message_id).unwrap();
        let repeated = db.posts.insert_event(id, again, now()).await.unwrap();
        assert!(repeated.repeated);
        assert_eq!(&repeated.event, keyed);
        assert_eq!(db.list_notes(id).await.unwrap()[0].text, "Met them");
        assert!(db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap().has_demo);
        // Loaded facts can be taken back like any other.
        db.retract_event(events.items.last().unwrap().id, "test", now()).await.unwrap();
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn several_loads_add_up_and_later_customers_get_ids_of_their_own(db: Database) {
        let all = generated(4);
        let load = db.begin_demo(&all[..2], false, now()).await.unwrap();
        db.continue_demo(load, &all[2..], now()).await.unwrap();
        let acme = db.customer("Acme").await;
        db.send(acme, login()).await;
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        assert_eq!(db.page("").await.1, 5);
    }

    async fn removing_the_demo_leaves_what_is_real(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, [login().days_ago(3).message("m-1"), invoice("A-1"), ticket()]).await;
        db.add_note(acme, "Ada", "Real", now()).await.unwrap();
        let before = (db.health(acme).await, db.current_connections().await.unwrap());
        db.begin_demo(&generated(2), false, now()).await.unwrap();
        assert_ne!(db.current_connections().await.unwrap(), before.1);
        assert_eq!(db.remove_demo(today()).await.unwrap(), 2);
        db.roll_over_all(today()).await;
        assert_eq!((db.health(acme).await, db.current_connections().await.unwrap()), before);
        assert_eq!((db.page("").await.1, db.list_notes(acme).await.unwrap().len()), (1, 1));
        assert!(db.send(acme, login().days_ago(3).message("m-1")).await.repeated);
        assert!(!db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap().has_demo);
        db.assert_settled(today()).await;
        assert_eq!(db.remove_demo(today()).await.unwrap(), 0);
        // And it can come back, its message ids included.
        db.begin_demo(&generated(2), false, now()).await.unwrap();
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn a_load_that_fails_leaves_nothing(db: Database) {
        let mut twins = generated(1);
        twins.extend(generated(1));
        assert_conflict(db.begin_demo(&twins, false, now()).await, "external id \"demo-0\"", "");
        assert!(db.is_empty().await.unwrap());
        db.assert_settled(today()).await;
    }

    async fn the_demo_portfolio_replaces_the_one_before(db: Database) {
        // One customer of each scenario; one of them is archived.
        let options = Options { customers: 19, days: 150, ..Options::default() };
        for seed in [1, 2] {
            let summary = demo::run(&db, &Options { seed, ..options.clone() }, now()).await.unwrap();
            assert_eq!((summary.seed, summary.customers), (seed, 19));
        }
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        let portfolio = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
        assert_eq!((portfolio.all.customers, portfolio.archived), (18, 1));
        assert!(portfolio.bands.iter().all(|told| (told.tally.customers > 0) == (told.band != crate::domain::Band::Onboarding)), "{:?}", portfolio.bands);
    }

    async fn two_pages_that_load_the_demo_at_once_load_it_once(db: Database) {
        let options = Options { customers: 19, days: 150, ..Options::default() };
        let loads: Vec<_> = (0..4)
            .map(|_| {
                let (store, options) = (db.store.clone(), options.clone());
                tokio::spawn(async move { demo::run_if_empty(&store, &options, now()).await })
            })
            .collect();
        let mut loaded = 0;
        for load in loads {
            match load.await.unwrap() {
                Ok(_) => loaded += 1,
                refused => assert_conflict(refused, "There are customers already", "a page that was later"),
            }
        }
        let portfolio = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
        assert_eq!((loaded, portfolio.all.customers + portfolio.archived), (1, 19));
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn commands_that_load_the_demo_at_once_leave_one(db: Database) {
        // More than one transaction takes, so that one begins while another is under way.
        let options = Options { customers: 450, days: 30, ..Options::default() };
        let loads: Vec<_> = (0..3)
            .map(|_| {
                let (store, options) = (db.store.clone(), options.clone());
                tokio::spawn(async move { demo::run(&store, &options, now()).await })
            })
            .collect();
        let mut loaded = 0;
        for load in loads {
            match load.await.unwrap() {
                Ok(_) => loaded += 1,
                refused => assert_conflict(refused, "this load has ended", "a load that another one has replaced"),
            }
        }
        assert!(loaded >= 1);
        let portfolio = db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap();
        assert_eq!(portfolio.all.customers + portfolio.archived, 450);
        // A page finds them there, and a removal ends what is under way.
        assert_conflict(demo::run_if_empty(&db, &options, now()).await, "There are customers already", "");
        let load = db.begin_demo(&generated(2), false, now()).await.unwrap();
        assert_eq!(db.remove_demo(today()).await.unwrap(), 2);
        assert_conflict(db.continue_demo(load, &generated(1), now()).await, "this load has ended", "");
        assert!(db.is_empty().await.unwrap());
    }

    async fn nothing_to_load_is_no_error(db: Database) {
        db.begin_demo(&[], false, now()).await.unwrap();
        assert!(db.is_empty().await.unwrap());
    }
}
