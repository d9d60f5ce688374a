//! Search keys: the texts that a search compares. They leave out what people do not type, such as case and accents.

use crate::domain::CustomerFields;
use unicode_normalization::UnicodeNormalization;

/// Returns the text that searches look in: the name and the external id, on a line each so that no match spans both.
pub fn search_key(fields: &CustomerFields) -> String {
    format!("{}\n{}", folded(&fields.name), folded(fields.external_id.as_deref().unwrap_or_default()))
}

/// Returns the text in lower case and without accents, so that `İstanbul`, `ISTANBUL` and `istanbul` are the same. Sorting has
/// keys of its own, in which accents count.
pub fn folded(text: &str) -> String {
    let bare: String = text.nfkd().filter(|letter| !is_accent(*letter)).collect();
    // Lower-casing may bring accents of its own, and decomposed letters of other scripts are put together again.
    let lower = bare.to_lowercase();
    lower.nfkd().filter(|letter| !is_accent(*letter)).map(plain).collect::<String>().nfc().collect()
}

/// Returns whether a letter is an accent of Latin, Greek or Cyrillic letters. Marks of other scripts stay: they are vowels, or
/// make other letters.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
}

/// Replaces letters that Unicode does not split into a plain letter and an accent, such as `ø`, by the letter that people type.
fn plain(letter: char) -> char {
    match letter {
        'ı' => 'i',
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ħ' => 'h',
        'ς' => 'σ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_found_in_what_is_written() {
        let cases = [
            ("İstanbul", "istanbul"),
            ("I\u{307}stanbul", "istanbul"),
            ("ISTANBUL", "istanbul"),
            ("Ağaoğlu Işık", "agaoglu isik"),
            ("Ärger", "arger"),
            ("A\u{308}rger", "arger"),
            ("Łódź", "lodz"),
            ("Smørrebrød", "smorrebrod"),
            ("ΌΣΟΣ", "οσοσ"),
            ("Ёлка", "елка"),
            ("ﬁnance Ａcme", "finance acme"),
            ("100% a_b\\c", "100% a_b\\c"),
            // A voiced kana is a letter of its own, and Hindi's vowels are marks.
            ("が", "が"),
            ("か\u{3099}", "が"),
            ("कि", "कि"),
            ("한국", "한국"),
        ];
        for (written, typed) in cases {
            assert_eq!(folded(written), typed, "{written}");
            assert_eq!(folded(typed), typed, "{written}");
        }
    }
}
