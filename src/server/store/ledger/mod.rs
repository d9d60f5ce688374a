//! The only place that changes two tables together: events with their counts, invoices and health.

pub mod bulk;
pub mod connections;
pub mod customers;
pub mod demo;
pub mod enact;
pub mod fact_days;
pub mod facts;
pub mod health;
pub mod import_customers;
pub mod intake;
pub mod normalise;
pub mod outcomes;
pub mod plan;
pub mod retract;
pub mod rules;
pub mod scoring;
pub mod standings;
pub mod undo;
pub mod upgrade;
pub mod users;
