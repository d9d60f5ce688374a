//! Scales: how a measured value becomes a score. Straight lines lead from point to point; outside of them the score stays flat.

use super::Points;
use super::numbers::round_div;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A measured value, exact until a scale has turned it into a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// `over / under`. `under` must be above 0.
    Fraction { over: i128, under: i128 },
    /// More than any number: something after nothing, as a change in percent.
    Boundless,
}

impl Value {
    pub fn whole(number: i64) -> Self {
        Self::Fraction { over: number.into(), under: 1 }
    }

    /// Returns the nearest whole number; `None` for what is more than any.
    pub fn rounded(self) -> Option<i64> {
        match self {
            Self::Fraction { over, under } => i64::try_from(round_div(over, under)).ok(),
            Self::Boundless => None,
        }
    }
}

/// A point of a scale: this value has this score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScalePoint {
    pub value: i64,
    pub score: Points,
}

/// The points of a scale, by rising value; their scores all rise or all fall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "UncheckedScale")]
pub struct Scale {
    points: Vec<ScalePoint>,
    /// The score where there is nothing to measure.
    pub assumed: Points,
}

/// The most points of a scale.
pub const MOST_POINTS: usize = 6;

impl Scale {
    /// Returns `None` unless there are two to six points, their values rise, and their scores lie within 0 to 100 and never turn.
    pub fn new(points: &[ScalePoint], assumed: Points) -> Option<Self> {
        let allowed = |score: Points| (Points::ZERO..=Points::MAX).contains(&score);
        let steps = || points.windows(2).map(|pair| (pair[0], pair[1]));
        let is_monotone = steps().all(|(a, b)| a.score <= b.score) || steps().all(|(a, b)| a.score >= b.score);
        let is_scale = (2..=MOST_POINTS).contains(&points.len())
            && steps().all(|(a, b)| a.value < b.value)
            && is_monotone
            && points.iter().all(|point| allowed(point.score))
            && allowed(assumed);
        is_scale.then(|| Self { points: points.to_vec(), assumed })
    }

    /// Returns the scale of a straight line between two values, of which `to` must be the larger.
    pub fn straight((from, at_from): (i64, Points), (to, at_to): (i64, Points), assumed: Points) -> Self {
        let points = vec![ScalePoint { value: from, score: at_from }, ScalePoint { value: to, score: at_to }];
        Self { points, assumed }
    }

    pub fn points(&self) -> &[ScalePoint] {
        &self.points
    }

    /// Returns whether both have the same scores, at values that may differ.
    pub fn is_like(&self, other: &Self) -> bool {
        let scores = |scale: &Self| scale.points.iter().map(|point| point.score).collect::<Vec<_>>();
        let starts = |scale: &Self| scale.points.first().map(|point| point.value);
        self.assumed == other.assumed && scores(self) == scores(other) && starts(self) == starts(other) && self.points.len() == 2
    }

    /// Returns the points in words: "0 scores 0, 20 scores 100".
    pub fn words(&self) -> String {
        let point = |point: &ScalePoint| format!("{} scores {}", point.value, point.score);
        self.points.iter().map(point).collect::<Vec<_>>().join(", ")
    }

    /// Returns a value's score, rounded half up to a tenth of a point. This is the only rounding on the way from facts.
    pub fn score(&self, value: Option<Value>) -> Points {
        let (over, under) = match value {
            None => return self.assumed,
            Some(Value::Boundless) => {
                return self.points.last().map_or(self.assumed, |last| last.score);
            }
            Some(Value::Fraction { over, under }) => (over, under),
        };
        let is_below = |point: &&ScalePoint| i128::from(point.value) * under < over;
        let points = self.points();
        let below = points.iter().take_while(is_below).count();
        let before = below.checked_sub(1).and_then(|place| points.get(place));
        match (before, points.get(below)) {
            (Some(before), Some(next)) => between(*before, *next, over, under),
            (Some(end), None) | (None, Some(end)) => end.score,
            (None, None) => self.assumed,
        }
    }

    /// Returns the value from which on the score is as good or as bad as it gets.
    pub fn end(&self) -> i64 {
        self.points().last().map_or(0, |last| last.value)
    }

    /// Returns whether more is worse.
    pub fn falls(&self) -> bool {
        self.points().first().zip(self.points().last()).is_some_and(|(first, last)| first.score > last.score)
    }
}

/// A scale as it is written, before its rules are checked.
#[derive(Deserialize)]
struct UncheckedScale {
    points: Vec<ScalePoint>,
    assumed: Points,
}

impl TryFrom<UncheckedScale> for Scale {
    type Error = String;

    fn try_from(UncheckedScale { points, assumed }: UncheckedScale) -> Result<Self, String> {
        Self::new(&points, assumed).ok_or_else(|| SCALE_RULE.to_owned())
    }
}

/// The rule that the points of a scale keep.
pub const SCALE_RULE: &str = "must have 2 to 6 points whose values rise, with scores from 0 to 100 that only rise or only fall";

/// Returns the score on the straight line between two points at `over / under`.
fn between(a: ScalePoint, b: ScalePoint, over: i128, under: i128) -> Points {
    let width = i128::from(b.value - a.value) * under;
    let way = over - i128::from(a.value) * under;
    let rise = i128::from(b.score.0 - a.score.0);
    Points(round_div(i128::from(a.score.0) * width + way * rise, width) as i64)
}
