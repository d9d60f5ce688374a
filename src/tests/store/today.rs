//! Who needs somebody is stored with health, and lists are ordered by it.

use crate::domain::customer::MAX_CENTS;
use crate::domain::{
    Archive, ArchiveReason, CustomerFields, CustomerId, CustomerInput, CustomerQuery, ImportKind, ImportState, Mapping,
    MedianArr, NaiveDate, Segment,
};
use crate::server::store::{Destination, NewImport};
use crate::tests::harness::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Connects every source long ago, so that other customers' facts connect none.
async fn connect_sources(db: &Database) {
    let fields = CustomerFields { name: "First".into(), segment: Segment::STARTUP, ..blank() };
    let first = db.customer_with(fields).await;
    let facts = [login(), feature("export"), api_calls(1), ticket(), invoice("F-1").due(days_ago(360))];
    db.send_all(first, facts.map(|fact| fact.days_ago(400))).await;
    archive(db, first).await;
}

async fn archive(db: &Database, customer: CustomerId) {
    db.archive_customer(customer, Archive { reason: ArchiveReason::Other, date: today() }, now()).await.unwrap();
}

fn named(name: &str) -> CustomerFields {
    CustomerFields { name: name.into(), start_date: Some(days_ago(300)), ..blank() }
}

/// A customer that has been at risk for long, near 50, and active until so many days ago.
async fn at_risk(db: &Database, fields: CustomerFields, last_active: i64) -> CustomerId {
    let customer = db.customer_with(fields).await;
    db.send_all(customer, (0..12).map(|week| login().days_ago(7 * week + last_active))).await;
    for feature in [feature("a"), feature("b")] {
        db.send_all(customer, [feature.clone().days_ago(20), feature.days_ago(80)]).await;
    }
    customer
}

async fn names(db: &Database, query: &str, today: NaiveDate) -> Vec<String> {
    let page = db.list_needed(&parse_query(query).unwrap(), today).await.unwrap();
    page.customers.into_iter().map(|row| row.customer.fields.name).collect()
}

async fn urgency(db: &Database, customer: CustomerId) -> Option<i64> {
    db.get_current(customer, today()).await.unwrap().urgency
}

