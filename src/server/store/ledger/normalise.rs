//! Brings rows of older releases up to date when the database is opened: names, owners, external ids and features get composed
//! letters, and customers get their `search_key`. Each transaction takes some customers that have no `search_key` yet, so that
//! work that was cut off goes on where it stopped.

use crate::domain::letters::composed;
use crate::domain::{Customer, CustomerId};
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::tables::customers::{
    CustomerRecord, Known, letters_row, mark_all_stale, select_customers, store_letters, store_stale,
};
use crate::server::store::tables::scorecards::compose_key_features;
use crate::server::store::{Store, StoreResult};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// The most customers that one transaction brings up to date.
const CUSTOMERS_COMPOSED_TOGETHER: i64 = 500;

impl Store {
    /// Brings all rows up to date that are not yet. After the first time there is nothing to do.
    pub(in crate::server::store) async fn normalise(&self) -> StoreResult<()> {
        self.normalise_scorecards().await?;
        let mut done = 0;
        loop {
            match self.normalise_customers().await? {
                0 => break,
                some => done += some,
            }
        }
        if done > 0 {
            tracing::info!(customers = done, "customers of an older release were brought up to date");
        }
        Ok(())
    }

    /// Brings some customers up to date. Returns how many; 0 when none is left.
    async fn normalise_customers(&self) -> StoreResult<usize> {
        let left = "SELECT id FROM customers WHERE search_key IS NULL LIMIT 1";
        if self.read_once().await?.optional::<(i64,)>(left, binds![]).await?.is_none() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        tx.lock(AdvisoryLock::Letters).await?;
        let sql = format!(select_customers!("WHERE search_key IS NULL ORDER BY id LIMIT $1 {}"), tx.for_update());
        let records: Vec<CustomerRecord> = tx.all(AssertSqlSafe(sql), binds![CUSTOMERS_COMPOSED_TOGETHER]).await?;
        let customers: Vec<_> = records.iter().map(CustomerRecord::customer).collect::<StoreResult<_>>()?;
        let mut holders = load_holders(&mut tx, &customers).await?;
        let mut rows = Vec::with_capacity(customers.len());
        for Customer { id, fields, .. } in customers {
            let mut letters = fields.clone().composed();
            if let Some(external_id) =
                letters.external_id.take_if(|external_id| Some(&**external_id) != fields.external_id.as_deref())
            {
                let holder = *holders.entry(external_id.clone()).or_insert(id);
                letters.external_id = if holder == id { Some(external_id) } else { fields.external_id };
                if holder != id {
                    tracing::warn!(customer = %id, same_as = %holder, external_id = ?letters.external_id, "{ALIKE}");
                }
            }
            rows.push(letters_row(id, &letters));
        }
        store_letters(&mut tx, rows).await?;
        let known: HashMap<_, _> = records.iter().map(|record| (CustomerId(record.id), record.known())).collect();
        let changed = compose_features(&mut tx, &known).await?;
        store_stale(&mut tx, changed).await?;
        tx.commit().await?;
        Ok(records.len())
    }

    async fn normalise_scorecards(&self) -> StoreResult<()> {
        let mut tx = self.write().await?;
        if compose_key_features(&mut tx).await? {
            mark_all_stale(&mut tx).await?;
        }
        tx.commit().await
    }
}

const ALIKE: &str = "two customers have external ids that differ only in how an accent is written: the first has the id now in \
                     whatever letters, the second only in its own; give one of them another id, or archive a duplicate";

/// Finds the customers that already have an external id which one of these would get.
async fn load_holders(tx: &mut Tx, customers: &[Customer]) -> StoreResult<HashMap<String, CustomerId>> {
    let ids = customers.iter().filter_map(|customer| customer.fields.external_id.as_deref());
    let wanted: Vec<_> = ids.map(|id| (id, composed(id))).filter(|(id, composed)| id != composed).map(|(_, id)| id).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT external_id, id FROM customers WHERE external_id {}", tx.one_of());
    let rows: Vec<(String, i64)> = tx.all(AssertSqlSafe(sql), binds![wanted]).await?;
    Ok(rows.into_iter().map(|(external_id, id)| (external_id, CustomerId(id))).collect())
}

/// Moves the counts of features to the names in composed letters. Returns the customers that had any.
async fn compose_features<'a>(tx: &mut Tx, customers: &'a HashMap<CustomerId, Known>) -> StoreResult<Vec<&'a Known>> {
    let ids: Vec<_> = customers.keys().copied().collect();
    // What has as many bytes as letters is plain ASCII.
    let sql = format!(
        "SELECT DISTINCT customer_id, key FROM daily_activity
         WHERE customer_id {} AND kind = 'feature_use' AND octet_length(key) <> length(key)",
        tx.one_of()
    );
    let mut changed = Vec::new();
    for (customer, key) in tx.all::<(i64, String)>(AssertSqlSafe(sql), binds![&ids[..]]).await? {
        let letters = composed(&key);
        if letters == key {
            continue;
        }
        let sql = "INSERT INTO daily_activity (customer_id, day, kind, key, received_day, count)
                   SELECT customer_id, day, kind, CAST($3 AS TEXT), received_day, count FROM daily_activity
                   WHERE customer_id = $1 AND kind = 'feature_use' AND key = $2
                   ON CONFLICT (customer_id, day, kind, key, received_day)
                   DO UPDATE SET count = daily_activity.count + excluded.count";
        tx.execute(sql, binds![customer, &key, letters]).await?;
        let sql = "DELETE FROM daily_activity WHERE customer_id = $1 AND kind = 'feature_use' AND key = $2";
        tx.execute(sql, binds![customer, &key]).await?;
        changed.extend(customers.get(&CustomerId(customer)));
    }
    changed.sort_by_key(|known| known.id);
    changed.dedup_by_key(|known| known.id);
    Ok(changed)
}
