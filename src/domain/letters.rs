//! One spelling for what looks alike: Unicode can write an "é" as one letter or as an e with an accent, and both are the same
//! name. Names, owners, external ids and features are kept composed (NFC).

/// The text with its letters composed.
#[cfg(feature = "ssr")]
pub fn composed(text: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    if is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// The text as it is: inputs are parsed on the server, and the browser is spared its tables of letters.
#[cfg(not(feature = "ssr"))]
pub fn composed(text: &str) -> String {
    text.to_owned()
}
