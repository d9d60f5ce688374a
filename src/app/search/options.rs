//! The options that the search offers, in groups. One of them is chosen.

use super::choices::{Choice, option_id};
use super::entries::Goal;
use super::finder::Finder;
use crate::app::components::BandBadge;
use crate::app::components::icon::{Icon, IconName};
use crate::app::format;
use crate::domain::CustomerQuery;
use crate::wire::pages::FoundCustomer;
use leptos::prelude::*;

/// Shows the choices, in groups.
#[component]
pub fn Options(finder: Finder) -> impl IntoView {
    let groups = move || {
        let choices: Vec<_> = finder.choices.get().into_iter().enumerate().collect();
        let groups = choices.chunk_by(|(_, one), (_, next)| one.group() == next.group());
        groups.map(|group| group_view(finder, group)).collect_view()
    };
    view! {
        <div class="find__options" role="listbox" id="find-options" aria-label="Found" on:click=move |_| finder.close()>
            {groups}
        </div>
    }
}

fn group_view(finder: Finder, group: &[(usize, Choice)]) -> impl IntoView + use<> {
    let name = group.first().map(|(_, choice)| choice.group()).unwrap_or_default();
    let options = group.iter().cloned().map(|(place, choice)| option(finder, place, choice)).collect_view();
    view! {
        <div class="find__group" role="group" aria-label=name>
            <div class="find__title" aria-hidden="true">{name}</div>
            {options}
        </div>
    }
}

/// Shows a choice as a link where it leads somewhere, so that it opens in a new tab as links do, else as a button.
fn option(finder: Finder, place: usize, choice: Choice) -> impl IntoView {
    let selected = move || (finder.chosen.get() == Some(place)).to_string();
    let choose = move |_| finder.choose(place);
    let link = move |href: String, external: bool, content: AnyView| {
        view! {
            <a
                class="find__option"
                role="option"
                tabindex="-1"
                id=option_id(place)
                aria-selected=selected
                href=href
                rel=external.then_some("external")
                on:mousemove=choose
            >
                {content}
            </a>
        }
        .into_any()
    };
    let goal = match choice {
        Choice::Customer(customer) => return link(format!("/customers/{}", customer.id), false, customer_view(customer)),
        Choice::List { text, total } => {
            let query = CustomerQuery { search: Some(text), ..CustomerQuery::default() };
            let words = format!("All {} in the list", format::count(total, "customer"));
            return link(format!("/{}#customers", query.to_query_string()), false, plain(IconName::Search, words));
        }
        Choice::Entry(entry) => entry,
    };
    let content = plain(goal.icon, goal.label.to_owned());
    match goal.goal {
        Goal::Page(href) => link(href.to_owned(), false, content),
        Goal::External(href) => link(href.to_owned(), true, content),
        other => view! {
            <button
                type="button"
                class="find__option"
                role="option"
                tabindex="-1"
                id=option_id(place)
                aria-selected=selected
                on:mousemove=choose
                on:click=move |_| finder.act(other)
            >
                {content}
            </button>
        }
        .into_any(),
    }
}

fn plain(icon: IconName, words: String) -> AnyView {
    view! {
        <Icon name=icon />
        <span class="find__name">{words}</span>
    }
    .into_any()
}

fn customer_view(FoundCustomer { name, external_id, segment, score, band, .. }: FoundCustomer) -> AnyView {
    view! {
        <span class="find__name">{name}</span>
        <span class="find__note">{external_id}</span>
        <span class="find__note">{segment.to_string()}</span>
        <BandBadge band score />
    }
    .into_any()
}
