//! The JSON that other programs rely on, frozen; and that everything can be read back.

use crate::domain::list::{CustomerList, CustomerRow, Page};
use crate::domain::portfolio::{BandTally, MeanScore, Mention, Mentions, Movers, Tally};
use crate::domain::timeline::Entry;
use crate::domain::*;
use crate::scoring::tests::Five;
use crate::scoring::{self, InvoiceCounts};
use crate::wire::pages::{EventEffect, Timeline};
use chrono::{DateTime, TimeZone, Utc};
use leptos::serde_json;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
}

fn at(hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 30, hour, 30, 0).unwrap()
}

fn health() -> Health {
    let measured = Five {
        logins: 14,
        features: 3,
        feature_names: vec!["alerts".into(), "export".into(), "reports".into()],
        tickets: 2,
        invoices: InvoiceCounts { on_time: 3, late: 1, overdue: 0, open: 1 },
        api_calls: 0,
        api_calls_before: 0,
        connected: Factors::from_fn(|_| true),
    }
    .measured();
    scoring::score(CustomerId(7), &measured, &Scorecard::default(), day(30))
}

fn customer() -> Customer {
    Customer {
        id: CustomerId(7),
        fields: CustomerFields {
            name: "Tarnwick Logistics".into(),
            segment: Segment::SMB,
            external_id: Some("T-1".into()),
            owner: None,
            arr_cents: Some(1_250_000),
            renewal_date: Some(day(30)),
            start_date: Some(day(1)),
            crm_url: None,
        },
        archived: Some(Archive { reason: ArchiveReason::Churned, date: day(29) }),
        version: 3,
        created_at: at(8),
    }
}

fn event(body: EventBody) -> Event {
    Event {
        id: EventId(42),
        customer_id: CustomerId(7),
        body,
        source: "api".into(),
        message_id: Some("m-1".into()),
        occurred_at: at(9),
        received_at: at(10),
        retraction: None,
    }
}

fn tally() -> Tally {
    Tally { customers: 2, arr_cents: 300, arr_unknown: 1 }
}

fn mentions() -> Mentions {
    let mention = Mention {
        id: CustomerId(7),
        name: "Tarnwick Logistics".into(),
        segment: Segment::ENTERPRISE,
        score: Some(Points(385)),
        band: Band::ChurnRisk,
        change: Some(Points(-125)),
        arr_cents: None,
        renewal_date: Some(day(30)),
        is_new: false,
        cause: Some(MainCause {
            factor: FactorKey::LOGIN_FREQUENCY,
            label: "Login frequency".into(),
            change: Points(-125),
            sentence: "12 logins left the window".into(),
        }),
    };
    Mentions { tally: tally(), items: vec![mention] }
}

/// Freezes the JSON of a value, and checks that it can be read back.
macro_rules! frozen {
    ($name:literal, $value:expr) => {{
        let value = $value;
        reads_back(&value);
        insta::assert_json_snapshot!($name, value);
    }};
}

#[track_caller]
fn reads_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value, "{json}");
}

#[test]
fn health_and_scorecard() {
    frozen!("health", health());
    frozen!("scorecard", Scorecard::default());
}

#[test]
fn a_customer_and_its_row_in_the_list() {
    frozen!("customer", customer());
    let row = CustomerRow {
        weakest: scoring::weakest(&health(), &Scorecard::default()),
        customer: customer(),
        health: health(),
        band_since: day(12),
        change7: Some(Points(-21)),
        change30: None,
        change90: Some(Points(0)),
        trend: vec![None, Some(Points(690)), Some(Points(712))],
        last_activity_at: Some(at(9)),
        reasons: vec!["5 of 20 logins in 30 days".into()],
        is_new: true,
    };
    let page = Page { items: vec![row], total: 61, page: 2, page_size: 50 };
    frozen!(
        "customer_list",
        CustomerList {
            page,
            as_of: day(30),
            known_at: None,
            history_from: None,
            owners: vec!["Priya Nair".into()],
            segments: Segments::default()
        }
    );
}

