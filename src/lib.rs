//! Customer Health: who is healthy, who is at risk, and exactly why.
//!
//! | module      | runs in | what it is                                               |
//! |-------------|---------|----------------------------------------------------------|
//! | [`domain`]  | both    | the product's words as types                             |
//! | [`scoring`] | both    | pure: (facts, scorecard, day) -> health                  |
//! | [`wire`]    | both    | what crosses between server and browser                  |
//! | [`app`]     | both    | the dashboard: routes, pages, components, server functions |
//! | `server`    | server  | everything that must never reach the browser             |
//! | `site`      | server  | the router that puts app and server together; assets     |
//! | `cli`       | server  | the command line, settings, logging                      |

// The binary and the benchmarks are compiled as modules of the tests, and name this crate as they do outside it.
#[cfg(all(test, feature = "ssr"))]
extern crate self as customer_health;

pub mod app;
#[cfg(feature = "ssr")]
pub mod cli;
pub mod domain;
pub mod scoring;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod site;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod wire;

/// Hydrates the server-rendered page. The page calls it once the WebAssembly module is loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    // The page's own part comes first, so that nothing is typed into a page that is hydrated half.
    app::pages::lazy::preload(&leptos::prelude::window().location().pathname().unwrap_or_default()).await;
    app::typed::keep(|| leptos::mount::hydrate_lazy(app::App));
}
