//! Views only read: lists, figures, exports, past days.

pub mod backtest;
pub mod bands;
pub mod customers;
pub mod export;
pub mod limits;
pub mod list;
pub mod median_arr;
pub mod month;
pub mod people;
pub mod portfolio;
pub mod readings;
pub mod renewals;
pub mod replay;
pub mod selection;
pub mod silence;
pub mod tally;
pub mod timeline;
pub mod today;
