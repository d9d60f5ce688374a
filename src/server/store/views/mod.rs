//! Views only read: lists, figures, exports, past days.

pub mod bands;
pub mod customers;
pub mod export;
pub mod limits;
pub mod list;
pub mod median_arr;
pub mod people;
pub mod portfolio;
pub mod readings;
pub mod replay;
pub mod selection;
pub mod silence;
pub mod timeline;
pub mod today;
