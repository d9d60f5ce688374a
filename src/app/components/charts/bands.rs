//! ARR or customers by band over time: areas on top of each other, the worst band at the bottom, and a link for each day.

use super::days::walk;
use crate::app::components::band_attribute;
use crate::app::format;
use crate::domain::band_history::BandHistory;
use crate::domain::list::Measure;
use crate::domain::{Band, NaiveDate};
use chrono::Duration;
use leptos::prelude::*;

/// The bands from the bottom to the top.
const STACK: [Band; Band::COUNT] = [Band::ChurnRisk, Band::AtRisk, Band::Healthy, Band::Onboarding, Band::NoData];

/// Returns the bands of the stack: Onboarding only where a customer has it.
fn stack(history: &BandHistory) -> impl Iterator<Item = Band> {
    let customers = |band| history.bands.iter().filter(|days| days.band == band).flat_map(|days| &days.customers).sum();
    STACK.into_iter().filter(move |band| band.is_shown(customers(*band)))
}

/// The height of the drawing.
const HEIGHT: i128 = 1000;

/// The least distance between two labels, in hundredths of the height.
const LABEL: i64 = 11;

/// Returns the top edge of each band of the stack and, below them all, the bottom: heights from the top, one for each day.
fn edges(history: &BandHistory, by: Measure) -> Vec<Vec<i128>> {
    let days = 0..history.days_shown();
    let mut sums: Vec<i128> = vec![0; history.days_shown()];
    let mut stacked = vec![sums.clone()];
    for band in stack(history) {
        for (day, sum) in sums.iter_mut().enumerate() {
            *sum += i128::from(history.figure(band, by, day));
        }
        stacked.push(sums.clone());
    }
    let most = days.map(|day| sums[day]).max().unwrap_or_default().max(1);
    let from_top = |sum: &i128| HEIGHT - sum * HEIGHT / most;
    stacked.iter().map(|sums| sums.iter().map(from_top).collect()).collect()
}

