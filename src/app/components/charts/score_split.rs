//! The scores of those that left above the scores of those that stayed, each as shares of their own number, on one axis.

use crate::app::format;
use crate::domain::backtest::ScoreCount;
use leptos::prelude::*;

/// The height of a drawing, and the width of a column with the space around it.
const HEIGHT: i64 = 1000;
const COLUMN: i64 = 10;

/// Returns the heights of the columns of both groups on one scale: the largest share of either reaches the top.
fn heights(columns: &[ScoreCount]) -> [Vec<i64>; 2] {
    let groups: [fn(&ScoreCount) -> i64; 2] = [|column| column.churned, |column| column.stayed];
    let total = |group: fn(&ScoreCount) -> i64| columns.iter().map(group).sum::<i64>().max(1);
    // A share is compared as a fraction of both totals.
    let totals = groups.map(total);
    let share = |place: usize, column: &ScoreCount| i128::from(groups[place](column)) * i128::from(totals[1 - place]);
    let most = columns.iter().flat_map(|column| [share(0, column), share(1, column)]).max().unwrap_or_default().max(1);
    let height = |place: usize| columns.iter().map(|column| (share(place, column) * i128::from(HEIGHT) / most) as i64).collect();
    [height(0), height(1)]
}

/// Describes a group in words: where most of it stands.
fn summary(columns: &[ScoreCount], group: fn(&ScoreCount) -> i64, word: &str) -> String {
    let told: Vec<_> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| group(column) > 0)
        .map(|(place, column)| {
            let width = 100 / columns.len().max(1);
            format!("{} from {} to {}", format::group(group(column)), place * width, (place + 1) * width)
        })
        .collect();
    if told.is_empty() { format!("Nobody {word}.") } else { format!("{word} by score: {}.", told.join(", ")) }
}

/// Draws both groups, with a label each and the axis of scores.
#[component]
pub fn ScoreSplit(columns: Vec<ScoreCount>) -> impl IntoView {
    let [left, stayed] = heights(&columns);
    let width = COLUMN * columns.len() as i64;
    let group = |heights: Vec<i64>, of: fn(&ScoreCount) -> i64, kind: &'static str, word: &'static str| {
        let total = columns.iter().map(of).sum::<i64>();
        let bars = heights.into_iter().enumerate().filter(|(_, height)| *height > 0).map(|(place, height)| {
            let x = COLUMN * place as i64 + 1;
            view! { <rect class="score-split__bar" x=x y=HEIGHT - height width=COLUMN - 2 height=height /> }
        });
        view! {
            <div class="score-split__group" data-kind=kind>
                <p class="score-split__label"><b>{format::group(total)}</b> " " {word}</p>
                <svg class="score-split__plot" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=format!("Scores of those that {word}")>
                    <desc>{summary(&columns, of, word)}</desc>
                    {bars.collect_view()}
                </svg>
            </div>
        }
    };
    let groups =
        [group(left, |column| column.churned, "left", "left"), group(stayed, |column| column.stayed, "stayed", "stayed")];
    view! {
        <figure class="score-split">
            {groups}
            <p class="score-split__axis" aria-hidden="true">{["0", "20", "40", "60", "80", "100"].map(|mark| view! { <span>{mark}</span> })}</p>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(churned: i64, stayed: i64) -> ScoreCount {
        ScoreCount { churned, stayed }
    }

    #[test]
    fn both_groups_are_shares_of_their_own_number_on_one_scale() {
        let columns = [column(1, 10), column(0, 20), column(3, 70)];
        assert_eq!(heights(&columns), [vec![333, 0, 1000], vec![133, 266, 933]]);
        assert_eq!(heights(&[column(0, 0); 3]), [vec![0; 3], vec![0; 3]]);
        assert_eq!(heights(&[column(0, 4), column(0, 1)]), [vec![0, 0], vec![1000, 250]]);
    }

    #[test]
    fn the_summary_names_the_scores() {
        assert_eq!(
            summary(&[column(1, 0), column(2, 0)], |column| column.churned, "left"),
            "left by score: 1 from 0 to 50, 2 from 50 to 100."
        );
        assert_eq!(summary(&[column(1, 0)], |column| column.stayed, "stayed"), "Nobody stayed.");
    }
}
