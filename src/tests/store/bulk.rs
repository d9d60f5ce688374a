//! One change of many customers, and its undo.

use crate::domain::bulk::Chosen;
use crate::domain::{Archive, ArchiveReason, BulkChange, Customer, CustomerFields, CustomerId, Segment};
use crate::server::store::StoreError;
use crate::tests::harness::*;

/// Three customers: of Ann, of nobody, and of Bob, who is archived.
async fn three(db: &Database) -> Vec<Customer> {
    let owned = async |name: &str, owner: Option<&str>| {
        db.customer_with(CustomerFields { name: name.into(), owner: owner.map(str::to_owned), ..blank() }).await
    };
    let ids = [owned("Acme", Some("Ann")).await, owned("Bolt", None).await, owned("Cedar", Some("Bob")).await];
    db.archive_customer(ids[2], Archive { reason: ArchiveReason::Duplicate, date: days_ago(40) }, now()).await.unwrap();
    stored(db, &ids).await
}

async fn stored(db: &Database, ids: &[CustomerId]) -> Vec<Customer> {
    let mut customers = Vec::new();
    for id in ids {
        customers.push(db.get_customer(*id).await.unwrap());
    }
    customers
}

fn chosen(customers: &[Customer]) -> Chosen {
    customers.iter().map(|customer| (customer.id, customer.version)).collect()
}

/// Everything but the version, which every change raises.
fn states(customers: &[Customer]) -> Vec<(CustomerFields, Option<Archive>)> {
    customers.iter().map(|customer| (customer.fields.clone(), customer.archived)).collect()
}

on_each_database! {
    async fn a_change_of_many_is_undone_exactly(db: Database) {
        let before = three(&db).await;
        let ids: Vec<_> = before.iter().map(|customer| customer.id).collect();
        for (change, changed) in [
            (BulkChange::Owner(Some("Ann".into())), 2),
            (BulkChange::Owner(None), 2),
            (BulkChange::Segment(Segment::ENTERPRISE), 3),
            (BulkChange::Archive(Some(ArchiveReason::Churned)), 2),
            (BulkChange::Archive(None), 1),
        ] {
            let report = db.change_customers(&chosen(&stored(&db, &ids).await), &change, now()).await.unwrap();
            assert_eq!((report.changed, report.unchanged), (changed, 3 - changed), "{change:?}");
            for customer in stored(&db, &ids).await {
                match &change {
                    BulkChange::Owner(owner) => assert_eq!(customer.fields.owner, *owner),
                    BulkChange::Segment(segment) => assert_eq!(customer.fields.segment, *segment),
                    BulkChange::Archive(reason) => assert_eq!(customer.archived.is_some(), reason.is_some()),
                }
            }
            // Another segment may be another scorecard.
            db.roll_over_all(today()).await;
            db.assert_settled(today()).await;
            let undone = db.undo_bulk_change(report.id.unwrap(), now()).await.unwrap();
            assert_eq!((undone.restored, undone.kept.len()), (changed, 0));
            assert_eq!(states(&stored(&db, &ids).await), states(&before), "{change:?}");
            db.roll_over_all(today()).await;
            db.assert_settled(today()).await;
        }
    }

    async fn nobody_is_changed_when_somebody_was_changed_meanwhile(db: Database) {
        let before = three(&db).await;
        db.update_customer(before[0].id, before[0].version, &blank(), now()).await.unwrap();
        let change = BulkChange::Owner(Some("Zoë".into()));
        let refused = db.change_customers(&chosen(&before), &change, now()).await;
        assert_conflict(refused, "was changed meanwhile", "");
        assert_eq!(db.get_customer(before[1].id).await.unwrap(), before[1]);
        let mut unknown = chosen(&before[1..]);
        unknown.insert(CustomerId(404), 1);
        let refused = db.change_customers(&unknown, &change, now()).await;
        assert!(matches!(refused, Err(StoreError::NotFound(what)) if what == "customer 404"));
        assert_eq!(db.get_customer(before[1].id).await.unwrap(), before[1]);
    }

    async fn an_undo_leaves_alone_whom_somebody_changed_meanwhile(db: Database) {
        let before = three(&db).await;
        let report = db.change_customers(&chosen(&before), &BulkChange::Owner(Some("Zoë".into())), now()).await.unwrap();
        let bolt = db.get_customer(before[1].id).await.unwrap();
        let renamed = CustomerFields { name: "Bolt Ltd".into(), ..bolt.fields.clone() };
        db.update_customer(bolt.id, bolt.version, &renamed, now()).await.unwrap();
        let undone = db.undo_bulk_change(report.id.unwrap(), now()).await.unwrap();
        let kept: Vec<_> = undone.kept.iter().map(|kept| (kept.id, kept.name.as_str())).collect();
        assert_eq!((undone.restored, kept), (2, vec![(bolt.id, "Bolt Ltd")]));
        assert_eq!(db.get_customer(bolt.id).await.unwrap().fields, renamed);
        assert_eq!(db.get_customer(before[2].id).await.unwrap().fields, before[2].fields);
    }

    async fn a_change_is_undone_once_and_within_a_month(db: Database) {
        let before = three(&db).await;
        let owner = |name: &str| BulkChange::Owner(Some(name.into()));
        let first = db.change_customers(&chosen(&before[..1]), &owner("Zoë"), now()).await.unwrap().id.unwrap();
        db.undo_bulk_change(first, now()).await.unwrap();
        assert_conflict(db.undo_bulk_change(first, now()).await, "is undone already", "");
        let later = now() + chrono::Duration::days(31);
        let again = chosen(&stored(&db, &[before[0].id]).await);
        let second = db.change_customers(&again, &owner("Zoë"), later).await.unwrap().id.unwrap();
        assert!(matches!(db.undo_bulk_change(first, later).await, Err(StoreError::NotFound(what)) if what.contains("30 days")));
        assert_eq!(db.undo_bulk_change(second, later).await.unwrap().restored, 1);
    }

    async fn what_is_so_already_is_no_change(db: Database) {
        let before = three(&db).await;
        let report = db.change_customers(&chosen(&before[..1]), &BulkChange::Owner(Some("Ann".into())), now()).await.unwrap();
        assert_eq!((report.id, report.changed, report.unchanged), (None, 0, 1));
        assert_eq!(db.get_customer(before[0].id).await.unwrap(), before[0]);
    }

    async fn a_list_has_those_whose_ids_it_asks_for(db: Database) {
        let before = three(&db).await;
        let ids = format!("id={},{},404&sort=name", before[1].id, before[0].id);
        assert_eq!(db.list(&ids).await, ["Acme", "Bolt"]);
        assert_eq!(db.list(&format!("{ids}&search=bolt")).await, ["Bolt"]);
    }
}
