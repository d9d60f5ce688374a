//! The page in place of a customer that cannot be shown, with links onward.

use super::place::Place;
use crate::app::components::icon::IconName;
use crate::app::components::{EmptyState, Failure};
use crate::wire::AppError;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn PageFailure(error: AppError, place: Memo<Place>) -> impl IntoView {
    let default = move || Place { as_of: None, known_at: None, days: None, ..place.get() }.href();
    match error {
        AppError::NotFound(_) => view! {
            <Title text="Not found" />
            <EmptyState icon=IconName::Search title="There is no such customer" level=1>
                <p>"It may have been a demo customer that was deleted, or the link is mistyped."</p>
                <p><a href="/">"Go to the portfolio"</a></p>
            </EmptyState>
        }
        .into_any(),
        AppError::Invalid(errors) => {
            let sentences = errors.0.into_iter().map(|error| {
                let what = match error.field.as_str() {
                    "as_of" => "The day",
                    "known_at" => "The day at whose end knowledge is cut",
                    _ => "The length of the history",
                };
                view! { <p>{what}" "{error.message}"."</p> }
            });
            view! {
                <Title text="Not a day to show" />
                <EmptyState icon=IconName::Search title="This address asks for something that cannot be shown" level=1>
                    {sentences.collect_view()}
                    <p><a href=default>"Show the customer as of today"</a></p>
                </EmptyState>
            }
            .into_any()
        }
        error => view! { <Failure error /> }.into_any(),
    }
}
