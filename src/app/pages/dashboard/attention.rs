//! Customers to look at: changes of this week, and renewals in danger.

use super::links::{Links, customer_href};
use crate::app::components::{BandIcon, ChangeFigure, renewal_words};
use crate::app::format;
use crate::domain::list::ChangeFilter;
use crate::domain::portfolio::{Mention, Mentions, Movers};
use crate::domain::{AskedDay, MainCause, NaiveDate};
use leptos::prelude::*;

/// The most customers that a figure names.
const NAMED: usize = 2;

/// Shows new churn risks and the biggest moves of the last seven days.
#[component]
pub fn ThisWeek(movers7: Movers, movers30: Movers, new_churn_risks: Mentions, currency: String, links: Links) -> impl IntoView {
    let change = |mention: &Mention| {
        let cause = main_cause(mention);
        view! { {cause} <ChangeFigure change=mention.change band=mention.band /> }.into_any()
    };
    let score = |mention: &Mention| mention.score.map(|score| score.to_string()).into_any();
    let month =
        [(movers30.down.tally.customers, ChangeFilter::Down30, "down"), (movers30.up.tally.customers, ChangeFilter::Up30, "up")];
    let month = month.map(|(customers, filter, word)| {
        view! { <a href=links.change(filter)>{format!("{} {word}", format::group(customers))}</a> }
    });
    let [month_down, month_up] = month;
    view! {
        <div class="panel summary__panel">
            <h2 class="summary__title">"What changed this week"</h2>
            <Figure
                label="New churn risks"
                mentions=new_churn_risks
                href=links.change(ChangeFilter::NewChurnRisk)
                at=links.at
                currency=currency.clone()
                detail=score
            />
            <Figure
                label="Down 2.0 or more"
                mentions=movers7.down
                href=links.change(ChangeFilter::Down7)
                at=links.at
                currency=currency.clone()
                detail=change
            />
            <Figure
                label="Up 2.0 or more"
                mentions=movers7.up
                href=links.change(ChangeFilter::Up7)
                at=links.at
                currency
                detail=change
                named=1
            />
            <p class="summary__note">"In 30 days: " {month_down} ", " {month_up}</p>
        </div>
    }
}

/// Names the factor that explains most of a change, with its facts on hover.
fn main_cause(mention: &Mention) -> Option<impl IntoView + use<>> {
    mention.cause.clone().map(|MainCause { factor, change, sentence }| {
        let title = format!("{} {}: {sentence}", factor.label(), format::signed(change));
        view! { <span class="mention__cause" title=title>{factor.short_label()}</span> }
    })
}

/// Shows near renewals of customers that are not healthy, and renewal dates that have passed.
#[component]
pub fn Renewals(at_risk: Mentions, overdue: Mentions, today: NaiveDate, currency: String, links: Links) -> impl IntoView {
    let due = move |mention: &Mention| mention.renewal_date.map(|date| renewal_words(date, today)).into_any();
    view! {
        <div class="panel summary__panel">
            <h2 class="summary__title">"Renewals"</h2>
            <Figure
                label="Next 90 days, not healthy"
                mentions=at_risk
                href=links.renewals_at_risk()
                at=links.at
                currency=currency.clone()
                detail=due
                named=4
            />
            <Figure label="Overdue" mentions=overdue href=links.renewals_overdue() at=links.at currency detail=due />
        </div>
    }
}

/// Shows a number of customers, their ARR, and the names of the first few.
#[component]
fn Figure<F: Fn(&Mention) -> AnyView>(
    label: &'static str,
    mentions: Mentions,
    href: String,
    at: AskedDay,
    currency: String,
    detail: F,
    #[prop(default = NAMED)] named: usize,
) -> impl IntoView {
    let Mentions { tally, items } = mentions;
    let arr = (tally.arr_cents > 0).then(|| {
        view! { <span class="figure__arr">{format!("{} ARR", format::money_short(tally.arr_cents, &currency))}</span> }
    });
    let items = items.iter().take(named).map(|mention| {
        let detail = detail(mention);
        let Mention { id, name, band, .. } = mention.clone();
        view! {
            <li>
                <BandIcon band />
                <a class="mention__name" href=customer_href(id, at)>
                    {name}
                </a>
                <span class="mention__detail">{detail}</span>
            </li>
        }
    });
    let items = items.collect::<Vec<_>>();
    view! {
        <div class="figure" data-none=tally.customers == 0>
            <a class="figure__link" href=href>
                <span class="figure__count">{format::group(tally.customers)}</span>
                <span class="figure__label">{label}</span>
                {arr}
            </a>
            {(!items.is_empty()).then(|| view! { <ul class="mentions">{items}</ul> })}
        </div>
    }
}
