//! "Could it be better?": other rules with the evidence for them. One sentence, pictures, and a draft to edit where they are better.

use super::lost::first_of;
use super::{Working, look_again};
use crate::app::components::charts::{Difference, DifferencesChart, WeightsChart};
use crate::app::components::{BandBadge, Followed, LinkButton, Tab, Tabs};
use crate::app::server_fns::load_suggestion;
use crate::app::{format, until_answered};
use crate::domain::backtest::Verdict;
use crate::domain::backtest_query::HORIZONS;
use crate::domain::suggestion::{ScorecardSuggestion, Step, SuggestionVerdict};
use crate::domain::{Rulebook, ScoreMove, Suggestion};
use crate::wire::SCORECARD_PATH;
use crate::wire::pages::SuggestionPage as Page;
use crate::wire::rulebooks::rulebook_values;
use leptos::prelude::*;

/// The parts of a backtest's query that a suggestion takes as well.
const ASKED: [&str; 4] = ["horizon", "min_age", "exclude_involuntary", "skip_days"];
/// The parameter with the name of the scorecard whose suggestion is shown.
const SCORECARD: &str = "scorecard";

/// Shows the suggestion for a backtest's query string, once it is there. Where the query is refused, the backtest says so.
#[component]
pub fn Better(search: Memo<String>) -> impl IntoView {
    let asked = Memo::new(move |_| asked(&search.get()));
    let looks = RwSignal::new(0);
    let page = Resource::new(
        move || (asked.get(), looks.get()),
        |(asked, looks)| async move { ((asked.clone(), looks), until_answered(move || load_suggestion(asked.clone())).await) },
    );
    look_again(page, looks, |page: &Page| page.progress.is_some());
    let failure = Callback::new(|_| ().into_any());
    let view = move |page: Memo<Page>| view! { <Shown page=page.get_untracked() search /> }.into_any();
    view! { <Followed resource=page key=Page::clone view failure lines=6 /> }
}

fn asked(search: &str) -> String {
    let kept: Vec<_> =
        pairs(search).into_iter().filter(|(name, value)| ASKED.contains(&name.as_str()) && !value.is_empty()).collect();
    serde_urlencoded::to_string(kept).unwrap_or_default()
}

#[component]
fn Shown(page: Page, search: Memo<String>) -> impl IntoView {
    let Page { suggestion, progress, rulebook, currency } = page;
    let found = match (suggestion, progress) {
        (Some(suggestion), _) => view! { <Found suggestion rulebook currency search /> }.into_any(),
        (None, Some(progress)) => view! { <Working progress search /> }.into_any(),
        (None, None) => return None,
    };
    Some(view! {
        <section class="better" aria-labelledby="better-title">
            <h2 id="better-title">"Could it be better?"</h2>
            {found}
        </section>
    })
}

#[component]
fn Found(suggestion: Suggestion, rulebook: Rulebook, currency: String, search: Memo<String>) -> impl IntoView {
    let chosen = move || {
        let scorecards = &suggestion.scorecards;
        let Some(scorecard) = chosen(scorecards, &search.read()).cloned() else {
            return view! { <p>"All customers are onboarding: rules are suggested for the others only."</p> }.into_any();
        };
        let several = scorecards.len() > 1;
        let tabs = several.then(|| view! { <Tabs label="Scorecard" tabs=tabs(scorecards, &scorecard.name, &search.read()) /> });
        let lacks_history = scorecard.verdict == SuggestionVerdict::NotEnoughHistory;
        let shorter = (lacks_history && suggestion.horizon > HORIZONS[0]).then(|| {
            view! { <p><a href=with(&search.read(), "horizon", &HORIZONS[0].to_string())>"Look 30 days ahead"</a>", which needs less history."</p> }
        });
        let basis = basis(&suggestion, &scorecard);
        view! {
            {tabs}
            <OfScorecard scorecard rulebook=rulebook.clone() currency=currency.clone() />
            {shorter}
            <p class="muted backtest__small">{basis} " " <a class="no-print" href="/help#better">"How rules are suggested"</a></p>
        }
        .into_any()
    };
    view! { {chosen} }
}

