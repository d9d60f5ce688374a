//! `/api/month` and `/month.csv`: a month or quarter against the one before.

use super::extract::{Json, Query};
use super::parameters::MonthParameters;
use crate::domain::month::{Month, MonthQuery, NamedCustomer, PeriodFigures};
use crate::domain::portfolio::{BandTally, Tally};
use crate::domain::{Band, NaiveDate, Points};
use crate::server::Call;
use crate::server::service::export::plain;
use crate::server::service::month;
use crate::wire::AppError;
use axum::http::header;
use axum::response::IntoResponse;
use chrono::Duration;

/// Returns a month or quarter against the one before: ARR by band at its ends and on its days, the flow between bands, who came
/// and who went, why customers fell, the renewals, and which were won and lost. Bands are restated, and reach back 365 days.
#[utoipa::path(get, path = "/api/month", tag = "Portfolio", params(MonthParameters),
    responses((status = 200, description = "The period and the one before", body = Month)))]
pub async fn get_month(call: Call, query: Query<MonthParameters>) -> Result<Json<Month>, AppError> {
    month::get_month(&call, &MonthQuery::from_pairs(query.pairs())?).await.map(Json)
}

/// Returns the same figures as CSV. The column `figure` says what a line is about; cells that it has no use for are empty. Lists
/// name their first 100 customers.
#[utoipa::path(get, path = "/month.csv", tag = "Portfolio", params(MonthParameters), responses(
    (status = 200, description = "One line per figure", body = str, content_type = "text/csv")))]
pub async fn export_month(call: Call, query: Query<MonthParameters>) -> Result<impl IntoResponse, AppError> {
    let month = month::get_month(&call, &MonthQuery::from_pairs(query.pairs())?).await?;
    let csv = write(&month).map_err(|error| {
        tracing::error!(%error, "export failed");
        AppError::Internal
    })?;
    let disposition = format!("attachment; filename=\"month-{}.csv\"", month.period.period.name());
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)], csv))
}

/// One line of the file. Each column says what it holds.
#[derive(Default, serde::Serialize)]
struct Line {
    figure: &'static str,
    period: String,
    day: Option<NaiveDate>,
    customer_id: Option<i64>,
    customer: String,
    from_band: &'static str,
    to_band: &'static str,
    /// The factor, the cause, the reason, the outcome, or what a customer came by.
    detail: String,
    customers: Option<i64>,
    arr: String,
    arr_unknown: Option<i64>,
    currency: String,
    points: Option<Points>,
}

impl Line {
    fn tally(self, tally: Tally) -> Self {
        let Tally { customers, arr_cents, arr_unknown } = tally;
        Self { customers: Some(customers), arr: units(arr_cents), arr_unknown: Some(arr_unknown), ..self }
    }

    fn customer(self, customer: &NamedCustomer) -> Self {
        let arr = customer.arr_cents.map_or_else(String::new, units);
        Self { customer_id: Some(customer.id.0), customer: plain(&customer.name), arr, ..self }
    }
}

fn units(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn name(band: Option<Band>) -> &'static str {
    band.map_or("", Band::name)
}

fn write(month: &Month) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for line in lines(month) {
        csv.serialize(Line { currency: month.currency.clone(), ..line })?;
    }
    csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn lines(month: &Month) -> Vec<Line> {
    let mut lines = Vec::new();
    for figures in [&month.before, &month.period] {
        lines.extend(period_lines(figures));
    }
    let period = || month.period.period.name();
    let line = |figure| Line { figure, period: period(), ..Line::default() };
    for (index, _) in month.days.first().into_iter().flat_map(|band| band.customers.iter().enumerate()) {
        let day = Some(month.days_from + Duration::days(index as i64));
        lines.extend(month.days.iter().map(|of_band| Line {
            day,
            to_band: of_band.band.name(),
            customers: of_band.customers.get(index).copied(),
            arr: of_band.arr_cents.get(index).copied().map_or_else(String::new, units),
            ..line("day")
        }));
    }
    lines.push(Line { points: Some(month.fell.change), ..line("falls").tally(month.fell.tally) });
    lines.extend(month.fell.factors.iter().map(|sum| Line {
        detail: sum.factor.query_name().to_owned(),
        points: Some(sum.change),
        ..line("fall_factor").tally(sum.main_of)
    }));
    lines.extend(month.fell.causes.iter().map(|sum| Line {
        detail: sum.cause.label().to_owned(),
        points: Some(sum.change),
        ..line("fall_cause")
    }));
    lines.extend(month.fell.items.iter().map(|fallen| Line {
        from_band: fallen.from.name(),
        to_band: fallen.to.name(),
        detail: fallen.cause.as_ref().map_or_else(String::new, |cause| plain(&cause.sentence)),
        points: Some(fallen.change),
        ..line("fell").customer(&fallen.customer)
    }));
    lines.extend(month.first_scores.items.iter().map(|first| Line {
        day: Some(first.on),
        to_band: first.band.name(),
        ..line("first_score").customer(&first.customer)
    }));
    lines.extend(month.came.items.iter().map(|came| Line {
        day: Some(came.on),
        to_band: name(came.band),
        detail: came.by.name().to_owned(),
        ..line("came").customer(&came.customer)
    }));
    lines.extend(month.went.items.iter().map(|went| Line {
        day: Some(went.on),
        from_band: name(went.band),
        detail: went.reason.name().to_owned(),
        ..line("went").customer(&went.customer)
    }));
    lines.extend(month.renewals.items.iter().map(|renewal| Line {
        day: Some(renewal.on),
        from_band: name(renewal.band_then),
        to_band: name(renewal.band_now),
        ..line("renewal").customer(&renewal.customer)
    }));
    lines
}

/// Returns the lines of a period's sums.
fn period_lines(figures: &PeriodFigures) -> Vec<Line> {
    let line = |figure| Line { figure, period: figures.period.name(), ..Line::default() };
    let band =
        |figure, day, told: &BandTally| Line { day: Some(day), to_band: told.band.name(), ..line(figure).tally(told.tally) };
    let begin = figures.begin.iter().flatten().map(|told| band("begin", figures.from - Duration::days(1), told));
    let end = figures.end.iter().flatten().map(|told| band("end", figures.to, told));
    let flow = figures.flow.iter().flatten().map(|flow| Line {
        from_band: name(flow.from),
        to_band: name(flow.to),
        ..line("flow").tally(flow.tally)
    });
    let moves = [("move", &figures.moves), ("move_by_rules", &figures.moves_by_rules)];
    let moves = moves.into_iter().flat_map(|(figure, moves)| {
        let told = moves.iter().flatten();
        told.map(move |told| (figure, told))
    });
    let moves = moves.map(|(figure, told)| Line {
        from_band: told.from.name(),
        to_band: told.to.name(),
        ..line(figure).tally(told.tally)
    });
    let sums = [
        ("came_sum", figures.came),
        ("went_sum", figures.went),
        ("renewals_sum", figures.renewals),
        ("renewals_won_sum", figures.renewals_won),
        ("renewals_lost_sum", figures.renewals_lost),
    ];
    let sums = sums.map(|(figure, tally)| line(figure).tally(tally));
    let outcomes = figures
        .outcomes
        .iter()
        .map(|sum| Line { detail: sum.outcome.name().to_owned(), ..line("outcomes_sum").tally(sum.tally) });
    begin.chain(end).chain(flow).chain(moves).chain(sums).chain(outcomes).collect()
}
