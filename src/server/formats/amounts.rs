//! Numbers as people type them.

pub use crate::domain::numbers::whole_number;

/// Parses an amount into cents: "1,234.50", "$1234.5" or "1234". `None` for anything else, and for what does not fit.
pub fn cents(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches(['$', '€', '£']).trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let fraction = match fraction.as_bytes() {
        [tenth] if tenth.is_ascii_digit() => i64::from(tenth - b'0') * 10,
        [_, _] => fraction.parse().ok().filter(|_| fraction.bytes().all(|byte| byte.is_ascii_digit()))?,
        _ => return None,
    };
    whole_number(whole)?.checked_mul(100)?.checked_add(fraction)
}

/// Returns a number without the commas between its groups of three digits: "-1,234.5" becomes "-1234.5". Any other text comes
/// back as it is.
pub fn without_groups(text: &str) -> String {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    match whole_number(whole) {
        Some(_) => format!("{sign}{}{fraction}", whole.replace(',', "")),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, expected) in [
            ("1234", Some(123_400)),
            ("1,234.50", Some(123_450)),
            (" $1,234.5 ", Some(123_450)),
            ("0", Some(0)),
            ("0.99", Some(99)),
            ("12,34", None),
            ("1234,567", None),
            ("1.234,50", None),
            ("1.999", None),
            ("1.+5", None),
            ("-5", None),
            ("", None),
            (".50", None),
            ("ten", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(cents(text), expected, "{text}");
        }
    }

    #[test]
    fn only_commas_between_groups_of_digits_are_left_out() {
        for (text, expected) in [
            (" -1,234.5 ", "-1234.5"),
            ("12,345,678", "12345678"),
            ("7", "7"),
            ("1,5", "1,5"),
            ("1,234,5.0", "1,234,5.0"),
            ("ten", "ten"),
        ] {
            assert_eq!(without_groups(text), expected);
        }
    }
}
