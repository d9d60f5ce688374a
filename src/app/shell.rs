//! The HTML document around every page.

use leptos::prelude::*;

/// The URLs of the built assets, content hash included.
#[derive(Clone, Debug)]
pub struct PageAssets {
    pub script: String,
    pub wasm: String,
    pub stylesheet: String,
}

/// The document: head with styles, the app, the script that hydrates it.
pub fn shell(_options: LeptosOptions, _assets: PageAssets) -> impl IntoView {
    view! { <html></html> }
}
