//! The table `connections`: one row with the day since when each factor's source is connected, and the version of these days.

use crate::scoring::Connections;
use crate::server::store::StoreResult;
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::changes::Changed;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::first_days::first_days;

/// The row of connections.
#[derive(sqlx::FromRow)]
pub struct ConnectionsRow {
    #[sqlx(rename = "connections_version")]
    version: i64,
    login_day: Option<i32>,
    feature_day: Option<i32>,
    ticket_day: Option<i32>,
    invoice_day: Option<i32>,
    api_day: Option<i32>,
}

/// The columns of [`ConnectionsRow`], of the table `connections`.
macro_rules! connections_columns {
    () => {
        "connections.version AS connections_version, login_day, feature_day, ticket_day, invoice_day, api_day"
    };
}
pub(in crate::server::store) use connections_columns;

impl ConnectionsRow {
    /// The connections with their version.
    pub fn connections(&self) -> (Connections, i64) {
        let days = (self.login_day, self.feature_day, self.ticket_day, self.invoice_day, self.api_day);
        (Connections(first_days(days)), self.version)
    }
}

/// The connections with their version.
pub async fn load_connections(tx: &mut Tx) -> StoreResult<(Connections, i64)> {
    let row: ConnectionsRow =
        tx.one(concat!("SELECT ", connections_columns!(), " FROM connections WHERE id = 1"), binds![]).await?;
    Ok(row.connections())
}

pub async fn store_connections(tx: &mut Tx, connections: &Connections, version: i64) -> StoreResult<()> {
    let sql =
        "UPDATE connections SET version = $1, login_day = $2, feature_day = $3, ticket_day = $4, invoice_day = $5, api_day = $6
               WHERE id = 1";
    let mut binds = binds![version];
    binds.extend(connections.0.iter().map(|(_, first)| (*first).into()));
    tx.execute(sql, binds).await?;
    tx.changed(Changed::EVERYTHING);
    Ok(())
}
