//! Parses JSON into an input, or into a precise refusal that names the fault.

use crate::domain::FieldErrors;
use crate::wire::AppError;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Parses a body. The syntax is checked first, because a text that is not JSON is another error than JSON of the wrong
/// shape.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    let malformed = |error: &serde_json::Error| AppError::BadRequest(format!("The body is not valid JSON: {error}."));
    let body = std::str::from_utf8(body).map_err(|_| AppError::BadRequest("The body is not valid UTF-8.".into()))?;
    serde_json::from_str::<IgnoredAny>(body).map_err(|error| malformed(&error))?;
    // Serde would read an array as the fields in order.
    if !body.trim_start().starts_with('{') {
        return Err(FieldErrors::one("body", "must be a JSON object").into());
    }
    let mut deserializer = serde_json::Deserializer::from_str(body);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| match error.inner().classify() {
        serde_json::error::Category::Data => broken_rule(&error).into(),
        _ => malformed(error.inner()),
    })
}

/// The most bytes of a sender's name or value that an error repeats. A batch may have 100,000 errors.
const MAX_QUOTED: usize = 200;

/// Returns a text for an error, shortened when it is long.
fn quoted(text: &str) -> String {
    match text.floor_char_boundary(MAX_QUOTED) {
        end if end < text.len() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

/// Converts Serde's complaint to a field and a message that reads well after its name.
fn broken_rule(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldErrors {
    let path = quoted(&error.path().to_string());
    let field = if path == "." { "body" } else { &path };
    let text = error.inner().to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    if let Some(twice) = text.strip_prefix("duplicate field ") {
        return FieldErrors::one(twice.trim_matches('`'), "is given more than once");
    }
    match text.split_once(", expected ") {
        Some((found, names)) if found.starts_with("unknown field") => {
            let names = names.trim_start_matches("one of ").replace('`', "");
            FieldErrors::one(field, format!("is not a field here; there are {names}"))
        }
        Some((found, expected)) => {
            let expected = match expected {
                "i64" => "a whole number",
                "f64" => "a number",
                of_ours if of_ours.starts_with("struct ") => "an object",
                other => other,
            };
            FieldErrors::one(field, format!("must be {expected}, not {}", quoted(found.trim_start_matches("invalid type: "))))
        }
        None => FieldErrors::one(field, quoted(text)),
    }
}
