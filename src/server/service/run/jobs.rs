//! Work that no request waits for. Customers are rolled over to a new day and to a new scorecard; the event log gets room
//! for the next month and loses its oldest; imports of processes that are gone are marked as failed.

use crate::server::service::import;
use crate::server::store::StoreError;
use crate::server::{Actor, AppState};
use chrono::Months;
use std::time::Duration;

/// The customers that one transaction rescores.
const CUSTOMERS_PER_RESCORE: i64 = 200;
/// The events whose users one transaction counts.
const EVENTS_COUNTED_TOGETHER: i64 = 5000;
/// The counts of users' days that one transaction packs, and the pause between two packings.
const COUNTS_PACKED_TOGETHER: i64 = 5000;
const PACKING_PERIOD: Duration = Duration::from_secs(600);
/// The longest pause between searches for stale rows. A source's first fact makes every row stale, and so does a scorecard saved by
/// another process. A new UTC day and a scorecard saved by this process are not waited for: they start a search at once.
const SEARCH_PERIOD: Duration = Duration::from_secs(5);

/// Rescores customers until no row is stale. Returns how many were rescored.
pub async fn roll_over(app: &AppState) -> Result<u64, StoreError> {
    let mut done = 0;
    loop {
        match app.store.roll_over(app.read_clock(), CUSTOMERS_PER_RESCORE).await? {
            0 => return Ok(done),
            chunk => done += chunk,
        }
    }
}

/// Makes room in the event log for this month and the next, and drops events and refused items that are older than the operator wants.
pub async fn tend_log(app: &AppState) -> Result<(), StoreError> {
    let today = app.read_clock().date_naive();
    app.store.prepare_log(today, today + Months::new(1)).await?;
    app.store.discard_old_quarantine(app.read_clock()).await?;
    match app.settings.retain_events {
        Some(months) => {
            app.store.drop_users_before(today - Months::new(months)).await?;
            app.store.drop_events_before(today - Months::new(months)).await
        }
        None => Ok(()),
    }
}

/// Counts the users of events that an older release has stored, some at a time, until all are counted. A failure is logged, and the
/// work goes on later.
pub async fn count_older_users(app: &AppState) {
    let mut told = 0;
    loop {
        match app.store.count_older_users(EVENTS_COUNTED_TOGETHER).await {
            Ok(None) => return,
            Ok(Some(counted)) if counted.is_done() => {
                tracing::info!("the users of older events are counted");
                app.rescore.notify_one();
            }
            Ok(Some(counted)) => {
                let tenths = 10 * counted.next.0 / counted.last.0;
                if tenths != told {
                    tracing::info!(percent = 10 * tenths, "counting the users of older events");
                }
                told = tenths;
            }
            Err(error) => {
                tracing::error!(%error, "the users of older events could not be counted, will try again");
                tokio::time::sleep(SEARCH_PERIOD).await;
            }
        }
    }
}

/// Packs users' days, as [`Store::pack_users`](crate::server::store::Store::pack_users) does.
pub async fn pack_users(app: &AppState) -> Result<(), StoreError> {
    app.store.pack_users(app.read_clock().date_naive(), COUNTS_PACKED_TOGETHER).await
}

/// Does all of this work again and again, for as long as the server runs. A failure is logged, and the work is tried again.
pub async fn keep_rolling_over(app: AppState) {
    tokio::join!(keep_users(&app), keep_tending(&app));
}

async fn keep_users(app: &AppState) {
    count_older_users(app).await;
    loop {
        if let Err(error) = pack_users(app).await {
            tracing::error!(%error, "users' days could not be packed, will try again");
        }
        tokio::time::sleep(PACKING_PERIOD).await;
    }
}

async fn keep_tending(app: &AppState) {
    let mut tended = None;
    loop {
        if tended != Some(app.read_clock().date_naive()) {
            match tend_log(app).await {
                Ok(()) => tended = Some(app.read_clock().date_naive()),
                Err(error) => tracing::error!(%error, "the event log could not be tended, will try again"),
            }
            if let Err(error) = import::remove_old_files(&app.call(Actor::Job)).await {
                tracing::error!(%error, "old files could not be removed");
            }
        }
        if let Err(error) = import::cut_off_imports(&app.call(Actor::Job)).await {
            tracing::error!(%error, "imports that were cut off could not be looked for, will try again");
        }
        match roll_over(app).await {
            Ok(0) => {}
            Ok(customers) => tracing::info!(customers, today = %app.read_clock().date_naive(), "rolled over"),
            Err(error) => tracing::error!(%error, "roll-over failed, will try again"),
        }
        tokio::select! {
            () = tokio::time::sleep(until_next_look(app)) => {}
            () = app.rescore.notified() => {}
        }
    }
}

fn until_next_look(app: &AppState) -> Duration {
    let now = app.read_clock();
    let midnight = (now.date_naive() + chrono::Duration::days(1)).and_time(chrono::NaiveTime::MIN).and_utc();
    (midnight - now).to_std().map_or(SEARCH_PERIOD, |left| SEARCH_PERIOD.min(left + Duration::from_millis(100)))
}
