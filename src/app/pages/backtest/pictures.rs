//! The pictures: churn rates by band, both groups on the score's axis, and each factor's own figure.

use crate::app::components::charts::{Rank, RanksChart, RatesChart, ScoreSplit};
use crate::domain::Backtest;
use crate::domain::backtest::Verdict;
use leptos::prelude::*;

#[component]
pub fn Pictures(backtest: Backtest, currency: String) -> impl IntoView {
    let horizon = backtest.horizon;
    let ranks = ranks(&backtest);
    let few = (backtest.verdict == Verdict::CountsOnly).then(|| {
        view! { <p class="muted backtest__small">"With so few departures these figures say next to nothing."</p> }
    });
    view! {
        <div class="backtest__pair">
            <section class="panel" aria-labelledby="rates-title">
                <div class="panel__head">
                    <h2 id="rates-title">"Who left, by band"</h2>
                    <p class="muted">{format!("Within {horizon} days; the line is the 95 % interval.")}</p>
                </div>
                <RatesChart bands=backtest.bands.clone() horizon currency />
            </section>
            <section class="panel" aria-labelledby="split-title">
                <div class="panel__head">
                    <h2 id="split-title">"Their scores before"</h2>
                    <p class="muted">"The further apart the two stand, the more the score tells."</p>
                </div>
                <ScoreSplit columns=backtest.distribution.clone() />
            </section>
        </div>
        <section class="panel" aria-labelledby="ranks-title">
            <div class="panel__head">
                <h2 id="ranks-title">"What tells them apart"</h2>
                <p class="muted">
                    "Of 100 pairs of one who left and one who stayed, how many each puts in the right order. The line is the 95 % interval; 50 is chance."
                </p>
            </div>
            <RanksChart ranks />
            {few}
        </section>
    }
}

fn ranks(backtest: &Backtest) -> Vec<Rank> {
    let score = Rank { label: "The score".to_owned(), note: "", auc: backtest.auc, measured: None, is_score: true };
    let factors = backtest.factors.iter().map(|factor| Rank {
        label: factor.label.clone(),
        note: "",
        auc: factor.auc,
        measured: Some(factor.measured),
        is_score: false,
    });
    let tenure = Rank {
        label: "Days as a customer".to_owned(),
        note: "a control, part of no score",
        auc: backtest.tenure,
        measured: None,
        is_score: false,
    };
    std::iter::once(score).chain(factors).chain([tenure]).collect()
}
