//! The HTML document around every page.

use super::App;
use crate::wire::{PageAssets, PageStart};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// The document: head, the app, the script that hydrates it. The page is complete without it, so it waits
/// until the page has been painted.
pub fn shell(_options: LeptosOptions, assets: PageAssets) -> impl IntoView {
    let theme = use_context::<PageStart>().unwrap_or_default().preferences.theme;
    let nonce = use_nonce();
    let PageAssets { script, wasm, stylesheet, typeface, .. } = assets;
    let start = format!(
        "requestAnimationFrame(()=>setTimeout(()=>import({script:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()))))"
    );
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content="Customer health scores that can be explained down to the event." />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link as="font" rel="preload" type="font/woff2" crossorigin="anonymous" href=typeface />
                <link rel="stylesheet" href=stylesheet />
                <script type="module" nonce=nonce.clone() inner_html=start />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
