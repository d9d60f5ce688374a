//! The AUC of the weights in the form on a past day, which follows them without a request. It is shown only when somebody asks,
//! since whoever sees it while moving weights fits them to these departures.

use super::WhatIf;
use super::shift::Shift;
use crate::app::format::{count, day, group};
use crate::app::server_fns::load_tested_scores;
use crate::app::until_answered;
use crate::domain::backtest::{BacktestProgress, TestedScores, Verdict};
use crate::domain::{MissingPolicy, Rulebook, Scorecard};
use crate::scoring::backtest::auc_of_weights;
use crate::wire::AppError;
use crate::wire::pages::TestedScoresPage;
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use std::time::Duration;

/// The pause between two looks at the progress.
const NEXT_LOOK: Duration = Duration::from_millis(1500);

/// The scores of a past day on their way here.
#[derive(Clone, PartialEq)]
enum Loading {
    /// Nobody has asked for them.
    Waiting,
    Pending(Option<BacktestProgress>),
    Here(Arc<TestedScores>),
    Failed(AppError),
}

/// Returns the scorecard of `rules` at a place, with the one in force that it changes. `None` where none in force has its name and
/// condition, or where that one is for onboarding customers, whose band tells no risk.
fn edited<'a>(rules: &'a Rulebook, place: usize, in_force: &'a Rulebook) -> Option<(&'a Scorecard, &'a Scorecard)> {
    let edited = rules.scorecards().nth(place)?;
    let is_same = |other: &&Scorecard| other.name == edited.name && other.condition == edited.condition && !other.onboarding;
    Some((edited, in_force.scorecards().find(is_same)?))
}

/// Returns whether what counts in a scorecard is measured and scored as another one does it.
fn scores_like(scorecard: &Scorecard, other: &Scorecard) -> bool {
    let mut counting = scorecard.factors.iter().filter(|(_, rule)| rule.weight > 0);
    counting
        .all(|(key, rule)| other.factors.get(key).is_some_and(|other| other.measure == rule.measure && other.scale == rule.scale))
}

/// Offers the figure, and shows it once it is here.
#[component]
pub(super) fn Tested(what_if: WhatIf) -> impl IntoView {
    let name = Memo::new(move |_| {
        let (rules, in_force) = (what_if.rules.get()?, what_if.in_force.read());
        edited(&rules, what_if.edited.get(), &in_force).map(|(_, before)| (before.name.clone(), in_force.version))
    });
    let loading = RwSignal::new(Loading::Waiting);
    let asking = StoredValue::new(None::<AbortHandle>);
    let (owner, looks) = (StoredValue::new(Owner::current()), RwSignal::new(0));
    on_cleanup(move || {
        asking.try_update_value(|asking| asking.take().iter().for_each(AbortHandle::abort));
    });
    let ask = move |scorecard: String| {
        let ask = || until_answered(move || load_tested_scores(String::new(), scorecard.clone()));
        let Some(answer) = owner.with_value(|owner| owner.as_ref().map(|owner| owner.with(ask))) else { return };
        let (answer, abort) = abortable(answer);
        asking.update_value(|asking| asking.replace(abort).iter().for_each(AbortHandle::abort));
        spawn_local(async move {
            let Ok(answer) = answer.await else { return };
            loading.try_set(match answer {
                Ok(TestedScoresPage { scores: Some(scores), .. }) => Loading::Here(Arc::new(scores)),
                Ok(TestedScoresPage { progress, .. }) => Loading::Pending(progress),
                Err(error) => Loading::Failed(error),
            });
        });
    };
    // Another scorecard has other customers.
    Effect::new(move |before: Option<Option<(String, i64)>>| {
        let name = name.get();
        if before.is_some_and(|before| before != name) && *loading.read_untracked() != Loading::Waiting {
            loading.set(Loading::Pending(None));
            looks.update(|looks| *looks += 1);
        }
        name
    });
    Effect::new(move |_| {
        if looks.get() > 0
            && let Some((name, _)) = name.get_untracked()
        {
            ask(name);
        }
    });
    Effect::new(move |_| {
        if matches!(*loading.read(), Loading::Pending(Some(_))) {
            let timer = set_timeout_with_handle(move || looks.update(|looks| *looks += 1), NEXT_LOOK).ok();
            on_cleanup(move || timer.iter().for_each(TimeoutHandle::clear));
        }
    });
    let begin = move |_| {
        loading.set(Loading::Pending(None));
        looks.update(|looks| *looks += 1);
    };
    let shown = move || match loading.get() {
        Loading::Waiting => view! {
            <p>
                <button type="button" class="link-button" on:click=begin>"Test the weights on past departures"</button>
            </p>
        }
        .into_any(),
        Loading::Pending(progress) => {
            let done = progress
                .filter(|progress| progress.customers > 0)
                .map(|progress| format!(" {} of {}", group(progress.customers_done), count(progress.customers, "customer")));
            view! { <p class="muted">"A past day is being scored …" {done}</p> }.into_any()
        }
        Loading::Failed(error) => view! {
            <p>{error.to_string()} " " <button type="button" class="link-button" on:click=begin>"Try again"</button></p>
        }
        .into_any(),
        Loading::Here(scores) => view! { <Figures what_if scores /> }.into_any(),
    };
    move || {
        name.get().map(|_| {
            view! {
                <section class="what-if__tested" aria-labelledby="tested-title">
                    <h3 id="tested-title">"Do the weights tell who leaves?"</h3>
                    {shown}
                </section>
            }
        })
    }
}

