//! One customer in the list.

use super::words::{Urgency, renewal_words};
use crate::app::components::icon::{Icon, IconName};
use crate::app::components::{BandBadge, ChangeFigure, DayAgo, FactorStrip, Money, ScoreFigure, Sparkline};
use crate::app::format;
use crate::domain::{CustomerRow, NaiveDate};
use leptos::prelude::*;

/// A row of cells in the order of the header; `today` is the list's as-of day.
pub fn row(row: CustomerRow, today: NaiveDate, currency: &str) -> impl IntoView + use<> {
    let CustomerRow { customer, health, band_since, change30, trend, last_activity_at, weakest, is_new, .. } = row;
    let href = format!("/customers/{}", customer.id);
    let band = health.band;
    let fields = customer.fields;
    let archived = customer.archived.map(|archive| format!("{}, {}", archive.reason.label(), format::day(archive.date)));
    let last_day = last_activity_at.map(|time| time.date_naive());
    view! {
        <tr>
            <th scope="row" class="col-name">
                <a class="row-link" href=href>
                    {fields.name}
                </a>
                {is_new.then(|| view! { <span class="tag" title="Started less than 30 days ago">"New"</span> })}
                <span class="row__second">
                    {fields.segment.label()} {archived.map(|text| view! { <span class="tag">{text}</span> })}
                </span>
            </th>
            <td class="col-owner">{fields.owner.unwrap_or_else(|| "–".to_owned())}</td>
            <td class="col-arr">
                <Money cents=fields.arr_cents currency short=true />
            </td>
            <td class="col-renewal">{renewal(fields.renewal_date, today)}</td>
            <td class="col-score">
                <div class="row__score">
                    <ScoreFigure score=health.score band />
                    <BandBadge band />
                    <span class="row__second">"since " {format::day(band_since)}</span>
                </div>
            </td>
            <td class="col-factors" colspan="5">
                <FactorStrip factors=health.factors id=format!("factors-{}", customer.id) />
            </td>
            <td class="col-step">
                {weakest
                    .map(|weakest| {
                        view! {
                            <span class="row__weakest">{weakest.factor.label()}</span>
                            <span class="row__second">{weakest.next_step}</span>
                        }
                    })}
            </td>
            <td class="col-change">
                <ChangeFigure change=change30 band />
            </td>
            <td class="col-trend">
                <Sparkline points=trend label="Score over 90 days" />
            </td>
            <td class="col-activity">
                {match last_day {
                    Some(day) => view! { <DayAgo day today /> }.into_any(),
                    None => view! { <span class="muted">"never"</span> }.into_any(),
                }}
            </td>
        </tr>
    }
}

fn renewal(date: Option<NaiveDate>, today: NaiveDate) -> AnyView {
    let Some(date) = date else { return view! { <span class="muted">"–"</span> }.into_any() };
    let words = renewal_words(date, today);
    let icon = match words.urgency {
        Urgency::Overdue => Some(IconName::ChurnRisk),
        Urgency::Soon => Some(IconName::Clock),
        Urgency::Later => None,
    };
    view! {
        <time class="renewal" datetime=date.to_string() data-urgency=words.urgency.name()>
            {icon.map(|name| view! { <Icon name /> })} {words.text}
        </time>
        <span class="row__second">{format::day(date)}</span>
    }
    .into_any()
}
