//! The page as the server writes it, whole and working: links, forms and figures. The browser shows it as it comes.

mod bands;
mod chips;
mod chosen;
mod column_choice;
mod columns;
mod day;
mod figures;
mod filters;
mod first_run;
mod histogram;
mod links;
mod list;
mod mine;
mod notices;
mod renewals;
mod row;
mod sentence;
mod summary;
mod today;

use super::{CONTENT, query};
use crate::app::components::Failure;
use crate::app::format;
use crate::app::server_fns::list_customers;
use crate::app::server_fns::written::{load_portfolio, load_portfolio_bands, load_portfolio_renewals};
use crate::domain::list::Measure;
use crate::domain::{BandHistory, CustomerList, CustomerQuery, Portfolio, Today};
use crate::wire::AppError;
use bands::BandsSection;
use day::{DayBar, NothingYet, RefusedDay, ShownDay};
use figures::{blames_day, of_figures};
use first_run::FirstRun;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use list::ListSection;
use notices::Notices;
use renewals::Totals;
use sentence::Sentence;
use summary::Summary;
use today::{TodaySection, load_first};

#[component]
pub fn DashboardPage() -> impl IntoView {
    let search = use_location().search.get_untracked();
    let query = query::parse(&search);
    let title = match query.at.as_of {
        Some(day) => format!("Portfolio as of {}", format::day(day)),
        None => "Portfolio".to_owned(),
    };
    let content = Suspend::new(async move {
        let asked = of_figures(&search);
        let renewals = async {
            match query.renewal {
                Some(_) => Some(load_portfolio_renewals(asked.clone()).await),
                None => None,
            }
        };
        let (portfolio, bands, list, renewals, today) = futures::join!(
            load_portfolio(asked.clone()),
            load_portfolio_bands(asked.clone()),
            list_customers(search.clone()),
            renewals,
            load_first(&query),
        );
        let filters = CustomerQuery { by: query.by, ..query::parse(&asked) };
        let answers = Answers { portfolio, bands: bands.ok(), list, renewals, today: today.ok().flatten() };
        // Nothing in it waits, and no browser hydrates it, so it is written in one go.
        let html = content(answers, &query, &filters).to_html();
        view! { <div class="written" inner_html=html></div> }
    });
    view! {
        <Title text=title />
        <div id=CONTENT class="written"><Suspense>{content}</Suspense></div>
        // Here the browser shows a skeleton, and asks before many customers are changed.
        {move || None::<AnyView>}
        {move || None::<AnyView>}
    }
}

/// The data of the page.
struct Answers {
    portfolio: Result<Portfolio, AppError>,
    bands: Option<BandHistory>,
    list: Result<CustomerList, AppError>,
    renewals: Totals,
    today: Option<Today>,
}

/// Shows everything. `filters` are those of the figures, and by what the charts are drawn.
fn content(answers: Answers, query: &CustomerQuery, filters: &CustomerQuery) -> impl IntoView + use<> {
    let Answers { portfolio, bands, list, renewals, today } = answers;
    let is_empty = portfolio.as_ref().is_ok_and(|portfolio| has_no_customers(portfolio, filters));
    let (currency, limits, names) = match &portfolio {
        Ok(portfolio) => (portfolio.currency.clone(), portfolio.band_limits.clone(), portfolio.factors.clone()),
        Err(_) => Default::default(),
    };
    // What the list is refused for, it says itself.
    let is_told = portfolio.as_ref().is_err_and(|error| list.as_ref().is_err_and(|of_list| of_list == error));
    view! {
        {overview(portfolio, bands, today, query.clone(), filters.clone(), is_told)}
        <div hidden=is_empty>
            <ListSection query=query.clone() list totals=renewals currency limits names />
        </div>
    }
}

/// Shows the parts above the list. `is_told` says that the list shows the error of the figures.
fn overview(
    portfolio: Result<Portfolio, AppError>,
    bands: Option<BandHistory>,
    today: Option<Today>,
    query: CustomerQuery,
    filters: CustomerQuery,
    is_told: bool,
) -> AnyView {
    let portfolio = match portfolio {
        Ok(portfolio) => portfolio,
        Err(AppError::Invalid(errors)) if blames_day(&errors) => {
            return view! { <RefusedDay errors query /> }.into_any();
        }
        Err(error) => {
            return view! {
                <h1>"Portfolio"</h1>
                {(!is_told).then(|| view! { <Failure error /> })}
            }
            .into_any();
        }
    };
    let day = ShownDay::of(&portfolio);
    let is_today = day.at.is_today(day.today);
    if has_no_customers(&portfolio, &filters) {
        return match is_today {
            true => view! { <FirstRun /> }.into_any(),
            false => view! {
                <DayBar day query=query.clone() heading=Sentence { before: "Portfolio".to_owned(), ..Sentence::default() } />
                <NothingYet day query />
            }
            .into_any(),
        };
    }
    let heading = match &bands {
        Some(bands) => Sentence::of(bands, filters.by, day.today, filters.is_filtered()).and_needed(if is_today {
            portfolio.needed
        } else {
            0
        }),
        None => Sentence { before: "Portfolio".to_owned(), ..Sentence::default() },
    };
    let bands = bands.filter(|bands| bands.total(Measure::Customers, 0) > 0);
    let asked = filters.clone();
    let bands = bands.map(move |history| view! { <BandsSection history asked today=day.today /> });
    let notices = view! { <Notices portfolio=portfolio.clone() asked=filters.clone() /> };
    let summary = view! { <Summary portfolio asked=filters /> };
    view! {
        <DayBar day query=query.clone() heading>{notices}</DayBar>
        <div class="home__top">
            {today.filter(|_| is_today).map(|today| view! { <TodaySection today query /> })}
            {bands}
        </div>
        {summary}
    }
    .into_any()
}

fn has_no_customers(portfolio: &Portfolio, asked: &CustomerQuery) -> bool {
    !asked.is_filtered() && !asked.archived && portfolio.all.customers == 0 && portfolio.archived == 0
}
