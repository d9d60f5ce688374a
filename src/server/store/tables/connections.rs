//! The table `connections`: one row with the days since when there is something to measure, and the version of these days.

use crate::domain::Sources;
use crate::scoring::Connections;
use crate::server::store::StoreResult;
use crate::server::store::sql::bind::{Bind, assignments, binds, day, row};
use crate::server::store::sql::changes::Changed;
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::json::{json, read_json};
use crate::server::store::tables::first_days::first_days;
use sqlx::AssertSqlSafe;

/// The row of connections.
#[derive(sqlx_macros::FromRow)]
pub struct ConnectionsRow {
    #[sqlx(rename = "connections_version")]
    version: i64,
    login_day: Option<i32>,
    feature_day: Option<i32>,
    ticket_day: Option<i32>,
    invoice_day: Option<i32>,
    api_day: Option<i32>,
    users_from_day: Option<i32>,
    reading_days: String,
}

/// The columns of [`ConnectionsRow`], of the table `connections`.
macro_rules! connections_columns {
    () => {
        "connections.version AS connections_version, login_day, feature_day, ticket_day, invoice_day, api_day, users_from_day, reading_days"
    };
}
pub(in crate::server::store) use connections_columns;

/// The column of each source's day.
const CONNECTION_DAYS: Sources<&str> = Sources {
    logins: "login_day",
    feature_uses: "feature_day",
    support_tickets: "ticket_day",
    invoices: "invoice_day",
    api_calls: "api_day",
};

impl ConnectionsRow {
    /// Returns the connections with their version. Of readings they have those that the rules in force measure.
    pub fn connections(&self) -> StoreResult<(Connections, i64)> {
        let days = (self.login_day, self.feature_day, self.ticket_day, self.invoice_day, self.api_day);
        let (sources, users_from) = (first_days(days), self.users_from_day.map(day));
        let readings = read_json(&self.reading_days, "first days of readings")?;
        Ok((Connections { sources, readings, users_from }, self.version))
    }
}

/// Loads the connections with their version.
pub async fn load_connections(tx: &mut Tx) -> StoreResult<(Connections, i64)> {
    let row: ConnectionsRow =
        tx.one(concat!("SELECT ", connections_columns!(), " FROM connections WHERE id = 1"), binds![]).await?;
    row.connections()
}

pub async fn store_connections(tx: &mut Tx, connections: &Connections, version: i64) -> StoreResult<()> {
    let days = connections.sources.iter().map(|(source, first)| (*CONNECTION_DAYS.get(source), Bind::from(*first)));
    let others = row! { version: version, users_from_day: connections.users_from, reading_days: json(&connections.readings)? };
    let (set, binds) = assignments(others.into_iter().chain(days).collect());
    tx.execute(AssertSqlSafe(format!("UPDATE connections SET {set} WHERE id = 1")), binds).await?;
    tx.changed(Changed::EVERYTHING);
    Ok(())
}
