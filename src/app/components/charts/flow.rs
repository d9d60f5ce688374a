//! The way of customers from one day to another: a column of bands on each side, and ribbons between them.

use super::bands::apart;
use crate::app::components::band_attribute;
use crate::app::format;
use crate::domain::counts::group;
use crate::domain::list::Measure;
use crate::domain::money::money_short;
use crate::domain::month::Flow;
use crate::domain::{Band, NaiveDate};
use leptos::prelude::*;

/// The ends of the ribbons from the top to the bottom. `None` are those who came, or who went.
const ENDS: [Option<Band>; Band::COUNT + 1] =
    [Some(Band::Healthy), Some(Band::AtRisk), Some(Band::ChurnRisk), Some(Band::Onboarding), Some(Band::NoData), None];
/// The size of the drawing, the space between two bands, and the width of a column.
const SIZE: i128 = 1000;
const GAP: i128 = 28;
const COLUMN: i128 = 14;

/// The place of a band in its column, or of the end of a ribbon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    top: i128,
    height: i128,
}

impl Place {
    /// Returns the middle as hundredths from the bottom.
    fn middle(self) -> i64 {
        (100 - (2 * self.top + self.height) / 20) as i64
    }
}

/// A band in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Column {
    end: Option<Band>,
    figure: i64,
    place: Place,
}

/// A ribbon between two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ribbon {
    from: Option<Band>,
    to: Option<Band>,
    left: Place,
    right: Place,
}

impl Ribbon {
    /// Returns the outline as path data.
    fn path(self) -> String {
        let (left, right, half) = (COLUMN, SIZE - COLUMN, SIZE / 2);
        let (a, b) = (self.left.top, self.right.top);
        let (c, d) = (self.right.top + self.right.height, self.left.top + self.left.height);
        format!("M{left} {a}C{half} {a} {half} {b} {right} {b}L{right} {c}C{half} {c} {half} {d} {left} {d}Z")
    }

    fn kind(self) -> &'static str {
        match (self.from, self.to) {
            (None, _) => "came",
            (_, None) => "went",
            (Some(from), Some(to)) if from == to => "stayed",
            (Some(from), Some(to)) if !from.tells_risk() || !to.tells_risk() => "other",
            (Some(from), Some(to)) if to > from => "fell",
            _ => "rose",
        }
    }
}

fn figure(flow: &Flow, by: Measure) -> i64 {
    match by {
        Measure::Arr => flow.tally.arr_cents,
        Measure::Customers => flow.tally.customers,
    }
}

/// Lays out both columns and the ribbons between them.
fn layout(flow: &[Flow], by: Measure) -> (Vec<Column>, Vec<Column>, Vec<Ribbon>) {
    let sum = |is_of: &dyn Fn(&Flow) -> bool| {
        let sizes = flow.iter().filter(|told| is_of(told)).map(|told| i128::from(figure(told, by)));
        sizes.sum::<i128>()
    };
    let total = sum(&|_| true).max(1);
    let onboards = flow.iter().any(|told| [told.from, told.to].contains(&Some(Band::Onboarding)));
    let spaces = ENDS.len() as i128 - if onboards { 1 } else { 2 };
    let room = SIZE - GAP * spaces;
    let column = |side: fn(&Flow) -> Option<Band>| {
        let mut top = 0;
        let bands = ENDS.into_iter().filter_map(|end| {
            let size = sum(&|told| side(told) == end);
            if size == 0 {
                return None;
            }
            let place = Place { top, height: (size * room / total).max(2) };
            top += place.height + GAP;
            Some(Column { end, figure: size.min(i64::MAX.into()) as i64, place })
        });
        bands.collect::<Vec<_>>()
    };
    let (left, right) = (column(|told| told.from), column(|told| told.to));
    let ribbons = |side: &[Column], end: fn(&Flow) -> Option<Band>, other: fn(&Flow) -> Option<Band>| {
        let mut places = vec![Place { top: 0, height: 0 }; flow.len()];
        for column in side {
            let mut top = column.place.top;
            for other_end in ENDS {
                let found = flow.iter().position(|told| end(told) == column.end && other(told) == other_end);
                let Some(index) = found else { continue };
                let height = i128::from(figure(&flow[index], by)) * room / total;
                places[index] = Place { top, height };
                top += height;
            }
        }
        places
    };
    let starts = ribbons(&left, |told| told.from, |told| told.to);
    let ends = ribbons(&right, |told| told.to, |told| told.from);
    let ribbons = flow.iter().zip(starts.into_iter().zip(ends)).filter(|(told, _)| figure(told, by) > 0);
    let ribbons = ribbons.map(|(told, (left, right))| Ribbon { from: told.from, to: told.to, left, right }).collect();
    (left, right, ribbons)
}

