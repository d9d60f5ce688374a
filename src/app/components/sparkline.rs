//! A small line of a score's course. Its label says the same in words.

use crate::domain::Points;
use leptos::prelude::*;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 28.0;
const MARGIN: f64 = 3.0;
/// The fewest points of score drawn from bottom to top, so that noise does not look like a landslide.
const LEAST_SPAN: f64 = 30.0;

/// Draws points at equal distances in time, with gaps where there was no data.
#[component]
pub fn Sparkline(
    points: Vec<Option<Points>>,
    /// The line's subject: "Score over 90 days".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let place = scale(&points);
    let last = points.iter().enumerate().rev().find_map(|(index, point)| Some(place(index, (*point)?)));
    let lines = segments(&points)
        .into_iter()
        .map(|segment| {
            let places: Vec<_> = segment.into_iter().map(|(index, point)| place(index, point)).collect();
            places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
        })
        .map(|places| view! { <polyline points=places /> })
        .collect_view();
    view! {
        <svg
            class="sparkline"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            width=WIDTH.to_string()
            height=HEIGHT.to_string()
            role="img"
            aria-label=format!("{label}: {}", words(&points))
        >
            {lines}
            {last.map(|(x, y)| view! { <circle cx=format!("{x:.1}") cy=format!("{y:.1}") r="2.25" /> })}
        </svg>
    }
}

/// Returns a function from an index and a score to a place in the drawing.
fn scale(points: &[Option<Points>]) -> impl Fn(usize, Points) -> (f64, f64) + use<> {
    let known = || points.iter().flatten().map(|point| point.as_f64());
    let (low, high) = (known().fold(100.0, f64::min), known().fold(0.0, f64::max));
    let slack = (LEAST_SPAN - (high - low)).max(0.0) / 2.0;
    let bottom = (low - slack).clamp(0.0, 100.0 - LEAST_SPAN);
    let top = (high + slack).min(100.0).max(bottom + LEAST_SPAN);
    let step = (WIDTH - 2.0 * MARGIN) / (points.len().max(2) - 1) as f64;
    move |index, point| {
        let share = (point.as_f64() - bottom) / (top - bottom);
        (MARGIN + step * index as f64, HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN))
    }
}

/// Returns the runs of known points, each point with its index.
fn segments(points: &[Option<Points>]) -> Vec<Vec<(usize, Points)>> {
    let indexed: Vec<_> = points.iter().enumerate().collect();
    let runs = indexed.split(|(_, point)| point.is_none());
    runs.map(|run| run.iter().filter_map(|(index, point)| Some((*index, (**point)?))).collect::<Vec<_>>())
        .filter(|run| !run.is_empty())
        .collect()
}

fn words(points: &[Option<Points>]) -> String {
    let known: Vec<_> = points.iter().flatten().collect();
    match (known.first(), known.last(), known.iter().min(), known.iter().max()) {
        (Some(first), Some(last), Some(low), Some(high)) => format!("from {first} to {last}, lowest {low}, highest {high}"),
        _ => "no data".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_in_the_drawing_and_gaps_split_the_line() {
        for points in [
            vec![Some(Points(0)), Some(Points(1000))],
            vec![Some(Points(990)), None, Some(Points(1000)), Some(Points(995))],
            vec![Some(Points(3))],
            vec![None, None],
        ] {
            let place = scale(&points);
            for (index, point) in segments(&points).concat() {
                let (x, y) = place(index, point);
                assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{point} at {x}, {y}");
            }
        }
        assert_eq!(segments(&[Some(Points(1)), None, Some(Points(2)), Some(Points(3))]).len(), 2);
    }
}
