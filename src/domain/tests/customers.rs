//! Customers and notes as somebody sends them.

use super::messages;
use crate::domain::customer::MAX_CENTS;
use crate::domain::{CustomerFields, CustomerInput, NaiveDate, NoteInput, Segment, Segments};
use leptos::serde_json::{self, Value, json};

fn stored() -> CustomerFields {
    let day = |year| NaiveDate::from_ymd_opt(year, 3, 1);
    CustomerFields {
        name: "Tarnwick Logistics".into(),
        segment: Segment::ENTERPRISE,
        external_id: Some("T-1".into()),
        owner: Some("Priya".into()),
        arr_cents: Some(12_000_000),
        renewal_date: day(2027),
        start_date: day(2024),
        crm_url: Some("https://crm.example/1".into()),
    }
}

fn parse(input: Value, base: Option<&CustomerFields>) -> Result<CustomerFields, Vec<String>> {
    let input: CustomerInput = serde_json::from_value(input).map_err(|error| vec![error.to_string()])?;
    input.parse(base, &Segments::default()).map_err(|errors| messages(&errors))
}

#[test]
fn a_name_and_a_segment_are_enough() {
    let fields = parse(json!({"name": "  Tarnwick  ", "segment": "smb"}), None).unwrap();
    assert_eq!((fields.name.as_str(), fields.segment), ("Tarnwick", Segment::SMB));
    let empty = (fields.external_id, fields.owner, fields.arr_cents, fields.renewal_date, fields.start_date, fields.crm_url);
    assert_eq!(empty, (None, None, None, None, None, None));
}

#[test]
fn a_customer_can_be_sent_back_as_it_was_read() {
    let sent = serde_json::to_value(stored()).unwrap();
    assert_eq!(parse(sent, None).unwrap(), stored());
}

#[test]
fn letters_that_look_alike_are_kept_alike() {
    let sent = json!({"name": "Cafe\u{301}", "segment": "SMB", "externalId": "e\u{301}-1", "owner": "Zoe\u{308}"});
    let fields = parse(sent.clone(), None).unwrap();
    assert_eq!(
        [Some(fields.name.clone()), fields.external_id.clone(), fields.owner.clone()].map(Option::unwrap),
        ["Caf\u{e9}", "\u{e9}-1", "Zo\u{eb}"]
    );
    assert_eq!(parse(sent, Some(&fields)).unwrap(), fields);
    // Texts are counted as they are sent: an accent of its own is a character.
    let named = |letters: usize| json!({"name": "e\u{301}".repeat(letters), "segment": "SMB"});
    assert_eq!(parse(named(100), None).unwrap().name, "\u{e9}".repeat(100));
    assert_eq!(parse(named(101), None).unwrap_err(), ["name must be at most 200 characters"]);
}

#[test]
fn white_space_at_the_ends_counts_and_goes() {
    let named = |name: String| parse(json!({"name": name, "segment": "SMB"}), None).map(|fields| fields.name);
    assert_eq!(named(format!(" {} ", "x".repeat(198))).unwrap(), "x".repeat(198));
    let refused = named(format!("{} ", "x".repeat(200))).unwrap_err();
    assert_eq!(refused, ["name must be at most 200 characters, white space at its ends included"]);
    assert!(parse(json!({"name": "Acme", "segment": "SMB", "owner": " ".repeat(201)}), None).is_err());
    assert_eq!(parse(json!({"name": "Acme", "segment": "SMB", "owner": " ".repeat(200)}), None).unwrap().owner, None);
}

#[test]
fn every_broken_rule_is_named_at_once() {
    let long = "x".repeat(201);
    let input = json!({
        "segment": "Mid", "externalId": long, "owner": "a\nb", "arrCents": -1, "renewalDate": "1.3.2027",
        "startDate": "1969-12-31", "crmUrl": "javascript:alert(1)",
    });
    let expected = [
        "name is required",
        "segment must be one of Enterprise, SMB, Startup",
        "externalId must be at most 200 characters",
        "owner must not contain control characters",
        "crmUrl must be an address that starts with https:// or http://",
        "arrCents must be between 0 and 1000000000000000",
        "renewalDate must be a date in the form YYYY-MM-DD",
        "startDate must lie between 1970 and 2199",
    ];
    assert_eq!(parse(input, None).unwrap_err(), expected);
}

#[test]
fn a_change_keeps_what_is_absent_and_clears_what_is_null_or_blank() {
    let base = stored();
    let change = |input| parse(input, Some(&base)).unwrap();
    assert_eq!(change(json!({})), base);
    assert_eq!(change(json!({"version": 4})), base);
    assert_eq!(change(json!({"name": "Tarnwick"})), CustomerFields { name: "Tarnwick".into(), ..stored() });
    assert_eq!(change(json!({"owner": null})), CustomerFields { owner: None, ..stored() });
    assert_eq!(change(json!({"owner": "  "})), CustomerFields { owner: None, ..stored() });
    assert_eq!(change(json!({"arrCents": null})), CustomerFields { arr_cents: None, ..stored() });
    assert_eq!(change(json!({"arrCents": MAX_CENTS})), CustomerFields { arr_cents: Some(MAX_CENTS), ..stored() });
    assert_eq!(change(json!({"renewalDate": ""})), CustomerFields { renewal_date: None, ..stored() });
}

#[test]
fn a_change_cannot_clear_the_name_or_the_segment() {
    for (input, expected) in [
        (json!({"name": " "}), "name is required"),
        (json!({"name": null}), "name is required"),
        (json!({"segment": null}), "segment must be one of Enterprise, SMB, Startup"),
    ] {
        assert_eq!(parse(input, Some(&stored())).unwrap_err(), [expected]);
    }
}

#[test]
fn dates_have_one_form() {
    for (text, accepted) in
        [("2027-03-01", true), (" 2027-03-01 ", true), ("2027-3-1", false), ("2027-02-29", false), ("2200-01-01", false)]
    {
        let fields = parse(json!({"name": "A", "segment": "SMB", "renewalDate": text}), None);
        assert_eq!(fields.is_ok(), accepted, "{text}");
    }
}

#[test]
fn a_note_has_an_author_and_lines() {
    let parse = |author: &str, text: &str| {
        let input = NoteInput { author: Some(author.into()), text: Some(text.into()) };
        input.parse().map_err(|errors| messages(&errors))
    };
    assert_eq!(parse(" Priya ", "\n one\r\ntwo\t3 \n").unwrap(), ("Priya".into(), "one\ntwo\t3".into()));
    assert_eq!(parse("", " \n ").unwrap_err(), ["author is required", "text is required"]);
    assert_eq!(parse("Priya", &"ü".repeat(5001)).unwrap_err(), ["text must be at most 5000 characters"]);
    assert!(parse("Priya", &"ü".repeat(5000)).is_ok());
    assert!(parse("Priya", "a\u{0}b").is_err());
}
