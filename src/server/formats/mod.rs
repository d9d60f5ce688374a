//! Formats of input: JSON bodies, amounts as people type them.

pub mod amounts;
pub mod json;
