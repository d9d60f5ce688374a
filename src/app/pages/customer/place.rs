//! The place on a customer's page: the choices in its URL, and the URLs of other places.

use crate::domain::{AskedDay, CustomerId, EventId, EventKind, NaiveDate, Window};

/// The path and query of a customer's page. Texts are as typed; the server checks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub id: CustomerId,
    /// The day whose breakdown is shown; today when absent.
    pub as_of: Option<String>,
    /// The day at whose end knowledge is cut, or `then`; everything known now when absent.
    pub known_at: Option<String>,
    /// The days that the history shows.
    pub days: Option<String>,
    /// The days that the explained change reaches back.
    pub since: Option<String>,
    /// The kind of events to list, and the range of their days.
    pub kind: Option<String>,
    pub events_from: Option<String>,
    pub events_to: Option<String>,
    pub events_page: Option<String>,
    /// The event that the visitor is asked about before it is retracted.
    pub retract: Option<String>,
    /// True when all people are listed.
    pub everybody: bool,
    /// The chosen form for logging an event.
    pub log: Option<String>,
}

/// The lengths that the history can have, in days.
pub const HISTORY_DAYS: [i64; 3] = [30, 90, 180];
pub const DEFAULT_HISTORY_DAYS: i64 = 90;
/// The lengths that the explained change can have, in days.
pub const CHANGE_DAYS: [i64; 3] = [7, 30, 90];
pub const DEFAULT_CHANGE_DAYS: i64 = 30;

impl Place {
    /// Reads each choice by its query name with `get`.
    pub fn new(id: CustomerId, get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| get(name).filter(|text| !text.trim().is_empty());
        Self {
            id,
            as_of: text("as_of"),
            known_at: text("known_at"),
            days: text("days"),
            since: text("since"),
            kind: text("kind"),
            events_from: text("events_from"),
            events_to: text("events_to"),
            events_page: text("events_page"),
            retract: text("retract"),
            everybody: text("people").is_some(),
            log: text("log"),
        }
    }

    /// Returns the length of the history. A text that is not a number becomes 0, which the server refuses.
    pub fn history_days(&self) -> i64 {
        self.days.as_ref().map_or(DEFAULT_HISTORY_DAYS, |days| days.parse().unwrap_or(0))
    }

    /// Returns the length of the explained change. A text that is not a number becomes 0, which the server refuses.
    pub fn change_days(&self) -> i64 {
        self.since.as_ref().map_or(DEFAULT_CHANGE_DAYS, |days| days.parse().unwrap_or(0))
    }

    /// Returns the query for the list of events.
    pub fn events_query(&self) -> String {
        let names = ["kind", "from", "to", "page"];
        let values = [&self.kind, &self.events_from, &self.events_to, &self.events_page];
        let pairs = names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value.as_deref()?)));
        serde_urlencoded::to_string(pairs.chain([("page_size", "25")]).collect::<Vec<_>>()).unwrap_or_default()
    }

    pub fn on(&self, day: NaiveDate) -> Self {
        Self { as_of: Some(day.to_string()), ..self.clone() }
    }

    pub fn today(&self) -> Self {
        self.at(AskedDay::default())
    }

    /// Returns the place on another day, or with other knowledge.
    pub fn at(&self, asked: AskedDay) -> Self {
        let mut place = Self { as_of: None, known_at: None, ..self.clone() };
        for (name, value) in asked.to_pairs() {
            let text = if name == "as_of" { &mut place.as_of } else { &mut place.known_at };
            *text = Some(value);
        }
        place
    }

    pub fn over(&self, days: i64) -> Self {
        Self { days: (days != DEFAULT_HISTORY_DAYS).then(|| days.to_string()), ..self.clone() }
    }

    pub fn changed_since(&self, days: i64) -> Self {
        Self { since: (days != DEFAULT_CHANGE_DAYS).then(|| days.to_string()), ..self.clone() }
    }

    /// Returns the place with the first page of the events of one kind, or of all, on any day.
    pub fn with_kind(&self, kind: Option<EventKind>) -> Self {
        self.with_events(kind, None)
    }

    /// Returns the place with only the events of some days.
    pub fn with_events(&self, kind: Option<EventKind>, days: Option<Window>) -> Self {
        Self {
            kind: kind.map(|kind| kind.name().to_owned()),
            events_from: days.map(|days| days.from.to_string()),
            events_to: days.map(|days| days.to.to_string()),
            events_page: None,
            retract: None,
            ..self.clone()
        }
    }

    pub fn with_events_page(&self, page: i64) -> Self {
        Self { events_page: (page > 1).then(|| page.to_string()), retract: None, ..self.clone() }
    }

    /// Returns the place with the question whether to retract an event, or without any question.
    pub fn with_retract(&self, event: Option<EventId>) -> Self {
        Self { retract: event.map(|event| event.to_string()), ..self.clone() }
    }

    pub fn with_everybody(&self) -> Self {
        Self { everybody: true, ..self.clone() }
    }

    pub fn href(&self) -> String {
        let people = self.everybody.then(|| "all".to_owned());
        let named = [
            ("as_of", &self.as_of),
            ("known_at", &self.known_at),
            ("days", &self.days),
            ("since", &self.since),
            ("kind", &self.kind),
            ("events_from", &self.events_from),
            ("events_to", &self.events_to),
            ("events_page", &self.events_page),
            ("retract", &self.retract),
            ("people", &people),
            ("log", &self.log),
        ];
        let pairs: Vec<_> = named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
        match serde_urlencoded::to_string(pairs) {
            Ok(query) if !query.is_empty() => format!("{}?{query}", self.path()),
            _ => self.path(),
        }
    }

    pub fn path(&self) -> String {
        format!("/customers/{}", self.id)
    }

    /// Returns the address of the place at its events, where a page without JavaScript should land.
    pub fn events_href(&self) -> String {
        format!("{}#events", self.href())
    }

    /// Returns the address of the place at the explained change.
    pub fn changes_href(&self) -> String {
        format!("{}#changes", self.href())
    }

    /// Returns the address of the place at the people.
    pub fn people_href(&self) -> String {
        format!("{}#people", self.href())
    }

    /// Returns the address of the place at an event.
    pub fn event_href(&self, event: EventId) -> String {
        format!("{}#event-{event}", self.href())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KnownAt;

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
            (
                place.at(AskedDay { as_of: Some(day), known_at: Some(KnownAt::Then) }).href(),
                "/customers/7?as_of=2026-03-05&known_at=then&days=30&kind=login&events_page=2",
            ),
            (place.over(90).href(), "/customers/7?as_of=2026-03-04&kind=login&events_page=2"),
            (place.with_kind(None).events_href(), "/customers/7?as_of=2026-03-04&days=30#events"),
            (place.changed_since(7).href(), "/customers/7?as_of=2026-03-04&days=30&since=7&kind=login&events_page=2"),
            (
                place.with_events(None, Some(Window { from: day, to: day })).events_query(),
                "from=2026-03-05&to=2026-03-05&page_size=25",
            ),
            (place.with_events_page(1).href(), "/customers/7?as_of=2026-03-04&days=30&kind=login"),
            (
                place.with_retract(Some(EventId(9))).event_href(EventId(9)),
                "/customers/7?as_of=2026-03-04&days=30&kind=login&events_page=2&retract=9#event-9",
            ),
            (place.today().with_everybody().people_href(), "/customers/7?days=30&kind=login&events_page=2&people=all#people"),
            (Place::new(CustomerId(7), |_| None).href(), "/customers/7"),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }
}
