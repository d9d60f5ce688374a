//! `/`: the portfolio's figures, and the list of customers. The server writes the page; the browser follows it, so that the
//! page's views and data need not be sent as code.

#[cfg(feature = "hydrate")]
mod browser;
pub mod query;
#[cfg(feature = "ssr")]
mod written;

#[cfg(feature = "hydrate")]
pub use browser::DashboardPage;
#[cfg(feature = "ssr")]
pub use written::DashboardPage;

/// The id of the element whose content the server writes.
const CONTENT: &str = "home";
/// The id of the form that the boxes of the list's rows belong to.
const CHOSEN_FORM: &str = "chosen";
