//! The head of the report: which period it is about, and the choice of another one, or of fewer customers.

use super::{parse, query_of};
use crate::app::components::SegmentSelect;
use crate::app::components::icon::{Icon, IconName};
use crate::app::server_fns::{list_owners, list_segments};
use crate::app::until_answered;
use crate::domain::calendar::{CalendarPeriod, Length};
use crate::domain::list::OwnerFilter;
use crate::domain::{Month, MonthQuery};
use leptos::html::Form;
use leptos::prelude::*;
use leptos::web_sys::FormData;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Shows the period's name with its neighbours, and the form. A change applies at once when the page is hydrated.
#[component]
pub fn Choose(month: Month) -> impl IntoView {
    let query = query_of(&month);
    let period = month.period.period;
    let step = |to: CalendarPeriod, name: IconName, words: &str| {
        let href = MonthQuery { period: Some(to), ..query.clone() }.href("/month");
        view! { <a class="month__step" href=href aria-label=format!("{words}: {}", to.label()) data-noscroll="true"><Icon name /></a> }
    };
    let earlier = (period.previous().last() >= month.known_from)
        .then(|| step(period.previous(), IconName::Left, &format!("{} before", period.length().noun())));
    let later = (period.next().first() <= month.today)
        .then(|| step(period.next(), IconName::Right, &format!("{} after", period.length().noun())));
    let of_whom = of_whom(&query);
    view! {
        <div class="page-head">
            <div class="month__title">
                <h1>{period.label()}</h1>
                <span class="month__steps no-print">{earlier} {later}</span>
                {of_whom.map(|words| view! { <span class="page-head__note">{words}</span> })}
            </div>
            <ChooseForm query=query.clone() choices=choices(&month) />
        </div>
    }
}

/// Says whose customers these are, where a filter narrows them.
fn of_whom(query: &MonthQuery) -> Option<String> {
    let owner = query.owner.as_ref().map(|owner| match owner {
        OwnerFilter::Named(name) => format!("customers of {name}"),
        OwnerFilter::Nobody => "customers without an owner".to_owned(),
    });
    let told: Vec<_> = query.segment.map(|segment| segment.label().to_owned()).into_iter().chain(owner).collect();
    (!told.is_empty()).then(|| format!("Only {}", told.join(", ")))
}

/// Returns the months and the quarters to choose from, latest first: those of which days are known, and the one shown.
fn choices(month: &Month) -> [Vec<CalendarPeriod>; 2] {
    [Length::Month, Length::Quarter].map(|length| {
        let latest = CalendarPeriod::of(month.today, length);
        let mut periods: Vec<_> = std::iter::successors(Some(latest), |period| Some(period.previous()))
            .take_while(|period| period.last() >= month.known_from)
            .collect();
        let shown = month.period.period;
        if shown.length() == length && !periods.contains(&shown) {
            periods.push(shown);
        }
        periods
    })
}

#[component]
fn ChooseForm(query: MonthQuery, choices: [Vec<CalendarPeriod>; 2]) -> impl IntoView {
    let (form, navigate) = (NodeRef::<Form>::new(), use_navigate());
    let apply = move |_| {
        let Some(data) = form.get().and_then(|form| FormData::new_with_form(&form).ok()) else { return };
        let pairs = ["period", "segment", "owner"].map(|name| (name, data.get(name).as_string().unwrap_or_default()));
        let search = serde_urlencoded::to_string(pairs).unwrap_or_default();
        navigate(&parse(&search).href("/month"), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    let period = query.period;
    let [months, quarters] = choices.map(|periods| {
        let option = |choice: CalendarPeriod| view! { <option value=choice.name() selected=period == Some(choice)>{choice.label()}</option> };
        periods.into_iter().map(option).collect_view()
    });
    let (owner, segment) = (query.owner, query.segment);
    let owners = Resource::new(|| (), |()| until_answered(list_owners));
    let segments = Resource::new(|| (), |()| until_answered(list_segments));
    view! {
        <form class="filters month__form no-print" method="get" action="/month" autocomplete="off" node_ref=form on:change=apply>
            <select name="period" aria-label="Month or quarter">
                <optgroup label="Months">{months}</optgroup>
                <optgroup label="Quarters">{quarters}</optgroup>
            </select>
            <Transition>
                {move || Suspend::new(async move {
                        view! { <SegmentSelect chosen=segment segments=segments.await.unwrap_or_default() /> }
                    })}
            </Transition>
            <Transition>
                {move || {
                    let owner = owner.clone();
                    Suspend::new(async move { owner_select(owner, owners.await.unwrap_or_default()) })
                }}
            </Transition>
            <button type="submit" class="filters__apply">"Apply"</button>
        </form>
    }
}

fn owner_select(chosen: Option<OwnerFilter>, mut owners: Vec<String>) -> impl IntoView {
    if let Some(OwnerFilter::Named(asked)) = &chosen
        && !owners.contains(asked)
    {
        owners.push(asked.clone());
    }
    let named = owners.into_iter().map(|name| (OwnerFilter::Named(name.clone()), name));
    let options = std::iter::once((OwnerFilter::Nobody, "No owner".to_owned())).chain(named).map(|(owner, label)| {
        let selected = chosen.as_ref() == Some(&owner);
        view! { <option value=String::from(owner) selected=selected>{label}</option> }
    });
    view! {
        <select name="owner" aria-label="Owner">
            <option value="">"Any owner"</option>
            {options.collect_view()}
        </select>
    }
}