/// Returns the area between two edges as path data, 1 wide a day. Days in a straight line are left out.
fn area(top: &[i128], bottom: &[i128]) -> String {
    let corner = |edge: &[i128], day: usize| match (day.checked_sub(1).and_then(|before| edge.get(before)), edge.get(day + 1)) {
        (Some(before), Some(after)) => edge[day] - before != after - edge[day],
        _ => true,
    };
    let there = (0..top.len()).filter(|day| corner(top, *day)).map(|day| (day, top[day]));
    let back = (0..bottom.len()).rev().filter(|day| corner(bottom, *day)).map(|day| (day, bottom[day]));
    let mut path = String::new();
    for (day, height) in there.chain(back) {
        path += &format!("{}{day} {height}", if path.is_empty() { 'M' } else { 'L' });
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

/// Returns how far up the labels of the stack stand, in hundredths: in the middle of their bands on the last day, but apart.
fn label_places(edges: &[Vec<i128>]) -> Vec<i64> {
    let last = |edge: &Vec<i128>| (HEIGHT - edge.last().copied().unwrap_or(HEIGHT)) as i64;
    apart(edges.windows(2).map(|pair| (last(&pair[0]) + last(&pair[1])) / 20))
}

/// Moves labels apart that would stand on each other. They come, and go, from the bottom up, in hundredths of the height.
pub(super) fn apart(middles: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut places: Vec<i64> = Vec::new();
    for middle in middles {
        let lowest = places.last().map_or(LABEL / 2, |below| below + LABEL);
        places.push(middle.max(lowest));
    }
    // Those that were pushed over the top push back.
    let mut highest = 100 - LABEL / 2;
    for place in places.iter_mut().rev() {
        *place = (*place).min(highest);
        highest = *place - LABEL;
    }
    places
}

/// Returns the days that have a link: each one, or one a week where they would be too narrow, counted from the last.
fn linked_days(history: &BandHistory) -> impl Iterator<Item = usize> {
    let last = history.days_shown().saturating_sub(1);
    let step = if history.days > 90 { 7 } else { 1 };
    (0..=last).filter(move |day| (last - day).is_multiple_of(step))
}

/// Describes the chart in words.
fn summary(history: &BandHistory, by: Measure) -> String {
    let days = history.days_shown();
    let say = |day: usize| {
        let figure = history.words(by, history.not_healthy(by, day));
        format!("{figure} on {}", format::day(history.from + Duration::days(day as i64)))
    };
    let what = match by {
        Measure::Arr => "ARR",
        Measure::Customers => "Customers",
    };
    let lowest = (0..days).min_by_key(|day| history.not_healthy(by, *day)).unwrap_or_default();
    let highest = (0..days).max_by_key(|day| history.not_healthy(by, *day)).unwrap_or_default();
    let last = days.saturating_sub(1);
    format!("{what} not healthy: {}, {}; lowest {}, highest {}.", say(0), say(last), say(lowest), say(highest))
}

/// Draws the areas, a label for each band, and the links. `href` returns the address of a day.
#[component]
pub fn BandsChart(
    history: BandHistory,
    by: Measure,
    href: impl Fn(NaiveDate) -> String + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let edges = edges(&history, by);
    let last = history.days_shown().saturating_sub(1);
    let areas = stack(&history).zip(edges.windows(2)).map(|(band, pair)| {
        view! { <path class="bands-chart__area" data-band=band_attribute(band) d=area(&pair[1], &pair[0]) /> }
    });
    let labels = stack(&history).zip(label_places(&edges)).map(|(band, place)| (band, history.figure(band, by, last), place));
    let labels = labels.filter(|(_, figure, _)| *figure > 0).map(|(band, figure, place)| {
        view! {
            <li data-band=band_attribute(band) style=format!("--at: {place}")>
                {band.label()} " " <b>{history.words(by, figure)}</b>
            </li>
        }
    });
    let days = linked_days(&history).map(|day| {
        let date = history.from + Duration::days(day as i64);
        let (not_healthy, all) = (history.words(by, history.not_healthy(by, day)), history.words(by, history.total(by, day)));
        let label = format!("{}: {not_healthy} of {all} not healthy", format::day(date));
        let side = if day < last / 2 { "start" } else { "end" };
        // Only one day can be reached with Tab. The arrow keys move on from there.
        let (current, tabindex) = if day == last { (Some("date"), "0") } else { (None, "-1") };
        view! {
            <a class="bands-chart__day" href=href(date) aria-label=label aria-current=current tabindex=tabindex data-side=side data-noscroll="true"></a>
        }
    });
    let axis = [0, last / 3, 2 * last / 3, last].map(|day| format::day(history.from + Duration::days(day as i64)));
    view! {
        <figure class="bands-chart">
            <div class="bands-chart__frame">
                <svg class="bands-chart__plot" viewBox=format!("0 0 {} {HEIGHT}", last.max(1)) preserveAspectRatio="none" role="img" aria-label="By band over time">
                    <desc>{summary(&history, by)}</desc>
                    {areas.collect_view()}
                </svg>
                <div class="bands-chart__days" role="group" aria-label="Pick a day: the arrow keys move, Enter opens it" on:keydown=walk>
                    {days.collect_view()}
                </div>
                <ul class="bands-chart__labels" aria-hidden="true">{labels.collect_view()}</ul>
            </div>
            <p class="bands-chart__axis" aria-hidden="true">{axis.map(|date| view! { <span>{date}</span> })}</p>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::band_history::BandDays;

    fn history(bands: [&[i64]; 4]) -> BandHistory {
        let days = |(band, arr): (Band, &[i64])| BandDays { band, customers: vec![1; arr.len()], arr_cents: arr.into() };
        let from = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        BandHistory {
            as_of: from + Duration::days(bands[0].len() as i64 - 1),
            known_at: None,
            currency: "USD".to_owned(),
            days: bands[0].len() as i64 - 1,
            from,
            bands: Band::ALL.into_iter().filter(|band| *band != Band::Onboarding).zip(bands).map(days).collect(),
            moves: Vec::new(),
            moves_by_rules: Vec::new(),
            pending: 0,
        }
    }

    #[test]
    fn areas_stand_on_each_other() {
        let history = history([&[60, 40, 20], &[20, 40, 60], &[20, 20, 20], &[0, 0, 0]]);
        let edges = edges(&history, Measure::Arr);
        assert_eq!(edges, [[1000; 3].to_vec(), vec![800; 3], vec![600, 400, 200], vec![0; 3], vec![0; 3]]);
        // The day in the middle of a straight line is left out.
        assert_eq!(area(&edges[1], &edges[0]), "M0 800L2 800L2 1000L0 1000Z");
        assert_eq!(area(&edges[2], &edges[1]), "M0 600L2 200L2 800L0 800Z");
        assert_eq!(area(&[0, 5, 0], &[9, 9, 9]), "M0 0L1 5L2 0L2 9L0 9Z");
    }

    #[test]
    fn labels_of_thin_bands_stand_apart() {
        let thin = history([&[97], &[1], &[1], &[1]]);
        assert_eq!(label_places(&edges(&thin, Measure::Arr)), [5, 16, 50, 95]);
        let thick = history([&[40], &[30], &[30], &[0]]);
        assert_eq!(label_places(&edges(&thick, Measure::Arr)), [15, 45, 80, 95]);
        let top = history([&[1], &[98], &[1], &[0]]);
        assert_eq!(label_places(&edges(&top, Measure::Arr)), [5, 50, 84, 95]);
    }

    #[test]
    fn the_summary_names_the_ends_and_the_extremes() {
        let history = history([&[5_000_00, 0, 6_000_00], &[1_000_00, 6_000_00, 0], &[0, 0, 0], &[0, 0, 0]]);
        assert_eq!(
            summary(&history, Measure::Arr),
            "ARR not healthy: $1.0k on 1 Mar 2026, $0 on 3 Mar 2026; lowest $0 on 3 Mar 2026, highest $6.0k on 2 Mar 2026."
        );
    }

    #[test]
    fn long_periods_have_a_link_a_week_that_ends_on_the_last_day() {
        let long = BandHistory { days: 180, ..history([&[1; 181], &[1; 181], &[1; 181], &[1; 181]]) };
        let days: Vec<_> = linked_days(&long).collect();
        assert_eq!((days.first(), days.last(), days.len()), (Some(&5), Some(&180), 26));
        assert_eq!(linked_days(&history([&[1; 91], &[1; 91], &[1; 91], &[1; 91]])).count(), 91);
    }
}
