//! Pages whose code comes when one of them is first visited, so that the first page need not wait for it. Each group is one
//! part of the WebAssembly module: a group too few makes a visit heavy, one too many makes more files of what groups share.

// The macro that marks where the module is cut writes the unsafe calls between its parts.
#![allow(unsafe_code)]

use super::backtest::BacktestPage;
use super::chosen::ChosenPage;
use super::customer::CustomerPage;
use super::edit_customer::EditCustomerPage;
use super::help::HelpPage;
use super::import::{ImportPage, ImportsPage};
use super::log_event::{LogEventPage, PickCustomerPage};
use super::month::MonthPage;
use super::new_customer::NewCustomerPage;
use super::quarantine::QuarantinePage;
use super::scorecard::ScorecardPage;
use super::today::TodayPage;
use leptos::lazy;
use leptos::prelude::*;
use leptos_router::ChooseView;

/// Makes a route of each page, whose code is in the part with the group's name.
macro_rules! lazy_pages {
    ($($group:ident { $($route:ident, $load:ident => $page:expr;)* })*) => {$($(
        #[derive(Clone)]
        pub struct $route;

        #[lazy($group)]
        fn $load() -> AnyView {
            $page.into_any()
        }

        impl ChooseView for $route {
            async fn choose(self) -> AnyView {
                $load().await
            }

            async fn preload(&self) {}
        }
    )*)*};
}

lazy_pages! {
    customer {
        Customer, customer => view! { <CustomerPage /> };
    }
    today {
        Today, today => view! { <TodayPage /> };
    }
    month {
        Month, month => view! { <MonthPage /> };
    }
    backtest {
        Backtest, backtest => view! { <BacktestPage /> };
    }
    forms {
        NewCustomer, new_customer => view! { <NewCustomerPage /> };
        EditCustomer, edit_customer => view! { <EditCustomerPage /> };
        Chosen, chosen => view! { <ChosenPage /> };
        LogEvent, log_event => view! { <LogEventPage /> };
        PickCustomer, pick_customer => view! { <PickCustomerPage /> };
    }
    office {
        Scorecard, scorecard => view! { <ScorecardPage /> };
        Imports, imports => view! { <ImportsPage /> };
        Import, import => view! { <ImportPage /> };
        Quarantine, quarantine => view! { <QuarantinePage /> };
        Help, help => view! { <HelpPage /> };
    }
}

/// Loads the parts with the code of the page at a path, and of a toast that came with it.
#[cfg(feature = "hydrate")]
pub async fn preload(path: &str) {
    if let Ok(Some(_)) = document().query_selector(".toast") {
        crate::app::components::toast::__preload_toast().await;
    }
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        [""] => {}
        ["today"] => __preload_today().await,
        ["month"] => __preload_month().await,
        ["backtest"] => __preload_backtest().await,
        ["customers", "new" | "chosen"] | ["customers", _, "edit"] | ["events", "new"] | ["customers", _, "events", "new"] => {
            __preload_new_customer().await
        }
        ["customers", _] => __preload_customer().await,
        ["scorecard" | "import" | "quarantine" | "help", ..] => __preload_scorecard().await,
        _ => {}
    }
}
