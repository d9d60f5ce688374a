//! Segments in a file that the rules do not have: found, and added to the rules when the importer wants it.

use super::blocking;
use super::file::Columned;
use super::meter::Meter;
use super::row::{Parsed, RowReader};
use crate::domain::segment::MOST_SEGMENTS;
use crate::domain::{FieldErrors, ImportKind, Mapping, NewRulebook, Segment, Segments};
use crate::server::Call;
use crate::server::store::{StoreError, StoreResult};
use crate::wire::AppError;

/// The file, and the person who imports it.
pub struct Importer {
    pub file_name: String,
    pub author: Option<String>,
}

/// Returns the segments in the file that the rules do not have, when they are to be added.
pub async fn find(call: &Call, file: &Columned, mapping: &Mapping) -> Result<Vec<Segment>, AppError> {
    if !mapping.add_segments || mapping.kind != ImportKind::Customers {
        return Ok(Vec::new());
    }
    let (known, now) = (call.store.segments().await?, call.read_clock());
    let (Columned { source, columns }, mapping) = (file.clone(), mapping.clone());
    blocking(move || {
        let mut found = Vec::new();
        note(&mut found, &known, mapping.defaults.get("segment").map(String::as_str));
        let mut rows = RowReader::new(&mapping, &columns)?;
        let fit = |found: &[Segment]| known.len() + found.len() <= MOST_SEGMENTS;
        source.read(&columns, &Meter::default(), |row| {
            if let Ok(Parsed::Customer(input)) = rows.read(&row, now) {
                note(&mut found, &known, input.segment.as_deref());
            }
            fit(&found)
        })?;
        if !fit(&found) {
            let rule = "of the file and the rules must be at most 30 together; does another column mean the segment?";
            return Err(FieldErrors::one("segment", rule).into());
        }
        Ok(found)
    })
    .await
}

/// Adds the segment of this name, unless it is known.
pub fn note(found: &mut Vec<Segment>, known: &Segments, name: Option<&str>) {
    let segment = name.and_then(Segment::named).filter(|segment| known.find(segment.label()).is_none());
    found.extend(segment.filter(|segment| !found.iter().any(|other| other.is_like(segment))));
}

/// Notes the unknown segment for which a row is refused, and names the choice to add it.
pub fn with_choice(mut errors: FieldErrors, unknown: &mut Vec<Segment>, known: &Segments, name: Option<&String>) -> FieldErrors {
    for error in errors.0.iter_mut().filter(|error| error.field == "segment") {
        if name.is_some_and(|name| Segment::named(name).is_some()) {
            note(unknown, known, name.map(String::as_str));
            error.message.push_str(", or be added to the rules: “Add the segments found” (--add-segments)");
        }
    }
    errors
}

/// The tries to put rules in force while others do.
const TRIES: usize = 5;

/// Puts the rules in force again, with more segments. Customers are rescored in the background.
pub async fn add(call: &Call, found: &[Segment], from: &Importer) -> Result<(), AppError> {
    let author = from.author.clone().unwrap_or_else(|| "Import".to_owned());
    let file: String = from.file_name.chars().take(120).collect();
    let note = format!("Segments found in {file}");
    for _ in 1..TRIES {
        match add_to_current(call, found, &author, &note).await {
            Err(StoreError::Conflict(_)) => {}
            added => return Ok(added?),
        }
    }
    Ok(add_to_current(call, found, &author, &note).await?)
}

/// Conflict when somebody else puts a version in force meanwhile.
async fn add_to_current(call: &Call, found: &[Segment], author: &str, note: &str) -> StoreResult<()> {
    let (current, segments) = (call.store.current_rulebook().await?, call.store.segments().await?);
    let more = segments.and(found.iter().copied());
    if more == segments {
        return Ok(());
    }
    let next = current.version.saturating_add(1);
    let rulebook = current.with_version(next);
    let new = NewRulebook { rulebook, segments: Some(more), author: author.to_owned(), note: note.to_owned() };
    call.store.add_rulebook(&new, call.read_clock()).await?;
    call.rescore.notify_one();
    Ok(())
}
