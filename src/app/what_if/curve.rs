//! The curve of a factor's scale, over the customers that lie on it. Its points are moved with the pointer or the arrow keys; each
//! change is typed into the scale's text field, which can still be edited by hand.

use super::points::{add_point, move_point, read_points, remove_point, write_points};
use super::{WhatIf, type_into};
use crate::app::format::group;
use crate::domain::scale::{MOST_POINTS, ScalePoint, Value};
use crate::domain::{FactorKey, Points};
use crate::scoring::MeasuredValue;
use crate::wire::rules::factor_field;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;

/// The width and height of the drawing, and the number of bars.
const SIZE: i64 = 1000;
const BARS: usize = 48;
/// The largest bar's height.
const HIGHEST: i64 = 700;

/// Where the customers lie on a measure's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spread {
    /// The values that are numbers, in order, rounded down.
    values: Vec<i64>,
    /// Customers of whom nothing is measured.
    assumed: i64,
    /// Customers whose value is more than any number.
    boundless: i64,
}

impl Spread {
    fn of(column: &[MeasuredValue]) -> Self {
        let mut spread = Self::default();
        for one in column {
            match one.value {
                None => spread.assumed += 1,
                Some(Value::Boundless) => spread.boundless += 1,
                Some(Value::Fraction { over, under }) => {
                    let value = over.div_euclid(under).clamp(i64::MIN.into(), i64::MAX.into());
                    spread.values.push(value as i64);
                }
            }
        }
        spread.values.sort_unstable();
        spread
    }

    /// Returns the values below and above which one customer in fifty lies.
    fn middle(&self) -> Option<(i64, i64)> {
        let last = self.values.len().checked_sub(1)?;
        Some((*self.values.get(last / 50)?, *self.values.get(last - last / 50)?))
    }

    /// Returns the number of customers in each of equal parts of a span. Those outside are at its ends.
    fn bars(&self, (from, to): (i64, i64)) -> Vec<i64> {
        let mut bars = vec![0; BARS];
        for value in &self.values {
            let place = i128::from(value - from) * BARS as i128 / i128::from(to - from).max(1);
            bars[place.clamp(0, BARS as i128 - 1) as usize] += 1;
        }
        bars
    }

    fn words(&self) -> String {
        let mut words = format!("{} measured", group(self.values.len() as i64 + self.boundless));
        for (number, what) in [(self.assumed, "assumed"), (self.boundless, "beyond any number")] {
            if number > 0 {
                words += &format!(", {} {what}", group(number));
            }
        }
        words
    }
}

/// Returns the values that the drawing shows: those of the points and of nearly all customers.
fn span(points: &[ScalePoint], spread: &Spread) -> (i64, i64) {
    let ends = points.first().zip(points.last()).map_or((0, 1), |(first, last)| (first.value, last.value));
    let (low, high) = spread.middle().unwrap_or(ends);
    let (from, to) = (ends.0.min(low), ends.1.max(high));
    let room = ((to - from) / 20).max(1);
    (if from == 0 { 0 } else { from - room }, to + room)
}

/// Returns the place of a value across the drawing.
fn across(value: i64, (from, to): (i64, i64)) -> i64 {
    (i128::from(value - from) * i128::from(SIZE) / i128::from(to - from).max(1)).clamp(0, SIZE.into()) as i64
}

