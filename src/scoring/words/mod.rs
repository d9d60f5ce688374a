//! The English of scoring: whatever else it computes are numbers and facts, which get their sentences here.

mod backtest;
mod changes;
mod drivers;
mod factors;
mod headline;
mod reasons;
mod silence;
mod suggestion;
mod values;

pub(super) use backtest::{backtest_sentence, backtest_warning, verdict_sentence};
pub use changes::fall_sentence;
pub(super) use changes::{change_sentence, fact_sentence, net_sentence};
pub(super) use drivers::wish_sentence;
pub(super) use factors::explain;
pub use factors::next_step;
pub(super) use headline::headline_sentence;
pub use reasons::{reason_in_facts, reasons};
pub(super) use silence::silence_sentence;
pub(super) use suggestion::{no_history, suggestion};
pub(super) use values::{ACTIVE_DAY, AGE, value_name, value_words};
