//! The rules in force: everything that a score depends on besides the facts of its customer.

use crate::domain::{CustomerId, Health, NaiveDate, Rulebook, Segment, Segments};
use crate::scoring::{self, BAND_MEMORY_DAYS, Connections, Facts};
use crate::server::store::ledger::facts::Reach;
use crate::server::store::sql::bind::binds;
use crate::server::store::sql::db::{Db, Tx};
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::tables::connections::{ConnectionsRow, connections_columns};
use crate::server::store::tables::customers::Basis;
use crate::server::store::tables::factor_columns::FactorColumns;
use crate::server::store::tables::scorecards::{load_segments, read_rulebook};
use crate::server::store::{StoreError, StoreResult};
use chrono::Duration;
use std::sync::Arc;

pub async fn load_basis(tx: &mut Tx, today: NaiveDate) -> StoreResult<Basis> {
    Ok(load_rules(tx).await?.basis(today))
}

/// The rulebook and the connections: everything that a score depends on besides the customer's facts.
pub struct Rules {
    pub rulebook: Arc<Rulebook>,
    pub connections: Connections,
    pub connections_version: i64,
    pub columns: FactorColumns,
}

impl Rules {
    pub fn basis(&self, day: NaiveDate) -> Basis {
        Basis { day, scorecard_version: self.rulebook.version, connections_version: self.connections_version }
    }

    pub fn health(&self, id: CustomerId, facts: &Facts, today: NaiveDate) -> Health {
        let scorecard = self.rulebook.scorecard_of(&facts.traits(), today);
        let measured = scoring::measure(facts, scorecard, &self.connections, today);
        scoring::score(id, &measured, scorecard, today)
    }

    /// Returns how far facts are needed to score today and all days since which a customer may be in its band.
    pub fn reach(&self, today: NaiveDate) -> Reach {
        Reach::of(&self.rulebook, today - Duration::days(BAND_MEMORY_DAYS))
    }
}

/// Begins a transaction that puts customers into segments. Returns it with the segments of the rules. Until it ends, none of them
/// leaves the rules.
pub async fn write_segments(db: &Db) -> StoreResult<(Tx, Segments)> {
    let mut tx = db.write().await?;
    tx.share_lock(AdvisoryLock::Segments).await?;
    let segments = load_segments(&mut tx).await?;
    Ok((tx, segments))
}

/// Refuses a segment that was in the rules when somebody chose it, and is not any more.
pub fn require_segment(segments: &Segments, segment: Segment) -> StoreResult<()> {
    if segments.contains(segment) { Ok(()) } else { Err(StoreError::Rule("segment", segments.rule())) }
}

#[derive(sqlx_macros::FromRow)]
pub struct RulesRow {
    scorecard_version: i64,
    content: String,
    factor_columns: String,
    #[sqlx(flatten)]
    connections: ConnectionsRow,
}

pub async fn load_rules(tx: &mut Tx) -> StoreResult<Rules> {
    let sql = concat!(
        "SELECT scorecard.version AS scorecard_version, content, factor_columns, ",
        connections_columns!(),
        " FROM connections, (SELECT version, content, factor_columns FROM scorecards ORDER BY version DESC LIMIT 1) AS scorecard
          WHERE connections.id = 1"
    );
    let row: RulesRow = tx.one(sql, binds![]).await?;
    let (connections, connections_version) = row.connections.connections()?;
    let rulebook = read_rulebook(row.scorecard_version, &row.content)?;
    let columns = FactorColumns::parse(&row.factor_columns);
    Ok(Rules { rulebook, connections, connections_version, columns })
}
