//! Customers: create, edit under a version, archive.

use crate::domain::{Archive, ArchiveReason, Band, Customer, CustomerFields, CustomerId, NaiveDate, Segment};
use crate::server::store::StoreError;
use crate::tests::harness::*;

fn full() -> CustomerFields {
    CustomerFields {
        name: "Größe & Söhne \"GmbH\"".into(),
        segment: Segment::ENTERPRISE,
        external_id: Some("crm-1".into()),
        owner: Some("Ada".into()),
        arr_cents: Some(1_000_000_000_000_000),
        renewal_date: NaiveDate::from_ymd_opt(2199, 12, 31),
        start_date: NaiveDate::from_ymd_opt(1970, 1, 1),
        crm_url: Some("https://crm.example/1".into()),
    }
}

on_each_database! {
    async fn a_customer_comes_back_as_it_was_created(db: Database) {
        assert!(db.is_empty().await.unwrap());
        for fields in [blank(), full()] {
            let created = db.create_customer(&fields, now()).await.unwrap();
            let expected = Customer { id: created.id, fields, archived: None, version: 1, created_at: now() };
            assert_eq!(created, expected);
            assert_eq!(db.get_customer(created.id).await.unwrap(), expected);
        }
        assert!(!db.is_empty().await.unwrap());
        db.assert_settled(today()).await;
    }

    async fn a_customer_without_facts_has_no_data(db: Database) {
        let acme = db.customer("Acme").await;
        assert_eq!(db.health(acme).await.band, Band::NoData);
        let row = db.get_current(acme, today()).await.unwrap();
        assert_eq!((row.traits.first_fact_on, row.last_activity_at, row.change7, row.change30, row.change90), (None, None, None, None, None));
    }

    async fn an_edit_changes_the_fields_and_the_version(db: Database) {
        let acme = db.customer("Acme").await;
        let edited = db.update_customer(acme, 1, &full(), now()).await.unwrap();
        assert_eq!((&edited.fields, edited.version), (&full(), 2));
        assert_eq!(db.get_customer(acme).await.unwrap(), edited);
        let cleared = db.update_customer(acme, 2, &blank(), now()).await.unwrap();
        assert_eq!((&cleared.fields, cleared.version), (&blank(), 3));
        db.assert_settled(today()).await;
    }

    async fn an_edit_of_an_older_version_is_refused(db: Database) {
        let acme = db.customer("Acme").await;
        db.update_customer(acme, 1, &full(), now()).await.unwrap();
        assert_conflict(db.update_customer(acme, 1, &blank(), now()).await, "was changed meanwhile", "");
        assert_eq!(db.get_customer(acme).await.unwrap().fields, full());
    }

    async fn a_start_date_counts_at_once(db: Database) {
        let acme = db.customer("Acme").await;
        db.send_all(acme, [login().days_ago(20), feature("export"), ticket()]).await;
        assert_ne!(db.health(acme).await.band, Band::NoData);
        let start = |date| CustomerFields { start_date: Some(date), ..blank() };
        db.update_customer(acme, 1, &start(days_ago(-5)), now()).await.unwrap();
        assert_eq!(db.health(acme).await.band, Band::NoData);
        db.assert_settled(today()).await;
        db.update_customer(acme, 2, &start(days_ago(10)), now()).await.unwrap();
        assert_eq!(db.get_current(acme, today()).await.unwrap().band_since, days_ago(10));
        db.assert_settled(today()).await;
    }

    async fn an_external_id_belongs_to_one_customer(db: Database) {
        db.customer_with(full()).await;
        let taken = "external id \"crm-1\" is taken by another customer";
        assert_conflict(db.create_customer(&full(), now()).await, taken, "create");
        let acme = db.customer("Acme").await;
        assert_conflict(db.update_customer(acme, 1, &full(), now()).await, taken, "edit");
        assert_eq!(db.get_customer(acme).await.unwrap().version, 1);
        assert_eq!(db.page("").await.1, 2);
    }

    async fn an_archived_customer_leaves_lists_and_still_accepts_events(db: Database) {
        let acme = db.customer("Acme").await;
        let archive = Archive { reason: ArchiveReason::Churned, date: today() };
        let archived = db.archive_customer(acme, archive, now()).await.unwrap();
        assert_eq!((archived.archived, archived.version), (Some(archive), 2));
        assert_eq!((db.list("").await, db.list("archived=true").await), (vec![], vec!["Acme".to_owned()]));
        assert_conflict(db.archive_customer(acme, archive, now()).await, "is archived already", "");
        db.send_all(acme, [login(), feature("export")]).await;
        db.assert_settled(today()).await;
        let restored = db.restore_customer(acme, None, now()).await.unwrap();
        assert_eq!((restored.archived, restored.version), (None, 3));
        assert_eq!((db.list("").await, db.list("archived=true").await), (vec!["Acme".to_owned()], vec![]));
        assert_conflict(db.restore_customer(acme, None, now()).await, "is active already", "");
    }

    async fn owners_are_listed_once_each_in_order(db: Database) {
        for owner in [Some("Zoë"), None, Some("ada"), Some("Zoë"), Some("Bob")] {
            db.customer_with(CustomerFields { owner: owner.map(str::to_owned), ..blank() }).await;
        }
        assert_eq!(db.list_owners().await.unwrap(), ["ada", "Bob", "Zoë"]);
    }

    async fn an_unknown_customer_is_not_found(db: Database) {
        let nobody = CustomerId(404);
        let errors = [
            db.get_customer(nobody).await.err(),
            db.get_current(nobody, today()).await.err(),
            db.update_customer(nobody, 1, &blank(), now()).await.err(),
            db.restore_customer(nobody, None, now()).await.err(),
            db.load_facts(nobody, today(), today()).await.err(),
        ];
        for (index, error) in errors.into_iter().enumerate() {
            assert!(matches!(error, Some(StoreError::NotFound(what)) if what == "customer 404"), "call {index}");
        }
    }
}
