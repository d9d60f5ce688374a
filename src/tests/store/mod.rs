//! The store's promises, each on SQLite and on PostgreSQL.

mod band_changes;
mod bands;
mod concurrency;
mod customers;
mod demo;
mod event_log;
mod events;
mod interleaving;
mod invoices;
mod known;
mod list;
mod notes;
mod outage;
mod people;
mod portfolio;
mod quarantine;
mod readings;
mod replay;
mod retractions;
mod roll_over;
mod schema;
mod scorecards;
mod silence;
mod timeline;
mod today;
mod upgrade;
