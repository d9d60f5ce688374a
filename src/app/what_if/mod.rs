//! The rules in the form, tried on the whole portfolio while somebody moves them. The customers' measurements come from the server
//! once; scores are computed here, by the code that computes them there.

mod curve;
mod distribution;
mod load;
mod points;
mod result;
mod shift;
mod slider;
mod tested;

pub use curve::ScaleCurve;
pub use slider::{FieldSlider, WeightSlider};

use crate::app::form_fields::{as_query, content_of, fire};
use crate::domain::measure::Measure;
use crate::domain::numbers::whole_number;
use crate::domain::scorecard::BandLimits;
use crate::domain::{FactorKey, FieldErrors, Rulebook, Share};
use crate::scoring::trial::{Outlook, Trial};
use crate::scoring::{MeasuredValue, weight_shares};
use crate::wire::FormValues;
use crate::wire::rulebooks::{Cards, rulebook_values};
use crate::wire::rules::{factor_field, keys};
use crate::wire::rules_form::rulebook_input;
use leptos::prelude::*;
use load::{Loading, Requests};
use result::Outcome;
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlInputElement};

/// The form whose rules are tried.
pub const RULES_FORM: &str = "scorecard";

/// The name of a trial's time among the browser's user timings.
const TIMING: &str = "what-if";

/// A screen reader is told the effect when the rules have rested for so long.
const REST: Duration = Duration::from_millis(900);

/// The rules that are tried, and their effect. Lives as long as the page, so that measurements come once.
#[derive(Clone, Copy)]
pub struct WhatIf {
    /// The texts of the form.
    texts: RwSignal<FormValues>,
    /// The rules that the texts say, or said when they last said any.
    rules: RwSignal<Option<Arc<Rulebook>>>,
    /// The place of the scorecard that is edited.
    edited: RwSignal<usize>,
    /// The reasons why the texts are no rules.
    broken: RwSignal<FieldErrors>,
    in_force: RwSignal<Rulebook>,
    /// The weights' parts of the whole, by factor; empty where they have none.
    shares: Memo<Vec<(FactorKey, Share)>>,
    trial: StoredValue<Option<Trial>>,
    /// Grows when the trial gets customers or columns.
    columns: RwSignal<u32>,
    outlook: RwSignal<Option<Arc<Outlook>>>,
    currency: RwSignal<String>,
    loading: RwSignal<Loading>,
    requests: StoredValue<Requests>,
    /// True until the form is read in the next frame.
    is_due: StoredValue<bool>,
    announced: RwSignal<String>,
    rest: StoredValue<Option<TimeoutHandle>>,
}

impl WhatIf {
    /// Provides what the form and its effect share. Call once for the page.
    pub fn provide() {
        let texts = RwSignal::new(FormValues::default());
        provide_context(Self {
            texts,
            rules: RwSignal::new(None),
            edited: RwSignal::new(0),
            broken: RwSignal::new(FieldErrors::default()),
            in_force: RwSignal::new(Rulebook::default()),
            shares: Memo::new(move |_| texts.with(shares)),
            trial: StoredValue::new(None),
            columns: RwSignal::new(0),
            outlook: RwSignal::new(None),
            currency: RwSignal::new(String::new()),
            loading: RwSignal::new(Loading::Waiting),
            requests: StoredValue::new(Requests::new()),
            is_due: StoredValue::new(false),
            announced: RwSignal::new(String::new()),
            rest: StoredValue::new(None),
        });
    }

    /// Begins with a form: the rules in force, or others that are typed in it. What was measured stays as long as the version in force.
    fn begin(self, current: Rulebook, typed: Option<FormValues>) {
        if self.in_force.with_untracked(|known| known.version != current.version) {
            self.forget();
        }
        let last = current.scorecards().count() - 1;
        self.texts.set(typed.unwrap_or_else(|| rulebook_values(&current, last, &current)));
        self.in_force.set(current);
    }

    /// Forgets the portfolio; the next trial loads it again.
    fn forget(self) {
        self.trial.set_value(None);
        self.outlook.set(None);
    }

    /// Reads the form in the next frame, however often it is called until then.
    pub fn read_soon(self) {
        if !self.is_due.get_value() {
            self.is_due.set_value(true);
            request_animation_frame(move || {
                self.is_due.try_set_value(false);
                self.read();
            });
        }
    }

    /// Reads the form and tries its rules.
    fn read(self) {
        let Some(texts) = form_texts() else { return };
        let in_force = self.in_force.get_untracked();
        match rulebook_input(&texts, &in_force, |input| input.parse_rules()) {
            Ok(rules) => {
                self.broken.set(FieldErrors::default());
                self.edited.set(Cards::of(&texts).edited());
                self.rules.set(Some(Arc::new(rules)));
            }
            Err(errors) => self.broken.set(errors),
        }
        self.texts.set(texts);
        self.try_rules();
    }

