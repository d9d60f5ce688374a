//! Users by day: what rules that measure them count, what is kept of them, and how those of older events are counted.

use super::outcomes::churned;
use crate::domain::measure::Measure;
use crate::domain::scale::Scale;
use crate::domain::{
    AsOf, CustomerFields, CustomerId, EventKind, FactorKey, ImportKind, ImportState, Mapping, NaiveDate, Points,
};
use crate::scoring::Counted;
use crate::server::store::{Incoming, NewImport, Reach};
use crate::tests::harness::*;
use chrono::{Datelike, Duration, Months};

const USERS: FactorKey = FactorKey::FEATURE_ADOPTION;

/// Rules that measure the users of so many days in place of features.
async fn measure_users(db: &Database, days: i64) {
    db.new_rules(|card| {
        let rule = card.factors.get_mut(USERS).unwrap();
        rule.measure = Measure::DistinctUsers { kinds: vec![EventKind::Login, EventKind::FeatureUse], days };
        rule.scale = Scale::straight((0, Points::ZERO), (10, Points::MAX), Points::NEUTRAL);
    })
    .await;
    db.roll_over_all(today()).await;
}

/// The users counted; none when that is not measured.
async fn users(db: &Database, customer: CustomerId) -> Option<i64> {
    let current = db.get_current(customer, today()).await.unwrap();
    assert!(current.is_current);
    let measured = current.measured.factor(USERS);
    let Counted::Users(number) = measured.counted else { panic!("{measured:?}") };
    measured.is_measured().then_some(number)
}

/// The days on which users were seen, as known of `at`: how many days ago, and whom.
async fn days(db: &Database, customer: CustomerId, at: AsOf) -> Vec<(i64, String)> {
    let reach = Reach::of(&db.current_rulebook().await.unwrap(), days_ago(400));
    let facts = db.load_facts(customer, reach, at).await.unwrap();
    let mut days: Vec<_> = facts.users.iter().map(|(user, _, day)| ((today() - day).num_days(), user.to_owned())).collect();
    days.sort();
    days
}

/// The database as an older release left it, which kept no users by day.
async fn forget_users(db: &Database) {
    db.run_raw(
        "DELETE FROM user_days; DELETE FROM user_weeks; DELETE FROM user_names; UPDATE connections SET users_from_day = NULL, version = version + 1;
         UPDATE event_log SET users_counted_to_customer = 0, users_counted_to_day = 0",
    )
    .await;
    db.roll_over_all(today()).await;
}

fn month() -> NaiveDate {
    today().with_day(1).unwrap()
}

