//! Invoices: facts in any order make the same invoice.

use crate::domain::EventFilter;
use crate::domain::FactorKey;
use crate::domain::InvoiceStatus::{self, Open, Overdue, PaidLate, PaidOnTime, Voided};
use crate::tests::harness::*;

/// The invoice "A-1" as of today.
async fn status(db: &Database, customer: crate::domain::CustomerId) -> Option<InvoiceStatus> {
    let facts = db.load_facts(customer, today(), today()).await.unwrap();
    facts.invoices.iter().find(|invoice| invoice.number == "A-1").and_then(|invoice| invoice.status(today()))
}

on_each_database! {
    async fn facts_about_an_invoice_may_arrive_in_any_order(db: Database) {
        let issued = || invoice("A-1").days_ago(40).due(days_ago(10));
        let cases = [
            (vec![issued()], Some(Overdue)),
            (vec![invoice("A-1").days_ago(3).due(days_ago(-9))], Some(Open)),
            (vec![paid("A-1").days_ago(12)], None),
            (vec![issued(), paid("A-1").days_ago(12)], Some(PaidOnTime)),
            (vec![issued(), paid("A-1").days_ago(10)], Some(PaidOnTime)),
            (vec![issued(), paid("A-1").days_ago(9)], Some(PaidLate)),
            (vec![issued(), paid("A-1").days_ago(5), paid("A-1").days_ago(12)], Some(PaidOnTime)),
            (vec![issued(), voided("A-1").days_ago(1)], Some(Voided)),
            (vec![issued(), voided("A-1").days_ago(1), paid("A-1").days_ago(30)], Some(Voided)),
        ];
        for (index, (facts, expected)) in cases.into_iter().enumerate() {
            let (forwards, backwards) = (db.customer("Forwards").await, db.customer("Backwards").await);
            db.send_all(forwards, facts.clone()).await;
            db.send_all(backwards, facts.into_iter().rev()).await;
            assert_eq!(status(&db, forwards).await, expected, "case {index}");
            assert_eq!(status(&db, backwards).await, expected, "case {index} in reverse");
        }
        db.roll_over_all(today()).await;
        db.assert_settled(today()).await;
    }

    async fn the_same_invoice_again_is_a_repeat_by_whatever_message(db: Database) {
        let acme = db.customer("Acme").await;
        let issued = || invoice("A-1").days_ago(4).due(days_ago(-9));
        let first = db.send(acme, issued().message("m-1")).await;
        for fact in [issued(), issued().message("m-2"), issued().message("m-2"), issued().source("billing")] {
            let again = db.send(acme, fact).await;
            assert!(again.repeated);
            assert_eq!(again.event, first.event);
        }
        assert_eq!(db.list_events(acme, &EventFilter::default(), 1, 10).await.unwrap().total, 1);
        assert_conflict(db.try_send(acme, login().message("m-2")).await, "m-2", "the id of the repeat is used");
    }

    async fn an_invoice_number_with_other_content_is_a_conflict(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        let issued = || invoice("A-1").days_ago(4).due(days_ago(-9));
        db.send(acme, issued()).await;
        for fact in [issued().amount_cents(1), issued().due(days_ago(-8)), issued().days_ago(5)] {
            let what = format!("{fact:?}");
            assert_conflict(db.try_send(acme, fact.message("m-1")).await, "invoice A-1", &what);
        }
        assert!(!db.send(acme, invoice("A-2").message("m-1")).await.repeated, "what was refused left no key");
        assert!(!db.send(other, issued()).await.repeated, "another customer may have the same number");
        db.assert_settled(today()).await;
    }

    async fn an_invoice_whose_issue_was_retracted_can_be_issued_again(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, paid("A-1").days_ago(12)).await;
        let wrong = db.send(acme, invoice("A-1").days_ago(40).due(days_ago(20))).await;
        assert_eq!(status(&db, acme).await, Some(PaidLate));
        db.retract_event(wrong.event.id, "wrong due date", now()).await.unwrap();
        assert_eq!(status(&db, acme).await, None);
        assert!(!db.send(acme, invoice("A-1").days_ago(40).due(days_ago(10))).await.repeated);
        assert_eq!(status(&db, acme).await, Some(PaidOnTime));
        db.assert_settled(today()).await;
    }

    async fn an_invoice_that_was_voided_is_issued_anew_once_issue_and_void_are_taken_back(db: Database) {
        let acme = db.customer("Acme").await;
        let issue = db.send(acme, invoice("A-1").days_ago(40).due(days_ago(10))).await.event.id;
        let void = db.send(acme, voided("A-1").days_ago(39)).await.event.id;
        let anew = || invoice("A-1").amount_cents(250_00).days_ago(38).due(days_ago(8));
        let (issued, voided) = (format!("event {issue} of {}", days_ago(40)), format!("event {void} of {}", days_ago(39)));
        for part in [&issued, &voided] {
            assert_conflict(db.try_send(acme, anew()).await, part, "issued anew");
        }
        for id in [issue, void] {
            db.retract_event(id, "wrong amount", now()).await.unwrap();
        }
        assert!(!db.send(acme, anew()).await.repeated);
        let factor = db.send(acme, paid("A-1").days_ago(20)).await.after.factors[FactorKey::INVOICE_TIMELINESS].clone();
        assert_eq!((factor.value, factor.target, factor.score.to_string()), (Some(1), Some(1), "100.0".into()));
        db.assert_settled(today()).await;
    }

    async fn an_invoice_over_nothing_is_on_time(db: Database) {
        let acme = db.customer("Acme").await;
        let free = |number: &str| invoice(number).amount_cents(0);
        let unpaid = db.send(acme, free("A-1").days_ago(40).due(days_ago(10))).await.after.factors[FactorKey::INVOICE_TIMELINESS].clone();
        assert_eq!((unpaid.value, unpaid.target), (Some(1), Some(1)));
        assert_eq!(status(&db, acme).await, Some(PaidOnTime));
        db.send_all(acme, [paid("A-1").days_ago(2), invoice("A-2").days_ago(40).due(days_ago(10))]).await;
        assert_eq!(status(&db, acme).await, Some(PaidOnTime), "there was nothing to pay late");
        let factor = db.health(acme).await.factors[FactorKey::INVOICE_TIMELINESS].clone();
        assert_eq!((factor.value, factor.target), (Some(1), Some(2)));
        db.send(acme, voided("A-1").days_ago(1)).await;
        assert_eq!(status(&db, acme).await, Some(Voided));
        db.assert_settled(today()).await;
    }

    async fn an_upgrade_scores_those_anew_who_have_an_invoice_over_nothing(db: Database) {
        let (acme, other) = (db.customer("Acme").await, db.customer("Other").await);
        db.send(acme, invoice("A-1").amount_cents(0).days_ago(40).due(days_ago(10))).await;
        db.send(other, invoice("A-1").days_ago(40).due(days_ago(10))).await;
        // As the release before stored it.
        let before = r#"'"on_time":1,"late":0,"overdue":0', '"on_time":0,"late":0,"overdue":1'"#;
        db.run_raw(&format!("UPDATE customers SET measured = replace(measured, {before})")).await;
        assert_eq!(db.health(acme).await.factors[FactorKey::INVOICE_TIMELINESS].value, Some(0));
        db.forget_migration(18).await;
        db.migrate().await.unwrap();
        assert!(!db.get_current(acme, today()).await.unwrap().is_current);
        assert!(db.get_current(other, today()).await.unwrap().is_current);
        assert_eq!(db.roll_over_all(today()).await, 1);
        db.assert_settled(today()).await;
    }

    async fn taking_back_a_payment_opens_the_invoice_again(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, invoice("A-1").days_ago(40).due(days_ago(10))).await;
        let (late, early) = (db.send(acme, paid("A-1").days_ago(5)).await, db.send(acme, paid("A-1").days_ago(20)).await);
        for (payment, expected) in [(early, PaidLate), (late, Overdue)] {
            db.retract_event(payment.event.id, "bounced", now()).await.unwrap();
            assert_eq!(status(&db, acme).await, Some(expected));
        }
        db.assert_settled(today()).await;
    }
}
