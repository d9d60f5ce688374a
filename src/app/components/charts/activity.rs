//! Daily activity in a factor's window and in the window before it.

use crate::app::format;
use crate::domain::{DayCount, NaiveDate, Window};
use leptos::prelude::*;

/// The width of a day in the view box, gap included.
const DAY_WIDTH: i64 = 4;
const BAR_WIDTH: i64 = 3;
/// The least height of a bar, so that a day with little activity stays visible beside a busy one.
const LEAST_HEIGHT: i64 = 60;
const HEIGHT: i64 = 1000;

/// A day's bar in the view box.
#[derive(Debug, PartialEq, Eq)]
struct Bar {
    day: NaiveDate,
    count: i64,
    x: i64,
    height: i64,
    current: bool,
}

/// Returns the bars of the window and of the one before it. Days without activity have none.
fn bars(counts: &[DayCount], window: Window) -> Vec<Bar> {
    let range = Window { from: window.before().from, to: window.to };
    let shown = || counts.iter().filter(|count| range.contains(count.day) && count.count > 0);
    let most = i128::from(shown().map(|count| count.count).max().unwrap_or(1));
    shown()
        .map(|&DayCount { day, count }| Bar {
            day,
            count,
            x: DAY_WIDTH * (day - range.from).num_days(),
            height: ((i128::from(count) * i128::from(HEIGHT) / most) as i64).max(LEAST_HEIGHT),
            current: window.contains(day),
        })
        .collect()
}

fn range(window: Window) -> String {
    format::days(window.from, window.to)
}

/// Draws a bar for each day. The current window is set off from the one before it, which counts too when `compared`. Without
/// any activity, a sentence replaces the chart.
#[component]
pub fn ActivityBars(
    counts: Vec<DayCount>,
    window: Window,
    /// The singular of the counted thing.
    noun: &'static str,
    /// True when the factor compares the two windows.
    compared: bool,
) -> impl IntoView {
    let days = (window.to - window.from).num_days() + 1;
    let bars = bars(&counts, window);
    if bars.is_empty() {
        let since = format::day(window.before().from);
        return view! { <p class="empty-note">{format!("No {noun} since {since}.")}</p> }.into_any();
    }
    let total = |current: bool| bars.iter().filter(|bar| bar.current == current).map(|bar| bar.count).sum::<i64>();
    let (now, before) = (format::count(total(true), noun), format::count(total(false), noun));
    let peak = bars.iter().max_by_key(|bar| bar.count).map(|bar| {
        let count = format::count(bar.count, noun);
        format!("Busiest day: {count} on {}", format::day(bar.day))
    });
    let description = format!(
        "{now} in the {days} days from {} to {}, {before} in the {days} days before. {}",
        format::day(window.from),
        format::day(window.to),
        peak.clone().unwrap_or_default(),
    );
    let name = format!("Number of {noun}s per day");
    let width = 2 * days * DAY_WIDTH;
    let rects = bars
        .iter()
        .map(|bar| {
            let tip = format!("{}: {}", format::day(bar.day), format::count(bar.count, noun));
            view! {
                <rect class="activity__bar" data-current=bar.current.to_string() x=bar.x y=HEIGHT - bar.height width=BAR_WIDTH height=bar.height>
                    <title>{tip}</title>
                </rect>
            }
        })
        .collect_view();
    view! {
        <figure class="activity">
            <svg class="activity__plot" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=name>
                <desc>{description}</desc>
                <rect class="activity__window" x=width / 2 y="0" width=width / 2 height=HEIGHT />
                {rects}
            </svg>
            <figcaption class="activity__halves">
                <span class="activity__half">
                    <span>{if compared { "Compared with" } else { "Before" }}", "{range(window.before())}</span>
                    <strong>{before}</strong>
                </span>
                <span class="activity__half" data-current="true">
                    <span>"Window, "{range(window)}</span>
                    <strong>{now}</strong>
                </span>
            </figcaption>
            {peak.map(|peak| view! { <p class="activity__peak">{peak}</p> })}
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, number).unwrap()
    }

    #[test]
    fn bars_span_the_window_and_the_one_before_it_and_scale_to_the_busiest_day() {
        let counts = [(1, 9), (2, 5), (4, 10), (5, 1), (6, 3)].map(|(number, count)| DayCount { day: day(number), count });
        let window = Window { from: day(4), to: day(5) };
        let drawn: Vec<_> = bars(&counts, window).iter().map(|bar| (bar.x, bar.height, bar.current)).collect();
        assert_eq!(drawn, [(0, 500, false), (8, 1000, true), (12, 100, true)]);
    }

    #[test]
    fn a_quiet_day_beside_a_very_busy_one_is_still_visible() {
        let counts = [(4, 1_000_000_000), (5, 1)].map(|(number, count)| DayCount { day: day(number), count });
        let drawn = bars(&counts, Window { from: day(4), to: day(5) });
        assert_eq!(drawn[1].height, LEAST_HEIGHT);
    }
}
