//! The month: a period's figures, with the causes of its falls.

use super::answers::Question;
use super::health::{Changes, Scoring};
use crate::domain::month::{CauseSum, FactorSum, Falls, MOST_NAMED, Month, MonthQuery};
use crate::domain::month_sums::add;
use crate::domain::portfolio::Tally;
use crate::domain::{AsOf, FactorKey, HealthChange, NaiveDate, Points};
use crate::server::Call;
use crate::wire::AppError;
use chrono::Duration;

/// Returns the period that a query asks for, beside the one before.
pub async fn get_month(call: &Call, query: &MonthQuery) -> Result<Month, AppError> {
    let query = MonthQuery { period: Some(query.resolve(call.today())?), ..query.clone() };
    let question = Question::about(call, AsOf::from(call.today()), query.href("")).await?;
    call.answers.months.get(&question, compute(call, &query)).await
}

async fn compute(call: &Call, query: &MonthQuery) -> Result<Month, AppError> {
    let (today, period) = (call.today(), query.resolve(call.today())?);
    let mut month = call.store.get_month(query, period, &call.settings.currency, today).await?;
    let begin = month.period.from - Duration::days(1);
    explain_falls(call, &mut month.fell, begin, month.period.to).await?;
    Ok(month)
}

/// Explains each fall from a day to another, and sums the causes.
async fn explain_falls(call: &Call, fell: &mut Falls, from: NaiveDate, to: NaiveDate) -> Result<(), AppError> {
    let ids: Vec<_> = fell.items.iter().map(|fallen| fallen.customer.id).collect();
    let days = (to - from).num_days();
    let changes = Changes::load(call, Scoring::current(&call.store).await?, &ids, AsOf::from(to), days).await?;
    let mut sums = CauseSums::default();
    for fallen in &mut fell.items {
        let Some(change) = changes.over(fallen.customer.id, days) else { continue };
        sums.add(&change, fallen.customer.arr_cents);
        (fallen.change, fallen.cause) = (change.change, change.main_cause());
    }
    fell.explained = sums.explained;
    fell.change = sums.change;
    (fell.factors, fell.causes) = sums.told();
    fell.items.truncate(MOST_NAMED);
    Ok(())
}

/// The sums of many changes.
#[derive(Default)]
struct CauseSums {
    explained: i64,
    change: Points,
    factors: Vec<FactorSum>,
    causes: Vec<CauseSum>,
}

impl CauseSums {
    fn add(&mut self, change: &HealthChange, arr_cents: Option<i64>) {
        self.explained += 1;
        self.change.0 += change.change.0;
        let main = change.main_cause().map(|cause| cause.factor);
        for (factor, points) in change.factors.iter() {
            let sum = self.factor(factor, || change.label_of(factor));
            sum.change.0 += points.0;
            if main == Some(factor) {
                add(&mut sum.main_of, arr_cents);
            }
        }
        for part in &change.causes {
            match self.causes.iter_mut().find(|sum| sum.cause == part.cause) {
                Some(sum) => sum.change.0 += part.change.0,
                None => self.causes.push(CauseSum { cause: part.cause, change: part.change }),
            }
        }
    }

    fn factor(&mut self, factor: FactorKey, label: impl FnOnce() -> String) -> &mut FactorSum {
        let place = self.factors.iter().position(|sum| sum.factor == factor).unwrap_or_else(|| {
            self.factors.push(FactorSum { factor, label: label(), change: Points::ZERO, main_of: Tally::default() });
            self.factors.len() - 1
        });
        &mut self.factors[place]
    }

    /// Returns the sums in the order in which they are told.
    fn told(mut self) -> (Vec<FactorSum>, Vec<CauseSum>) {
        self.factors.sort_by_key(|sum| sum.change.0);
        self.causes.sort_by_key(|sum| sum.cause as u8);
        (self.factors, self.causes)
    }
}
