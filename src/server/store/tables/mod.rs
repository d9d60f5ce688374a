//! The tables, a file each: how rows are read and written. No rule keeps two of them together here.

pub mod connections;
pub mod customers;
pub mod event_log;
pub mod events;
pub mod imports;
pub mod invoices;
pub mod notes;
pub mod origin;
pub mod quarantine;
pub mod scorecards;
pub mod search_key;
pub mod writable;
