//! Reading of a page that the server writes.

use super::CONTENT;
use crate::wire::AppError;
use futures::channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlTemplateElement, Response};

/// The part of a page that is shown.
pub struct Written {
    pub content: Element,
    pub title: String,
}

/// Reads the page at an address. Refusals of the address are content, too; failures of the server are errors.
pub fn read(address: String) -> impl Future<Output = Result<Text, AppError>> + Send + 'static {
    let (answer, answered) = oneshot::channel();
    spawn_local(async move {
        let _ = answer.send(fetch(&address).await);
    });
    async move { answered.await.unwrap_or(Err(AppError::Unreachable)) }
}

/// A page's HTML.
pub struct Text(String);

async fn fetch(address: &str) -> Result<Text, AppError> {
    let away = |_| AppError::Unreachable;
    let response: Response = JsFuture::from(window().fetch_with_str(address)).await.map_err(away)?.unchecked_into();
    match response.status() {
        503 => Err(AppError::Unavailable),
        500.. => Err(AppError::Internal),
        _ => {
            let text = JsFuture::from(response.text().map_err(away)?).await.map_err(away)?;
            Ok(Text(text.as_string().unwrap_or_default()))
        }
    }
}

impl Text {
    /// Finds the content; none in a page that is not the portfolio.
    pub fn parse(&self) -> Option<Written> {
        let template: HtmlTemplateElement = document().create_element("template").ok()?.unchecked_into();
        template.set_inner_html(&self.0);
        let page = template.content();
        let title = page.query_selector("title").ok().flatten().and_then(|title| title.text_content());
        let content = page.query_selector(&format!("#{CONTENT}")).ok()??;
        Some(Written { content, title: title.unwrap_or_default() })
    }
}
