//! The people whom raw events name.

use crate::domain::people::{FeatureUses, People};
use crate::domain::{AsOf, CustomerId};
use crate::tests::harness::*;

async fn people(db: &Database, customer: CustomerId) -> People {
    db.list_people(customer, AsOf { day: today(), known_at: None }, 90).await.unwrap()
}

fn names(people: &People) -> Vec<&str> {
    people.items.iter().map(|person| person.user.as_str()).collect()
}

on_each_database! {
    async fn people_are_known_by_what_they_did_those_who_stopped_first(db: Database) {
        let acme = db.customer("Acme").await;
        for days in [20, 22, 24] {
            db.send(acme, login().user("rosa").days_ago(days)).await;
        }
        // Two days only: nobody can say that she stopped.
        for days in [30, 31] {
            db.send(acme, login().user("tess").days_ago(days)).await;
        }
        db.send(acme, feature("reports").user("ada").days_ago(2)).await;
        db.send(acme, feature("export").user("ada").days_ago(2)).await;
        db.send(acme, feature("export").user("ada").days_ago(1)).await;
        db.send(acme, login().days_ago(1)).await;
        db.send(acme, login().user("early").days_ago(90)).await;
        let other = db.customer("Other").await;
        db.send(other, login().user("stranger").days_ago(1)).await;

        let found = people(&db, acme).await;
        assert_eq!(names(&found), ["rosa", "ada", "tess"]);
        assert_eq!((found.total, found.stopped, found.from, found.kept_from), (3, 1, days_ago(89), None));
        assert_eq!((found.items[0].stopped_on, found.items[0].days_seen, found.items[0].logins), (Some(days_ago(20)), 3, 3));
        let of = |feature: &str, uses| FeatureUses { feature: feature.into(), uses };
        assert_eq!(found.items[1].features, [of("export", 2), of("reports", 1)]);
        assert_eq!((found.items[1].days_seen, found.items[1].logins, found.items[1].stopped_on), (2, 0, None));
        assert_eq!(found.items[2].stopped_on, None);
    }

    async fn what_was_retracted_or_came_later_names_nobody(db: Database) {
        let acme = db.customer("Acme").await;
        let mistake = db.send(acme, login().user("mistake").days_ago(3)).await.event.id;
        db.send(acme, login().user("ada").days_ago(3)).await;
        db.retract_event(mistake, "sent twice", now()).await.unwrap();
        assert_eq!(names(&people(&db, acme).await), ["ada"]);
        // As known on the day before, nothing had been received.
        let then = AsOf { day: days_ago(1), known_at: Some(days_ago(1)) };
        assert_eq!(db.list_people(acme, then, 90).await.unwrap().total, 0);
        let past = db.list_people(acme, AsOf { day: days_ago(4), known_at: None }, 90).await.unwrap();
        assert_eq!(past.total, 0);
    }

    async fn people_say_that_raw_events_were_dropped(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login().user("ada").days_ago(3)).await;
        db.drop_events_before(today()).await.unwrap();
        let found = people(&db, acme).await;
        assert_eq!(found.kept_from, Some(days_ago(15)));
        // The event was received in this month, so it is still there.
        assert_eq!(names(&found), ["ada"]);
    }
}