on_each_database! {
    async fn users_count_once_each_and_no_more_when_they_are_taken_back(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        db.send(acme, login().user("ann").days_ago(29)).await;
        db.send_all(acme, [login().user("gone").days_ago(30), login().days_ago(2), api_calls(3)]).await;
        measure_users(&db, 30).await;
        assert_eq!((users(&db, acme).await, users(&db, bolt).await), (Some(1), Some(0)));
        db.assert_settled(today()).await;
        db.send_all(acme, [feature("export").user("bob"), login().user("bob"), login().user("ann"), feature("export").user("Bob")]).await;
        db.roll_over_all(today()).await;
        assert_eq!(users(&db, acme).await, Some(3));
        db.assert_settled(today()).await;
        let new = db.send(acme, login().user("new").days_ago(3)).await.event.id;
        let again = db.send(acme, feature("export").user("new")).await.event.id;
        assert_eq!(users(&db, acme).await, Some(4));
        db.retract_event(new, "test", now()).await.unwrap();
        assert_eq!(users(&db, acme).await, Some(4));
        db.retract_event(again, "test", now()).await.unwrap();
        assert_eq!(users(&db, acme).await, Some(3));
        db.assert_settled(today()).await;
        // Those of a batch, some of them the same.
        let event = |fact: Fact| Incoming { customer: bolt, event: fact.event(), received_at: now() };
        let batch = ["x", "y", "x"].map(|user| event(login().user(user)));
        db.insert_events(&batch).await.1.unwrap();
        db.roll_over_all(today()).await;
        assert_eq!(users(&db, bolt).await, Some(2));
        db.assert_settled(today()).await;
    }

    async fn an_event_of_today_is_scored_without_loading_facts(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, (0..9).map(|_| login().user("ann").days_ago(3))).await;
        db.pack_users(today(), 10).await.unwrap();
        measure_users(&db, 30).await;
        let logins = async || db.health(acme).await.factors[FactorKey::LOGIN_FREQUENCY].value;
        assert_eq!((users(&db, acme).await, logins().await), (Some(1), Some(9)));
        // Whoever counted the facts again would find none.
        db.run_raw("DELETE FROM daily_activity").await;
        db.send(acme, login().user("ann")).await;
        assert_eq!((users(&db, acme).await, logins().await), (Some(1), Some(10)), "a known user");
        db.send(acme, login().user("bob")).await;
        assert_eq!((users(&db, acme).await, logins().await), (Some(2), Some(11)), "a new one");
        db.send(acme, login().user("bob")).await;
        assert_eq!((users(&db, acme).await, logins().await), (Some(2), Some(12)));
    }

    async fn who_came_back_has_the_users_since_then(db: Database) {
        let acme = db.customer_with(CustomerFields { start_date: Some(days_ago(100)), ..blank() }).await;
        db.send_all(acme, [login().user("ann").days_ago(40), login().user("bob").days_ago(20)]).await;
        measure_users(&db, 90).await;
        db.add_outcome(acme, &churned(days_ago(15)), now()).await.unwrap();
        db.restore_customer(acme, Some(days_ago(5)), now()).await.unwrap();
        db.roll_over_all(today()).await;
        assert_eq!(users(&db, acme).await, Some(0));
        db.send(acme, login().user("ann")).await;
        assert_eq!(users(&db, acme).await, Some(1), "not known from before");
        db.send(acme, login().user("ann")).await;
        assert_eq!(users(&db, acme).await, Some(1));
        db.assert_settled(today()).await;
    }

    async fn users_are_known_from_the_day_of_receipt_until_they_are_taken_back(db: Database) {
        let acme = db.create_customer(&blank(), now() - Duration::days(60)).await.unwrap().id;
        measure_users(&db, 30).await;
        let send = async |user: &str, ago: i64, received: i64| {
            let event = login().user(user).days_ago(ago).event();
            db.posts.insert_event(acme, &event, now() - Duration::days(received)).await.unwrap().event.id
        };
        send("ann", 20, 20).await;
        let wrong = send("bob", 15, 12).await;
        send("cy", 18, 2).await;
        db.retract_event(wrong, "test", now() - Duration::days(5)).await.unwrap();
        let told = |days: &[(i64, &str)]| days.iter().map(|(ago, user)| (*ago, (*user).to_owned())).collect::<Vec<_>>();
        for (known_on, expected) in [
            (21, vec![]), (13, vec![(20, "ann")]), (12, vec![(15, "bob"), (20, "ann")]), (6, vec![(15, "bob"), (20, "ann")]),
            (5, vec![(20, "ann")]), (2, vec![(18, "cy"), (20, "ann")]), (0, vec![(18, "cy"), (20, "ann")]),
        ] {
            assert_eq!(days(&db, acme, AsOf::known_then(days_ago(known_on))).await, told(&expected), "{known_on} days ago");
        }
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        let replayed = db.replay(days_ago(6).into()).await.unwrap();
        let then = replayed.get_current(acme, days_ago(6)).await.unwrap();
        assert_eq!(then.measured.factor(USERS).counted, Counted::Users(2));
    }

    async fn packed_users_are_those_of_before(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        measure_users(&db, 60).await;
        let mut sent = Vec::new();
        for ago in (0..50).step_by(3) {
            for user in ["ann", "bob", "Zoë's"].iter().skip(usize::from(ago % 2 == 0)) {
                sent.push(db.send(acme, login().user(user).days_ago(ago)).await.event.id);
                db.send_all(acme, [feature("export").user(user).days_ago(ago), login().user(user).days_ago(ago)]).await;
            }
        }
        let early = login().user("early").days_ago(20).event();
        db.posts.insert_event(bolt, &early, now() - Duration::days(18)).await.unwrap();
        let ahead = login().user("ahead").days_ago(9).event();
        db.posts.insert_event(bolt, &ahead, now() - Duration::days(10)).await.unwrap();
        db.roll_over_all(today()).await;
        let known = async || {
            let mut known = Vec::new();
            for ago in [25, 18, 10, 9, 1, 0] {
                let at = AsOf::known_then(days_ago(ago));
                known.push((days(&db, acme, at).await, days(&db, bolt, at).await));
            }
            known
        };
        let before = known().await;
        assert_eq!(before[1].1, [(20, "early".to_owned())]);
        // Several transactions, some of which end within a customer.
        db.pack_users(today(), 4).await.unwrap();
        let old = format!("SELECT COUNT(*) FROM user_days WHERE day < {}", days_ago(1).to_epoch_days());
        assert_eq!((db.number(&old).await, db.number("SELECT COUNT(*) FROM user_days").await), (0, 0));
        assert_eq!(known().await, before);
        db.assert_settled(today()).await;
        // To what is packed more is added, and taken from it.
        for id in sent.into_iter().step_by(2) {
            db.retract_event(id, "test", now()).await.unwrap();
        }
        db.send_all(acme, [login().user("late").days_ago(15), login().user("ann").days_ago(15)]).await;
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        let before = known().await;
        db.pack_users(today(), 4).await.unwrap();
        assert_eq!((db.number(&old).await, known().await == before), (0, true));
        db.assert_settled(today()).await;
        // A day that is not over is packed where it has many users.
        let busy: Vec<_> = (0..201)
            .map(|number| Incoming { customer: bolt, event: login().user(&format!("user {number}")).event(), received_at: now() })
            .collect();
        db.insert_events(&busy[..200]).await.1.unwrap();
        db.pack_users(today(), 4).await.unwrap();
        assert_eq!(db.number("SELECT COUNT(*) FROM user_days").await, 200);
        db.insert_events(&busy[200..]).await.1.unwrap();
        db.pack_users(today(), 4).await.unwrap();
        assert_eq!(db.number("SELECT COUNT(*) FROM user_days").await, 0);
        db.roll_over_all(today()).await;
        assert_eq!(users(&db, bolt).await, Some(203));
        db.assert_settled(today()).await;
        // Who was seen in a packed week is known today.
        let number = users(&db, acme).await;
        db.send(acme, login().user("late")).await;
        assert_eq!(users(&db, acme).await, number);
        db.assert_settled(today()).await;
    }

    async fn an_import_that_is_taken_back_takes_its_users(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login().user("ann").days_ago(2)).await;
        measure_users(&db, 30).await;
        let mapping = Mapping::recognise(ImportKind::Events, &[], |_, _| true);
        let state = ImportState::Running;
        let file = NewImport { file_name: "events.csv".into(), path: None, findings: None, mapping, state, author: None };
        let file = db.create_import(&file, now()).await.unwrap();
        let event = |user: &str| Incoming { customer: acme, event: login().user(user).days_ago(1).event(), received_at: now() };
        db.insert_events_of(file, &["ann", "bob", "bob"].map(event)).await.1.unwrap();
        db.roll_over_all(today()).await;
        assert_eq!(users(&db, acme).await, Some(2));
        db.retract_imported(file, &[acme], "test", now()).await.unwrap();
        db.recount_fact_days().await.unwrap();
        db.roll_over_all(today()).await;
        assert_eq!(users(&db, acme).await, Some(1));
        db.assert_settled(today()).await;
    }

    async fn users_go_with_the_raw_events_and_windows_that_reach_so_far_are_not_measured(db: Database) {
        let acme = db.customer("Acme").await;
        let last_month = now() - Duration::days(40);
        db.prepare_log(last_month.date_naive(), today() + Months::new(1)).await.unwrap();
        db.posts.insert_event(acme, &login().user("old").days_ago(40).event(), last_month).await.unwrap();
        db.send_all(acme, [login().user("late").days_ago(30), login().user("ann").days_ago(3)]).await;
        measure_users(&db, 90).await;
        assert_eq!(users(&db, acme).await, Some(3));
        db.pack_users(today(), 10).await.unwrap();
        db.drop_users_before(today()).await.unwrap();
        db.drop_events_before(today()).await.unwrap();
        let named = async |name| db.number(&format!("SELECT COUNT(*) FROM user_names WHERE names LIKE '%{name}%'")).await;
        assert_eq!((named("old").await, named("late").await, named("ann").await), (0, 0, 1));
        assert_eq!(db.roll_over_all(today()).await, 1);
        assert_eq!(users(&db, acme).await, None);
        assert_eq!(days(&db, acme, today().into()).await, [(3, "ann".to_owned())]);
        let since_month = (today() - month()).num_days() + 1;
        measure_users(&db, since_month).await;
        assert_eq!(users(&db, acme).await, Some(1));
        measure_users(&db, since_month + 1).await;
        assert_eq!(users(&db, acme).await, None);
        // Done once, and an earlier day changes nothing.
        db.drop_users_before(today()).await.unwrap();
        db.drop_users_before(last_month.date_naive()).await.unwrap();
        assert_eq!(db.roll_over_all(today()).await, 0);
    }

    async fn users_are_packed_and_dropped_at_once(db: Database) {
        measure_users(&db, 30).await;
        let last_month = now() - Duration::days(40);
        db.prepare_log(last_month.date_naive(), today() + Months::new(1)).await.unwrap();
        let mut customers = Vec::new();
        for number in 0..30 {
            let customer = db.customer(&format!("Customer {number}")).await;
            db.posts.insert_event(customer, &login().user("old").days_ago(40).event(), last_month).await.unwrap();
            db.send(customer, login().user("kept").days_ago(4)).await;
            db.pack_users(today(), 10).await.unwrap();
            db.send_all(customer, [login().user("ann").days_ago(3), login().user("bob").days_ago(2)]).await;
            customers.push(customer);
        }
        let (packed, dropped) = tokio::join!(db.pack_users(today(), 10), db.drop_users_before(today()));
        packed.unwrap();
        dropped.unwrap();
        for customer in customers {
            let expected = [(2, "bob".to_owned()), (3, "ann".to_owned()), (4, "kept".to_owned())];
            assert_eq!(days(&db, customer, today().into()).await, expected);
        }
    }

    async fn users_of_older_events_are_counted_and_work_that_is_cut_off_goes_on(db: Database) {
        let (acme, bolt) = (db.customer("Acme").await, db.customer("Bolt").await);
        let mut sent = Vec::new();
        for (customer, user, ago) in
            [(acme, "ann", 9), (acme, "bob", 8), (acme, "ann", 8), (acme, "bob", 7), (acme, "cy", 6), (bolt, "ann", 5), (bolt, "dee", 4)]
        {
            sent.push(db.send(customer, login().user(user).days_ago(ago)).await.event.id);
        }
        db.send_all(bolt, [login().days_ago(3), invoice("A-1")]).await;
        db.retract_event(sent[4], "test", now()).await.unwrap();
        measure_users(&db, 30).await;
        let before = (users(&db, acme).await, users(&db, bolt).await);
        assert_eq!(before, (Some(2), Some(2)));
        forget_users(&db).await;
        assert_eq!((users(&db, acme).await, users(&db, bolt).await), (None, None), "not all are known yet");
        let counted = db.count_older_users(2).await.unwrap().unwrap();
        assert_eq!((counted.next, counted.is_done()), (acme, false));
        // Meanwhile others write: of days that are counted and of days that are not.
        db.send_all(acme, [login().user("new"), login().user("ann").days_ago(9), login().user("late").days_ago(6)]).await;
        db.retract_event(sent[0], "test", now()).await.unwrap();
        db.retract_event(sent[3], "test", now()).await.unwrap();
        db.send(bolt, login().user("ann").days_ago(1)).await;
        assert_eq!(users(&db, acme).await, None);
        let mut steps = 0;
        while db.count_older_users(2).await.unwrap().is_some() {
            steps += 1;
        }
        assert!(steps > 2, "{steps}");
        db.roll_over_all(today()).await;
        assert_eq!((users(&db, acme).await, users(&db, bolt).await), (Some(4), Some(2)));
        db.assert_settled(today()).await;
        assert!(db.count_older_users(2).await.unwrap().is_none(), "it is done once");
    }

    async fn a_database_without_events_knows_all_users_at_once(db: Database) {
        assert!(db.count_older_users(2).await.unwrap().is_none());
        measure_users(&db, 30).await;
        let options = crate::server::demo::Options { customers: 20, ..crate::server::demo::Options::default() };
        crate::server::demo::run(&db, &options, now()).await.unwrap();
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
        db.remove_demo(today()).await.unwrap();
    }

    async fn after_retention_older_users_are_known_from_the_events_that_are_left(db: Database) {
        let acme = db.customer("Acme").await;
        let last_month = now() - Duration::days(40);
        db.prepare_log(last_month.date_naive(), today() + Months::new(1)).await.unwrap();
        db.posts.insert_event(acme, &login().user("old").days_ago(41).event(), last_month).await.unwrap();
        db.send(acme, login().user("ann").days_ago(3)).await;
        db.drop_events_before(today()).await.unwrap();
        forget_users(&db).await;
        while db.count_older_users(100).await.unwrap().is_some() {}
        // The first day of the month may lack an event that was received on the day before.
        let since_month = (today() - month()).num_days() + 1;
        measure_users(&db, since_month - 1).await;
        assert_eq!(users(&db, acme).await, Some(1));
        measure_users(&db, since_month).await;
        assert_eq!(users(&db, acme).await, None);
    }
}
