//! `/`: the portfolio's figures, and the list of customers.

mod bands;
mod chips;
mod chosen;
mod column_choice;
mod columns;
mod day;
mod filters;
mod first_run;
mod histogram;
mod keys;
mod links;
mod list;
mod mine;
mod notices;
pub mod query;
mod renewals;
mod row;
mod sentence;
mod summary;

use crate::app::components::{Answer, AtOnce, Failure, Skeleton, latest, when_there};
use crate::app::live::{follows, use_news};
use crate::app::pages::today::{TodayResource, TodaySection, use_today};
use crate::app::server_fns::{LoadDemo, list_customers, load_portfolio, load_portfolio_bands, load_portfolio_renewals};
use crate::app::state::{use_last_list, use_revision};
use crate::app::{format, until_answered};
use crate::domain::list::Measure;
use crate::domain::scorecard::BandLimits;
use crate::domain::{BandHistory, CustomerList, CustomerQuery, Portfolio};
use crate::wire::AppError;
use bands::BandsSection;
use day::{DayBar, NothingYet, RefusedDay, ShownDay};
use first_run::FirstRun;
use leptos::prelude::*;
use leptos_meta::Title;
use list::ListSection;
use notices::Notices;
use renewals::Totals;
use sentence::Sentence;
use std::time::Duration;
use summary::Summary;

#[component]
pub fn DashboardPage() -> impl IntoView {
    let search = query::use_search();
    let query = Memo::new(move |_| query::parse(&search.read()));
    let last_list = use_last_list();
    Effect::new(move |_| last_list.leave(search.get()));
    let asked = Memo::new(move |_| query::of_figures(&search.read()));
    let load_demo = ServerAction::<LoadDemo>::new();
    let day = Memo::new(move |_| query::asked_day(&search.read()));
    let (loads, news, revision) = (load_demo.version(), use_news(), use_revision());
    let heard = move || day.with(|(as_of, known_at)| follows(as_of, known_at)).then(|| news.get());
    let portfolio = Resource::new(
        move || (asked.get(), loads.get(), heard()),
        |(asked, ..)| async move { (asked.clone(), until_answered(move || load_portfolio(asked.clone())).await) },
    );
    let bands = Resource::new(
        move || (asked.get(), loads.get(), heard()),
        |(asked, ..)| async move { (asked.clone(), until_answered(move || load_portfolio_bands(asked.clone())).await) },
    );
    let list = Resource::new(
        move || (search.get(), loads.get(), heard(), revision.get()),
        |(search, ..)| async move { (search.clone(), until_answered(move || list_customers(search.clone())).await) },
    );
    let renewals = Resource::new(
        move || (query.with(|query| query.renewal.is_some()).then(|| asked.get()), loads.get(), heard(), revision.get()),
        |(asked, ..)| async move {
            let asked = asked?;
            Some(until_answered(move || load_portfolio_renewals(asked.clone())).await)
        },
    );
    let today = use_today(query, move || loads.get());
    let pending = move || list.with(|list| list.as_ref().is_some_and(|(of, _)| *of != search.get()));
    // A text, not a closure: the head may be written after the page's signals are gone.
    let title = move || {
        let text = match query.with(|query| query.at.as_of) {
            Some(day) => format!("Portfolio as of {}", format::day(day)),
            None => "Portfolio".to_owned(),
        };
        view! { <Title text /> }
    };
    view! {
        {title}
        <Transition fallback=|| view! { <Skeleton lines=12 /> }>
            {when_there(
                move || {
                    portfolio.with(Option::is_some) & bands.with(Option::is_some) & list.with(Option::is_some)
                        & renewals.with(Option::is_some) & today.with(Option::is_some)
                },
                move || {
                    AtOnce::new(view! { <Content query day portfolio bands list renewals today load_demo pending=Signal::derive(pending) /> })
                },
            )}
        </Transition>
    }
}

/// The time for which a day's figures stay while another day's are loading. A recently viewed day arrives sooner.
const PATIENCE: Duration = Duration::from_millis(200);

/// Returns when a skeleton should replace figures and rows, because the asked day has not been `shown` for a while.
fn use_between_days(shown: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    let shown = Memo::new(move |_| shown());
    let is_late = RwSignal::new(false);
    Effect::new(move |_| {
        is_late.set(false);
        let late = move || {
            // The page may be gone.
            let _ = is_late.try_set(true);
        };
        let timer = if shown.get() { None } else { set_timeout_with_handle(late, PATIENCE).ok() };
        on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
    });
    is_late.into()
}

/// The day that is asked for, as typed: (`as_of`, `known_at`).
type Day = (Option<String>, Option<String>);

