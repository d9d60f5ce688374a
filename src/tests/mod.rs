//! One integration binary: harness, store conformance on both databases, API, pages, tidy.

#[macro_use]
mod harness;
mod api;
mod jobs;
mod pages;
mod store;
mod tidy;
