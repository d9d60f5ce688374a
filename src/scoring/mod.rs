//! Scoring: (facts, scorecard, connections, day) -> health. Pure: no I/O, no clock, no environment, no
//! random source; the same code runs in server and browser.
//!
//! Two steps. [`measure`] reduces a customer's facts to a handful of numbers as of a day; [`score`] turns those
//! numbers into health. The store keeps the numbers of today beside each customer, so that today's health is
//! one small row away, explanation included.

mod activity;
pub mod backtest;
mod causes;
mod counted;
mod drivers;
mod facts;
mod falls;
mod headline;
mod history;
mod measure;
mod reasons;
mod score;
mod silence;
mod sliding;
pub mod suggest;
pub mod trial;
mod urgency;
mod users;
mod what_if;
mod words;

pub use activity::{daily_totals, feature_uses, invoice_rows};
pub use causes::{ScoreInputs, explain_change};
pub use drivers::drivers;
pub use facts::{Connections, DailyCount, Facts, Invoice, LastSeen, ReadingFact};
pub use falls::falls;
pub use headline::{STOPPED_DAYS, Subject, headline};
pub use history::{BAND_MEMORY_DAYS, DayScores, TREND_POINTS, band_fell_on, band_since, change, history, scores_on, trend};
pub use measure::{Counted, InvoiceCounts, Measured, MeasuredValue, Measurements, measure};
pub use score::{Scores, score, weakest, weight_shares};
pub use silence::{SOURCE_MEMORY_DAYS, silent_sources};
pub use urgency::{FALL_DAYS, RENEWAL_DAYS, SILENT_DAYS, Signs};
pub use users::{NamedCount, Seen, Users};
pub use what_if::WhatIf;
pub use words::{fall_sentence, next_step, reason_in_facts, reasons};

#[cfg(test)]
pub mod tests;
