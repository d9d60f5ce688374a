//! The portfolio on which rules are tried in the browser: active customers with today's scores, and what measures give for them.

use super::active::each_active;
use crate::domain::measure::Measure;
use crate::domain::scale::Scale;
use crate::domain::scorecard::FactorRule;
use crate::domain::{FactorKey, Points, Rulebook, Scorecard, Segments};
use crate::scoring::trial::TriedCustomer;
use crate::scoring::{self, Facts, Measurements, Scores};
use crate::server::Call;
use crate::server::store::{CurrentHealth, Reach};
use crate::wire::AppError;
use crate::wire::trial::{CustomerColumns, MOST_TRIED, MeasuredPortfolio, write_column};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Returns what the measures give for each active customer today, and the customers themselves where they are asked for. Stored
/// measurements are used where they are current and have the measure; else facts are loaded.
pub async fn measure_portfolio(call: &Call, measures: &[Measure], with_customers: bool) -> Result<MeasuredPortfolio, AppError> {
    let today = call.today();
    let active = call.store.count_active().await?;
    if active > MOST_TRIED {
        return Ok(MeasuredPortfolio { active, ..MeasuredPortfolio::default() });
    }
    let (current, asked) = (call.store.current_rulebook().await?, measuring(measures));
    let asked_rules = Rulebook::from(asked.clone());
    let [connections, of_asked] = [call.store.connections(&current).await?, call.store.connections(&asked_rules).await?];
    let reach = Reach::of(&asked_rules, today).and(Reach::of(&current, today));
    let mut columns = vec![Vec::with_capacity(active as usize); measures.len()];
    let segments = call.store.segments().await?;
    let mut customers = CustomerColumns::new(today, &call.settings.currency, segments.iter().collect());
    let mut ids = DefaultHasher::new();
    let scorecard = |row: &CurrentHealth| current.scorecard_of(&row.traits, today);
    let needs_facts = |row: &CurrentHealth| !row.is_current || stored_as(&asked, scorecard(row)).is_none();
    let add = |row: CurrentHealth, facts: Option<&Facts>| {
        row.customer.id.hash(&mut ids);
        let measure = |rules, connections| Some(scoring::measure(facts?, rules, connections, today));
        let measured_anew = measure(&asked, &of_asked);
        let stored_as = stored_as(&asked, scorecard(&row));
        let value = |place: usize, measure: &Measure| match (&measured_anew, &stored_as) {
            (Some(measured), _) => measured.factor(FactorKey::numbered(place)).measured_value(measure),
            (None, Some(keys)) => row.measured.factor(keys[place]).measured_value(measure),
            (None, None) => Measurements::default().factor(FactorKey::numbered(place)).measured_value(measure),
        };
        measures.iter().enumerate().zip(&mut columns).for_each(|((place, measure), column)| column.push(value(place, measure)));
        if with_customers {
            let now = if row.is_current { None } else { measure(scorecard(&row), &connections) };
            customers.push(tried(&row, now.as_ref().unwrap_or(&row.measured), scorecard(&row), &segments));
        }
    };
    each_active(&call.store, &reach, today, needs_facts, add).await?;
    Ok(MeasuredPortfolio {
        active,
        mark: format!("{:016x}", ids.finish()),
        customers: with_customers.then_some(customers),
        columns: columns.iter().map(|column| write_column(column)).collect(),
    })
}

fn tried(row: &CurrentHealth, measured: &Measurements, current: &Scorecard, segments: &Segments) -> TriedCustomer {
    let Scores { score, band, .. } = Scores::of(measured, current);
    let fields = &row.customer.fields;
    let segment = segments.iter().position(|segment| segment == fields.segment).unwrap_or_default();
    let (id, name, arr_cents) = (row.customer.id, fields.name.clone(), fields.arr_cents);
    TriedCustomer { id, name, arr_cents, segment, traits: row.traits, has_data: measured.has_data(), score, band }
}

/// Returns rules that measure so, and score nothing in particular.
fn measuring(measures: &[Measure]) -> Scorecard {
    let rule = |measure: &Measure| FactorRule {
        label: String::new(),
        short_label: String::new(),
        why: String::new(),
        next_step: None,
        weight: 1,
        measure: measure.clone(),
        scale: Scale::straight((0, Points::ZERO), (1, Points::MAX), Points::NEUTRAL),
    };
    let factors = measures.iter().enumerate().map(|(place, measure)| (FactorKey::numbered(place), rule(measure))).collect();
    Scorecard { factors, ..Scorecard::default() }
}

/// Returns the factors of a scorecard that have the asked measures; `None` where it lacks one of them.
fn stored_as(asked: &Scorecard, current: &Scorecard) -> Option<Vec<FactorKey>> {
    let of = |measure: &Measure| current.factors.iter().find(|(_, rule)| rule.measure == *measure).map(|(key, _)| key);
    asked.factors.values().map(|rule| of(&rule.measure)).collect()
}
