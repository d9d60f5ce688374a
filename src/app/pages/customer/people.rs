//! The people at the customer: who has stopped, when everybody was last seen, what they use.

use super::place::Place;
use crate::app::components::Day;
use crate::app::format;
use crate::domain::NaiveDate;
use crate::domain::people::{MOST_PEOPLE, PEOPLE_DAYS, People, Person};
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

/// The most people that are shown before everybody is asked for.
const SHOWN: usize = 8;
/// The most features that are named beside somebody.
const FEATURES: usize = 3;
/// The most people who have stopped that the sentence names.
const NAMED: usize = 3;

#[component]
pub fn PeopleSection(page: Memo<CustomerPage>, place: Memo<Place>) -> impl IntoView {
    let people = Memo::new(move |_| page.with(|page| page.people.clone()));
    let body = move || {
        let people = people.get();
        let as_of = people.as_of;
        let all = place.read().everybody;
        let shown = if all { people.items.len() } else { SHOWN };
        let more = (people.items.len() > shown).then(|| {
            let href = move || place.read().with_everybody().people_href();
            view! { <p><a class="no-print" href=href data-noscroll="true">{format!("Show all {}", people.items.len())}</a></p> }
        });
        let left_out = (all && people.total > people.items.len()).then(|| {
            view! { <p class="muted">{format!("The first {MOST_PEOPLE} of {} are listed.", format::group(people.total as i64))}</p> }
        });
        let (sentence, limits) = (sentence(&people), limits(&people));
        let rows = people.items.into_iter().take(shown).map(|person| view! { <PersonRow person as_of /> }).collect_view();
        view! {
            <p class="people__answer">{sentence}</p>
            {(people.total > 0).then(|| view! {
                <table class="people">
                    <thead><tr><th scope="col">"Who"</th><th scope="col">"Last seen"</th><th scope="col">"Uses"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            })}
            {more}
            {left_out}
            {limits.map(|text| view! { <p class="muted people__limits">{text}</p> })}
        }
    };
    view! {
        <section class="panel" id="people" aria-labelledby="people-title">
            <div class="panel__head">
                <h2 id="people-title">"People"</h2>
                <p class="muted">{format!("Last {PEOPLE_DAYS} days")}</p>
            </div>
            {body}
        </section>
    }
}

#[component]
fn PersonRow(person: Person, as_of: NaiveDate) -> impl IntoView {
    let day = person.last_seen_at.date_naive();
    let uses = uses(&person);
    view! {
        <tr data-stopped=person.stopped_on.is_some().then_some("")>
            <th scope="row">{person.user}</th>
            <td title=format::time(person.last_seen_at)>
                <Day day />
                " "
                <span class="muted">{if person.stopped_on.is_some() { "stopped".to_owned() } else { format::days_ago(day, as_of) }}</span>
            </td>
            <td>{uses}</td>
        </tr>
    }
}

/// "12 logins; reports, export and 2 more"
fn uses(person: &Person) -> String {
    let names: Vec<_> = person.features.iter().take(FEATURES).map(|of| of.feature.as_str()).collect();
    let more = match person.features.len().saturating_sub(FEATURES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let features = (!names.is_empty()).then(|| names.join(", ") + &more);
    let logins = (person.logins > 0).then(|| format::count(person.logins, "login"));
    logins.into_iter().chain(features).collect::<Vec<_>>().join("; ")
}

/// Says who has stopped: "2 of 7 have stopped: Rosa Dubois not since 27 Oct 2026, ..."
fn sentence(people: &People) -> String {
    let since = |person: &Person| Some(format!("{} not since {}", person.user, format::day(person.stopped_on?)));
    let named: Vec<_> = people.items.iter().filter_map(since).take(NAMED).collect();
    let rest = if people.stopped > named.len() { ", ..." } else { "" };
    match (people.total, people.stopped) {
        (0, _) => "No login and no use of a feature names anybody.".to_owned(),
        (1, 0) => "One person, who was seen within the last 14 days or on fewer than 3.".to_owned(),
        (all, 0) => format!("{} people, none of whom has stopped.", format::group(all as i64)),
        (all, 1) => format!("1 of {} has stopped: {}.", format::group(all as i64), named.join(", ")),
        (all, stopped) => {
            format!(
                "{stopped} of {} have stopped: {}{rest}{}",
                format::group(all as i64),
                named.join(", "),
                if rest.is_empty() { "." } else { "" }
            )
        }
    }
}

/// Says what limits the picture: raw events that are not kept, or too many of them.
fn limits(people: &People) -> Option<String> {
    let expected = people.as_of - chrono::Duration::days(PEOPLE_DAYS - 1);
    let dropped = people.kept_from.map(|day| {
        format!("Events received before {} are not kept one by one, so whoever came only before is not listed.", format::day(day))
    });
    let many = (people.from > expected)
        .then(|| format!("There are very many events, so only those since {} were looked at.", format::day(people.from)));
    let limits: Vec<_> = many.into_iter().chain(dropped).collect();
    (!limits.is_empty()).then(|| limits.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CustomerId;
    use crate::domain::people::FeatureUses;
    use chrono::{TimeZone, Utc};

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn person(user: &str, last: u32, stopped: bool) -> Person {
        let last_seen_at = Utc.with_ymd_and_hms(2026, 3, last, 9, 0, 0).unwrap();
        let features = ["a", "b", "c", "d", "e"].map(|feature| FeatureUses { feature: feature.into(), uses: 1 }).to_vec();
        Person { user: user.into(), last_seen_at, days_seen: 5, logins: 12, features, stopped_on: stopped.then(|| day(last)) }
    }

    fn people(items: Vec<Person>) -> People {
        let (total, stopped) = (items.len(), items.iter().filter(|person| person.stopped_on.is_some()).count());
        let as_of = day(31);
        People {
            customer_id: CustomerId(1),
            as_of,
            from: as_of - chrono::Duration::days(89),
            kept_from: None,
            total,
            stopped,
            items,
        }
    }

    #[test]
    fn who_has_stopped_is_named_and_many_are_cut_short() {
        let rosa = || person("Rosa Dubois", 2, true);
        let here = || person("Ada", 30, false);
        assert_eq!(sentence(&people(vec![rosa(), here()])), "1 of 2 has stopped: Rosa Dubois not since 2 Mar 2026.");
        assert_eq!(sentence(&people(vec![here(), here()])), "2 people, none of whom has stopped.");
        let five = people((1..=5).map(|day| person("X", day, true)).collect());
        assert_eq!(
            sentence(&five),
            "5 of 5 have stopped: X not since 1 Mar 2026, X not since 2 Mar 2026, X not since 3 Mar 2026, ..."
        );
        assert_eq!(uses(&rosa()), "12 logins; a, b, c and 2 more");
    }

    #[test]
    fn what_limits_the_picture_is_told() {
        assert_eq!(limits(&people(vec![])), None);
        let cut = People { from: day(1), kept_from: Some(day(2)), ..people(vec![]) };
        let text = limits(&cut).unwrap();
        assert!(text.contains("since 1 Mar 2026") && text.contains("before 2 Mar 2026"), "{text}");
    }
}
