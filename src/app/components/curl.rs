//! A command that posts to the REST API of this very server.

use leptos::prelude::*;

/// The server's default address. The browser replaces it by the real one.
const DEFAULT_ORIGIN: &str = "http://127.0.0.1:3000";

/// Shows the command. `path` begins with a slash; `body` is JSON without single quotes; `label` describes the command.
#[component]
pub fn CurlCommand(#[prop(into)] path: String, body: &'static str, label: &'static str) -> impl IntoView {
    let origin = RwSignal::new(DEFAULT_ORIGIN.to_owned());
    Effect::new(move |_| origin.set(window().location().origin().unwrap_or_else(|_| DEFAULT_ORIGIN.to_owned())));
    let command =
        move || format!("curl -X POST {}{path} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'", origin.read());
    view! { <pre tabindex="0" role="region" aria-label=label><code>{command}</code></pre> }
}
