//! The page that people see in place of a problem. It needs no app, database or other file, since those may be what failed
//! or what the visitor may not have.

use super::is_api;
use crate::server::browser::page::theme;
use crate::server::guard::problem_page_policy;
use crate::wire::{AppError, ThemeChoice};
use axum::extract::Request;
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = concat!(include_str!("../../style/tokens.css"), include_str!("../../style/problem.css"));

/// Shows a refusal to people as a page. Programs get the answer that they asked for.
pub async fn show_problem_as_page(request: Request, next: Next) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/html") || is_api(request.uri()) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let response = next.run(Request::from_parts(head.clone(), body)).await;
    let Some(error) = response.extensions().get::<AppError>().cloned() else { return response };
    let nonce = format!("{:032x}", rand::random::<u128>());
    let html = Html(problem_page(&error, &way_on(&error, &head.method, &head.uri), theme(&head), &nonce));
    let (mut head, _) = response.into_parts();
    head.headers.remove(header::CONTENT_TYPE);
    head.headers.remove(header::CONTENT_LENGTH);
    if let Ok(policy) = HeaderValue::from_str(&problem_page_policy(&nonce)) {
        head.headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    (head, html).into_response()
}

/// Returns the next thing a visitor can do about the error, as HTML.
fn way_on(error: &AppError, method: &Method, uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let again = |words: &str| format!("<a href=\"{}\">{words}</a>", escape(path));
    match error {
        AppError::Unauthorized => format!("<p>{} Any user name will do; the password is the token.</p>", again("Sign in.")),
        AppError::Invalid(errors) => {
            let rules = errors.0.iter().map(|error| format!("<li>{} {}</li>", escape(&error.field), escape(&error.message)));
            format!("<ul>{}</ul>", rules.collect::<String>())
        }
        _ if *method == Method::GET && error.status() >= 429 => format!("<p>{}</p>", again("Try again")),
        _ if *method != Method::GET => {
            "<p>Nothing was changed. Your browser's Back button returns to what you entered.</p>".into()
        }
        _ => String::new(),
    }
}

fn problem_page(error: &AppError, way_on: &str, theme: ThemeChoice, nonce: &str) -> String {
    let theme = theme.attribute().map_or_else(String::new, |theme| format!(" data-theme=\"{theme}\""));
    format!(
        "<!DOCTYPE html><html lang=\"en\"{theme}><head><meta charset=\"utf-8\"><title>{title} - Customer Health</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style nonce=\"{nonce}\">{STYLE}</style></head>\
         <body><header><a href=\"/\">Customer Health</a></header><main><h1>{title}</h1><p>{detail}</p>{way_on}</main>\
         <footer><a href=\"/\">Back to the portfolio</a></footer></body></html>",
        title = error.title(),
        detail = escape(&error.to_string()),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
