//! Everything that a customer's scores follow from, in one look: the rules in force, the connections and the facts.

use crate::domain::{AsOf, CustomerId, NaiveDate, Rulebook};
use crate::scoring::{Connections, Facts};
use crate::server::store::ledger::connections::connections_known_on;
use crate::server::store::ledger::facts::{Reach, load_facts};
use crate::server::store::ledger::rules::{Rules, load_rules};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::customers::get_customer_record;
use crate::server::store::tables::scorecards::rulebook_in_force;
use crate::server::store::{Store, StoreResult};
use std::sync::Arc;

impl Store {
    /// Returns the rules and connections as known when knowledge was cut; the current ones when it was not.
    pub async fn rules(&self, known_at: Option<NaiveDate>) -> StoreResult<(Arc<Rulebook>, Connections)> {
        load_rules_known_at(&mut self.read().await?, known_at).await
    }

    /// Returns the rules and connections, with a customer's facts as far back as scores of the days from `from` on need them.
    pub async fn rules_and_facts(
        &self,
        customer: CustomerId,
        from: NaiveDate,
        at: AsOf,
    ) -> StoreResult<(Arc<Rulebook>, Connections, Facts)> {
        let mut tx = self.read().await?;
        let (rulebook, connections) = load_rules_known_at(&mut tx, at.known_at).await?;
        let known = get_customer_record(&mut tx, customer).await?.known();
        let reach = Reach::of(&rulebook, from);
        let facts = load_facts(&mut tx, &[known], reach, at).await?.remove(&customer).unwrap_or_default();
        Ok((rulebook, connections, facts))
    }
}

async fn load_rules_known_at(tx: &mut Tx, known_at: Option<NaiveDate>) -> StoreResult<(Arc<Rulebook>, Connections)> {
    match known_at {
        None => load_rules(tx).await.map(|Rules { rulebook, connections, .. }| (rulebook, connections)),
        Some(day) => {
            let rulebook = rulebook_in_force(tx, day).await?;
            let connections = connections_known_on(tx, &rulebook, day).await?;
            Ok((rulebook, connections))
        }
    }
}
