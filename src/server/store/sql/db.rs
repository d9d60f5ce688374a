//! Transactions: the one place that knows there are two databases.
//!
//! SQLite has one write connection, whose transactions begin IMMEDIATE, beside a pool that only reads; PostgreSQL has
//! one pool, and writers lock the customers they change.

use crate::domain::CustomerId;
use crate::server::store::sql::bind::{Bind, Row, columns_and_values};
use crate::server::store::sql::changes::{Changed, Changes};
use crate::server::store::sql::pools::Pools;
use crate::server::store::sql::transaction::{On, Open};
use crate::server::store::{Store, StoreResult};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, SqlSafeStr};

pub struct Db {
    pub pools: Pools,
    pub changes: Changes,
}

impl Store {
    /// Begins a transaction that only reads. It sees one state of the database throughout.
    pub(in crate::server::store) async fn read(&self) -> StoreResult<Tx> {
        let begin = match &self.db.pools {
            Pools::Sqlite { .. } => "BEGIN",
            Pools::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(self.db.tx(Open::begin(self.db.reader().await?, begin).await?))
    }

    /// Takes a connection to read by one statement, which sees one state of the database without a transaction around it.
    pub(in crate::server::store) async fn read_once(&self) -> StoreResult<Tx> {
        Ok(self.db.tx(Open::without_transaction(self.db.reader().await?)))
    }

    /// Begins a transaction that may write. Without [`Tx::commit`] nothing of it stays.
    pub(in crate::server::store) async fn write(&self) -> StoreResult<Tx> {
        self.db.write().await
    }
}

impl Db {
    pub(in crate::server::store) async fn write(&self) -> StoreResult<Tx> {
        let open = match &self.pools {
            Pools::Sqlite { write, .. } => Open::begin(On::Sqlite(write.acquire().await?), "BEGIN IMMEDIATE").await?,
            Pools::Postgres(pool) => Open::begin(On::Postgres(pool.acquire().await?), "BEGIN").await?,
        };
        Ok(self.tx(open))
    }

    async fn reader(&self) -> StoreResult<On> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => On::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => On::Postgres(pool.acquire().await?),
        })
    }

    fn tx(&self, open: Open) -> Tx {
        Tx { open, changed: Changed::default(), changes: self.changes.clone() }
    }
}

/// The most rows that one statement writes.
const SQLITE_ROWS: usize = 100;
const POSTGRES_ROWS: usize = 5000;

/// A type that rows of either database are read into.
pub trait Record: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>> Record for T {}

/// A transaction on either database, which is rolled back when it is dropped without commit; or, from [`Store::read_once`], a
/// connection for one statement that reads.
pub struct Tx {
    open: Open,
    /// The changes that the commit will tell.
    changed: Changed,
    changes: Changes,
}

/// Expands one query for the database at hand: binds every value, then runs the rest.
macro_rules! run {
    ($tx:expr, $query:ident($($turbofish:ty)?), $sql:expr, $binds:expr, $method:ident $($then:ident)?) => {
        run!($tx, $query($($turbofish)?), true, $sql, $binds, $method $($then)?)
    };
    ($tx:expr, $query:ident($($turbofish:ty)?), $persistent:expr, $sql:expr, $binds:expr, $method:ident $($then:ident)?) => {{
        let result = match $tx.open.on()? {
            On::Sqlite(connection) => {
                let mut query = sqlx::$query $(::<_, $turbofish>)? ($sql).persistent($persistent);
                for bind in $binds {
                    query = match bind {
                        Bind::Int(int) => query.bind(int),
                        Bind::Day(day) => query.bind(day),
                        Bind::Text(text) => query.bind(text),
                        Bind::Bool(is) => query.bind(is),
                        Bind::Ints(ints) => query.bind(serde_json::Value::from(ints).to_string()),
                        Bind::Days(days) => query.bind(serde_json::Value::from(days).to_string()),
                        Bind::Texts(texts) => query.bind(serde_json::Value::from(texts).to_string()),
                        Bind::Bools(bools) => query.bind(serde_json::Value::from(bools).to_string()),
                    };
                }
                query.$method(&mut **connection).await.map(|done| done$(.$then())?)
            }
            On::Postgres(connection) => {
                let mut query = sqlx::$query $(::<_, $turbofish>)? ($sql).persistent($persistent);
                for bind in $binds {
                    query = match bind {
                        Bind::Int(int) => query.bind(int),
                        Bind::Day(day) => query.bind(day),
                        Bind::Text(text) => query.bind(text),
                        Bind::Bool(is) => query.bind(is),
                        Bind::Ints(ints) => query.bind(ints),
                        Bind::Days(days) => query.bind(days),
                        Bind::Texts(texts) => query.bind(texts),
                        Bind::Bools(bools) => query.bind(bools),
                    };
                }
                query.$method(&mut **connection).await.map(|done| done$(.$then())?)
            }
        };
        $tx.open.noting(result)?
    }};
}

