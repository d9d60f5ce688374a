//! A value from the server: a skeleton until it is there, and an error if it does not come. While a newer value loads, the
//! old one stays.

use super::{Alert, Skeleton};
use crate::wire::AppError;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;

/// Shows a resource through `view`, which runs again with each new value.
#[component]
pub fn Loaded<T, View, ViewFn>(
    resource: Resource<Result<T, AppError>>,
    view: ViewFn,
    /// The number of lines of the skeleton.
    #[prop(default = 4)]
    lines: usize,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    View: IntoView + Send + 'static,
    ViewFn: Fn(T) -> View + Clone + Send + Sync + 'static,
{
    view! {
        <Transition fallback=move || view! { <Skeleton lines /> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => Either::Left(view(value)),
                        Err(error) => Either::Right(view! { <Failure error /> }),
                    }
                })
            }}
        </Transition>
    }
}

/// Shows an error, and what to do about it.
#[component]
pub fn Failure(error: AppError) -> impl IntoView {
    let advice = match &error {
        AppError::NotFound(_) => "It may have been deleted, or the link is mistyped. The portfolio lists what there is.",
        AppError::Unavailable | AppError::Unreachable | AppError::Overloaded(_) => "Reload the page in a moment.",
        AppError::Invalid(_) | AppError::BadRequest(_) => "Correct the address, or start again from the portfolio.",
        _ => "Reload the page; if it stays, tell the operator of this server.",
    };
    let fields = match &error {
        AppError::Invalid(errors) => errors.0.iter().map(|error| format!(" {} {}.", error.field, error.message)).collect(),
        _ => String::new(),
    };
    let (heading, text) = (error.title(), error.to_string());
    let title = matches!(error, AppError::NotFound(_)).then(|| view! { <Title text="Not found" /> });
    view! {
        {title}
        <Alert>
            <b>{heading}</b>
            " "
            {text}
            {fields}
            " "
            {advice}
            " "
            <a href="/">"Go to the portfolio"</a>
        </Alert>
    }
}
