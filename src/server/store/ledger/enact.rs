//! Puts rules in force.

use crate::domain::{NewRulebook, RulebookVersion};
use crate::server::store::ledger::connections::note_first_readings;
use crate::server::store::sql::bind::storable;
use crate::server::store::sql::changes::Changed;
use crate::server::store::sql::locks::AdvisoryLock;
use crate::server::store::tables::scorecards::{
    VersionRow, current_columns, insert_rulebook, load_segments, refuse_missing_segments,
};
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};

impl Store {
    /// Puts the next version in force, which makes every stored health stale. Conflict when it does not follow the current one, or
    /// when a customer is in a segment that it does not have.
    pub async fn add_rulebook(&self, new: &NewRulebook, now: DateTime<Utc>) -> StoreResult<RulebookVersion> {
        let NewRulebook { rulebook, segments, author, note } = new;
        let (based_on, created_at) = (rulebook.version - 1, storable(now));
        let mut tx = self.write_connections().await?;
        // Held alone, so that nobody puts a customer into a segment that is removed here.
        tx.lock(AdvisoryLock::Segments).await?;
        let (current, columns) = current_columns(&mut tx).await?;
        let columns = columns.followed_by(&rulebook.factors());
        let segments = match segments {
            Some(segments) => segments.clone(),
            None => load_segments(&mut tx).await?,
        };
        refuse_missing_segments(&mut tx, &segments).await?;
        // The key refuses what another writer has just put there.
        let version = VersionRow { rulebook, segments: &segments, columns: &columns, created_at: Some(created_at), author, note };
        if based_on != current || !insert_rulebook(&mut tx, version).await? {
            let advice = "read the current one again, then change it";
            return Err(StoreError::Conflict(format!("version {based_on} is not the current scorecard: {advice}")));
        }
        note_first_readings(&mut tx).await?;
        tx.changed(Changed::EVERYTHING);
        tx.commit().await?;
        let (rulebook, author, note) = (rulebook.clone(), author.clone(), note.clone());
        Ok(RulebookVersion { rulebook, segments, created_at: Some(created_at), author, note })
    }
}
