//! The columns of customers that say when each came, went and renews, with its runs of bands.

use crate::domain::Band;
use crate::domain::absence::Lives;
use crate::domain::band_runs::read_runs;
use crate::domain::month::CameBy;
use crate::domain::month_sums::Life;
use crate::server::store::sql::bind::{Bind, time};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::outcomes::LIVES;
use crate::server::store::{StoreError, StoreResult};
use sqlx::AssertSqlSafe;

/// Hands over each customer that fulfils a condition. They come as one text, which costs a tenth of as many rows.
pub async fn each_life(tx: &mut Tx, condition: &str, binds: Vec<Bind>, mut tell: impl FnMut(Life<'_>)) -> StoreResult<()> {
    let optional = |column: &str| format!("COALESCE(CAST({column} AS TEXT), '')");
    let columns =
        ["id", "created_at", "arr_cents", "start_day", "first_fact_day", "archived_day", "renewal_day", LIVES, "band_runs"];
    let line = columns.map(optional).join(" || ' ' || ");
    let sql = format!("SELECT string_agg({line}, '\n') FROM customers WHERE {condition}");
    let (text,): (Option<String>,) = tx.one(AssertSqlSafe(sql), binds).await?;
    let mut runs = Vec::new();
    for line in text.as_deref().unwrap_or_default().lines() {
        let life =
            read_life(line, &mut runs).ok_or_else(|| StoreError::Corrupt(format!("a customer's days and bands: {line}")))?;
        tell(life);
    }
    Ok(())
}

/// Reads one line, whose runs are kept in `runs`.
fn read_life<'a>(line: &str, runs: &'a mut Vec<(i32, Band)>) -> Option<Life<'a>> {
    let mut parts = line.splitn(9, ' ');
    let (id, created_at, arr) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    let arr_cents = if arr.is_empty() { None } else { Some(arr.parse().ok()?) };
    let mut day = || match parts.next()? {
        "" => Some(None),
        number => number.parse::<i32>().ok().map(Some),
    };
    let (start, first_fact, went, renewal) = (day()?, day()?, day()?, day()?);
    let Lives { absences, first_start } = Lives::read(parts.next()?)?;
    runs.clear();
    for run in read_runs(parts.next()?) {
        runs.push(run?);
    }
    let added = (time(created_at).date_naive().to_epoch_days(), CameBy::Added);
    let days =
        [first_start.or(start).map(|day| (day, CameBy::StartDate)), Some(added), first_fact.map(|day| (day, CameBy::FirstFact))];
    let came = days.into_iter().flatten().min_by_key(|(day, _)| *day)?;
    Some(Life { id, arr_cents, came, went, absences, renewal, runs })
}
