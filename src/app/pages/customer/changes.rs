//! Why the score changed: each factor's part, split into its causes, with links to the events behind them.

use super::history::Lengths;
use super::place::{CHANGE_DAYS, Place};
use crate::app::components::ChangeFigure;
use crate::app::format;
use crate::domain::measure::Measure;
use crate::domain::scorecard::FactorRule;
use crate::domain::{Cause, CauseFact, CausePart, EventKind, FactorKey, HealthChange, Points, Scorecard, Window};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn ChangesSection(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    let change = page.with_value(|page| page.changes.clone());
    let factors = page.with_value(|page| moved(&change, &page.scorecard));
    let nothing = factors.is_empty();
    let factors = factors.into_iter().map(|factor| {
        let kind = page.with_value(|page| page.scorecard.factors.get(factor.factor).and_then(only_kind));
        view! { <FactorChange factor kind place /> }
    });
    let factors = factors.collect_view();
    view! {
        <section class="panel customer__five" id="changes" aria-labelledby="changes-title">
            <div class="panel__head">
                <h2 id="changes-title">"What changed"</h2>
                <Lengths label="How far back" choices=CHANGE_DAYS shown=Place::change_days show=Place::changed_since place />
            </div>
            <Ends change />
            <Knowledge page place />
            {nothing.then(|| view! { <p class="muted">"No factor moved between the two days."</p> })}
            <ul class="changes">{factors}</ul>
            <Advice page />
        </section>
    }
}

/// The most drivers that are shown.
const DRIVERS: usize = 3;
/// The least gain that is worth somebody's time.
const LEAST_GAIN: Points = Points(10);

/// Lists what somebody can do about the score, the most helpful first.
#[component]
fn Advice(page: StoredValue<CustomerPage>) -> impl IntoView {
    let mut drivers = page.with_value(|page| page.drivers.clone());
    drivers.retain(|driver| driver.gain >= LEAST_GAIN);
    let any = !drivers.is_empty();
    let drivers = drivers.into_iter().take(DRIVERS).map(|driver| {
        view! { <li>{driver.sentence} " " <b class="numeric">{format::signed(driver.gain)}</b></li> }
    });
    let drivers = drivers.collect_view();
    any.then(|| view! { <h3 class="drivers__title">"What would raise it most"</h3> <ol class="drivers">{drivers}</ol> })
}

/// Shows both ends of the change: "65.4 on 24 Oct 2026 → 45.4 on 23 Nov 2026".
#[component]
fn Ends(change: HealthChange) -> impl IntoView {
    let score = |score: Option<Points>| score.map_or("No data".to_owned(), |score| score.to_string());
    let (before, after) = (change.before.shown_score(), change.after.shown_score());
    let compared = before.is_some() && after.is_some();
    view! {
        <p class="changes__ends">
            <b>{score(before)}</b> " on " {format::day(change.from)} " → " <b>{score(after)}</b> " on " {format::day(change.to)}
            {compared.then(|| view! { ": " <ChangeFigure change=change.change band=change.after.band /> })}
            {(!compared).then_some(": the parts below compare the points that both days would have.")}
        </p>
    }
}

/// Says what knowledge the comparison rests on, with a link to the other one.
#[component]
fn Knowledge(page: StoredValue<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    let (at, from) = page.with_value(|page| (page.at(), page.changes.from));
    let (words, link, known_at) = match at.known_at {
        None => ("Both days as they are known now. ".to_owned(), "Compare with what was known then", Some("then")),
        Some(_) => {
            let from = format::day(from);
            (
                format!("From what was known on {from}: with what arrived late, was retracted or connected since. "),
                "Compare as known now",
                None,
            )
        }
    };
    let href = move || Place { known_at: known_at.map(str::to_owned), ..place.get() }.changes_href();
    view! { <p class="muted changes__knowledge">{words} <a class="no-print" href=href data-noscroll="true">{link}</a></p> }
}

/// The part of one factor in a change.
struct Moved {
    factor: FactorKey,
    label: String,
    points: Points,
    /// The effect of what left the window and what entered it, which are causes too, told as one.
    net: Option<(String, Points)>,
    causes: Vec<MovedBy>,
}

/// The effect of a cause on a factor.
#[derive(Debug, PartialEq, Eq)]
struct MovedBy {
    cause: Cause,
    sentence: String,
    points: Points,
    behind: Behind,
}

/// The thing to look at behind a part of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    Nothing,
    /// The events of these days.
    Events(Window),
    Invoices,
}

impl Behind {
    fn of(cause: Cause, fact: &CauseFact, measure: Option<&Measure>) -> Self {
        match (cause, measure, fact.days) {
            (Cause::ScorecardChange | Cause::OtherScorecard | Cause::SourceConnected, ..) => Self::Nothing,
            (_, Some(Measure::OnTimeShare { .. } | Measure::DaysOverdue), _) => Self::Invoices,
            (.., days) => days.map_or(Self::Nothing, Self::Events),
        }
    }
}

/// Names the reason for a part without facts. Up to 0.1 points it is rounding, since the contributions are rounded so that
/// they sum to the score. A larger part comes from the weights, which a cause can redistribute.
fn without_fact(cause: Cause, points: Points) -> &'static str {
    match cause {
        Cause::ScorecardChange | Cause::OtherScorecard | Cause::SourceConnected => cause.label(),
        _ if points.0.abs() > 1 => cause.label(),
        _ => "Rounding",
    }
}

