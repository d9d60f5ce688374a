//! Facts in, numbers out: every boundary of the rules in tables, every law of scoring as a property.

mod backtest;
mod bands;
mod causes;
mod drivers;
mod explanations;
mod factors;
mod falls;
mod five;
mod given;
mod headline;
mod invoices;
mod laws;
mod measures;
mod missing;
mod oracle;
mod over_time;
mod scorecards;
mod silence;
mod trial;
mod urgency;
mod what_if;

pub use five::Five;
