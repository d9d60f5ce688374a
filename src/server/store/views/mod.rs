//! Views only read: lists, figures, exports, past days.

pub mod customers;
pub mod export;
pub mod limits;
pub mod list;
pub mod median_arr;
pub mod portfolio;
pub mod replay;
pub mod today;
