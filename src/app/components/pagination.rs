//! Links to the pages of a list.

use super::icon::{Icon, IconName};
use leptos::prelude::*;

/// Shows the links. `href` returns the address of a page, counted from 1. Nothing is shown for a single page.
#[component]
pub fn Pagination(page: i64, pages: i64, href: impl Fn(i64) -> String + 'static, #[prop(into)] label: String) -> impl IntoView {
    (pages > 1).then(|| {
        let step = |to: i64, icon: IconName, word: &'static str, rel: &'static str| {
            let href = (1..=pages).contains(&to).then(|| href(to));
            view! {
                <a class="pagination__step" href=href.clone() rel=rel aria-disabled=href.is_none().then_some("true")>
                    <Icon name=icon />
                    <span>{word}</span>
                </a>
            }
        };
        view! {
            <nav class="pagination" aria-label=label>
                {step(page - 1, IconName::Left, "Previous", "prev")}
                <span class="pagination__at">"Page " {page} " of " {pages}</span>
                {step(page + 1, IconName::Right, "Next", "next")}
            </nav>
        }
    })
}