/// Describes the chart in words.
fn summary(left: &[Column], right: &[Column], words: impl Fn(i64) -> String) -> String {
    let side = |columns: &[Column], other: &'static str| {
        let told = columns.iter().map(|column| format!("{} {}", column.end.map_or(other, Band::label), words(column.figure)));
        told.collect::<Vec<_>>().join(", ")
    };
    format!("From {} to {}.", side(left, "Came"), side(right, "Went"))
}

/// Draws the columns and ribbons, with a label for each band. `from` and `to` are the days of the two sides.
#[component]
pub fn FlowChart(flow: Vec<Flow>, by: Measure, currency: String, from: NaiveDate, to: NaiveDate) -> impl IntoView {
    let (left, right, ribbons) = layout(&flow, by);
    let words = move |figure: i64| match by {
        Measure::Arr => money_short(figure, &currency),
        Measure::Customers => group(figure),
    };
    let desc = summary(&left, &right, &words);
    let attribute = |end: Option<Band>| end.map_or("no-data", band_attribute);
    let bars = [(&left, 0), (&right, SIZE - COLUMN)].into_iter().flat_map(|(columns, x)| {
        columns.iter().map(move |Column { end, place, .. }| {
            let (x, y, height) = (x.to_string(), place.top.to_string(), place.height.to_string());
            view! { <rect class="flow-chart__band" data-band=attribute(*end) x=x y=y width=COLUMN.to_string() height=height /> }
        })
    });
    let ribbons = ribbons.into_iter().map(|ribbon| {
        view! { <path class="flow-chart__ribbon" data-kind=ribbon.kind() data-band=attribute(ribbon.to) d=ribbon.path() /> }
    });
    let labels = |columns: &[Column], other: &'static str| {
        let places = apart(columns.iter().rev().map(|column| column.place.middle()));
        let told = columns.iter().rev().zip(places).map(|(Column { end, figure, .. }, place)| {
            view! {
                <li style=format!("--at: {place}")>
                    {end.map_or(other, Band::label)} " " <b>{words(*figure)}</b>
                </li>
            }
        });
        told.collect_view()
    };
    view! {
        <figure class="flow-chart">
            <div class="flow-chart__frame">
                <ul class="flow-chart__labels" data-side="start" aria-hidden="true">{labels(&left, "Came")}</ul>
                <svg class="flow-chart__plot" viewBox=format!("0 0 {SIZE} {SIZE}") preserveAspectRatio="none" role="img" aria-label="Flow between bands">
                    <desc>{desc}</desc>
                    {ribbons.collect_view()}
                    {bars.collect_view()}
                </svg>
                <ul class="flow-chart__labels" data-side="end" aria-hidden="true">{labels(&right, "Went")}</ul>
            </div>
            <p class="flow-chart__axis" aria-hidden="true"><span>{format::day(from)}</span><span>{format::day(to)}</span></p>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::portfolio::Tally;

    fn flow(from: Option<Band>, to: Option<Band>, arr_cents: i64) -> Flow {
        Flow { from, to, tally: Tally { customers: 1, arr_cents, arr_unknown: 0 } }
    }

    #[test]
    fn both_columns_hold_all_of_the_flow() {
        let told = [
            flow(None, Some(Band::Healthy), 10),
            flow(Some(Band::Healthy), None, 10),
            flow(Some(Band::Healthy), Some(Band::Healthy), 60),
            flow(Some(Band::Healthy), Some(Band::AtRisk), 20),
        ];
        let (left, right, ribbons) = layout(&told, Measure::Arr);
        let ends = |columns: &[Column]| columns.iter().map(|column| (column.end, column.figure)).collect::<Vec<_>>();
        assert_eq!(ends(&left), [(Some(Band::Healthy), 90), (None, 10)]);
        assert_eq!(ends(&right), [(Some(Band::Healthy), 70), (Some(Band::AtRisk), 20), (None, 10)]);
        // 888 of 1000 are left beside the four spaces.
        assert_eq!((left[0].place, left[1].place), (Place { top: 0, height: 799 }, Place { top: 827, height: 88 }));
        let fell = ribbons.iter().find(|ribbon| ribbon.kind() == "fell").unwrap();
        assert_eq!((fell.left, fell.right), (Place { top: 532, height: 177 }, Place { top: 649, height: 177 }));
        assert_eq!(fell.path(), "M14 532C500 532 500 649 986 649L986 826C500 826 500 709 14 709Z");
        let words = summary(&left, &right, |figure| figure.to_string());
        assert_eq!(words, "From Healthy 90, Came 10 to Healthy 70, At risk 20, Went 10.");
        assert_eq!(layout(&told, Measure::Customers).0[0].figure, 3);
        assert_eq!(layout(&[], Measure::Arr), (Vec::new(), Vec::new(), Vec::new()));
    }
}
