//! Charts as SVG over plain values. Geometry is integer arithmetic on stretched view boxes, so that server and browser agree
//! to the last digit and nothing has to be measured in the browser. All text is HTML beside or over the drawing.

mod activity;
mod bands;
mod days;
mod differences;
mod flow;
mod history;
mod history_marks;
mod ranks;
mod rates;
mod score_split;
mod scorecard_marks;
mod waterfall;
mod weights;

pub use activity::ActivityBars;
pub use bands::BandsChart;
pub use days::walk;
pub use differences::{Difference, DifferencesChart};
pub use flow::FlowChart;
pub use history::HistoryChart;
pub use ranks::{Rank, RanksChart};
pub use rates::RatesChart;
pub use score_split::ScoreSplit;
pub use waterfall::Waterfall;
pub use weights::WeightsChart;
