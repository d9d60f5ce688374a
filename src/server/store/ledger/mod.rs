//! The only place that changes two tables together: events with their counts, invoices and health.

pub mod demo;
pub mod facts;
pub mod health;
pub mod intake;
pub mod normalise;
pub mod plan;
pub mod post_queue;
pub mod standings;
pub mod undo;