/// Returns the factors that changed, the one that moved most first.
fn moved(change: &HealthChange, scorecard: &Scorecard) -> Vec<Moved> {
    let by = |factor: FactorKey| {
        let measure = scorecard.factors.get(factor).map(|rule| &rule.measure);
        let part = move |part: &CausePart| {
            let points = part.factors.get(factor).copied().unwrap_or_default();
            let fact = part.facts.iter().find(|fact| fact.factor == factor);
            let sentence =
                fact.map_or_else(|| without_fact(part.cause, points).to_owned(), |fact| format::capitalised(&fact.sentence));
            let behind = fact.map_or(Behind::Nothing, |fact| Behind::of(part.cause, fact, measure));
            (points != Points::ZERO).then_some(MovedBy { cause: part.cause, sentence, points, behind })
        };
        change.causes.iter().filter_map(part).collect::<Vec<_>>()
    };
    let moved = |(factor, points): (FactorKey, &Points)| Moved {
        factor,
        label: change.label_of(factor),
        points: *points,
        net: change.net_of(factor).map(|net| (net.sentence.clone(), net.change)),
        causes: by(factor),
    };
    // Parts that cancel each other out move nothing.
    let mut moved: Vec<_> = change.factors.iter().map(moved).filter(|moved| moved.points != Points::ZERO).collect();
    moved.sort_by_key(|moved| std::cmp::Reverse(moved.points.0.abs()));
    moved
}

#[component]
fn FactorChange(factor: Moved, kind: Option<EventKind>, place: Memo<Place>) -> impl IntoView {
    let Moved { label, points, net, causes, .. } = factor;
    let cause = |MovedBy { sentence, points, behind, .. }: MovedBy| {
        let sentence = match behind {
            Behind::Events(days) => {
                let href = move || place.read().with_events(kind, Some(days)).events_href();
                view! { <a href=href>{sentence}</a> }.into_any()
            }
            Behind::Invoices => view! { <a href="#invoices">{sentence}</a> }.into_any(),
            Behind::Nothing => view! { <span>{sentence}</span> }.into_any(),
        };
        view! { <li>{sentence} " " <span class="numeric">{format::signed(points)}</span></li> }
    };
    let (of_windows, apart): (Vec<_>, Vec<_>) = causes.into_iter().partition(|by| net.is_some() && by.cause.moves_windows());
    let net = net.map(|(sentence, points)| {
        view! {
            <li class="changes__net">
                <details>
                    <summary>{sentence} " " <span class="numeric">{format::signed(points)}</span></summary>
                    <ul class="changes__causes">{of_windows.into_iter().map(cause).collect_view()}</ul>
                </details>
            </li>
        }
    });
    view! {
        <li class="changes__factor">
            <h3>{label}</h3>
            <ChangeFigure change=points band=crate::domain::Band::Healthy />
            <ul class="changes__causes">{apart.into_iter().map(cause).collect_view()} {net}</ul>
        </li>
    }
}

/// Returns the kind of events that feed a factor, if there is only one.
fn only_kind(rule: &FactorRule) -> Option<EventKind> {
    let mut kinds = rule.measure.kinds();
    kinds.next().filter(|_| kinds.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CustomerId, Factors, NaiveDate, Scorecard};
    use crate::scoring::{Measurements, score};

    /// Checks the words of a part of 0.1 points or so, and what it leads to.
    fn check(cause: Cause, factor: FactorKey, points: i64, fact: Option<(&str, Option<Window>)>, words: &str, behind: Behind) {
        let day = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        let health = score(CustomerId(1), &Measurements::default(), &Scorecard::default(), day);
        let factors = Factors::from_fn(|key| if key == factor { Points(points) } else { Points::ZERO });
        let fact = fact.map(|(sentence, days)| CauseFact { factor, sentence: sentence.to_owned(), days });
        let part = CausePart { cause, change: Points(points), factors: factors.clone(), facts: fact.into_iter().collect() };
        let change = HealthChange {
            customer_id: CustomerId(1),
            from: day,
            to: day,
            before: health.clone(),
            after: health,
            change: Points(points),
            factors,
            causes: vec![part],
            net: Vec::new(),
            sentence: String::new(),
        };
        let found: Vec<_> = moved(&change, &Scorecard::default()).into_iter().flat_map(|moved| moved.causes).collect();
        assert_eq!(found, [MovedBy { cause, sentence: words.to_owned(), points: Points(points), behind }]);
    }

    #[test]
    fn a_part_without_a_fact_is_rounding_unless_weights_moved() {
        check(Cause::LeftWindow, FactorKey::INVOICE_TIMELINESS, -1, None, "Rounding", Behind::Nothing);
        check(Cause::NewEvents, FactorKey::LOGIN_FREQUENCY, 12, None, "New events", Behind::Nothing);
        check(Cause::ScorecardChange, FactorKey::LOGIN_FREQUENCY, 1, None, "Scorecard changed", Behind::Nothing);
    }

    #[test]
    fn facts_lead_to_their_events_and_those_about_invoices_to_the_invoices() {
        let days = Window::ending(NaiveDate::from_ymd_opt(2026, 3, 16).unwrap(), 7);
        let logins = Some(("4 new logins", Some(days)));
        check(Cause::NewEvents, FactorKey::LOGIN_FREQUENCY, 5, logins, "4 new logins", Behind::Events(days));
        let overdue = Some(("1 invoice fell overdue", None));
        check(Cause::TimePassed, FactorKey::INVOICE_TIMELINESS, -40, overdue, "1 invoice fell overdue", Behind::Invoices);
        let connected = Some(("invoices connected", None));
        check(Cause::SourceConnected, FactorKey::INVOICE_TIMELINESS, 40, connected, "Invoices connected", Behind::Nothing);
    }
}