on_each_database! {
    async fn each_condition_makes_somebody_needed_and_newness_does_not(db: Database) {
        connect_sources(&db).await;
        at_risk(&db, named("calm"), 1).await;
        at_risk(&db, named("silent"), 14).await;
        at_risk(&db, named("not yet silent"), 13).await;
        at_risk(&db, CustomerFields { renewal_date: Some(days_ago(-90)), ..named("renews") }, 1).await;
        at_risk(&db, CustomerFields { renewal_date: Some(days_ago(-91)), ..named("renews later") }, 1).await;
        at_risk(&db, CustomerFields { renewal_date: Some(days_ago(300)), ..named("over") }, 1).await;
        at_risk(&db, CustomerFields { renewal_date: Some(days_ago(-9)), start_date: Some(days_ago(29)), ..named("new") }, 1).await;
        let owing = at_risk(&db, named("owing"), 1).await;
        db.send(owing, invoice("A-1").days_ago(40).due(days_ago(5))).await;
        let paying = at_risk(&db, named("paying"), 1).await;
        db.send_all(paying, [invoice("B-1").days_ago(40).due(days_ago(5)), paid("B-1")]).await;
        let falling = at_risk(&db, named("falling"), 1).await;
        db.send_all(falling, (0..8).map(|_| ticket().days_ago(2))).await;
        let healthy = at_risk(&db, CustomerFields { renewal_date: Some(days_ago(-9)), ..named("healthy") }, 1).await;
        db.send_all(healthy, ["a", "b", "c", "d", "e"].map(|name| feature(name).days_ago(1))).await;
        db.send_all(healthy, (0..20).map(|_| login())).await;

        let mut needed = names(&db, "", today()).await;
        needed.sort();
        assert_eq!(needed, ["falling", "over", "owing", "renews", "silent"]);
        assert_eq!(db.get_portfolio(&CustomerQuery::default(), "USD", today()).await.unwrap().needed, 5);
        assert_eq!(db.list("").await[..5], names(&db, "", today()).await);
        db.assert_settled(today()).await;
    }

    async fn an_unknown_arr_counts_as_the_median_of_its_segment(db: Database) {
        connect_sources(&db).await;
        // All are equally urgent, so that ARR alone decides.
        let renewal_date = Some(days_ago(-9));
        let known = [("e9", Segment::ENTERPRISE, 900), ("e3", Segment::ENTERPRISE, 300), ("e1", Segment::ENTERPRISE, 100), ("s4", Segment::SMB, 400), ("s2", Segment::SMB, 200)];
        for (name, segment, units) in known {
            at_risk(&db, CustomerFields { segment, renewal_date, arr_cents: Some(100 * units), ..named(name) }, 1).await;
        }
        // In the median are all active customers, also those that need nobody.
        let gone = at_risk(&db, CustomerFields { segment: Segment::ENTERPRISE, arr_cents: Some(1), ..named("gone") }, 1).await;
        archive(&db, gone).await;
        db.customer_with(CustomerFields { segment: Segment::ENTERPRISE, arr_cents: Some(35_000), ..named("no data") }).await;
        assert_eq!(names(&db, "", today()).await, ["e9", "s4", "e3", "s2", "e1"]);
        let page = db.list_needed(&parse_query("").unwrap(), today()).await.unwrap();
        assert_eq!(page.median_arr, MedianArr::default(), "no median is looked up while every ARR is known");

        for (name, segment) in [("e?", Segment::ENTERPRISE), ("s?", Segment::SMB), ("u?", Segment::STARTUP)] {
            at_risk(&db, CustomerFields { segment, renewal_date, ..named(name) }, 1).await;
        }
        at_risk(&db, CustomerFields { renewal_date, arr_cents: Some(0), ..named("s0") }, 1).await;
        // Enterprise: 100, 300, 350, 900 -> 325. SMB: 0, 200, 400 -> 200. Of all: 0, 100, 200, 300, 350, 400, 900 -> 300.
        let page = db.list_needed(&parse_query("").unwrap(), today()).await.unwrap();
        assert_eq!(page.median_arr, MedianArr { by_segment: vec![(Segment::ENTERPRISE, 32_500), (Segment::SMB, 20_000)], of_all: Some(30_000) });
        let order = ["e9", "s4", "e?", "e3", "u?", "s2", "s?", "e1", "s0"];
        assert_eq!(names(&db, "", today()).await, order);
        let of_a_page = |page: i64| format!("page={page}&page_size=4");
        let pages = [names(&db, &of_a_page(1), today()).await, names(&db, &of_a_page(2), today()).await, names(&db, &of_a_page(3), today()).await];
        assert_eq!(pages.concat(), order);
        // The list goes on with everybody else, by score, and reversed it is so for each part.
        let list = db.list("").await;
        assert_eq!((&list[..9], list[9].as_str()), (&order.map(str::to_owned)[..], "no data"));
        let reversed = db.list("direction=desc").await;
        assert_eq!(reversed[..9].iter().rev().collect::<Vec<_>>()[..2], ["e9", "s4"]);
        assert_eq!(names(&db, "segment=SMB&direction=desc", today()).await, ["s4", "s2", "s?", "s0"]);
    }

    async fn without_any_arr_the_urgency_alone_decides(db: Database) {
        connect_sources(&db).await;
        for (name, ahead) in [("later", 60), ("soon", 5)] {
            at_risk(&db, CustomerFields { renewal_date: Some(days_ago(-ahead)), ..named(name) }, 1).await;
        }
        assert_eq!(names(&db, "", today()).await, ["soon", "later"]);
    }

    async fn giants_are_ordered_without_an_overflow(db: Database) {
        connect_sources(&db).await;
        let renewal_date = Some(today());
        for (name, arr) in [("small", 1), ("giant", MAX_CENTS)] {
            let customer = at_risk(&db, CustomerFields { renewal_date, arr_cents: Some(arr), ..named(name) }, 20).await;
            db.send_all(customer, (0..10).map(|_| ticket())).await;
        }
        assert_eq!(names(&db, "", today()).await, ["giant", "small"]);
    }

    async fn a_renewal_date_that_changes_changes_the_urgency_at_once(db: Database) {
        connect_sources(&db).await;
        let acme = at_risk(&db, CustomerFields { external_id: Some("a-1".into()), ..named("Acme") }, 1).await;
        assert_eq!(urgency(&db, acme).await, None);
        let stored = db.get_customer(acme).await.unwrap();
        let fields = CustomerFields { renewal_date: Some(days_ago(-45)), ..stored.fields };
        db.update_customer(acme, stored.version, &fields, now()).await.unwrap();
        // A score of 51.3: 0.487 x 1.5, and then x 2.
        assert_eq!(urgency(&db, acme).await, Some(730));
        let today_due = CustomerFields { renewal_date: Some(today()), ..fields };
        db.update_customer(acme, stored.version + 1, &today_due, now()).await.unwrap();
        assert_eq!(urgency(&db, acme).await, Some(974));
        db.assert_settled(today()).await;
        // An import writes many, and says so by leaving them stale until they are rescored.
        let row = CustomerInput {
            external_id: Some(Some("a-1".into())),
            renewal_date: Some(Some("2027-12-01".into())),
            ..CustomerInput::default()
        };
        let new = NewImport {
            file_name: "x.csv".into(),
            path: None,
            findings: None,
            mapping: Mapping { kind: ImportKind::Customers, columns: Default::default(), defaults: Default::default(), add_segments: false },
            state: ImportState::Running,
            author: None,
        };
        let to = Destination::Import(db.create_import(&new, now()).await.unwrap());
        db.import_customers(to, &[row], &CustomerInput::default(), now()).await.unwrap();
        assert!(!db.get_current(acme, today()).await.unwrap().is_current);
        db.roll_over_all(today()).await;
        assert_eq!(urgency(&db, acme).await, None);
        db.assert_settled(today()).await;
    }

    async fn a_new_day_makes_somebody_needed_although_nothing_happened(db: Database) {
        connect_sources(&db).await;
        at_risk(&db, named("silent soon"), 13).await;
        assert_eq!(names(&db, "", today()).await, Vec::<String>::new());
        let tomorrow = days_ago(-1);
        db.roll_over_all(tomorrow).await;
        assert_eq!(names(&db, "", tomorrow).await, ["silent soon"]);
        db.assert_settled(tomorrow).await;
    }

    async fn after_every_event_of_today_it_is_what_all_facts_give(db: Database) {
        connect_sources(&db).await;
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let mut fell = 0;
        for number in 0..12 {
            let fields = CustomerFields { renewal_date: (number % 3 > 0).then_some(days_ago(-10 * number)), ..named(&number.to_string()) };
            let customer = at_risk(&db, fields, i64::from(random.next_u32() % 20)).await;
            // Near a limit of the bands, on which side of it each event may move it.
            db.send_all(customer, (0..number % 6).map(|index| feature(&format!("f{index}")).days_ago(20 + index))).await;
            db.send_all(customer, (0..random.next_u32() % 8).map(|_| ticket().days_ago(number % 7 + 1))).await;
            db.send_all(customer, (0..random.next_u32() % 12).map(|_| login().days_ago(3))).await;
            for _ in 0..20 {
                let fact = match random.next_u32() % 4 {
                    0 | 1 => ticket(),
                    2 => feature(&format!("g{}", random.next_u32() % 4)),
                    _ => login(),
                };
                db.send(customer, fact).await;
                db.assert_settled_of(customer, today()).await;
                fell += usize::from(db.get_current(customer, today()).await.unwrap().band_fell_on == Some(today()));
            }
        }
        assert!(fell > 0, "some fall happens today");
        db.assert_settled(today()).await;
    }
}
