//! The dashboard: shell, routes, pages, components. It reaches the server only through `server_fns`.

mod away;
pub mod components;
mod form_fields;
pub mod format;
pub mod forms;
mod frame;
mod keys;
pub mod live;
pub mod pages;
mod scroll;
mod search;
mod sending;
pub mod server_fns;
pub mod shell;
pub mod state;
pub mod theme;
#[cfg(feature = "hydrate")]
pub mod typed;
pub mod what_if;

pub use away::until_answered;

use frame::Frame;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::SsrMode::Async;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{ParamSegment as Id, StaticSegment as At};
use pages::{DashboardPage, NotFound, lazy};

/// The product's name, as it stands in the frame and in titles.
pub const PRODUCT: &str = "Customer Health";

/// Shows the whole app: context, frame, and one page per route.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    state::provide_state();
    view! {
        <Title formatter=|title: String| if title.is_empty() { PRODUCT.to_owned() } else { format!("{title} · {PRODUCT}") } />
            <Router>
                <Frame>
                    <FlatRoutes fallback=NotFound>
                        <Route path=At("") view=DashboardPage ssr=Async />
                        <Route path=At("today") view=lazy::Today ssr=Async />
                        <Route path=At("month") view=lazy::Month ssr=Async />
                        <Route path=(At("customers"), At("new")) view=lazy::NewCustomer ssr=Async />
                        <Route path=(At("customers"), At("chosen")) view=lazy::Chosen ssr=Async />
                        <Route path=(At("customers"), Id("id")) view=lazy::Customer ssr=Async />
                        <Route path=(At("customers"), Id("id"), At("edit")) view=lazy::EditCustomer ssr=Async />
                        <Route path=(At("customers"), Id("id"), At("events"), At("new")) view=lazy::LogEvent ssr=Async />
                        <Route path=(At("events"), At("new")) view=lazy::PickCustomer ssr=Async />
                        <Route path=At("scorecard") view=lazy::Scorecard ssr=Async />
                        <Route path=At("backtest") view=lazy::Backtest ssr=Async />
                        <Route path=At("import") view=lazy::Imports ssr=Async />
                        <Route path=(At("import"), Id("id")) view=lazy::Import ssr=Async />
                        <Route path=At("quarantine") view=lazy::Quarantine ssr=Async />
                        <Route path=At("help") view=lazy::Help ssr=Async />
                    </FlatRoutes>
                </Frame>
            </Router>
    }
}
