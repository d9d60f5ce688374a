//! A small line: how a score went, from 0 to 100 like that of every other row. The words for it are in its label.

use crate::domain::Points;
use leptos::prelude::*;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 32.0;

/// Points a fixed time apart; gaps where there was no data. Its place in the page sets its colour and where bands begin.
#[component]
pub fn Sparkline(
    points: Vec<Option<Points>>,
    /// The line's subject: "Score over 90 days".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <svg
            class="sparkline"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=format!("{label}: {}", words(&points))
        >
            <path d=line(&points) />
        </svg>
    }
}

/// The line as path data; a point between two gaps is a dot.
fn line(points: &[Option<Points>]) -> String {
    let step = WIDTH / (points.len().max(2) - 1) as f64;
    let mut path = String::new();
    for (index, point) in points.iter().enumerate() {
        let Some(point) = point else { continue };
        let begins = index == 0 || points[index - 1].is_none();
        let ends = points.get(index + 1).is_none_or(Option::is_none);
        let (x, y) = (step * index as f64, HEIGHT * (1.0 - point.as_f64() / 100.0));
        path += &format!("{}{x:.1} {y:.1}{}", if begins { 'M' } else { 'L' }, if begins && ends { "h0" } else { "" });
    }
    path
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
    fn gaps_split_the_line_and_a_point_alone_is_a_dot() {
        for (points, path) in [
            (vec![Some(0), Some(1000)], "M0.0 32.0L96.0 0.0"),
            (vec![Some(500), None, Some(250), Some(500)], "M0.0 16.0h0M64.0 24.0L96.0 16.0"),
            (vec![Some(1000)], "M0.0 0.0h0"),
            (vec![None, None], ""),
        ] {
            let points: Vec<_> = points.into_iter().map(|point| point.map(Points)).collect();
            assert_eq!(line(&points), path);
        }
    }
}
