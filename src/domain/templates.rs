//! Templates: rules to begin with, for kinds of business that differ.

use super::five::{FiveRules, WHY_INVOICES};
use super::measure::Measure;
use super::scale::{Scale, ScalePoint};
use super::scorecard::FactorRule;
use super::{EventKind, FactorKey, Factors, Points, Scorecard};

/// Rules to begin with.
pub struct Template {
    /// The name in addresses.
    pub name: &'static str,
    pub label: &'static str,
    /// The customers that it suits.
    pub about: &'static str,
    pub scorecard: Scorecard,
}

impl Template {
    pub fn all() -> [Self; 4] {
        [
            Self {
                name: "five",
                label: "The five",
                about: "What a new database starts with: logins, features, tickets, invoices and API calls.",
                scorecard: Scorecard::default(),
            },
            Self {
                name: "five_and_silence",
                label: "The five and silence",
                about: "The same, with a quarter of the weight on how long a customer has done nothing, and newcomers held against \
                        the days they have had.",
                scorecard: five_and_silence(),
            },
            Self {
                name: "product_led",
                label: "Product-led",
                about: "Daily use decides: days of use, its pace against the customer's own, features, silence.",
                scorecard: product_led(),
            },
            Self {
                name: "orders",
                label: "Orders and invoices",
                about: "For who sends invoices rather than logins: the pace of orders, silence between them, how they are paid.",
                scorecard: orders(),
            },
        ]
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|template| template.name == name)
    }
}

/// Everything that customers do in a product.
pub const USE: [EventKind; 3] = [EventKind::Login, EventKind::FeatureUse, EventKind::ApiCall];

fn five_and_silence() -> Scorecard {
    let mut scorecard = FiveRules::default().scorecard();
    for (_, rule) in scorecard.factors.iter_mut() {
        // Three quarters, in whole numbers: the weights are three times as large, and silence weighs a third of them together.
        rule.weight *= 3;
        // A newcomer's tickets are not carried on: two in the first week are no sign of twenty.
        if let (Measure::Count { scaled_by_age, .. }, false) = (&mut rule.measure, rule.scale.falls()) {
            *scaled_by_age = true;
        }
    }
    with(scorecard, "daysOfSilence", silence(&USE, 90, &[(1, 100), (7, 80), (30, 20), (60, 0)], 100))
}

fn product_led() -> Scorecard {
    let empty = Scorecard { factors: Factors::default(), ..Scorecard::default() };
    let active = FactorRule {
        label: "Days of use".into(),
        short_label: "Days".into(),
        why: "A product that is used on many days has a place in the work; how often on one day says less.".into(),
        next_step: Some("Find out who could use it every day and does not".into()),
        weight: 35,
        measure: Measure::ActiveDays { kinds: USE.to_vec(), days: 30, scaled_by_age: true },
        scale: scale(&[(0, 0), (20, 100)], 0),
    };
    let pace = pace(&USE, 30, 90, 25);
    let features = FactorRule { weight: 15, ..default_rule(FactorKey::FEATURE_ADOPTION) };
    let scorecard = with(empty, "daysOfUse", active);
    let scorecard = with(scorecard, "paceOfUse", pace);
    let scorecard = with(scorecard, FactorKey::FEATURE_ADOPTION.as_str(), features);
    with(scorecard, "daysOfSilence", silence(&USE, 90, &[(1, 100), (7, 70), (21, 0)], 25))
}

fn orders() -> Scorecard {
    let empty = Scorecard { factors: Factors::default(), ..Scorecard::default() };
    let ordered = [EventKind::InvoiceIssued];
    let overdue = FactorRule {
        label: "Days overdue".into(),
        short_label: "Overdue".into(),
        why: "The longer an invoice waits, the less it is an oversight.".into(),
        next_step: Some("Ask their finance contact what holds the oldest invoice up".into()),
        weight: 15,
        measure: Measure::DaysOverdue,
        scale: scale(&[(0, 100), (30, 0)], 50),
    };
    let on_time = FactorRule { weight: 20, why: WHY_INVOICES.into(), ..default_rule(FactorKey::INVOICE_TIMELINESS) };
    let silence = silence(&ordered, 365, &[(30, 100), (90, 50), (180, 0)], 35);
    let scorecard = with(empty, "daysSinceOrder", silence);
    let scorecard = with(scorecard, "paceOfOrders", FactorRule { label: "Pace of orders".into(), ..pace(&ordered, 90, 270, 30) });
    let scorecard = with(scorecard, FactorKey::INVOICE_TIMELINESS.as_str(), on_time);
    with(scorecard, "daysOverdue", overdue)
}

/// Returns a factor of the days since the last of some events, by points as (value, score).
pub fn silence(kinds: &[EventKind], days: i64, points: &[(i64, i64)], weight: i64) -> FactorRule {
    let is_of_orders = kinds == [EventKind::InvoiceIssued];
    let (label, short_label, why, next_step) = match is_of_orders {
        true => (
            "Days since the last order",
            "Last order",
            "Who stops ordering leaves without a word: the days since the last order say so first.",
            "Call them: ask what they order elsewhere",
        ),
        false => (
            "Days of silence",
            "Silence",
            "Days without any use are the strongest single sign that a customer leaves: who did nothing for weeks has mostly \
             decided. A day or two are a weekend.",
            "Call the champion today: ask what took the place of your product",
        ),
    };
    FactorRule {
        label: label.into(),
        short_label: short_label.into(),
        why: why.into(),
        next_step: Some(next_step.into()),
        weight,
        measure: Measure::DaysSince { kinds: kinds.to_vec(), days },
        scale: scale(points, 50),
    }
}

fn pace(kinds: &[EventKind], days: i64, before_days: i64, weight: i64) -> FactorRule {
    FactorRule {
        label: "Pace of use".into(),
        short_label: "Pace".into(),
        why:
            "Each customer is held against its own habit: the daily rate of now against that of the months before. Active before \
              and silent now is 0."
                .into(),
        next_step: Some("Ask the champion what has changed since they used it more".into()),
        weight,
        measure: Measure::Pace { kinds: kinds.to_vec(), days, before_days },
        scale: scale(&[(0, 0), (50, 40), (100, 100)], 50),
    }
}

fn default_rule(key: FactorKey) -> FactorRule {
    let rule = Scorecard::default().factors.get(key).cloned();
    rule.unwrap_or_else(|| silence(&USE, 90, &[(0, 100), (90, 0)], 0))
}

fn scale(points: &[(i64, i64)], assumed: i64) -> Scale {
    let points: Vec<_> = points.iter().map(|(value, score)| ScalePoint { value: *value, score: Points(10 * score) }).collect();
    Scale::new(&points, Points(10 * assumed))
        .unwrap_or_else(|| Scale::straight((0, Points::ZERO), (1, Points::MAX), Points::NEUTRAL))
}

fn with(mut scorecard: Scorecard, key: &str, rule: FactorRule) -> Scorecard {
    scorecard.factors = scorecard.factors.into_iter().chain(FactorKey::parse(key).map(|key| (key, rule))).collect();
    scorecard
}
