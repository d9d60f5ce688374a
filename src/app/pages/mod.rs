//! The pages. A page loads its data and composes components; components never call the server.

mod chosen;
mod customer;
mod dashboard;
mod edit_customer;
mod help;
mod import;
mod log_event;
mod month;
mod new_customer;
mod not_found;
mod quarantine;
mod scorecard;
mod today;

pub use chosen::ChosenPage;
pub use customer::CustomerPage;
pub use dashboard::DashboardPage;
pub use edit_customer::EditCustomerPage;
pub use help::HelpPage;
pub use import::{ImportPage, ImportsPage};
pub use log_event::{LogEventPage, PickCustomerPage};
pub use month::MonthPage;
pub use new_customer::NewCustomerPage;
pub use not_found::NotFound;
pub use quarantine::QuarantinePage;
pub use scorecard::ScorecardPage;
pub use today::TodayPage;
