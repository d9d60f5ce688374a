//! Every call from a page to the server. Each is one line: the use case of the same name answers.

use crate::domain::import::{ImportList, ImportPage};
use crate::domain::{
    BulkChangeId, CustomerId, CustomerList, ImportId, Month, NoteId, QuarantineId, QuarantinePage, Rulebook, Segments, Today,
};
use crate::wire::pages::{
    BacktestPage, ChosenRows, CustomerPage, EditPage, FoundCustomers, ScorecardPage, SuggestionPage, TestedScoresPage, Timeline,
};
use crate::wire::trial::MeasuredPortfolio;
use crate::wire::{AppError, FormValues, Json, Outcome, Previewed};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::server::{
    browser::cookies::set_cookie,
    browser::forms::{self, accept},
    browser::page::{self, answer, backtest_query, call, customer_query, day, event_query, month_query, page_days, paging},
    service::{backtest, batch, bulk, customers, demo, events, health, import, month, portfolio, scorecards, today, trial},
};

/// Returns one page of the list. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "list_customers", input = GetUrl, output = Json)]
pub async fn list_customers(query: String) -> Result<CustomerList, AppError> {
    answer(async { customers::list_customers(&call(), &customer_query(&query)?).await }).await
}

/// Returns the first customers that a query selects, as many as can be changed at once. `query` is a query string without the
/// question mark.
#[server(prefix = "/app", endpoint = "load_chosen", input = GetUrl, output = Json)]
pub async fn load_chosen(query: String) -> Result<ChosenRows, AppError> {
    answer(async { bulk::load_chosen(&call(), &customer_query(&query)?).await }).await
}

/// Returns the first active customers whose name or external id contains a text.
#[server(prefix = "/app", endpoint = "search_customers", input = GetUrl, output = Json)]
pub async fn search_customers(text: String) -> Result<FoundCustomers, AppError> {
    answer(customers::search_customers(&call(), &text)).await
}

/// Returns who needs somebody, most urgent first. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "load_today", input = GetUrl, output = Json)]
pub async fn load_today(query: String) -> Result<Today, AppError> {
    answer(async { today::get_today(&call(), &customer_query(&query)?).await }).await
}

/// Returns a month or quarter against the one before. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "load_month", input = GetUrl, output = Json)]
pub async fn load_month(query: String) -> Result<Month, AppError> {
    answer(async { month::get_month(&call(), &month_query(&query)?).await }).await
}

/// Returns a backtest, or the progress of the work on it. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "load_backtest", input = GetUrl, output = Json)]
pub async fn load_backtest(query: String) -> Result<BacktestPage, AppError> {
    answer(async { backtest::get_backtest_page(&call(), backtest_query(&query)?).await }).await
}

/// Returns the suggestion of other rules, or the progress of the work on it. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "load_suggestion", input = GetUrl, output = Json)]
pub async fn load_suggestion(query: String) -> Result<SuggestionPage, AppError> {
    answer(async { backtest::get_suggestion_page(&call(), backtest_query(&query)?).await }).await
}

/// Returns the factors' scores of a past test day, or the progress of the work on them. `query` is a query string without the
/// question mark, of which the horizon counts, and `scorecard` the name of one in force.
#[server(prefix = "/app", endpoint = "load_tested_scores", input = GetUrl, output = Json)]
pub async fn load_tested_scores(query: String, scorecard: String) -> Result<TestedScoresPage, AppError> {
    answer(async { backtest::get_tested_scores_page(&call(), backtest_query(&query)?, &scorecard).await }).await
}

/// Returns the owners of all customers, in order.
#[server(prefix = "/app", endpoint = "list_owners", input = GetUrl, output = Json)]
pub async fn list_owners() -> Result<Vec<String>, AppError> {
    answer(customers::list_owners(&call())).await
}

/// Returns the segments that the rules have, in their order.
#[server(prefix = "/app", endpoint = "list_segments", input = GetUrl, output = Json)]
pub async fn list_segments() -> Result<Segments, AppError> {
    answer(customers::list_segments(&call())).await
}

/// Returns the read model of a customer's page as of a day (today when absent), as it is or was known. `days` is the length
/// of its history: 30, 90 or 180. `since` is the length of the explained change: 7, 30 or 90.
#[server(prefix = "/app", endpoint = "load_customer_page", input = GetUrl, output = Json)]
pub async fn load_customer_page(
    id: CustomerId,
    as_of: Option<String>,
    known_at: Option<String>,
    days: i64,
    since: i64,
) -> Result<CustomerPage, AppError> {
    answer(async { health::get_customer_page(&call(), id, day(as_of, known_at)?, page_days(days, since)?).await }).await
}

