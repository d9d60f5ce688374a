//! "Why third?": the parts of a customer's rank with their numbers, and the product.

use super::item::arr_words;
use crate::app::components::renewal_words;
use crate::app::format;
use crate::domain::{NaiveDate, NeededCustomer, Points};
use crate::scoring::{FALL_DAYS, RENEWAL_DAYS};
use leptos::prelude::*;

/// Shows, on demand, how a customer comes to its place.
#[component]
pub fn Why(item: Memo<Option<(NeededCustomer, NaiveDate, String)>>) -> impl IntoView {
    let question = move || item.with(|item| item.as_ref().map(|(item, ..)| question(item.place)));
    let parts = move || {
        let parts = item.with(|item| item.as_ref().map(|(item, as_of, currency)| parts(item, *as_of, currency)));
        let row = |Part { name, number, reason }: Part| {
            view! {
                <div class="why__part">
                    <dt>{name}</dt>
                    <dd class="why__number">{number}</dd>
                    <dd class="why__reason">{reason}</dd>
                </div>
            }
        };
        parts.map(|parts| parts.map(row).collect_view())
    };
    view! {
        <details class="why">
            <summary>{question}</summary>
            <dl class="why__parts">{parts}</dl>
        </details>
    }
}

/// A line of the explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    name: &'static str,
    number: String,
    reason: String,
}

fn question(place: i64) -> String {
    let places = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    match usize::try_from(place - 1).ok().and_then(|index| places.get(index)) {
        Some(place) => format!("Why {place}?"),
        None => format!("Why number {}?", format::group(place)),
    }
}

/// Returns the four parts and their product.
fn parts(item: &NeededCustomer, as_of: NaiveDate, currency: &str) -> [Part; 5] {
    let money = |cents: i64| format::money_short(cents, currency);
    let nearness = match item.renewal_date.map(|date| (date, (date - as_of).num_days())) {
        None => "No renewal date is known".to_owned(),
        Some((date, _)) if date < as_of => format!("The renewal is {}", renewal_words(date, as_of)),
        Some((_, days)) if days >= RENEWAL_DAYS => format!("It renews in {} or more", format::count(RENEWAL_DAYS, "day")),
        Some((date, _)) => format!("It renews {}: the nearer, the closer to 2", renewal_words(date, as_of)),
    };
    let newness = match item.band_fell_on.map(|day| (as_of - day).num_days()) {
        Some(0) => "Its band fell today".to_owned(),
        Some(days) if days < FALL_DAYS => format!("Its band fell {} ago: the newer, the closer to 2", format::count(days, "day")),
        _ => format!("Its band did not fall within {}", format::count(FALL_DAYS, "day")),
    };
    let part = |name, number: String, reason| Part { name, number, reason };
    [
        part("ARR", item.arr_cents.map_or("1".to_owned(), money), arr_words(item, currency).1),
        part(
            "Risk",
            format!("× {}", item.parts.risk),
            format!("At {} the score lacks {} of 100 points", item.score, Points::MAX - item.score),
        ),
        part("Nearness of the renewal", format!("× {}", item.parts.nearness), nearness),
        part("Newness of the change", format!("× {}", item.parts.newness), newness),
        part("Rank", format!("= {}", money(item.rank)), "The highest comes first".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Band, Customer, CustomerFields, CustomerId, Multiple, Segment, UrgencyParts};

    fn day(ahead: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 16).unwrap() + chrono::Duration::days(ahead)
    }

    fn item() -> NeededCustomer {
        let fields = CustomerFields {
            name: "Acme".into(),
            segment: Segment::SMB,
            external_id: None,
            owner: None,
            arr_cents: None,
            renewal_date: None,
            start_date: None,
            crm_url: None,
        };
        NeededCustomer {
            place: 3,
            customer: Customer { id: CustomerId(1), fields, archived: None, version: 1, created_at: Default::default() },
            score: Points(336),
            band: Band::ChurnRisk,
            band_since: day(-4),
            band_fell_on: None,
            arr_cents: None,
            arr_assumed: true,
            renewal_date: None,
            rank: 66,
            parts: UrgencyParts { risk: Multiple(664), nearness: Multiple::ONE, newness: Multiple::ONE },
            reason: String::new(),
            help: None,
        }
    }

    #[track_caller]
    fn check(item: NeededCustomer, expected: [(&str, &str); 5]) {
        let parts = parts(&item, day(0), "USD").map(|part| (part.number, part.reason));
        assert_eq!(parts, expected.map(|(number, reason)| (number.to_owned(), reason.to_owned())));
    }

    #[test]
    fn every_part_is_told_with_its_reason() {
        check(
            item(),
            [
                ("1", "No customer's ARR is known: all count alike"),
                ("× 0.66", "At 33.6 the score lacks 66.4 of 100 points"),
                ("× 1.00", "No renewal date is known"),
                ("× 1.00", "Its band did not fall within 14 days"),
                ("= $0", "The highest comes first"),
            ],
        );
        let parts = UrgencyParts { risk: Multiple(664), nearness: Multiple(1789), newness: Multiple(1714) };
        let known = NeededCustomer {
            arr_cents: Some(32_900_000),
            arr_assumed: false,
            renewal_date: Some(day(19)),
            band_fell_on: Some(day(-4)),
            rank: 66_984_400,
            parts,
            ..item()
        };
        check(
            known.clone(),
            [
                ("$329k", "$329,000 a year"),
                ("× 0.66", "At 33.6 the score lacks 66.4 of 100 points"),
                ("× 1.79", "It renews in 19 days: the nearer, the closer to 2"),
                ("× 1.71", "Its band fell 4 days ago: the newer, the closer to 2"),
                ("= $670k", "The highest comes first"),
            ],
        );
        let told = |item: &NeededCustomer| super::parts(item, day(0), "USD").map(|part| part.reason);
        let assumed =
            NeededCustomer { arr_assumed: true, renewal_date: Some(day(-3)), band_fell_on: Some(day(0)), ..known.clone() };
        let [arr, _, nearness, newness, _] = told(&assumed);
        assert_eq!(arr, "Its ARR is unknown: $329,000, the median of SMB, stands in for it");
        assert_eq!((nearness.as_str(), newness.as_str()), ("The renewal is 3 days overdue", "Its band fell today"));
        let [_, _, nearness, ..] = told(&NeededCustomer { renewal_date: Some(day(90)), ..known });
        assert_eq!(nearness, "It renews in 90 days or more");
    }

    #[test]
    fn the_question_names_the_place() {
        for (place, words) in [(1, "Why first?"), (3, "Why third?"), (10, "Why tenth?"), (1234, "Why number 1,234?")] {
            assert_eq!(question(place), words);
        }
    }
}