/// Shows the figure of the weights in force, and that of the weights in the form.
#[component]
fn Figures(what_if: WhatIf, scores: Arc<TestedScores>) -> impl IntoView {
    let left = scores.left.len() as i64;
    let few = left.min(scores.n as i64 - left);
    let on =
        format!("{} of {} left in the {} days after {}.", group(left), group(scores.n as i64), scores.horizon, day(scores.day));
    let figures = move || {
        let (rules, in_force) = (what_if.rules.get()?, what_if.in_force.read());
        let (edited, before) = edited(&rules, what_if.edited.get(), &in_force)?;
        let auc =
            |rules: &Scorecard, policy: MissingPolicy| auc_of_weights(&scores, &rules.factors.map(|_, rule| rule.weight), policy);
        if few < Verdict::COUNTS_BELOW {
            return Some(view! { <p>"Too few to tell."</p> }.into_any());
        }
        if !scores_like(edited, before) {
            return Some(
                view! { <p>"The figure follows weights only: save other measures and scales, and test them."</p> }.into_any(),
            );
        }
        let before = auc(before, before.missing_policy).map_or_else(|| "–".to_owned(), |auc| auc.value.of_hundred().to_string());
        let Some(after) = auc(edited, edited.missing_policy) else {
            return Some(view! { <p>"All have the same score."</p> }.into_any());
        };
        let interval = format!(" ({} to {})", after.low.of_hundred(), after.high.of_hundred());
        let after = after.value.of_hundred().to_string();
        Some(
            view! {
                <p>
                    "Of 100 pairs of one who left and one who stayed, in the right order: " <Shift before after />
                    <span class="muted">{interval}</span>
                </p>
            }
            .into_any(),
        )
    };
    view! {
        {figures}
        <p class="muted">{on} " Rules made with this in sight are fitted to it: "<a href="/backtest">"test them"</a>" on later departures."</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FactorKey;

    #[test]
    fn weights_are_tested_while_all_else_stays() {
        let in_force = Rulebook::from(Scorecard::default());
        let changed = |change: fn(&mut Scorecard)| {
            let mut rules = in_force.clone();
            rules.scorecards_mut().for_each(change);
            edited(&rules, 0, &in_force).map(|(edited, before)| scores_like(edited, before))
        };
        let logins = |scorecard: &mut Scorecard| scorecard.factors.get(FactorKey::LOGIN_FREQUENCY).cloned().unwrap();
        assert_eq!(changed(|scorecard| scorecard.factors.iter_mut().for_each(|(_, rule)| rule.weight += 1)), Some(true));
        assert_eq!(changed(|scorecard| scorecard.bands.healthy = crate::domain::Points(800)), Some(true));
        let mut other = Scorecard::default();
        let scale = logins(&mut other).scale;
        for (_, rule) in other.factors.iter_mut() {
            rule.scale = scale.clone();
        }
        assert!(!scores_like(&other, in_force.rest()), "other scales");
        other.factors.iter_mut().for_each(|(key, rule)| rule.weight = i64::from(key == FactorKey::LOGIN_FREQUENCY));
        assert!(scores_like(&other, in_force.rest()), "they count nothing");
        assert_eq!(changed(|scorecard| scorecard.name = "Others".into()), None);
    }
}
