//! One statement that reads several tables, each customer's rows of a table as one text. Each statement is a round trip, and
//! fetching a row costs more than its content.

use crate::domain::CustomerId;
use crate::server::store::StoreResult;
use crate::server::store::sql::bind::Bind;
use crate::server::store::sql::db::Tx;
use sqlx::AssertSqlSafe;

/// The statement, put together table by table. `P` tells the tables apart.
pub struct Texts<P> {
    is_asked: &'static str,
    binds: Vec<Bind>,
    selects: Vec<String>,
    parts: Vec<P>,
}

impl<P: Copy> Texts<P> {
    pub fn of(tx: &Tx, customers: &[CustomerId]) -> Self {
        let (is_asked, customers) = tx.of_customers(customers);
        Self { is_asked, binds: vec![customers], selects: Vec::new(), parts: Vec::new() }
    }

    /// Takes a value and returns its place in the statement, for example `$2`.
    pub fn place(&mut self, value: impl Into<Bind>) -> String {
        self.binds.push(value.into());
        format!("${}", self.binds.len())
    }

    /// Adds the rows of a table that meet a condition. `line` is the SQL of a row's text.
    pub fn add(&mut self, part: P, table: &str, condition: &str, line: &str) {
        let (number, is_asked) = (self.parts.len(), self.is_asked);
        self.parts.push(part);
        self.selects.push(format!(
            "SELECT {number}, customer_id, string_agg({line}, '\n') FROM {table}
             WHERE customer_id {is_asked} AND {condition} GROUP BY customer_id"
        ));
    }

    /// Loads each customer's text of each table, the rows' texts in no order with line breaks between them. There is none where a
    /// customer has no row.
    pub async fn load(self, tx: &mut Tx) -> StoreResult<Vec<(P, CustomerId, String)>> {
        let Self { binds, selects, parts, .. } = self;
        let rows: Vec<(i32, i64, String)> = tx.all(AssertSqlSafe(selects.join(" UNION ALL ")), binds).await?;
        let part = |number: i32| parts.get(usize::try_from(number).ok()?).copied();
        Ok(rows.into_iter().filter_map(|(number, customer, text)| Some((part(number)?, CustomerId(customer), text))).collect())
    }
}
