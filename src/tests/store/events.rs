//! Events: what counts, what repeats, what conflicts.

use crate::tests::harness::*;

on_each_database! {
    async fn a_login_is_in_the_score_when_it_is_stored(db: Database) {
        let acme = db.customer("Acme").await;
        let stored = db.send(acme, login().days_ago(3)).await;
        assert_eq!(stored.after.factors.login_frequency.value, Some(1));
        assert_eq!(db.health(acme).await, stored.after);
        db.assert_settled(today()).await;
    }
}