/// Returns the scorecard that a query string names, or else the one with the most departures.
fn chosen<'a>(scorecards: &'a [ScorecardSuggestion], search: &str) -> Option<&'a ScorecardSuggestion> {
    let pairs = pairs(search);
    let asked = pairs.iter().find(|(name, _)| name == SCORECARD).map(|(_, value)| value);
    let named = asked.and_then(|asked| scorecards.iter().find(|scorecard| scorecard.name == *asked));
    // Of equals the first.
    named.or_else(|| scorecards.iter().rev().max_by_key(|scorecard| scorecard.tested.churners))
}

fn tabs(scorecards: &[ScorecardSuggestion], current: &str, search: &str) -> Vec<Tab> {
    let tab = |scorecard: &ScorecardSuggestion| {
        let ScorecardSuggestion { name, tested, .. } = scorecard;
        let label = format!("{name} ({} left)", format::group(tested.churners));
        Tab { href: with(search, SCORECARD, name), label, current: name == current }
    };
    scorecards.iter().map(tab).collect()
}

/// Returns the address of the suggestion with another value of a parameter.
fn with(search: &str, name: &str, value: &str) -> String {
    let mut pairs = pairs(search);
    pairs.retain(|(other, value)| other != name && !value.is_empty());
    pairs.push((name.to_owned(), value.to_owned()));
    format!("/backtest?{}#better-title", serde_urlencoded::to_string(&pairs).unwrap_or_default())
}

fn pairs(search: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(search.trim_start_matches('?')).unwrap_or_default()
}

/// Shows what was found for one scorecard.
#[component]
fn OfScorecard(scorecard: ScorecardSuggestion, rulebook: Rulebook, currency: String) -> impl IntoView {
    let is_better = scorecard.verdict == SuggestionVerdict::Better;
    let draft = draft_href(&scorecard, rulebook).filter(|_| is_better).map(|href| {
        view! {
            <p class="better__draft">
                <LinkButton href primary=true>"Open as a draft"</LinkButton>
                <span class="muted">"To edit, preview, and save with a note."</span>
            </p>
        }
    });
    let tells = scorecard.tested.fewer() >= Verdict::COUNTS_BELOW;
    let pictures = tells.then(|| view! { <Pictures scorecard=scorecard.clone() /> });
    let moved = is_better.then(|| view! { <Moved scorecard=scorecard.clone() currency /> });
    let changes = (!scorecard.changes.is_empty()).then(|| view! { <Changes changes=scorecard.changes.clone() /> });
    view! {
        <div class="backtest__lead">
            <p class="better__sentence">{scorecard.sentence.clone()}</p>
            <p>{scorecard.reason.clone()}</p>
            {draft}
        </div>
        {pictures}
        {moved}
        {changes}
    }
}

/// Says what was tried on whom, and how often.
fn basis(suggestion: &Suggestion, scorecard: &ScorecardSuggestion) -> String {
    let days = match scorecard.verdict {
        SuggestionVerdict::NotEnoughHistory => String::new(),
        _ => format!(
            "Weights are learned on {} ({} left in the {} days after), everything is tested on {} ({} left), and the draft has targets and limits of {}.",
            format::day(suggestion.learned_on),
            format::group(scorecard.learned.churners),
            suggestion.horizon,
            format::day(suggestion.tested_on),
            format::group(scorecard.tested.churners),
            format::day(suggestion.drafted_on)
        ),
    };
    let variants = match suggestion.variants {
        ..=1 => String::new(),
        few @ 2..=4 => format!(" {few} sets of rules have been tried on these departures."),
        many => format!(" {many} sets of rules have been tried on these departures: among so many one is better by chance."),
    };
    let fitted = match suggestion.fitted_here {
        true => " The rules in force are fitted here: they were made after a look at these departures, which flatters them.",
        false => "",
    };
    format!("{days}{variants}{fitted}")
}

