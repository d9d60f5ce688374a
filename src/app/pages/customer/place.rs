//! Where on a customer's page one is: what its URL says, and the URLs its links lead to.

use crate::domain::{CustomerId, EventId, EventKind, NaiveDate};

/// The path and query of a customer's page. Texts are as typed; the server judges them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub id: CustomerId,
    /// The day whose breakdown is shown; today when absent.
    pub as_of: Option<String>,
    /// How many days the history shows.
    pub days: Option<String>,
    pub kind: Option<String>,
    pub events_page: Option<String>,
    /// The event about to be retracted.
    pub retract: Option<String>,
    /// The form to log an event with.
    pub log: Option<String>,
}

/// The lengths that the history can have.
pub const HISTORY_DAYS: [i64; 3] = [30, 90, 180];
pub const DEFAULT_HISTORY_DAYS: i64 = 90;

impl Place {
    /// Reads `get(name)` for each query name.
    pub fn new(id: CustomerId, get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| get(name).filter(|text| !text.trim().is_empty());
        Self {
            id,
            as_of: text("as_of"),
            days: text("days"),
            kind: text("kind"),
            events_page: text("events_page"),
            retract: text("retract"),
            log: text("log"),
        }
    }

    /// 0, which the server refuses, for what is not a number.
    pub fn history_days(&self) -> i64 {
        self.days.as_ref().map_or(DEFAULT_HISTORY_DAYS, |days| days.parse().unwrap_or(0))
    }

    pub fn on(&self, day: NaiveDate) -> Self {
        Self { as_of: Some(day.to_string()), ..self.clone() }
    }

    pub fn today(&self) -> Self {
        Self { as_of: None, ..self.clone() }
    }

    pub fn over(&self, days: i64) -> Self {
        Self { days: (days != DEFAULT_HISTORY_DAYS).then(|| days.to_string()), ..self.clone() }
    }

    /// The first page of the events of one kind, or of all.
    pub fn with_kind(&self, kind: Option<EventKind>) -> Self {
        Self { kind: kind.map(|kind| kind.name().to_owned()), events_page: None, retract: None, ..self.clone() }
    }

    pub fn with_events_page(&self, page: i64) -> Self {
        Self { events_page: (page > 1).then(|| page.to_string()), retract: None, ..self.clone() }
    }

    /// The same with the question whether to retract an event, or without it.
    pub fn with_retract(&self, event: Option<EventId>) -> Self {
        Self { retract: event.map(|event| event.to_string()), ..self.clone() }
    }

    pub fn href(&self) -> String {
        let names = ["as_of", "days", "kind", "events_page", "retract", "log"];
        let values = [&self.as_of, &self.days, &self.kind, &self.events_page, &self.retract, &self.log];
        let pairs: Vec<_> = names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
        match serde_urlencoded::to_string(pairs) {
            Ok(query) if !query.is_empty() => format!("{}?{query}", self.path()),
            _ => self.path(),
        }
    }

    pub fn path(&self) -> String {
        format!("/customers/{}", self.id)
    }

    /// The same, at the events: where a page without JavaScript is to land.
    pub fn events_href(&self) -> String {
        format!("{}#events", self.href())
    }

    /// The same, at one event.
    pub fn event_href(&self, event: EventId) -> String {
        format!("{}#event-{event}", self.href())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_change_one_thing_and_keep_the_rest() {
        let query = [("as_of", "2026-03-04"), ("days", "30"), ("kind", "login"), ("events_page", "2")];
        let get = |name: &str| query.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let place = Place::new(CustomerId(7), get);
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        let cases = [
            (place.href(), "/customers/7?as_of=2026-03-04&days=30&kind=login&events_page=2"),
            (place.today().href(), "/customers/7?days=30&kind=login&events_page=2"),
            (place.on(day).href(), "/customers/7?as_of=2026-03-05&days=30&kind=login&events_page=2"),
            (place.over(90).href(), "/customers/7?as_of=2026-03-04&kind=login&events_page=2"),
            (place.with_kind(None).events_href(), "/customers/7?as_of=2026-03-04&days=30#events"),
            (place.with_events_page(1).href(), "/customers/7?as_of=2026-03-04&days=30&kind=login"),
            (
                place.with_retract(Some(EventId(9))).event_href(EventId(9)),
                "/customers/7?as_of=2026-03-04&days=30&kind=login&events_page=2&retract=9#event-9",
            ),
            (Place::new(CustomerId(7), |_| None).href(), "/customers/7"),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }
}