#[test]
fn events_of_every_kind() {
    let number = || "INV-1".to_owned();
    let bodies = [
        EventBody::Login { user: Some("ada".into()) },
        EventBody::FeatureUse { feature: "reports".into(), user: None },
        EventBody::ApiCall { count: 1200 },
        EventBody::SupportTicket { priority: Priority::High, subject: Some("It is down".into()) },
        EventBody::InvoiceIssued { number: number(), amount_cents: 9900, currency: "USD".into(), due_date: day(30) },
        EventBody::InvoicePaid { number: number() },
        EventBody::InvoiceVoided { number: number() },
        EventBody::Reading { name: "seats used".into(), value: ReadingValue::parse("42.125").unwrap() },
    ];
    frozen!("event_bodies", bodies.to_vec());
    let retracted = Event {
        retraction: Some(Retraction { reason: "sent twice".into(), retracted_at: at(11) }),
        ..event(EventBody::ApiCall { count: 5 })
    };
    let page = Page { items: vec![Entry::Event(retracted)], total: 1, page: 1, page_size: 50 };
    frozen!(
        "timeline",
        Timeline {
            page,
            events: 1,
            filter: EventFilter { kind: Some(EventKind::ApiCall), from: Some(day(1)), to: None },
            kept_from: None,
            now: at(12)
        }
    );
}

#[test]
fn what_an_event_did() {
    let effect =
        EventEffect { event: event(EventBody::Login { user: None }), health: health(), before: health(), repeated: false };
    reads_back(&effect);
    let mut json = serde_json::to_value(effect).unwrap();
    for health in ["health", "before"] {
        json[health] = "as frozen above".into();
    }
    insta::assert_json_snapshot!("event_effect", json);
}

#[test]
fn the_portfolio() {
    let movers = |days| Movers { days, up: mentions(), down: Mentions { tally: Tally::default(), items: vec![] } };
    frozen!(
        "portfolio",
        Portfolio {
            today: day(30),
            as_of: day(29),
            known_at: Some(day(29)),
            history_from: None,
            first_fact_on: Some(day(1)),
            owner: None,
            currency: "USD".into(),
            all: tally(),
            bands: Band::ALL.map(|band| BandTally { band, tally: tally() }).to_vec(),
            band_limits: Scorecard::default().bands,
            mean: MeanScore { score: Some(Points(701)), change7: Some(Points(-4)), change30: None },
            distribution: vec![0, 0, 0, 1, 0, 2, 0, 4, 8, 1],
            distribution_arr_cents: vec![0, 0, 0, 100, 0, 0, 0, 5, 9, 1],
            movers7: movers(7),
            movers30: movers(30),
            new_churn_risks: mentions(),
            renewals_at_risk: mentions(),
            renewals_overdue: mentions(),
            needed: 2,
            archived: 1,
            factors: Scorecard::default().names(),
            unconnected: vec![FactorKey::SUPPORT_LOAD],
            silent_sources: vec![SilentSource {
                source: Source::Logins,
                last_day: day(17),
                days: 12,
                usual_gap_days: 3,
                sentence: "No login of anybody for 12 days".into(),
            }],
            has_demo: true,
        }
    );
}

#[test]
fn who_needs_somebody_today() {
    let parts = UrgencyParts { risk: Multiple(664), nearness: Multiple(1789), newness: Multiple::ONE };
    let needed = NeededCustomer {
        place: 6,
        customer: customer(),
        score: Points(336),
        band: Band::ChurnRisk,
        band_since: day(26),
        band_fell_on: Some(day(26)),
        arr_cents: Some(32_900_000),
        arr_assumed: true,
        renewal_date: None,
        rank: 39_051_300,
        parts,
        reason: "Logins 34 → 4".into(),
        help: Some(Driver { factor: FactorKey::LOGIN_FREQUENCY, gain: Points(200), sentence: "16 more logins".into() }),
    };
    let page = Page { items: vec![needed], total: 6, page: 2, page_size: 5 };
    frozen!("today", Today { page, as_of: day(30), known_at: None, currency: "USD".into() });
}

#[test]
fn notes_and_field_errors() {
    frozen!("note", Note { id: NoteId(3), author: "Priya".into(), text: "one\ntwo".into(), created_at: at(9), edited: None });
    frozen!("field_errors", FieldErrors::one("amountCents", "must be between 0 and 100"));
}

#[test]
fn names_on_the_wire_are_the_names_in_urls() {
    let json = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    for band in Band::ALL {
        assert_eq!(json(serde_json::to_value(band).unwrap()), band.name());
    }
    for kind in EventKind::ALL {
        assert_eq!(json(serde_json::to_value(kind).unwrap()), kind.name());
    }
    for priority in Priority::ALL {
        assert_eq!(json(serde_json::to_value(priority).unwrap()), priority.name());
    }
    for reason in ArchiveReason::ALL {
        assert_eq!(json(serde_json::to_value(reason).unwrap()), reason.name());
    }
    for segment in Segment::FIRST {
        assert_eq!(json(serde_json::to_value(segment).unwrap()), segment.label());
    }
}
