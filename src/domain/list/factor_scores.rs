//! The score of a factor as a filter: from one score to below another.

use super::super::reading::ReadingValue;
use super::super::{FactorKey, Points};
use serde::{Deserialize, Serialize};

/// Selects customers by the score of one factor, measured or assumed. Customers without data have none.
///
/// In query strings it is the factor's name in snake_case and the scores: `login_frequency:..40`, `api_trend:40..70`,
/// `support_load:70..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FactorFilter {
    pub factor: FactorKey,
    /// The lowest score to list; `None` when only the other limit is asked for.
    pub from: Option<Points>,
    /// The score below which customers are listed.
    pub below: Option<Points>,
}

impl FactorFilter {
    /// The rule for its text.
    pub const RULE: &str = "must be a factor's name in snake_case, a colon and scores from 0 to 100, such as \
                            login_frequency:..40, login_frequency:40..70 or login_frequency:70..";

    /// Selects the scores of a factor that are below one.
    pub fn below(factor: FactorKey, below: Points) -> Self {
        Self { factor, from: None, below: Some(below) }
    }

    /// Returns the text in query strings.
    pub fn name(self) -> String {
        let score = |score: Option<Points>| score.map(short).unwrap_or_default();
        format!("{}:{}..{}", self.factor.query_name(), score(self.from), score(self.below))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (factor, scores) = text.split_once(':')?;
        let (from, below) = scores.split_once("..")?;
        let limit = |text: &str| if text.is_empty() { Some(None) } else { parse_score(text).map(Some) };
        let filter = Self { factor: FactorKey::parse_query_name(factor)?, from: limit(from)?, below: limit(below)? };
        let is_range = match (filter.from, filter.below) {
            (Some(from), Some(below)) => from < below,
            (from, below) => from.or(below).is_some(),
        };
        is_range.then_some(filter)
    }

    /// Says it in words, after the factor's name for people: "Logins below 40".
    pub fn label(self, factor: &str) -> String {
        match (self.from.map(short), self.below.map(short)) {
            (Some(from), Some(below)) => format!("{factor} {from} to below {below}"),
            (Some(from), None) => format!("{factor} {from} or more"),
            (None, Some(below)) => format!("{factor} below {below}"),
            (None, None) => factor.to_owned(),
        }
    }
}

/// Writes a score without a decimal that says nothing: "40", "39.5".
fn short(score: Points) -> String {
    score.to_string().trim_end_matches(".0").to_owned()
}

/// Reads a score with at most one decimal.
fn parse_score(text: &str) -> Option<Points> {
    let thousandths = ReadingValue::parse(text).ok()?.thousandths();
    ((0..=100_000).contains(&thousandths) && thousandths % 100 == 0).then_some(Points(thousandths / 100))
}

impl TryFrom<String> for FactorFilter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(Self::RULE)
    }
}

impl From<FactorFilter> for String {
    fn from(filter: FactorFilter) -> Self {
        filter.name()
    }
}
