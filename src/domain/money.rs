//! Amounts of money as text.

use super::counts::group;

/// Returns the sign before an amount: "$", "€", "£", or the currency's code and a space.
fn currency_sign(currency: &str) -> String {
    match currency {
        "USD" => "$".into(),
        "EUR" => "€".into(),
        "GBP" => "£".into(),
        code => format!("{code}\u{a0}"),
    }
}

/// Formats an amount, with cents only when there are any: "$1,234.50", "$1,234".
pub fn money(cents: i64, currency: &str) -> String {
    let fraction = if cents % 100 == 0 { String::new() } else { format!(".{:02}", cents.abs() % 100) };
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}{}{fraction}", currency_sign(currency), group(cents.abs() / 100))
}

/// Formats an amount as a form's input holds it: "1234.50".
pub fn amount(cents: i64) -> String {
    match cents % 100 {
        0 => (cents / 100).to_string(),
        rest => format!("{}.{rest:02}", cents / 100),
    }
}

/// Formats an amount for reading at a glance: "$1.2M", "$2.0M", "$845k", "$990".
pub fn money_short(cents: i64, currency: &str) -> String {
    let units = cents / 100;
    let (divisor, suffix) = match units.abs() {
        999_500_000.. => (1_000_000_000, "B"),
        999_500.. => (1_000_000, "M"),
        1_000.. => (1_000, "k"),
        _ => (1, ""),
    };
    let tenths = (units * 20 + divisor) / (2 * divisor);
    let number = match (tenths / 10, tenths % 10) {
        (whole, _) if whole >= 100 || divisor == 1 => ((tenths + 5) / 10).to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    };
    format!("{}{number}{suffix}", currency_sign(currency))
}

/// Returns the amount as [`money_short`] does, without a decimal that is 0: "$27k", "$1.2M".
pub fn money_shortest(cents: i64, currency: &str) -> String {
    money_short(cents, currency).replacen(".0", "", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_shows_cents_only_where_there_are_some() {
        for (cents, currency, text, short) in [
            (0, "USD", "$0", "$0"),
            (123_450, "USD", "$1,234.50", "$1.2k"),
            (99_000, "EUR", "€990", "€990"),
            (84_512_300, "GBP", "£845,123", "£845k"),
            (120_000_000_00, "USD", "$120,000,000", "$120M"),
            (99_999_900, "USD", "$999,999", "$1.0M"),
            (200_000_000, "USD", "$2,000,000", "$2.0M"),
            (1_400_000, "USD", "$14,000", "$14.0k"),
            (1_250_000_00, "CHF", "CHF\u{a0}1,250,000", "CHF\u{a0}1.3M"),
        ] {
            assert_eq!((money(cents, currency), money_short(cents, currency)), (text.into(), short.into()));
        }
    }
}
