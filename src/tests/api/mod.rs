//! The REST API through the real router on a real database. The files mirror the URLs.

mod bad_input;
mod batch;
mod bulk;
mod client;
mod connections;
mod contract;
mod customers;
mod documentation;
mod events;
mod export;
mod health;
mod live;
mod month;
mod notes;
mod operations;
mod outcomes;
mod people;
mod portfolio;
mod readings;
mod replay;
mod rulebooks;
mod scorecards;
mod security;
mod today;

pub use client::{Answer, Site};