/// Returns the address of the form with the draft in it: the rules in force with one other scorecard.
fn draft_href(scorecard: &ScorecardSuggestion, in_force: Rulebook) -> Option<String> {
    let place = in_force.scorecards().position(|other| other.name == scorecard.name)?;
    let draft = in_force.clone().with_scorecard(scorecard.draft.clone()?.scorecard(in_force.version));
    let mut values = rulebook_values(&draft, place, &in_force);
    let note: String = format!("Suggested: {}", scorecard.reason).chars().take(200).collect();
    values.0.insert("note".to_owned(), note);
    let query = serde_urlencoded::to_string(&values).ok()?;
    Some(format!("{SCORECARD_PATH}?{query}#edit-title"))
}

#[component]
fn Pictures(scorecard: ScorecardSuggestion) -> impl IntoView {
    let words = |step: Step| match step {
        Step::Targets => ("Own targets", "0 and 100 points where the portfolio stands"),
        Step::Kinds => ("Kinds of measures", "days of silence, newcomers, windows"),
        Step::Weights => ("Weights", "by what each factor told"),
    };
    let steps = scorecard.steps.iter().map(|step| {
        let (label, note) = words(step.step);
        Difference { label, note, difference: step.difference, is_sum: false }
    });
    let together = Difference { label: "Together", note: "this decides", difference: scorecard.together, is_sum: true };
    let differences: Vec<_> = steps.chain([together]).collect();
    view! {
        <div class="backtest__pair">
            <section class="panel" aria-labelledby="steps-title">
                <div class="panel__head">
                    <h3 id="steps-title">"What each step adds"</h3>
                    <p class="muted">"Pairs more in the right order than before it; the line is the 95 % interval."</p>
                </div>
                <DifferencesChart differences />
            </section>
            <section class="panel" aria-labelledby="weights-title">
                <div class="panel__head">
                    <h3 id="weights-title">"Weights, and what each told"</h3>
                    <p class="muted">"Grey is now. The figure is the factor’s own, on the day it was learned; 50 is chance."</p>
                </div>
                <WeightsChart factors=scorecard.factors />
            </section>
        </div>
    }
}

#[component]
fn Moved(scorecard: ScorecardSuggestion, currency: String) -> impl IntoView {
    let sums: Vec<_> = scorecard
        .moves
        .iter()
        .map(|moved| {
            let arr = if moved.arr_cents > 0 {
                format!(" ({})", format::money_short(moved.arr_cents, &currency))
            } else {
                String::new()
            };
            format!("{} from {} to {}{arr}", format::group(moved.customers), moved.from.label(), moved.to.label())
        })
        .collect();
    let total: i64 = scorecard.moves.iter().map(|moved| moved.customers).sum();
    let rows = scorecard.movers.into_iter().map(|mover| row(mover, &currency)).collect();
    let told = if sums.is_empty() { "Nobody.".to_owned() } else { format!("{}.", sums.join(", ")) };
    view! {
        <section class="panel" aria-labelledby="moved-title">
            <div class="panel__head">
                <h3 id="moved-title">"Who would change band today"</h3>
                <p class="muted">{told}</p>
            </div>
            {first_of(rows, total)}
        </section>
    }
}

fn row(mover: ScoreMove, currency: &str) -> impl IntoView + use<> {
    let arr = mover.arr_cents.map_or_else(|| "–".to_owned(), |arr| format::money_short(arr, currency));
    let before = format!("{} {} now", mover.band_before.label(), mover.before);
    view! {
        <li>
            <a href=format!("/customers/{}", mover.id)>{mover.name}</a>
            <span class="lost__arr numeric">{arr}</span>
            <span class="lost__words">{before}</span>
            <span class="lost__band"><BandBadge band=mover.band_after score=mover.after /></span>
        </li>
    }
}

#[component]
fn Changes(changes: Vec<String>) -> impl IntoView {
    let changes = changes.into_iter().map(|change| view! { <li>{change}</li> }).collect_view();
    view! {
        <details class="panel backtest__figures">
            <summary>"The rules that were tried"</summary>
            <ul class="preview__changes">{changes}</ul>
        </details>
    }
}