/// Shows the curve of the scale in the field with this id.
#[component]
pub fn ScaleCurve(key_: FactorKey, id: String) -> impl IntoView {
    let Some(what_if) = use_context::<WhatIf>() else { return ().into_any() };
    let (plot, dragged, kept) = (NodeRef::<Div>::new(), RwSignal::new(None::<usize>), RwSignal::new(None::<(i64, i64)>));
    let name = factor_field(key_, "points");
    let points = Memo::new(move |known: Option<&Vec<ScalePoint>>| {
        what_if.texts.with(|texts| read_points(texts.get(&name))).or_else(|| known.cloned()).unwrap_or_default()
    });
    let measure = Memo::new(move |_| what_if.measure(key_));
    let spread = Memo::new_with_compare(
        move |_| {
            Arc::new(
                measure.get().and_then(|measure| what_if.column(&measure)).map(|column| Spread::of(&column)).unwrap_or_default(),
            )
        },
        |a, b| a != b,
    );
    // The axis rests while a point is dragged.
    let axis = Memo::new(move |_| kept.get().unwrap_or_else(|| points.with(|points| span(points, &spread.read()))));
    // The next key may come before the form is read again.
    let write = move |points: Vec<ScalePoint>| {
        let text = write_points(&points);
        what_if.texts.update(|texts| _ = texts.0.insert(factor_field(key_, "points"), text.clone()));
        type_into(&id, &text);
    };
    let label = what_if.texts.with_untracked(|texts| texts.get(&factor_field(key_, "label")).to_owned());

    let drag = {
        let write = write.clone();
        move |event: PointerEvent| {
            let (Some(place), Some(plot)) = (dragged.get_untracked(), plot.get_untracked()) else { return };
            let (width, height) = (f64::from(plot.offset_width().max(1)), f64::from(plot.offset_height().max(1)));
            let (from, to) = axis.get_untracked();
            let value = from as f64 + (to - from) as f64 * (f64::from(event.offset_x()) / width).clamp(0.0, 1.0);
            let score = 100.0 * (1.0 - f64::from(event.offset_y()) / height);
            write(move_point(&points.read_untracked(), place, value.round() as i64, score.round() as i64 * 10));
        }
    };
    let drop_point = move |_| {
        dragged.set(None);
        kept.set(None);
    };
    let take = move |place: usize, event: PointerEvent| {
        if let Some(plot) = plot.get_untracked() {
            let _ = plot.set_pointer_capture(event.pointer_id());
            kept.set(Some(axis.get_untracked()));
            dragged.set(Some(place));
        }
    };
    let press = {
        let write = write.clone();
        move |place: usize, event: KeyboardEvent| {
            let (from, to) = axis.get_untracked();
            let points = points.get_untracked();
            let Some(point) = points.get(place).copied() else { return };
            let far = if event.shift_key() { 10 } else { 1 };
            let step = ((to - from) / 100).max(1) * far;
            let moved = |value: i64, score: i64| move_point(&points, place, point.value + value, point.score.0 + 10 * score);
            let changed = match event.key().as_str() {
                "ArrowLeft" => moved(-step, 0),
                "ArrowRight" => moved(step, 0),
                "ArrowUp" => moved(0, far),
                "ArrowDown" => moved(0, -far),
                "PageUp" => moved(0, 10),
                "PageDown" => moved(0, -10),
                "Home" => moved(0, -100),
                "End" => moved(0, 100),
                "Delete" | "Backspace" => remove_point(&points, place),
                _ => return,
            };
            event.prevent_default();
            write(changed);
        }
    };
    let bars = move || {
        let bars = spread.read().bars(axis.get());
        let most = bars.iter().copied().max().unwrap_or_default().max(1);
        let bar = move |(place, customers): (usize, i64)| {
            let (x, next) = (SIZE * place as i64 / BARS as i64, SIZE * (place as i64 + 1) / BARS as i64);
            let height = (HIGHEST * customers / most).max(20);
            view! { <rect x=x y=SIZE - height width=next - x - 3 height=height /> }
        };
        bars.into_iter().enumerate().filter(|(_, customers)| *customers > 0).map(bar).collect_view()
    };
    let line = move || {
        let points = points.read();
        let (first, last) = (points.first()?, points.last()?);
        let at = |x: i64, score: Points| format!("{x},{}", SIZE - score.0);
        let between = points.iter().map(|point| at(across(point.value, axis.get()), point.score));
        Some(std::iter::once(at(0, first.score)).chain(between).chain([at(SIZE, last.score)]).collect::<Vec<_>>().join(" "))
    };
    let number = Memo::new(move |_| points.read().len());
    let handles = {
        let label = label.clone();
        move || {
            let of = number.get();
            let handle = |place: usize| {
                let point = move || points.read().get(place).copied().unwrap_or(ScalePoint { value: 0, score: Points::ZERO });
                let style = move || format!("--x: {}; --y: {}", across(point().value, axis.get()), point().score.0);
                let press = press.clone();
                view! {
                    <button
                        type="button"
                        class="curve__point"
                        role="slider"
                        style=style
                        aria-label=format!("{label}, point {} of {of}", place + 1)
                        aria-orientation="vertical"
                        aria-valuemin="0"
                        aria-valuemax="100"
                        aria-valuenow=move || point().score.short()
                        aria-valuetext=move || format!("{} scores {}", point().value, point().score.short())
                        title=move || format!("{} scores {}", point().value, point().score.short())
                        on:pointerdown=move |event| take(place, event)
                        on:keydown=move |event| press(place, event)
                    ></button>
                }
            };
            (0..of).map(handle).collect_view()
        }
    };
    let is_full = move || number.get() >= MOST_POINTS;
    let add = move |_| write(add_point(&points.read_untracked()));
    let ends = move || {
        let (from, to) = axis.get();
        view! { <span>{group(from)}</span> <span>{move || spread.read().words()}</span> <span>{group(to)}</span> }
    };
    view! {
        <div class="curve">
            <div class="curve__plot" node_ref=plot data-dragged=move || dragged.read().map(|_| "") on:pointermove=drag on:pointerup=drop_point on:pointercancel=drop_point>
                <svg viewBox=format!("0 0 {SIZE} {SIZE}") preserveAspectRatio="none" aria-hidden="true">
                    <g>{bars}</g>
                    <polyline points=line />
                </svg>
                {handles}
            </div>
            <p class="curve__ends">{ends}</p>
            <p class="curve__foot">
                <button type="button" class="link-button" disabled=is_full on:click=add>
                    "Add a point"
                    <span class="sr-only">" to " {label}</span>
                </button>
                <span class="muted">"Drag, or arrow keys; Delete takes a point out"</span>
            </p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str) -> Vec<ScalePoint> {
        read_points(text).unwrap()
    }

    #[test]
    fn customers_lie_where_their_values_are() {
        let measured = |over, under| MeasuredValue { value: Some(Value::Fraction { over, under }), is_measured: true };
        let mut column: Vec<_> = (0..100).map(|value| measured(value, 1)).collect();
        column.extend([
            MeasuredValue { value: None, is_measured: false },
            MeasuredValue { value: Some(Value::Boundless), is_measured: true },
        ]);
        column.push(measured(-7, 2));
        let spread = Spread::of(&column);
        assert_eq!((spread.values[0], spread.assumed, spread.boundless), (-4, 1, 1), "rounded down");
        assert_eq!(spread.words(), "102 measured, 1 assumed, 1 beyond any number");
        assert_eq!(spread.middle(), Some((1, 97)));
        let bars = spread.bars((0, 96));
        assert_eq!(bars.iter().sum::<i64>(), 101);
        assert_eq!((bars[0], bars[1], bars[47]), (3, 2, 6), "the ends have those outside");
        assert_eq!(Spread::default().bars((3, 3)), vec![0; BARS]);
    }

    #[test]
    fn the_axis_has_every_point_and_nearly_every_customer() {
        let customers = Spread { values: vec![0, 5, 60], ..Spread::default() };
        assert_eq!(span(&points("0 = 0, 20 = 100"), &customers), (0, 63));
        assert_eq!(span(&points("-100 = 0, 100 = 100"), &customers), (-110, 110));
        assert_eq!(span(&points("0 = 0, 20 = 100"), &Spread::default()), (0, 21));
        assert_eq!(span(&[], &Spread::default()), (0, 2));
        assert_eq!([-5, 0, 10, 20, 99].map(|value| across(value, (0, 20))), [0, 0, 500, 1000, 1000]);
    }
}