/// Returns a page of a customer's timeline. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "load_timeline", input = GetUrl, output = Json)]
pub async fn load_timeline(id: CustomerId, query: String) -> Result<Timeline, AppError> {
    answer(async { events::load_timeline(&call(), id, event_query(&query)?).await }).await
}

/// Returns the read model of the form for a customer, or for a new one.
#[server(prefix = "/app", endpoint = "load_edit_page", input = GetUrl, output = Json)]
pub async fn load_edit_page(id: Option<CustomerId>) -> Result<EditPage, AppError> {
    answer(customers::get_edit_page(&call(), id)).await
}

/// Returns the rules in force.
#[server(prefix = "/app", endpoint = "get_rulebook", input = GetUrl, output = Json)]
pub async fn get_rulebook() -> Result<Rulebook, AppError> {
    answer(scorecards::get_rulebook(&call())).await
}

/// Returns the rules in force, all earlier versions, and the progress of rescoring.
#[server(prefix = "/app", endpoint = "load_scorecard_page", input = GetUrl, output = Json)]
pub async fn load_scorecard_page() -> Result<ScorecardPage, AppError> {
    answer(scorecards::get_scorecard_page(&call())).await
}

/// Previews the rules in a form.
#[server(prefix = "/app", endpoint = "preview_scorecard", input = GetUrl, output = Json)]
pub async fn preview_scorecard(#[server(flatten)] form: FormValues) -> Result<Previewed, AppError> {
    answer(forms::preview_scorecard(&call(), &form)).await
}

/// Returns what measures, a list in JSON, give for each active customer, with the customers themselves on demand.
#[server(prefix = "/app", endpoint = "measure_portfolio", output = Json)]
pub async fn measure_portfolio(measures: String, with_customers: bool) -> Result<MeasuredPortfolio, AppError> {
    answer(async { trial::measure_portfolio(&call(), &page::measures(&measures)?, with_customers).await }).await
}

/// Returns a page of the refused items. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "load_quarantine", input = GetUrl, output = Json)]
pub async fn load_quarantine(query: String) -> Result<QuarantinePage, AppError> {
    answer(async { batch::get_quarantine_page(&call(), paging(&query)?).await }).await
}

/// Counts the items in the quarantine.
#[server(prefix = "/app", endpoint = "count_quarantine", input = GetUrl, output = Json)]
pub async fn count_quarantine() -> Result<i64, AppError> {
    answer(batch::count_quarantine(&call())).await
}

/// Returns a page of the imports. `query` is a query string without the question mark.
#[server(prefix = "/app", endpoint = "load_imports", input = GetUrl, output = Json)]
pub async fn load_imports(query: String) -> Result<ImportList, AppError> {
    answer(async { import::list_imports(&call(), paging(&query)?).await }).await
}

/// Returns the read model of an import's page.
#[server(prefix = "/app", endpoint = "load_import", input = GetUrl, output = Json)]
pub async fn load_import(id: ImportId) -> Result<ImportPage, AppError> {
    answer(import::get_import(&call(), id)).await
}

/// Remembers a choice (`theme`, `owner`, `whose`, `shortcuts`, `columns`) in a cookie.
#[server(prefix = "/app", endpoint = "set_preference", output = Json)]
pub async fn set_preference(name: String, value: String) -> Result<(), AppError> {
    answer(async { set_cookie(&name, &value) }).await
}

/// Fills an empty database with the demo portfolio.
#[server(prefix = "/app", endpoint = "load_demo", output = Json)]
pub async fn load_demo() -> Result<(), AppError> {
    answer(demo::load_demo(&call())).await
}

/// Logs an event, or an invoice with its payment.
#[server(prefix = "/app", endpoint = "submit_event", output = Json)]
pub async fn submit_event(customer: CustomerId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::submit_event(&call(), customer, &form)).await
}

/// Retracts the events that `events` lists, or the `outcome`, with a `reason`.
#[server(prefix = "/app", endpoint = "retract_event", output = Json)]
pub async fn retract_event(#[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::retract_event(&call(), &form)).await
}

#[server(prefix = "/app", endpoint = "create_customer", output = Json)]
pub async fn create_customer(#[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::create_customer(&call(), &form)).await
}

#[server(prefix = "/app", endpoint = "update_customer", output = Json)]
pub async fn update_customer(customer: CustomerId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::update_customer(&call(), customer, &form)).await
}

#[server(prefix = "/app", endpoint = "archive_customer", output = Json)]
pub async fn archive_customer(customer: CustomerId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::archive_customer(&call(), customer, &form)).await
}

#[server(prefix = "/app", endpoint = "restore_customer", output = Json)]
pub async fn restore_customer(customer: CustomerId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::restore_customer(&call(), customer, &form)).await
}

