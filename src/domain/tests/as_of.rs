//! Which day an address means.

use crate::domain::{AsOf, AskedDay, FieldErrors, NaiveDate};

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, number).unwrap()
}

/// On 16 March.
fn asked(as_of: &str, known_at: &str) -> Result<AsOf, FieldErrors> {
    let mut errors = FieldErrors::default();
    let asked = AskedDay::parse(&mut errors, Some(as_of), Some(known_at));
    errors.or(|| asked)?.resolve(day(16))
}

#[test]
fn a_day_is_looked_at_with_what_is_or_was_known() {
    let known = |day, known_at| AsOf { day, known_at: Some(known_at) };
    for (as_of, known_at, expected) in [
        ("", "", AsOf::from(day(16))),
        ("2026-03-04", "", AsOf::from(day(4))),
        (" 2026-03-04 ", " ", AsOf::from(day(4))),
        ("2026-03-04", "then", AsOf::known_then(day(4))),
        ("2026-03-04", "2026-03-04", AsOf::known_then(day(4))),
        ("2026-03-04", "2026-03-10", known(day(4), day(10))),
        ("", "2026-03-10", AsOf::known_then(day(10))),
        ("", "then", AsOf::known_then(day(16))),
        ("2026-03-16", "2026-03-16", AsOf::known_then(day(16))),
    ] {
        let found = asked(as_of, known_at).unwrap();
        assert_eq!(found, expected, "{as_of} {known_at}");
        let again = if found.is_today(day(16)) { AsOf::from(day(16)) } else { found };
        assert_eq!(found.asked(day(16)).resolve(day(16)).unwrap(), again, "{as_of} {known_at}");
    }
}

#[test]
fn what_was_not_there_to_be_known_is_refused() {
    for (as_of, known_at, expected) in [
        ("2026-03-17", "", "as_of must not be in the future (today is 2026-03-16, UTC)"),
        ("2026-03-04", "2026-03-17", "known_at must not be in the future (today is 2026-03-16, UTC)"),
        (
            "2026-03-04",
            "2026-03-03",
            "known_at must not be before the day that is looked at (2026-03-04), of which nothing was known yet",
        ),
        ("soon", "", "as_of must be a date in the form YYYY-MM-DD"),
        ("", "now", "known_at must be a date in the form YYYY-MM-DD"),
    ] {
        let errors = asked(as_of, known_at).unwrap_err();
        let told: Vec<_> = errors.0.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
        assert_eq!(told, [expected]);
    }
}
