//! The pages. A page loads its data and composes components; components never call the server.

mod backtest;
mod chosen;
mod customer;
mod dashboard;
mod edit_customer;
mod help;
mod import;
pub mod lazy;
mod log_event;
mod month;
mod new_customer;
mod not_found;
mod quarantine;
mod scorecard;
mod today;

pub use dashboard::DashboardPage;
pub use not_found::NotFound;
