//! Thaw's stylesheets for the head of every page. Thaw collects them only while it renders synchronously, which our pages do
//! not. So one of each used component is rendered once, and its style blocks are cut out.

use crate::wire::PageStyles;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use std::sync::{Arc, LazyLock};
use thaw::ssr::SSRMountStyleProvider;
use thaw::{Button, ConfigProvider, MessageBar, MessageBarBody, Spinner};

/// Returns the style blocks. The browser finds them by id and adds none of its own.
pub fn page_styles() -> PageStyles {
    static STYLES: LazyLock<PageStyles> = LazyLock::new(|| PageStyles(Arc::new(style_blocks(&render_samples()))));
    STYLES.clone()
}

/// Renders one of each component. A component missing here is unstyled until the browser has hydrated the page.
fn render_samples() -> String {
    let owner = Owner::new();
    let html = owner.with(|| {
        provide_meta_context();
        view! {
            <SSRMountStyleProvider>
                <head></head>
                <ConfigProvider theme_id="app">
                    <Button>"x"</Button>
                    <Spinner />
                    <MessageBar>
                        <MessageBarBody>"x"</MessageBarBody>
                    </MessageBar>
                </ConfigProvider>
            </SSRMountStyleProvider>
        }
        .to_html()
    });
    owner.cleanup();
    html
}

/// Finds `<style id="ID">CSS</style>` in a text. Returns (ID, CSS), sorted by id.
fn style_blocks(html: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<_> = html
        .split("<style id=\"")
        .skip(1)
        .filter_map(|rest| {
            let (id, rest) = rest.split_once("\">")?;
            let (css, _) = rest.split_once("</style>")?;
            Some((id.to_owned(), css.to_owned()))
        })
        .collect();
    blocks.sort();
    blocks
}

#[cfg(test)]
mod tests {
    use super::page_styles;

    #[test]
    fn every_thaw_component_in_use_has_its_styles_in_the_head() {
        let ids: Vec<_> = page_styles().0.iter().map(|(id, _)| id.clone()).collect();
        for component in ["app", "button", "config-provider", "message-bar", "spinner"] {
            assert!(ids.contains(&format!("thaw-id-{component}")), "{component} is missing in {ids:?}");
        }
    }
}