    /// Computes the effect of the rules, when all that they measure is here; else asks for it.
    fn try_rules(self) {
        let Some(rules) = self.rules.get_untracked() else { return };
        let (in_force, edited) = (self.in_force.read_untracked(), self.edited.get_untracked());
        let missing = self.trial.with_value(|trial| Some(trial.as_ref()?.missing(&rules, &in_force, edited)));
        match missing {
            Some(missing) if missing.is_empty() => {
                self.stop_asking();
                self.compute(&rules);
            }
            Some(missing) => self.ask(missing, false),
            None => self.ask(Trial::default().missing(&rules, &in_force, edited), true),
        }
    }

    fn compute(self, rules: &Rulebook) {
        let timing = window().performance();
        if let Some(timing) = &timing {
            timing.clear_measures_with_measure_name(TIMING);
            timing.clear_marks_with_mark_name(TIMING);
            let _ = timing.mark(TIMING);
        }
        let outlook = self.trial.try_update_value(|trial| trial.as_mut()?.run(rules, &self.in_force.read_untracked())).flatten();
        if let Some(timing) = &timing {
            let _ = timing.measure_with_start_mark(TIMING, TIMING);
        }
        self.outlook.set(outlook.map(Arc::new));
        self.announce_later();
    }

    fn announce_later(self) {
        self.rest.with_value(|rest| rest.iter().for_each(TimeoutHandle::clear));
        let announce = move || {
            let sentence = self.outlook.try_get_untracked().flatten().map(|outlook| result::sentence(&outlook));
            self.announced.try_set(sentence.unwrap_or_default());
        };
        self.rest.set_value(set_timeout_with_handle(announce, REST).ok());
    }

    /// Returns the tried rule's measure of a factor.
    fn measure(self, key: FactorKey) -> Option<Measure> {
        let rules = self.rules.read();
        let edited = rules.as_ref()?.scorecards().nth(self.edited.get())?;
        edited.factors.get(key).map(|rule| rule.measure.clone())
    }

    /// Returns what a measure gave for each customer, once it is here.
    fn column(self, measure: &Measure) -> Option<Arc<[MeasuredValue]>> {
        self.columns.track();
        self.trial.with_value(|trial| trial.as_ref()?.column(measure))
    }

    /// Returns the limits of bands of the scorecard that is edited.
    fn limits(self) -> BandLimits {
        let rules = self.rules.read_untracked();
        let edited = rules.as_ref().and_then(|rules| rules.scorecards().nth(self.edited.get_untracked()));
        edited.map(|scorecard| scorecard.bands.clone()).unwrap_or_default()
    }

    /// Returns whether the form says other rules than those in force.
    fn differs(self) -> bool {
        let in_force = self.in_force.read();
        self.rules.read().as_ref().is_some_and(|rules| !rules.has_rules_of(&in_force))
    }
}

/// Returns the parts of the weights in a form.
fn shares(texts: &FormValues) -> Vec<(FactorKey, Share)> {
    let kept = keys(texts).into_iter().filter(|key| texts.filled(&factor_field(*key, "out")).is_none());
    let weight = |key| Some((key, whole_number(texts.get(&factor_field(key, "weight")))?));
    let weights: crate::domain::Factors<i64> = kept.filter_map(weight).collect();
    match weights.values().any(|weight| *weight > 0) {
        true => weight_shares(&weights).into_iter().collect(),
        false => Vec::new(),
    }
}

/// Returns the texts of the form as they are now.
fn form_texts() -> Option<FormValues> {
    let form = document().get_element_by_id(RULES_FORM)?.dyn_into::<HtmlFormElement>().ok()?;
    serde_urlencoded::from_str(&as_query(&content_of(&form)?)?).ok()
}

/// Types a text into a field, as somebody at the keyboard would.
fn type_into(id: &str, text: &str) {
    let field = document().get_element_by_id(id).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    let Some(field) = field.filter(|field| field.value() != text) else { return };
    field.set_value(text);
    fire(&field, "input");
}

/// Lays the form out beside the effect of its rules. Put the form into it.
#[component]
pub fn WhatIfArea(current: Rulebook, typed: Option<FormValues>, children: Children) -> impl IntoView {
    let what_if = expect_context::<WhatIf>();
    what_if.begin(current, typed);
    Effect::new(move |_| what_if.read_soon());
    let read = move || what_if.read_soon();
    view! {
        <div class="what-if" on:input=move |_| read() on:change=move |_| read() on:reset=move |_| read()>
            {children()}
            <Outcome what_if />
        </div>
    }
}
