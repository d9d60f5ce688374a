//! The door for browsers: forms, page context, cookies, uploads.

pub mod cookies;
mod flash;
pub mod forms;
pub mod page;
pub mod plain_forms;
pub mod upload;
