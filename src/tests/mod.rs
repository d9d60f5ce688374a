//! One integration binary: harness, store conformance on both databases, API, pages, tidy.

mod tidy;
