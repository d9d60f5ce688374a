//! What happens by itself: the day changes, scores follow.

use crate::domain::FactorKey;
use crate::server::AppState;
use crate::server::service::run::jobs;
use crate::tests::harness::*;

on_each_database! {
    async fn after_midnight_every_customer_is_rescored_once(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login().days_ago(29)).await;
        db.send(acme, login()).await;
        for name in ["Beta", "Gamma"] {
            db.customer(name).await;
        }
        let tomorrow = AppState { clock: || now() + chrono::Duration::days(1), ..db.app() };
        assert_eq!(jobs::roll_over(&db.app()).await.unwrap(), 0, "today is scored already");
        assert_eq!(jobs::roll_over(&tomorrow).await.unwrap(), 3);
        assert_eq!(jobs::roll_over(&tomorrow).await.unwrap(), 0);
        let health = db.health_on(acme, tomorrow.read_clock().date_naive()).await;
        assert_eq!(health.factors[FactorKey::LOGIN_FREQUENCY].value, Some(1), "the older login has left the window");
    }
}
