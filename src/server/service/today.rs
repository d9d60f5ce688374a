//! Today: who needs somebody, who is first, and why.

use super::answers::Question;
use super::health::{Scoring, store_of};
use crate::domain::list::is_new;
use crate::domain::today::{MedianArr, rank};
use crate::domain::{AsOf, CustomerQuery, NaiveDate, NeededCustomer, Page, Today};
use crate::scoring::{self, Facts, Signs};
use crate::server::Call;
use crate::server::store::{CurrentHealth, Reach};
use crate::wire::AppError;
use chrono::Duration;

/// Returns a page of those of a query's customers that need somebody, most urgent first, as of the query's day.
pub async fn get_today(call: &Call, query: &CustomerQuery) -> Result<Today, AppError> {
    let (at, question) = Question::of(call, query).await?;
    call.answers.todays.get(&question, compute(call, query, at)).await
}

async fn compute(call: &Call, query: &CustomerQuery, at: AsOf) -> Result<Today, AppError> {
    let store = store_of(call, at).await?;
    let found = store.list_needed(query, at.day).await?;
    let scoring = Scoring::current(&store).await?;
    let ids: Vec<_> = found.customers.iter().map(|current| current.customer.id).collect();
    let reach = Reach::of(&scoring.rulebook, at.day - Duration::days(scoring.rulebook.lookback_days()));
    let mut facts = call.store.load_facts_of(&ids, reach, at).await?;
    let first = (query.page - 1) * query.page_size + 1;
    let item = |(place, current): (i64, CurrentHealth)| {
        let facts = facts.remove(&current.customer.id).unwrap_or_default();
        scoring.needed(place, current, &facts, &found.median_arr, at.day)
    };
    let items = (first..).zip(found.customers).map(item).collect();
    let page = Page { items, total: found.total, page: query.page, page_size: query.page_size };
    Ok(Today { page, as_of: at.day, known_at: at.known_at, currency: call.settings.currency.clone() })
}

impl Scoring {
    fn needed(
        &self,
        place: i64,
        current: CurrentHealth,
        facts: &Facts,
        median_arr: &MedianArr,
        today: NaiveDate,
    ) -> NeededCustomer {
        let CurrentHealth { customer, band_since, band_fell_on, traits, last_activity_at, .. } = current;
        let scorecard = self.rulebook.scorecard_of(&facts.traits(), today);
        let measured = scoring::measure(facts, scorecard, &self.connections, today);
        let health = scoring::score(customer.id, &measured, scorecard, today);
        let last_activity_on = last_activity_at.map(|time| time.date_naive());
        let signs = Signs {
            band: health.band,
            score: health.score,
            is_new: is_new(customer.fields.start_date, traits.first_fact_on, today),
            band_fell_on,
            renewal_date: customer.fields.renewal_date,
            last_activity_on,
            overdue_invoices: measured.invoices().overdue,
        };
        let (parts, arr_cents) = (signs.parts(today), median_arr.arr_cents(&customer.fields));
        NeededCustomer {
            place,
            score: health.score,
            band: health.band,
            band_since,
            band_fell_on,
            arr_cents,
            arr_assumed: customer.fields.arr_cents.is_none(),
            renewal_date: customer.fields.renewal_date,
            rank: rank(arr_cents, parts),
            parts,
            reason: scoring::reason_in_facts(facts, &health, scorecard, last_activity_on),
            help: scoring::drivers(&measured, scorecard).into_iter().next(),
            customer,
        }
    }
}