/// Makes one change of the customers that `customers` lists with their versions.
#[server(prefix = "/app", endpoint = "change_customers", output = Json)]
pub async fn change_customers(#[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::change_customers(&call(), &form)).await
}

#[server(prefix = "/app", endpoint = "undo_bulk_change", output = Json)]
pub async fn undo_bulk_change(change: BulkChangeId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::undo_bulk_change(&call(), change)).await
}

/// Tells what became of a customer.
#[server(prefix = "/app", endpoint = "add_outcome", output = Json)]
pub async fn add_outcome(customer: CustomerId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::add_outcome(&call(), customer, &form)).await
}

/// Puts other reasons in the place of those to choose from for outcomes; `reasons` has one a line.
#[server(prefix = "/app", endpoint = "set_outcome_reasons", output = Json)]
pub async fn set_outcome_reasons(#[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::set_outcome_reasons(&call(), &form)).await
}

#[server(prefix = "/app", endpoint = "add_note", output = Json)]
pub async fn add_note(customer: CustomerId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::add_note(&call(), customer, &form)).await
}

/// Changes a note's text; the form's `author` is who changes it.
#[server(prefix = "/app", endpoint = "update_note", output = Json)]
pub async fn update_note(customer: CustomerId, note: NoteId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::update_note(&call(), customer, note, &form)).await
}

#[server(prefix = "/app", endpoint = "delete_note", output = Json)]
pub async fn delete_note(customer: CustomerId, note: NoteId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::delete_note(&call(), customer, note)).await
}

/// Puts the rules in a form in force, as the next version.
#[server(prefix = "/app", endpoint = "save_scorecard", output = Json)]
pub async fn save_scorecard(#[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::save_scorecard(&call(), &form)).await
}

/// Puts the rules of the version that `restored` names in force again.
#[server(prefix = "/app", endpoint = "restore_scorecard", output = Json)]
pub async fn restore_scorecard(#[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::restore_scorecard(&call(), &form)).await
}

/// Sends a refused item again, with the content in its form.
#[server(prefix = "/app", endpoint = "replay_quarantined", output = Json)]
pub async fn replay_quarantined(item: QuarantineId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::replay_quarantined(&call(), item, &form)).await
}

#[server(prefix = "/app", endpoint = "discard_quarantined", output = Json)]
pub async fn discard_quarantined(item: QuarantineId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::discard_quarantined(&call(), item)).await
}

/// Deletes the refused items up to `up_to`.
#[server(prefix = "/app", endpoint = "discard_quarantine", output = Json)]
pub async fn discard_quarantine(up_to: QuarantineId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::discard_quarantine(&call(), up_to)).await
}

/// Stores the meaning of an upload's columns and starts a dry run.
#[server(prefix = "/app", endpoint = "check_import", output = Json)]
pub async fn check_import(import: ImportId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::check_import(&call(), import, &form)).await
}

#[server(prefix = "/app", endpoint = "reconsider_import", output = Json)]
pub async fn reconsider_import(import: ImportId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::reconsider_import(&call(), import)).await
}

#[server(prefix = "/app", endpoint = "run_import", output = Json)]
pub async fn run_import(import: ImportId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::run_import(&call(), import, &form)).await
}

#[server(prefix = "/app", endpoint = "discard_upload", output = Json)]
pub async fn discard_upload(import: ImportId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::discard_upload(&call(), import)).await
}

#[server(prefix = "/app", endpoint = "undo_import", output = Json)]
pub async fn undo_import(import: ImportId, #[server(flatten)] form: FormValues) -> Result<Outcome, AppError> {
    accept(&form, forms::undo_import(&call(), import)).await
}

/// The data of the page that the server alone writes.
#[cfg(feature = "ssr")]
pub mod written {
    use super::{AppError, answer, call, customer_query, portfolio};
    use crate::domain::list::RenewalTotals;
    use crate::domain::{BandHistory, Portfolio};

    /// Returns the figures of the customers that a query selects. `query` is a query string without the question mark.
    pub async fn load_portfolio(query: String) -> Result<Portfolio, AppError> {
        answer(async { portfolio::get_portfolio_figures(&call(), &customer_query(&query)?).await }).await
    }

    /// Returns their ARR by band over the query's period. `query` is a query string without the question mark.
    pub async fn load_portfolio_bands(query: String) -> Result<BandHistory, AppError> {
        answer(async { portfolio::get_portfolio_bands(&call(), &customer_query(&query)?).await }).await
    }

    /// Returns the renewals of the customers that a query selects, by month and band. `query` is a query string without the
    /// question mark.
    pub async fn load_portfolio_renewals(query: String) -> Result<RenewalTotals, AppError> {
        answer(async { portfolio::get_portfolio_renewals(&call(), &customer_query(&query)?).await }).await
    }
}
