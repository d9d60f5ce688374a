//! One connection, in one transaction or for one statement. A connection on which something failed is closed instead of used
//! again. Its state is not known: SQLite rolls back by itself when the disk is full, and PostgreSQL may still have answers to send.

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};
use std::time::Duration;

/// The longest time to wait for a roll-back. After it the connection is closed.
const ROLLBACK_PATIENCE: Duration = Duration::from_secs(5);

pub enum On {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl On {
    async fn run(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => sqlx::raw_sql(statement).execute(&mut **connection).await.map(drop),
            Self::Postgres(connection) => sqlx::raw_sql(statement).execute(&mut **connection).await.map(drop),
        }
    }

    fn close_on_drop(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.close_on_drop(),
            Self::Postgres(connection) => connection.close_on_drop(),
        }
    }

    /// Rolls back and gives the connection to the next, or closes it.
    async fn give_back(mut self) {
        if !matches!(tokio::time::timeout(ROLLBACK_PATIENCE, self.run("ROLLBACK")).await, Ok(Ok(()))) {
            self.close_on_drop();
        }
    }
}

/// An open transaction, which is rolled back when it is dropped without commit; or a connection for one statement.
pub struct Open {
    /// Empty once it has ended.
    on: Option<On>,
    is_transaction: bool,
    /// True while a statement has begun and was not seen to its end.
    is_running: bool,
    has_failed: bool,
}

impl Open {
    /// Begins a transaction with the BEGIN statement of the database at hand.
    pub async fn begin(on: On, statement: &'static str) -> Result<Self, sqlx::Error> {
        // Whoever is dropped meanwhile leaves a connection in a state that nobody knows.
        let mut open = Self { on: Some(on), is_transaction: true, is_running: false, has_failed: true };
        open.on()?.run(statement).await?;
        open.has_failed = false;
        Ok(open)
    }

    /// Takes a connection for one statement that only reads, and so needs no transaction. It cannot be committed.
    pub fn without_transaction(on: On) -> Self {
        Self { on: Some(on), is_transaction: false, is_running: false, has_failed: false }
    }

    /// Returns the connection for a statement, whose result [`Self::noting`] is to hear.
    pub fn on(&mut self) -> Result<&mut On, sqlx::Error> {
        self.is_running = true;
        self.on.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.on, Some(On::Postgres(_)))
    }

    /// Passes a statement's result on, and remembers whether the connection may be used again.
    pub fn noting<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        self.is_running = false;
        if let Err(error) = &result {
            self.has_failed |= !leaves_connection_usable(error);
        }
        result
    }

    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.end("COMMIT").await
    }

    pub async fn rollback(mut self) -> Result<(), sqlx::Error> {
        self.end("ROLLBACK").await
    }

    async fn end(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        let had_failed = std::mem::replace(&mut self.has_failed, true);
        self.on()?.run(statement).await?;
        self.has_failed = had_failed;
        if !had_failed {
            self.on = None;
        }
        Ok(())
    }
}

/// Returns whether the connection is still usable after an error: the database has merely refused a row, or the answer could
/// not be read.
fn leaves_connection_usable(error: &sqlx::Error) -> bool {
    use sqlx::error::ErrorKind;
    match error {
        sqlx::Error::Database(error) => !matches!(error.kind(), ErrorKind::Other),
        sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) => true,
        _ => false,
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(mut on) = self.on.take() else { return };
        // The pool would wait for the rest of PostgreSQL's answer, however long that takes.
        let needs_rollback = self.is_transaction || (self.is_running && matches!(on, On::Postgres(_)));
        match tokio::runtime::Handle::try_current() {
            Ok(_) if !self.has_failed && !needs_rollback => {}
            Ok(runtime) if !self.has_failed => {
                runtime.spawn(on.give_back());
            }
            _ => on.close_on_drop(),
        }
    }
}
