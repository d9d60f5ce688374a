//! The people whom a customer's raw events name.

use crate::domain::people::{FeatureUses, MOST_PEOPLE, People, Person};
use crate::domain::{AsOf, CustomerId, EventBody, EventId, NaiveDate, Window};
use crate::server::store::sql::bind::{binds, day, end, midnight, time};
use crate::server::store::tables::event_log::events_kept_from;
use crate::server::store::tables::events::read_body;
use crate::server::store::{Store, StoreResult};
use chrono::{DateTime, Duration, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The most rows that are read, each what somebody did on one day. Where there are more, fewer days are looked at.
const MOST_ROWS: i64 = 20_000;

/// A deed of somebody on a day: the day, an event's body, how often, when last, and one of the events.
type Deed = (i32, String, i64, i64, i64);

impl Store {
    /// Returns who is named by the events of some days, less those that were retracted; as known at the end of a day where the
    /// as-of day says so.
    pub async fn list_people(&self, customer: CustomerId, at: AsOf, days: i64) -> StoreResult<People> {
        let mut tx = self.read().await?;
        let window = Window::ending(at.day, days);
        let known = at.known_at.map_or(i64::MAX, |day| end(Some(day)).timestamp_micros());
        let sql = "SELECT day, payload, COUNT(*), MAX(occurred_at), MAX(id)
                   FROM events LEFT JOIN retractions ON event_id = id
                   WHERE customer_id = $1 AND kind IN ('login', 'feature_use') AND occurred_at >= $2 AND occurred_at < $3
                       AND received_at < $4 AND (retracted_at IS NULL OR retracted_at >= $4)
                   GROUP BY day, payload ORDER BY day DESC LIMIT $5";
        let (from, until) = (midnight(window.from), end(Some(window.to)));
        let mut deeds: Vec<Deed> = tx.all(sql, binds![customer, from, until, known, MOST_ROWS + 1]).await?;
        let first = match deeds.len() as i64 > MOST_ROWS {
            true => drop_last_day(&mut deeds),
            false => window.from,
        };
        let kept_from = events_kept_from(&mut tx).await?.filter(|kept| *kept > first);
        let mut items = people(deeds, at.day)?;
        let (total, stopped) = (items.len(), items.iter().filter(|person| person.stopped_on.is_some()).count());
        items.truncate(MOST_PEOPLE);
        Ok(People { customer_id: customer, as_of: at.day, from: first, kept_from, total, stopped, items })
    }
}

/// Drops the earliest day, of which not all rows were read, and returns the day after it.
fn drop_last_day(deeds: &mut Vec<Deed>) -> NaiveDate {
    let last = deeds.last().map_or(0, |deed| deed.0);
    deeds.retain(|deed| deed.0 != last);
    day(last) + Duration::days(1)
}

/// The traces of somebody.
#[derive(Default)]
struct Traces {
    last_seen_at: DateTime<Utc>,
    days: BTreeSet<i32>,
    logins: i64,
    features: BTreeMap<String, i64>,
}

/// Sums up what was done by whom: first those who have stopped, then everybody else, each the latest first.
fn people(deeds: Vec<Deed>, as_of: NaiveDate) -> StoreResult<Vec<Person>> {
    let mut found = BTreeMap::<String, Traces>::new();
    for (day, payload, count, last, id) in deeds {
        let (user, feature) = match read_body(EventId(id), &payload)? {
            EventBody::Login { user: Some(user) } => (user, None),
            EventBody::FeatureUse { user: Some(user), feature } => (user, Some(feature)),
            _ => continue,
        };
        let traces = found.entry(user).or_default();
        traces.last_seen_at = traces.last_seen_at.max(time(last));
        traces.days.insert(day);
        match feature {
            Some(feature) => *traces.features.entry(feature).or_default() += count,
            None => traces.logins += count,
        }
    }
    let person = |(user, traces): (String, Traces)| {
        let days_seen = traces.days.len() as i64;
        let mut features: Vec<_> = traces.features.into_iter().map(|(feature, uses)| FeatureUses { feature, uses }).collect();
        features.sort_by_key(|of| Reverse(of.uses));
        let stopped_on = Person::stopped_on(traces.last_seen_at, days_seen, as_of);
        Person { user, last_seen_at: traces.last_seen_at, days_seen, logins: traces.logins, features, stopped_on }
    };
    let mut people: Vec<_> = found.into_iter().map(person).collect();
    people.sort_by_key(|person| (person.stopped_on.is_none(), Reverse(person.last_seen_at)));
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_day_is_left_out_when_not_all_of_it_was_read() {
        let deed = |day: i32| (day, String::new(), 1, 0, 0);
        let mut deeds = vec![deed(9), deed(9), deed(8), deed(7), deed(7)];
        assert_eq!(drop_last_day(&mut deeds), day(8));
        assert_eq!(deeds.iter().map(|deed| deed.0).collect::<Vec<_>>(), [9, 9, 8]);
    }
}
