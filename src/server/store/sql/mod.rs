//! The databases: pools, transactions, values, and what commits tell those who follow. Knows no table.

pub mod backup;
pub mod bind;
pub mod changes;
pub mod db;
pub mod json;
pub mod listen;
pub mod locks;
pub mod open;
pub mod other_processes;
pub mod pools;
pub mod snapshot;
pub mod texts;
pub mod transaction;
pub mod watch;
