//! Lists of rows' errors, as CSV: written while a file is read, shown from their beginning.

use super::super::export::{plain, without_quote};
use super::folder;
use crate::domain::import::MAX_LISTED_ERRORS;
use crate::domain::{FieldError, RowError};
use crate::wire::AppError;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The destination of rows' errors: nowhere, or a CSV file.
pub struct Errors(Option<Output>);

enum Output {
    Plain(csv::Writer<BufWriter<File>>),
    /// A file that gets its name when it is complete.
    Hidden {
        writer: csv::Writer<BufWriter<NamedTempFile>>,
        path: PathBuf,
        left: usize,
    },
}

const ERROR_COLUMNS: [&str; 4] = ["line", "column", "field", "error"];

impl Errors {
    pub fn nowhere() -> Self {
        Self(None)
    }

    /// Writes errors into a file that the operator named. An existing file is replaced.
    pub fn into_file(path: &Path) -> Result<Self, AppError> {
        let mut writer = csv::Writer::from_writer(BufWriter::new(File::create(path).map_err(not_written)?));
        writer.write_record(ERROR_COLUMNS).map_err(not_written)?;
        Ok(Self(Some(Output::Plain(writer))))
    }

    /// Writes the list of an upload's errors, beside the upload.
    pub fn of_upload(path: PathBuf) -> Result<Self, AppError> {
        let hidden = folder::create(path.parent().unwrap_or(Path::new("")), "errors-")?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(hidden));
        writer.write_record(ERROR_COLUMNS).map_err(not_written)?;
        Ok(Self(Some(Output::Hidden { writer, path, left: MAX_LISTED_ERRORS })))
    }

    pub fn push(&mut self, errors: &[RowError]) -> Result<(), AppError> {
        for RowError { line, column, error } in errors {
            let record = [&line.to_string(), &plain(column), &error.field, &plain(&error.message)];
            match &mut self.0 {
                None => return Ok(()),
                Some(Output::Plain(writer)) => writer.write_record(record),
                Some(Output::Hidden { left: 0, .. }) => return Ok(()),
                Some(Output::Hidden { writer, left, .. }) => {
                    *left -= 1;
                    let end = format!("there may be more errors, which are not listed: these are the first {MAX_LISTED_ERRORS}");
                    writer
                        .write_record(record)
                        .and_then(|()| if *left == 0 { writer.write_record(["", "", "", &end]) } else { Ok(()) })
                }
            }
            .map_err(not_written)?;
        }
        Ok(())
    }

    pub fn finish(self) -> Result<(), AppError> {
        match self.0 {
            None => Ok(()),
            Some(Output::Plain(mut writer)) => writer.flush().map_err(not_written),
            Some(Output::Hidden { writer, path, .. }) => {
                let buffer = writer.into_inner().map_err(not_written)?;
                let file = buffer.into_inner().map_err(not_written)?;
                file.persist(path).map(|_| ()).map_err(not_written)
            }
        }
    }
}

fn not_written(error: impl std::fmt::Display) -> AppError {
    AppError::BadRequest(format!("The errors could not be written: {error}."))
}

/// Returns the first errors of such a file. The note at the end of a list that was cut off is of no line, and left out.
pub fn read_errors(path: &Path, limit: usize) -> Vec<RowError> {
    let Ok(mut reader) = csv::Reader::from_path(path) else { return Vec::new() };
    let error = |record: csv::StringRecord| {
        let [line, column, field, message] =
            std::array::from_fn(|place| without_quote(record.get(place).unwrap_or_default()).to_owned());
        Some(RowError { line: line.parse().ok()?, column, error: FieldError { field, message } })
    };
    reader.records().take(limit).filter_map(Result::ok).filter_map(error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_an_upload_ends_somewhere_and_says_so() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("ours/upload.errors.csv");
        let mut errors = Errors::of_upload(path.clone()).unwrap();
        let error = FieldError { field: "name".into(), message: "is required".into() };
        let some = vec![RowError { line: 2, column: "name".into(), error }; MAX_LISTED_ERRORS / 2];
        for _ in 0..3 {
            errors.push(&some).unwrap();
        }
        assert!(!path.exists(), "it is not complete");
        errors.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1 + MAX_LISTED_ERRORS + 1);
        assert!(text.lines().last().unwrap().contains("may be more errors"));
        assert_eq!(read_errors(&path, 5).len(), 5);
    }
}
