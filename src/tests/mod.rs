//! One integration binary: harness, store conformance on both databases, API, pages, tidy.
#![allow(clippy::unwrap_used)] // The lint takes helpers of tests for code.

#[macro_use]
mod harness;

// Compiled here too, they are linted with the tests and need no second compilation of the library for it.
#[allow(dead_code)]
#[path = "../main.rs"]
mod binary;
#[allow(dead_code)]
#[path = "../../benches/scoring.rs"]
mod scoring_benchmark;
#[allow(dead_code)]
#[path = "../../benches/system/main.rs"]
mod system_benchmark;

mod api;
mod backtest;
mod backtest_days;
mod import_attempts;
mod import_files;
mod import_outcomes;
mod imports;
mod jobs;
mod pages;
mod past_days;
mod segments;
mod store;
mod suggestion;
mod tidy;
mod trial;
mod upgrade;
mod uploads;
