//! The demo portfolio: invented customers whose facts look real, each living a named scenario.
//! Generation is pure: the same seed, sizes and time give the same customers.

mod calendar;
mod customer;
mod events;
mod scenario;
mod story;
#[cfg(test)]
mod tests;
mod words;

use super::store::{DemoCustomer, Store, StoreResult};
use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};

/// The generator of all choices, one stream per customer.
type Dice = rand_chacha::ChaCha8Rng;

/// The source of every demo event.
const SOURCE: &str = "demo";

/// The customers that one transaction loads, which bounds memory for a large portfolio.
const CUSTOMERS_PER_STEP: usize = 200;

/// The choice of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub seed: u64,
    /// The number of customers. From 1,000 on, each has about two events a day at most instead of a dozen.
    pub customers: usize,
    /// The days that activity reaches back. Each customer has been active for two thirds of them at least. The scenarios
    /// need 150 to be told in full.
    pub days: i64,
    /// The currency of the invoices (ISO 4217).
    pub currency: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 2026, customers: 60, days: 180, currency: "USD".to_owned() }
    }
}

/// The numbers of loaded things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub seed: u64,
    pub customers: usize,
    pub events: usize,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, customers, events } = self;
        write!(f, "{customers} demo customers with {events} events (seed {seed})")
    }
}

/// Returns the portfolio's customers, one after the other; a full portfolio has twelve more, which have left.
pub fn generate(options: &Options, now: DateTime<Utc>) -> impl Iterator<Item = DemoCustomer> {
    (0..options.customers).map(move |index| customer::customer(options, index, now)).chain(customer::former(options, now))
}

/// Generates and loads a portfolio. An earlier one is removed first; real data stays. When several are loaded at once, the
/// one that began last remains.
pub async fn run(store: &Store, options: &Options, now: DateTime<Utc>) -> StoreResult<Summary> {
    load(store, options, false, now).await
}

/// Loads the demo into a database without customers. Any other database is a conflict, also when two loads begin at once.
pub async fn run_if_empty(store: &Store, options: &Options, now: DateTime<Utc>) -> StoreResult<Summary> {
    load(store, options, true, now).await
}

async fn load(store: &Store, options: &Options, if_empty: bool, now: DateTime<Utc>) -> StoreResult<Summary> {
    store.prepare_log((now - chrono::Duration::days(options.days)).date_naive(), now.date_naive()).await?;
    let progress = progress_bar(options.customers);
    let mut customers = generate(options, now);
    let mut summary = Summary { seed: options.seed, customers: 0, events: 0 };
    let mut load = None;
    let segments = store.segments().await?;
    loop {
        let mut chunk: Vec<_> = customers.by_ref().take(CUSTOMERS_PER_STEP).collect();
        for segment in chunk.iter_mut().map(|customer| &mut customer.fields.segment) {
            // The rules may have others by now.
            *segment = segments.find(segment.label()).or(segments.iter().next()).unwrap_or(*segment);
        }
        match load {
            None => load = Some(store.begin_demo(&chunk, if_empty, now).await?),
            Some(_) if chunk.is_empty() => break,
            Some(load) => store.continue_demo(load, &chunk, now).await?,
        }
        summary.customers += chunk.len();
        summary.events += chunk.iter().map(|customer| customer.events.len()).sum::<usize>();
        progress.set_position(summary.customers as u64);
    }
    progress.finish_and_clear();
    Ok(summary)
}

/// Returns a progress bar, shown only on a terminal and only when loading takes a while.
fn progress_bar(customers: usize) -> ProgressBar {
    if customers <= CUSTOMERS_PER_STEP {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} customers, {eta} left");
    ProgressBar::new(customers as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