impl Tx {
    pub async fn all<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<Vec<T>> {
        Ok(run!(self, query_as(T), sql, binds, fetch_all))
    }

    /// Runs [`Self::all`] with a new plan. PostgreSQL keeps a statement's plan otherwise, and a plan that was made while a table
    /// was empty may read the whole table later.
    pub async fn all_planned_anew<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<Vec<T>> {
        let is_kept = !self.has_locks();
        Ok(run!(self, query_as(T), is_kept, sql, binds, fetch_all))
    }

    pub async fn optional<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<Option<T>> {
        Ok(run!(self, query_as(T), sql, binds, fetch_optional))
    }

    pub async fn one<T: Record>(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<T> {
        Ok(run!(self, query_as(T), sql, binds, fetch_one))
    }

    /// Runs a statement. Returns the number of changed rows.
    pub async fn execute(&mut self, sql: impl SqlSafeStr, binds: Vec<Bind>) -> StoreResult<u64> {
        Ok(run!(self, query(), sql, binds, execute rows_affected))
    }

    /// Inserts rows, which have the same columns, by as few statements as do it well: `INSERT INTO {table} ... {then}`. Returns
    /// how many were written.
    pub async fn insert_rows(&mut self, table: &str, rows: Vec<Row>, then: &str) -> StoreResult<u64> {
        let (columns, rows) = columns_and_values(rows);
        let into = format!("INSERT INTO {table} ({})", columns.join(", "));
        let mut written = 0;
        for (given, binds) in self.given_rows(rows) {
            written += self.execute(AssertSqlSafe(format!("{into} SELECT * FROM {given} WHERE true {then}")), binds).await?;
        }
        Ok(written)
    }

    /// Inserts rows as [`Self::insert_rows`] does. A row with the same `key` is overwritten.
    pub async fn replace_rows(&mut self, table: &str, key: &[&str], rows: Vec<Row>) -> StoreResult<()> {
        let columns = rows.first().into_iter().flatten().map(|(column, _)| *column);
        let others = columns.filter(|column| !key.contains(column));
        let set: Vec<_> = others.map(|column| format!("{column} = excluded.{column}")).collect();
        let replace = format!("ON CONFLICT ({}) DO UPDATE SET {}", key.join(", "), set.join(", "));
        self.insert_rows(table, rows, &replace).await?;
        Ok(())
    }

    /// Inserts rows as [`Self::insert_rows`] does. Returns their ids in the order of the rows.
    pub async fn insert_rows_with_ids(&mut self, table: &str, rows: Vec<Row>) -> StoreResult<Vec<i64>> {
        let (columns, rows) = columns_and_values(rows);
        let into = format!("INSERT INTO {table} ({})", columns.join(", "));
        let mut ids = Vec::with_capacity(rows.len());
        for (given, binds) in self.given_rows(rows) {
            let sql = format!("{into} SELECT * FROM {given} RETURNING id");
            let mut some: Vec<(i64,)> = self.all(AssertSqlSafe(sql), binds).await?;
            // Ids are given in the order of the rows, but need not come back in it.
            some.sort_unstable();
            ids.extend(some.into_iter().map(|(id,)| id));
        }
        Ok(ids)
    }

    /// Inserts one row. Returns the columns `returning` of it.
    pub async fn insert_row<T: Record>(&mut self, table: &str, row: Row, returning: &str) -> StoreResult<T> {
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        let places: Vec<_> = (1..=values.len()).map(|number| format!("${number}")).collect();
        let (columns, places) = (columns.join(", "), places.join(", "));
        let sql = format!("INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {returning}");
        self.one(AssertSqlSafe(sql), values).await
    }

    /// Updates many rows at once. The first column tells which row, the others are set.
    pub async fn update_rows(&mut self, table: &str, rows: Vec<Row>) -> StoreResult<()> {
        let (columns, rows) = columns_and_values(rows);
        let set: Vec<_> =
            columns.iter().enumerate().skip(1).map(|(index, column)| format!("{column} = given.column{}", index + 1)).collect();
        let (set, key) = (set.join(", "), columns.first().copied().unwrap_or_default());
        for (given, binds) in self.given_rows(rows) {
            let sql = format!("UPDATE {table} SET {set} FROM {given} WHERE {table}.{key} = given.column1");
            self.execute(AssertSqlSafe(sql), binds).await?;
        }
        Ok(())
    }

    /// Makes tables of rows, for use after FROM: each is named `given`, has the columns `column1`, `column2`, ... and holds as
    /// many rows as one statement should write. Each comes with the values that it is made of. PostgreSQL is sent one array for
    /// each column, so that the statement is the same for any number of rows and is planned once.
    pub fn given_rows(&self, rows: Vec<Vec<Bind>>) -> Vec<(String, Vec<Bind>)> {
        let width = rows.first().map_or(0, Vec::len);
        let mut rows = rows.into_iter();
        let mut parts = Vec::new();
        while rows.len() > 0 {
            parts.push(match self.has_locks() {
                false => {
                    let binds: Vec<_> = rows.by_ref().take(SQLITE_ROWS).flatten().collect();
                    // A `$1` is looked up by walking all of them: with hundreds of values, those without a name are faster.
                    let row = format!("({})", vec!["?"; width].join(", "));
                    (format!("(VALUES {}) AS given", vec![row; binds.len() / width].join(", ")), binds)
                }
                true => {
                    let mut columns: Vec<_> = (0..width).map(|_| Vec::new()).collect();
                    for row in rows.by_ref().take(POSTGRES_ROWS) {
                        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
                    }
                    let list = |prefix| (1..=width).map(|number| format!("{prefix}{number}")).collect::<Vec<_>>().join(", ");
                    let binds = columns.into_iter().filter_map(|column| Bind::column(column.into_iter())).collect();
                    (format!("unnest({}) AS given({})", list("$"), list("column")), binds)
                }
            });
        }
        parts
    }

    /// Notes what this transaction changes of what pages show: a customer, or [`Changed::EVERYTHING`].
    pub fn changed(&mut self, what: impl Into<Changed>) {
        self.changed.add(what.into());
    }

    /// Commits. Followers are told what [`changed`](Self::changed) once it is durable.
    pub async fn commit(self) -> StoreResult<()> {
        let Self { open, changed, changes } = self;
        let has_locks = open.is_postgres();
        open.commit().await?;
        match changed.is_nothing() {
            true => {}
            false if has_locks => changes.send_later(changed),
            false => changes.tell(changed),
        }
        Ok(())
    }

    pub async fn rollback(self) -> StoreResult<()> {
        Ok(self.open.rollback().await?)
    }

    /// Returns whether writers lock rows. SQLite has one writer, and so no locks.
    pub fn has_locks(&self) -> bool {
        self.open.is_postgres()
    }

    /// Returns the end of a condition that a column is one of the [`Bind::Ints`] or [`Bind::Texts`] in `$1`.
    pub fn one_of(&self) -> &'static str {
        if self.has_locks() { "= ANY($1)" } else { "IN (SELECT value FROM json_each($1))" }
    }

    /// Returns the end of a condition that a column is one of these customers, and the value of its `$1`. One is written as one: of a
    /// list PostgreSQL makes a new plan each time, which costs more than to read a customer's facts.
    pub fn of_customers(&self, customers: &[CustomerId]) -> (&'static str, Bind) {
        match customers {
            [one] => ("= $1", (*one).into()),
            _ => (self.one_of(), customers.into()),
        }
    }

    /// Returns the end of a condition that a column is one of the values in `$2`.
    pub fn one_of_second(&self) -> &'static str {
        if self.has_locks() { "= ANY($2)" } else { "IN (SELECT value FROM json_each($2))" }
    }

    /// Returns the end of a SELECT that locks its rows until the transaction ends. It is empty on SQLite, which has one writer.
    pub fn for_update(&self) -> &'static str {
        if self.has_locks() { "FOR NO KEY UPDATE" } else { "" }
    }
}
