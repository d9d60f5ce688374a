//! Thaw's stylesheets for the head of every page. Thaw can only collect them while it renders synchronously, and
//! our pages do not; so one of each component in use is rendered once, and its style blocks are cut out.

use crate::wire::PageStyles;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use std::sync::{Arc, LazyLock};
use thaw::ssr::SSRMountStyleProvider;
use thaw::{Button, ConfigProvider, MessageBar, MessageBarBody, Spinner};

/// The style blocks; the browser finds them by id and adds none of its own.
pub fn page_styles() -> PageStyles {
    static STYLES: LazyLock<PageStyles> = LazyLock::new(|| PageStyles(Arc::new(style_blocks(&render_samples()))));
    STYLES.clone()
}

/// A component that is missing here is unstyled until the browser has hydrated the page.
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

/// `<style id="ID">CSS</style>` in a text, as (ID, CSS) in order of the ids.
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
