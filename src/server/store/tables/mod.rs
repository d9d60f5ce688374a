//! The tables, a file each: how rows are read and written. No rule keeps two of them together here.

pub mod band_changes;
pub mod bulk_changes;
pub mod connections;
pub mod customer_health;
pub mod customer_lives;
pub mod customers;
pub mod daily_activity;
pub mod event_keys;
pub mod event_log;
pub mod events;
pub mod fact_days;
pub mod factor_columns;
pub mod first_days;
pub mod former_customers;
pub mod imports;
pub mod invoices;
pub mod notes;
pub mod origin;
pub mod outcomes;
pub mod quarantine;
pub mod readings;
pub mod retractions;
pub mod scorecards;
pub mod search_key;
pub mod writable;
