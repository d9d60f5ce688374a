//! Unicode can write an "é" as one letter, or as an e and an accent. Both are the same name to people, so names, owners,
//! external ids and features are stored composed (NFC).

/// Returns the text with its letters composed.
#[cfg(feature = "ssr")]
pub fn composed(text: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// Returns the text unchanged. Only the server parses inputs, so the browser's half does without Unicode's tables.
#[cfg(not(feature = "ssr"))]
pub fn composed(text: &str) -> String {
    text.to_owned()
}
