//! Reads customers: one by its id, some in order, or those that external ids name.

use crate::domain::{Customer, CustomerId, NaiveDate, Rulebook, Segment, Traits};
use crate::server::store::ledger::rules::load_basis;
use crate::server::store::sql::bind::{binds, day};
use crate::server::store::tables::customers::{
    CustomerRecord, found_by, get_customer_record, has_no_customers, load_exported_customers, select_customers, spellings,
};
use crate::server::store::{CurrentHealth, Store, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// Customers that conditions cannot tell apart.
#[derive(sqlx_macros::FromRow)]
struct TraitsRow {
    segment: String,
    start_day: Option<i32>,
    came_back: bool,
    first_fact_day: Option<i32>,
    customers: i64,
}

impl Store {
    /// Returns whether no customer exists at all.
    pub async fn is_empty(&self) -> StoreResult<bool> {
        has_no_customers(&mut self.read().await?).await
    }

    pub async fn get_customer(&self, id: CustomerId) -> StoreResult<Customer> {
        get_customer_record(&mut self.read().await?, id).await?.customer()
    }

    /// Finds the customers that these external ids name. An id in exactly the given letters comes first, then one in composed
    /// letters. The keys of the answer are the ids as they were given.
    pub async fn find_customers(&self, external_ids: Vec<String>) -> StoreResult<HashMap<String, CustomerId>> {
        let mut tx = self.read().await?;
        let sql = format!("SELECT external_id, id FROM customers WHERE external_id {}", tx.one_of());
        let rows: Vec<(String, i64)> = tx.all(AssertSqlSafe(sql), binds![spellings(&external_ids)]).await?;
        let mut found: HashMap<_, _> = rows.into_iter().map(|(external_id, id)| (external_id, CustomerId(id))).collect();
        let exported = load_exported_customers(&mut tx, &external_ids).await?;
        found.extend(exported.into_iter().map(|(external_id, row)| (external_id, CustomerId(row.id))));
        let customer = |given: String| Some((*found_by(&found, &given)?, given));
        Ok(external_ids.into_iter().filter_map(customer).map(|(id, given)| (given, id)).collect())
    }

    /// Counts the active customers that each scorecard scores on a day, in the order of the scorecards.
    pub async fn count_scored(&self, rulebook: &Rulebook, today: NaiveDate) -> StoreResult<Vec<i64>> {
        let sql = "SELECT segment, start_day, came_back, first_fact_day, COUNT(*) AS customers FROM customers WHERE archived_day IS NULL
                   GROUP BY segment, start_day, came_back, first_fact_day";
        let groups: Vec<TraitsRow> = self.read_once().await?.all(sql, binds![]).await?;
        let mut scored = vec![0; rulebook.scorecards().count()];
        for TraitsRow { segment, start_day, came_back, first_fact_day, customers } in groups {
            let (segment, start_date) = (Segment::named(&segment), start_day.map(day));
            let traits = Traits { segment, start_date, came_back, first_fact_on: first_fact_day.map(day) };
            let of = rulebook.scorecard_of(&traits, today);
            let place = rulebook.scorecards().position(|scorecard| std::ptr::eq(scorecard, of));
            place.and_then(|place| scored.get_mut(place)).into_iter().for_each(|scored| *scored += customers);
        }
        Ok(scored)
    }

    /// Returns a customer with its stored health.
    pub async fn get_current(&self, id: CustomerId, today: NaiveDate) -> StoreResult<CurrentHealth> {
        let mut tx = self.read().await?;
        let basis = load_basis(&mut tx, today).await?;
        get_customer_record(&mut tx, id).await?.current(basis)
    }

    pub async fn count_active(&self) -> StoreResult<i64> {
        let sql = "SELECT COUNT(*) FROM customers WHERE archived_day IS NULL";
        let (active,): (i64,) = self.read_once().await?.one(sql, binds![]).await?;
        Ok(active)
    }

    /// Returns up to `limit` active customers in the order of their ids: those that follow `after`, or the first ones.
    pub async fn list_active_after(
        &self,
        after: Option<CustomerId>,
        limit: i64,
        today: NaiveDate,
    ) -> StoreResult<Vec<CurrentHealth>> {
        let mut tx = self.read().await?;
        let basis = load_basis(&mut tx, today).await?;
        let sql = select_customers!("WHERE id > COALESCE($1, 0) AND archived_day IS NULL ORDER BY id LIMIT $2");
        let rows: Vec<CustomerRecord> = tx.all(sql, binds![after, limit]).await?;
        rows.iter().map(|row| row.current(basis)).collect()
    }

    /// Returns the owners of all customers, in alphabetical order.
    pub async fn list_owners(&self) -> StoreResult<Vec<String>> {
        let sql = "SELECT DISTINCT owner_key, owner FROM customers WHERE owner IS NOT NULL ORDER BY owner_key, owner";
        let owners: Vec<(String, String)> = self.read_once().await?.all(sql, binds![]).await?;
        Ok(owners.into_iter().map(|(_, owner)| owner).collect())
    }
}
