//! The timeline: events, the API calls of a day, notes, outcomes.

use crate::domain::timeline::Entry;
use crate::domain::{EventFilter, EventKind, OutcomeFacts, OutcomeKind};
use crate::tests::harness::*;
use chrono::Duration;

/// An entry in few words.
fn words(entry: &Entry) -> String {
    match entry {
        Entry::Event(event) => event.body.kind().name().to_owned(),
        Entry::Calls { day, calls } => format!("{calls} calls {} days ago", (today() - *day).num_days()),
        Entry::Note(note) => note.text.clone(),
        Entry::Outcome(outcome) => outcome.facts.kind.name().to_owned(),
    }
}

on_each_database! {
    async fn the_api_calls_of_a_day_are_one_entry_and_notes_stand_between_events(db: Database) {
        let acme = db.customer("Acme").await;
        for (days, count) in [(2, 10), (2, 20), (3, 5), (1, 7)] {
            db.send(acme, api_calls(count).days_ago(days)).await;
        }
        let mistake = db.send(acme, api_calls(100).days_ago(2)).await.event.id;
        db.retract_event(mistake, "sent twice", now()).await.unwrap();
        let gone = db.send(acme, api_calls(9).days_ago(4)).await.event.id;
        db.retract_event(gone, "sent twice", now()).await.unwrap();
        db.send(acme, login().days_ago(2)).await;
        db.send(acme, ticket().days_ago(1)).await;
        db.add_note(acme, "Ada", "Called", now() - Duration::hours(30)).await.unwrap();
        let other = db.customer("Other").await;
        db.send(other, api_calls(1).days_ago(1)).await;
        db.add_note(other, "Ada", "Of another customer", now()).await.unwrap();

        let expected =
            ["support_ticket", "Called", "7 calls 1 days ago", "login", "30 calls 2 days ago", "5 calls 3 days ago"];
        let (page, events) = db.list_entries(acme, &EventFilter::default(), 1, 10).await.unwrap();
        assert_eq!(page.items.iter().map(words).collect::<Vec<_>>(), expected);
        assert_eq!((page.total, events), (6, 8));
        // Pages of two cut the same list.
        for (number, two) in (1..).zip(expected.chunks(2)) {
            let (page, _) = db.list_entries(acme, &EventFilter::default(), number, 2).await.unwrap();
            assert_eq!((page.items.iter().map(words).collect::<Vec<_>>(), page.total), (two.iter().map(|text| (*text).to_owned()).collect(), 6));
        }
        // Of some days.
        let days = EventFilter { from: Some(days_ago(2)), to: Some(days_ago(2)), kind: None };
        let (page, events) = db.list_entries(acme, &days, 1, 10).await.unwrap();
        assert_eq!((page.items.iter().map(words).collect::<Vec<_>>(), events), (vec!["login".into(), "30 calls 2 days ago".into()], 4));
        // Outcomes stand at the end of their days, those that were taken back too.
        let ended = |kind| OutcomeFacts { kind, day: days_ago(2), arr_before_cents: None, arr_after_cents: None, reason: None, involuntary: false };
        let renewed = db.add_outcome(acme, &ended(OutcomeKind::Renewed), now()).await.unwrap().outcome.id;
        db.retract_outcome(renewed, "", now()).await.unwrap();
        db.add_outcome(acme, &ended(OutcomeKind::Expanded), now()).await.unwrap();
        let (page, _) = db.list_entries(acme, &days, 1, 10).await.unwrap();
        let expected = ["expanded", "renewed", "login", "30 calls 2 days ago"];
        assert_eq!((page.items.iter().map(words).collect::<Vec<_>>(), page.total), (expected.map(str::to_owned).to_vec(), 4));
        // Of a kind: each event, the retracted ones too.
        let calls = EventFilter { kind: Some(EventKind::ApiCall), ..days };
        let (page, events) = db.list_entries(acme, &calls, 1, 10).await.unwrap();
        assert_eq!((page.items.iter().map(words).collect::<Vec<_>>(), page.total, events), (vec!["api_call".into(); 3], 3, 3));
    }
}
