//! The rules of scoring, version by version.

use crate::domain::counts::count;
use crate::domain::five::FiveRules;
use crate::domain::letters::composed;
use crate::domain::measure::Measure;
use crate::domain::{NaiveDate, Rulebook, RulebookVersion, Scorecard, ScorecardMark, Segment, Segments};
use crate::server::store::sql::bind::{binds, end, row, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::sql::json::{json, read_json};
use crate::server::store::tables::factor_columns::FactorColumns;
use crate::server::store::{Store, StoreError, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::sync::{Arc, Mutex, PoisonError};

/// The columns of [`ScorecardRow`].
const SCORECARD_COLUMNS: &str = "version, content, segments, created_at, author, note";

#[derive(sqlx_macros::FromRow)]
struct ScorecardRow {
    version: i64,
    content: String,
    segments: String,
    created_at: i64,
    author: String,
    note: String,
}

impl ScorecardRow {
    fn version(self) -> StoreResult<RulebookVersion> {
        let rulebook = parse_rulebook(self.version, &self.content)?;
        Ok(RulebookVersion {
            rulebook,
            segments: read_segments(&self.segments)?,
            created_at: created_at(self.created_at),
            author: self.author,
            note: self.note,
        })
    }
}

impl Store {
    pub async fn current_rulebook(&self) -> StoreResult<Rulebook> {
        current_rulebook(&mut self.read().await?).await.map(Arc::unwrap_or_clone)
    }

    /// Returns the segments that the rules in force have.
    pub async fn segments(&self) -> StoreResult<Segments> {
        load_segments(&mut self.read().await?).await
    }

    /// The rules that scores followed at the end of a UTC day; before there were any, the first ones.
    pub async fn rulebook_in_force(&self, day: NaiveDate) -> StoreResult<Rulebook> {
        rulebook_in_force(&mut self.read().await?, day).await.map(Arc::unwrap_or_clone)
    }

    /// Every version, the newest first.
    pub async fn list_rulebooks(&self) -> StoreResult<Vec<RulebookVersion>> {
        let sql = format!("SELECT {SCORECARD_COLUMNS} FROM scorecards ORDER BY version DESC");
        let rows: Vec<ScorecardRow> = self.read_once().await?.all(AssertSqlSafe(sql), binds![]).await?;
        rows.into_iter().map(ScorecardRow::version).collect()
    }

    pub async fn get_rulebook(&self, version: i64) -> StoreResult<RulebookVersion> {
        let sql = format!("SELECT {SCORECARD_COLUMNS} FROM scorecards WHERE version = $1");
        let row: Option<ScorecardRow> = self.read_once().await?.optional(AssertSqlSafe(sql), binds![version]).await?;
        row.ok_or_else(|| StoreError::NotFound(format!("scorecard {version}")))?.version()
    }

    /// The days on which versions other than the first came into force, the oldest first.
    pub async fn list_scorecard_marks(&self) -> StoreResult<Vec<ScorecardMark>> {
        let rows: Vec<(i64, i64)> =
            self.read_once().await?.all("SELECT version, created_at FROM scorecards ORDER BY version", binds![]).await?;
        let mark = |(version, at)| Some(ScorecardMark { version, day: created_at(at)?.date_naive() });
        Ok(rows.into_iter().filter_map(mark).collect())
    }
}

/// The `created_at` of the version that a database starts with: it was in force before anything happened.
const BEFORE_EVERYTHING: i64 = 0;

/// Returns the time at which a version came into force; `None` for the first one.
fn created_at(micros: i64) -> Option<DateTime<Utc>> {
    (micros != BEFORE_EVERYTHING).then(|| time(micros))
}

/// Returns rules that [`rulebook_text`] has written, or an earlier release. Almost every request needs those in force, so what was read
/// last is kept.
pub fn read_rulebook(version: i64, content: &str) -> StoreResult<Arc<Rulebook>> {
    static LAST: Mutex<Option<(i64, String, Arc<Rulebook>)>> = Mutex::new(None);
    let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let is_asked = |(of, text, _): &&(i64, String, Arc<Rulebook>)| (*of, text.as_str()) == (version, content);
    if let Some((.., rulebook)) = last().as_ref().filter(is_asked) {
        return Ok(Arc::clone(rulebook));
    }
    let rulebook = Arc::new(parse_rulebook(version, content)?);
    *last() = Some((version, content.to_owned(), Arc::clone(&rulebook)));
    Ok(rulebook)
}

fn parse_rulebook(version: i64, content: &str) -> StoreResult<Rulebook> {
    let corrupt = |error| StoreError::Corrupt(format!("rules {version}: {error}"));
    if content.starts_with('[') {
        let mut scorecards: Vec<Scorecard> = serde_json::from_str(content).map_err(corrupt)?;
        let rest = scorecards.pop().ok_or_else(|| StoreError::Corrupt(format!("rules {version} are empty")))?;
        return Ok(Rulebook::new(version, scorecards, rest));
    }
    // Earlier releases stored the short form.
    let short = || serde_json::from_str::<FiveRules>(content).map(FiveRules::scorecard);
    let scorecard: Scorecard = serde_json::from_str(content).or_else(|error| short().map_err(|_| error)).map_err(corrupt)?;
    Ok(Rulebook::from(scorecard).with_version(version))
}

/// Writes rules as they are stored: the only scorecard, or the list of them.
fn rulebook_text(rulebook: &Rulebook) -> StoreResult<String> {
    let text = match rulebook.only() {
        Some(scorecard) => serde_json::to_string(scorecard),
        None => serde_json::to_string(&rulebook.scorecards().collect::<Vec<_>>()),
    };
    text.map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub async fn current_rulebook(tx: &mut Tx) -> StoreResult<Arc<Rulebook>> {
    let sql = "SELECT version, content FROM scorecards ORDER BY version DESC LIMIT 1";
    let (version, content): (i64, String) = tx.one(sql, binds![]).await?;
    read_rulebook(version, &content)
}

/// Returns the version in force, with the columns of its factors.
pub async fn current_columns(tx: &mut Tx) -> StoreResult<(i64, FactorColumns)> {
    let sql = "SELECT version, factor_columns FROM scorecards ORDER BY version DESC LIMIT 1";
    let (version, columns): (i64, String) = tx.one(sql, binds![]).await?;
    Ok((version, FactorColumns::parse(&columns)))
}

/// The segments that the rules in force at the end of a UTC day had.
pub async fn segments_in_force(tx: &mut Tx, day: NaiveDate) -> StoreResult<Segments> {
    let sql = "SELECT segments FROM scorecards
               ORDER BY created_at < $1 DESC, CASE WHEN created_at < $1 THEN -version ELSE version END LIMIT 1";
    let (segments,): (String,) = tx.one(sql, binds![end(Some(day))]).await?;
    read_segments(&segments)
}

pub async fn rulebook_in_force(tx: &mut Tx, day: NaiveDate) -> StoreResult<Arc<Rulebook>> {
    let sql = "SELECT version, content FROM scorecards
               ORDER BY created_at < $1 DESC, CASE WHEN created_at < $1 THEN -version ELSE version END LIMIT 1";
    let (version, content): (i64, String) = tx.one(sql, binds![end(Some(day))]).await?;
    read_rulebook(version, &content)
}

/// Composes the letters of key features in versions of an older release; whether any were changed.
pub async fn compose_key_features(tx: &mut Tx) -> StoreResult<bool> {
    let sql = "SELECT version, content FROM scorecards WHERE octet_length(content) <> length(content)";
    let mut changes = false;
    for (version, content) in tx.all::<(i64, String)>(sql, binds![]).await? {
        let before = parse_rulebook(version, &content)?;
        let mut after = before.clone();
        for (_, rule) in after.scorecards_mut().flat_map(|scorecard| scorecard.factors.iter_mut()) {
            if let Measure::DistinctFeatures { features, .. } = &mut rule.measure {
                features.iter_mut().for_each(|feature| *feature = composed(feature));
                features.sort();
                features.dedup();
            }
        }
        if after != before {
            tx.execute("UPDATE scorecards SET content = $1 WHERE version = $2", binds![rulebook_text(&after)?, version]).await?;
            changes = true;
        }
    }
    Ok(changes)
}

/// Stores the rules and the segments that a new database starts with, unless the version is there.
pub async fn ensure_first_rulebook(tx: &mut Tx, rulebook: &Rulebook, segments: &Segments) -> StoreResult<()> {
    let columns = &FactorColumns::default().followed_by(&rulebook.factors());
    let (author, note) = ("Customer Health", "The rules a new database starts with.");
    insert_rulebook(tx, VersionRow { rulebook, segments, columns, created_at: None, author, note }).await?;
    Ok(())
}

fn read_segments(segments: &str) -> StoreResult<Segments> {
    read_json(segments, "the segments of a version of the rules")
}

/// Returns the segments that the rules in force have.
pub async fn load_segments(tx: &mut Tx) -> StoreResult<Segments> {
    let sql = "SELECT segments FROM scorecards ORDER BY version DESC LIMIT 1";
    let (segments,): (String,) = tx.one(sql, binds![]).await?;
    read_segments(&segments)
}

/// Refuses a list of segments that lacks one with customers, archived ones included.
pub async fn refuse_missing_segments(tx: &mut Tx, segments: &Segments) -> StoreResult<()> {
    let sql = "SELECT segment, COUNT(*) FROM customers GROUP BY segment ORDER BY segment";
    for (name, customers) in tx.all::<(String, i64)>(sql, binds![]).await? {
        if !Segment::named(&name).is_some_and(|segment| segments.contains(segment)) {
            let customers = count(customers, "customer");
            return Err(StoreError::Conflict(format!(
                "segment {name} has {customers} and cannot be removed: give them another segment first, archived ones too"
            )));
        }
    }
    Ok(())
}

/// A version as it is stored.
pub struct VersionRow<'a> {
    pub rulebook: &'a Rulebook,
    pub segments: &'a Segments,
    pub columns: &'a FactorColumns,
    /// `None` for the version that a database starts with.
    pub created_at: Option<DateTime<Utc>>,
    pub author: &'a str,
    pub note: &'a str,
}

/// Inserts a version, unless its number is taken. Returns whether it was inserted.
pub async fn insert_rulebook(tx: &mut Tx, version: VersionRow<'_>) -> StoreResult<bool> {
    let VersionRow { rulebook, segments, columns, created_at, author, note } = version;
    let row = row! {
        version: rulebook.version,
        content: rulebook_text(rulebook)?,
        segments: json(segments)?,
        factor_columns: columns.to_string(),
        created_at: created_at.map_or(BEFORE_EVERYTHING, |at| at.timestamp_micros()),
        author: author,
        note: note,
    };
    Ok(tx.insert_rows("scorecards", vec![row], "ON CONFLICT (version) DO NOTHING").await? > 0)
}
