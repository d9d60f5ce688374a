//! Churn rates: a bar for each band, with the interval in which the true rate may lie.

use crate::app::components::{BandBadge, band_attribute};
use crate::app::format;
use crate::domain::Figure;
use crate::domain::backtest::BandRate;
use leptos::prelude::*;

/// The least scale, and the steps in which it grows, in ten-thousandths.
const STEP: i64 = 1_000;

/// The customers from which on the interval of a band's rate is short enough to set the scale.
const ENOUGH: i64 = 10;

/// Returns the end of the scale: above the intervals of bands with enough customers.
fn scale(bands: &[BandRate]) -> i64 {
    let end = |band: &BandRate| match band.n {
        ENOUGH.. => band.rate.high.0,
        _ => 0,
    };
    let most = bands.iter().map(end).max().unwrap_or_default();
    (most + STEP - 1).div_euclid(STEP).max(1) * STEP
}

/// Returns a figure's place on the scale, in thousandths: at its end when it is beyond.
fn place(figure: Figure, scale: i64) -> i64 {
    (1000 * figure.0 / scale).min(1000)
}

/// Draws one bar for each band, with its figures.
#[component]
pub fn RatesChart(bands: Vec<BandRate>, horizon: i64, currency: String) -> impl IntoView {
    let scale = scale(&bands);
    let rows = bands.into_iter().map(|band| {
        let [rate, low, high] = [band.rate.rate, band.rate.low, band.rate.high].map(|figure| place(figure, scale));
        let plot = (band.n > 0).then(|| {
            view! {
                <span class="rates__plot" style=format!("--rate: {rate}; --low: {low}; --high: {high}") aria-hidden="true">
                    <span class="rates__bar"></span>
                    <span class="rates__interval"></span>
                </span>
            }
        });
        let told = if band.n > 0 { band.rate.rate.percent() } else { "–".to_owned() };
        let interval =
            (band.n > 0).then(|| format!("{} to {}", band.rate.low.percent().trim_end_matches(" %"), band.rate.high.percent()));
        let arr = (band.churned_arr_cents > 0).then(|| format!(", {}", format::money_short(band.churned_arr_cents, &currency)));
        view! {
            <tr data-band=band_attribute(band.band)>
                <th scope="row"><BandBadge band=band.band /></th>
                <td class="rates__cell">{plot}</td>
                <td class="rates__rate"><b>{told}</b> <span class="rates__small">{interval}</span></td>
                <td class="rates__counts">{format::group(band.churned)} " of " {format::group(band.n)} {arr}</td>
            </tr>
        }
    });
    view! {
        <table class="rates">
            <thead class="sr-only">
                <tr>
                    <th scope="col">"Band"</th>
                    <td></td>
                    <th scope="col">{format!("Left within {horizon} days, with the 95 % interval")}</th>
                    <th scope="col">"Customers and ARR lost"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Band;
    use crate::domain::backtest::Rate;

    fn band(n: i64, high: i64) -> BandRate {
        let rate = Rate { high: Figure(high), ..Rate::default() };
        BandRate { band: Band::Healthy, n, churned: 0, churned_arr_cents: 0, rate }
    }

    #[test]
    fn the_scale_ends_above_the_intervals_of_bands_with_enough_customers() {
        assert_eq!(scale(&[band(90, 1_234), band(10, 2_000), band(9, 10_000)]), 2_000);
        assert_eq!(scale(&[band(10, 2_001)]), 3_000);
        assert_eq!(scale(&[band(0, 10_000)]), 1_000);
        assert_eq!((place(Figure(1_500), 3_000), place(Figure(9_000), 3_000)), (500, 1_000));
    }
}
