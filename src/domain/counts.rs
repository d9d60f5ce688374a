//! Counts in English: grouped thousands, nouns in the plural.

/// Groups thousands: "1,234,567".
pub fn group(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a count with its noun: "1 customer", "1,200 customers".
pub fn count(number: i64, noun: &str) -> String {
    format!("{} {noun}{}", group(number), if number == 1 { "" } else { "s" })
}

/// Returns a count for the beginning of a sentence: "No logins", "1 login", "1,200 logins".
pub fn count_or_no(number: i64, noun: &str) -> String {
    if number == 0 { format!("No {noun}s") } else { count(number, noun) }
}
