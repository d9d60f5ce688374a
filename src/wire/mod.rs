//! Data that crosses between server and browser: the error, forms and their outcomes, a visitor's preferences, page context,
//! and the read models of whole pages. No views, no server code.

mod codec;
mod error;
mod forms;
mod page;
pub mod pages;
mod preferences;
pub mod rulebooks;
pub mod rules;
pub mod rules_form;
pub mod trial;

pub use codec::Json;
pub use error::AppError;
pub use forms::{Done, Echo, FUNCTION, Flash, FormValues, Outcome, Previewed, Rejection, SCORECARD_PATH, UPLOAD_FORM};
pub use page::{PageAssets, PageStart, ResponseStatus};
pub use preferences::{Preferences, ThemeChoice};