#[component]
fn Content(
    query: Memo<CustomerQuery>,
    day: Memo<Day>,
    portfolio: Resource<Answer<String, Portfolio>>,
    bands: Resource<Answer<String, BandHistory>>,
    list: Resource<Answer<String, CustomerList>>,
    renewals: Resource<Totals>,
    today: TodayResource,
    load_demo: ServerAction<LoadDemo>,
    pending: Signal<bool>,
) -> impl IntoView {
    let (portfolio, bands, list) = (latest(portfolio), latest(bands), latest(list));
    let between_days = use_between_days(move || {
        let day = day.get();
        let figures = portfolio.with(|answer| answer.as_ref().is_none_or(|(search, _)| query::asked_day(search) == day));
        figures && list.with(|answer| answer.as_ref().is_none_or(|(search, _)| query::asked_day(search) == day))
    });
    let filters =
        Memo::new(move |_| portfolio.with(|answer| answer.as_ref().map(|(asked, _)| query::parse(asked))).unwrap_or_default());
    // What the charts are drawn by changes without the server.
    let filters = Memo::new(move |_| CustomerQuery { by: query.with(|query| query.by), ..filters.get() });
    let portfolio = Memo::new(move |_| portfolio.get().map(|(_, portfolio)| portfolio));
    let bands = Memo::new(move |_| bands.get().and_then(|(asked, bands)| Some((query::parse(&asked), bands.ok()?))));
    let shown = Shown { portfolio, filters, bands };
    let loaded = Signal::derive(move || list.get().map(|(_, list)| list));
    let currency = move || portfolio.get().and_then(Result::ok).map(|portfolio| portfolio.currency).unwrap_or_default();
    let rules = move || match portfolio.get().and_then(Result::ok) {
        Some(portfolio) => (portfolio.band_limits, portfolio.factors),
        None => (BandLimits::default(), Vec::new()),
    };
    let empty = move || {
        portfolio
            .get()
            .is_some_and(|portfolio| portfolio.is_ok_and(|portfolio| filters.with(|asked| has_no_customers(&portfolio, asked))))
    };
    // Text typed into the day's form stays while the figures follow changes.
    let stage = Memo::new(move |_| {
        portfolio.get().map(|portfolio| portfolio.map(|portfolio| filters.with(|asked| Stage::of(&portfolio, asked))))
    });
    view! {
        {move || stage.get().map(|stage| overview(stage, shown, today, query, load_demo, between_days))}
        <div hidden=empty>
            <ListSection query=query.into() loaded totals=Signal::derive(move || renewals.get().flatten()) currency=Signal::derive(currency) rules=Signal::derive(rules) pending between_days />
        </div>
    }
}

/// The facts that decide which parts stand above the list. The figures in them follow changes by themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stage {
    day: ShownDay,
    is_empty: bool,
}

impl Stage {
    fn of(portfolio: &Portfolio, asked: &CustomerQuery) -> Self {
        Self { day: ShownDay::of(portfolio), is_empty: has_no_customers(portfolio, asked) }
    }
}

/// The figures above the list, with the filters that they were asked for with.
#[derive(Clone, Copy)]
struct Shown {
    portfolio: Memo<Option<Result<Portfolio, AppError>>>,
    filters: Memo<CustomerQuery>,
    bands: Memo<Option<(CustomerQuery, BandHistory)>>,
}

impl Shown {
    fn portfolio(self) -> Option<Portfolio> {
        self.portfolio.get().and_then(Result::ok)
    }

    /// Returns the days by band with the filters that they were asked for with.
    fn bands(self) -> Option<(CustomerQuery, BandHistory)> {
        let (asked, history) = self.bands.get()?;
        Some((CustomerQuery { by: self.filters.with(|filters| filters.by), ..asked }, history))
    }
}

/// Shows the parts above the list.
fn overview(
    stage: Result<Stage, AppError>,
    shown: Shown,
    today: TodayResource,
    query: Memo<CustomerQuery>,
    load_demo: ServerAction<LoadDemo>,
    between_days: Signal<bool>,
) -> AnyView {
    match stage {
        Ok(Stage { day, is_empty: true }) if day.at.is_today(day.today) => view! { <FirstRun load_demo /> }.into_any(),
        Ok(Stage { day, is_empty: true }) => view! {
            <DayBar day query heading=|| Sentence { before: "Portfolio".to_owned(), ..Sentence::default() } />
            <NothingYet day query />
        }
        .into_any(),
        Ok(Stage { day, .. }) => view! {
            <DayBar day query heading=move || heading(shown, day)>
                {move || shown.portfolio().map(|portfolio| view! { <Notices portfolio asked=shown.filters.get() /> })}
            </DayBar>
            <div hidden=between_days>
                <div class="home__top">
                    {day.at.is_today(day.today).then(|| view! { <TodaySection today query /> })}
                    {move || {
                        let (asked, history) = shown.bands().filter(|(_, history)| history.total(Measure::Customers, 0) > 0)?;
                        Some(view! { <BandsSection history asked today=day.today /> })
                    }}
                </div>
                {move || shown.portfolio().map(|portfolio| view! { <Summary portfolio asked=shown.filters.get() /> })}
            </div>
            {move || between_days.get().then(|| view! { <Skeleton lines=8 /> })}
        }
        .into_any(),
        Err(AppError::Invalid(errors)) if query::blames_day(&errors) => view! { <RefusedDay errors query /> }.into_any(),
        Err(error) => view! {
            <h1>"Portfolio"</h1>
            <Failure error />
        }
        .into_any(),
    }
}

/// Says how the customers stand and, of today, how many need somebody.
fn heading(shown: Shown, day: ShownDay) -> Sentence {
    let sentence = shown.bands().map(|(asked, history)| Sentence::of(&history, asked.by, day.today, asked.is_filtered()));
    let needed = day.at.is_today(day.today).then(|| shown.portfolio().map_or(0, |portfolio| portfolio.needed));
    sentence
        .map(|sentence| sentence.and_needed(needed.unwrap_or_default()))
        .unwrap_or_else(|| Sentence { before: "Portfolio".to_owned(), ..Sentence::default() })
}

fn has_no_customers(portfolio: &Portfolio, asked: &CustomerQuery) -> bool {
    !asked.is_filtered() && !asked.archived && portfolio.all.customers == 0 && portfolio.archived == 0
}
