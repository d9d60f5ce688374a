//! Components that pages share. They show what they are given and never call the server.

mod band_badge;
mod button;
mod change_figure;
pub mod charts;
mod confirm_dialog;
mod empty_state;
mod factor_strip;
mod field;
pub mod icon;
mod loaded;
mod money;
mod pagination;
mod score_figure;
mod skeleton;
mod sparkline;
mod tabs;
mod tip;
pub mod toast;
mod when;

pub use band_badge::{BandBadge, BandIcon, band_attribute};
pub use button::{LinkButton, SubmitButton};
pub use change_figure::ChangeFigure;
pub use confirm_dialog::ConfirmDialog;
pub use empty_state::EmptyState;
pub use factor_strip::{FactorStrip, heat_level};
pub use field::{Choice, Field, SelectField, TextArea};
pub use loaded::{Failure, Loaded};
pub use money::Money;
pub use pagination::Pagination;
pub use score_figure::ScoreFigure;
pub use skeleton::Skeleton;
pub use sparkline::Sparkline;
pub use tabs::{Tab, Tabs};
pub use tip::close_tips_on_escape;
pub use when::{Ago, Day, DayAgo};
