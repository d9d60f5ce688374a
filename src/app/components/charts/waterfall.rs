//! The sum of the contributions: a table whose last column draws each step up to the score.

use crate::app::components::band_attribute;
use crate::app::format::signed;
use crate::domain::scorecard::BandLimits;
use crate::domain::{FactorKey, Health, Points};
use leptos::prelude::*;

/// A factor's step, which begins where the one above it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    factor: FactorKey,
    start: Points,
    points: Points,
    /// The points that the factor would add at its best.
    possible: Points,
}

fn steps(health: &Health) -> Vec<Step> {
    let mut start = Points::ZERO;
    let step = |(factor, part): (FactorKey, &crate::domain::Factor)| {
        let step = Step { factor, start, points: part.contribution, possible: Points(part.weight.0) };
        start = Points(start.0 + step.points.0);
        step
    };
    health.factors.iter().map(step).collect()
}

/// Shows a score's parts. The table has the numbers; the bars repeat them for the eye. `sum` names the sum.
#[component]
pub fn Waterfall(health: Health, limits: BandLimits, sum: &'static str) -> impl IntoView {
    let rows = steps(&health)
        .into_iter()
        .map(|step| {
            let factor = health.factors.get(step.factor)?;
            Some(view! {
                <tr data-assumed=(!factor.measured).to_string()>
                    <th scope="row">
                        {factor.label.clone()}
                        {(!factor.measured).then(|| view! { <span class="assumed-mark">"assumed"</span> })}
                    </th>
                    <td class="numeric">{factor.score.to_string()}</td>
                    <td class="numeric">{factor.weight.to_string()}</td>
                    <td class="numeric"><b>{signed(step.points)}</b></td>
                    <td class="waterfall__cell">
                        <svg class="waterfall__bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                            <Limits limits=limits.clone() />
                            <rect class="waterfall__possible" x=step.start.0 y="0" width=step.possible.0 height="10" />
                            <rect class="waterfall__points" x=step.start.0 y="0" width=step.points.0 height="10" />
                        </svg>
                    </td>
                </tr>
            })
        })
        .collect_view();
    view! {
        <div class="waterfall-box"><table class="waterfall">
            <caption class="sr-only">"How the score is put together: score times weight gives points, and the points add up"</caption>
            <thead>
                <tr>
                    <th scope="col">"Factor"</th>
                    <th scope="col" class="numeric">"Score"</th>
                    <th scope="col" class="numeric">"Weight"</th>
                    <th scope="col" class="numeric">"Points"</th>
                    <th scope="col" class="waterfall__cell"><span class="sr-only">"As a bar"</span><ScaleEnds limits=limits.clone() /></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
            <tfoot>
                <tr>
                    <th scope="row">{sum}</th>
                    <td></td>
                    <td class="numeric">"100 %"</td>
                    <td class="numeric"><b>{health.score.to_string()}</b></td>
                    <td class="waterfall__cell">
                        <svg class="waterfall__bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                            <Limits limits=limits.clone() />
                            <rect class="waterfall__total" data-band=band_attribute(health.band) x="0" y="0" width=health.score.0 height="10" />
                        </svg>
                    </td>
                </tr>
            </tfoot>
        </table></div>
    }
}

/// Draws hairlines where bands begin.
#[component]
fn Limits(limits: BandLimits) -> impl IntoView {
    [limits.at_risk, limits.healthy].map(|limit| {
        view! { <line class="waterfall__limit" x1=limit.0 x2=limit.0 y1="0" y2="10" /> }
    })
}

/// Shows the numbers of the axis above the bars.
#[component]
fn ScaleEnds(limits: BandLimits) -> impl IntoView {
    let mark = |score: Points| view! { <span style=format!("--score: {score}")>{score.short()}</span> };
    view! {
        <span class="waterfall__scale" aria-hidden="true">
            {[Points::ZERO, limits.at_risk, limits.healthy, Points::MAX].map(mark)}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CustomerId, NaiveDate, Scorecard};
    use crate::scoring::score;
    use crate::scoring::tests::Five;

    #[test]
    fn each_step_begins_where_the_one_before_ended_and_the_last_ends_at_the_score() {
        let measured =
            Five { logins: 7, features: 3, tickets: 4, api_calls: 10, api_calls_before: 7, ..Five::default() }.measured();
        let health = score(CustomerId(1), &measured, &Scorecard::default(), NaiveDate::default());
        let steps = steps(&health);
        let mut end = Points::ZERO;
        for step in &steps {
            assert_eq!(step.start, end, "{:?}", step.factor);
            end = Points(step.start.0 + step.points.0);
        }
        assert_eq!(end, health.score);
    }
}
