//! The folder in which uploads and their lists of errors wait. Each database has one, which nobody else can enter.

use crate::domain::import::{MAX_WAITING_BYTES, MAX_WAITING_UPLOADS};
use crate::server::Call;
use crate::wire::AppError;
use chrono::{DateTime, Duration, Utc};
use std::collections::HashSet;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

const UPLOAD: &str = "upload-";
const ERRORS: &str = ".errors.csv";
/// The age at which a file that no import knows, and nobody writes to, counts as left by a process that is gone.
const ORPHAN_HOURS: i64 = 1;

/// Returns the path of an upload's list of errors.
pub fn errors_path(path: &str) -> PathBuf {
    format!("{path}{ERRORS}").into()
}

/// Removes an upload and its errors. Files that are gone already are not an error.
pub fn remove_files(path: Option<&str>) {
    for path in path.into_iter().flat_map(|path| [PathBuf::from(path), errors_path(path)]) {
        let _ = std::fs::remove_file(path);
    }
}

/// Returns the folder of the database's uploads.
pub async fn find_upload_folder(call: &Call) -> Result<PathBuf, AppError> {
    let folder = format!("customer-health-{}", call.store.origin().await?.as_str());
    std::path::absolute(call.settings.upload_dir.join(folder)).map_err(not_ours)
}

/// Creates a file for an upload, which is removed when it is dropped. Refused when too many uploads wait.
pub async fn begin_upload(call: &Call) -> Result<NamedTempFile, AppError> {
    let folder = find_upload_folder(call).await?;
    super::blocking(move || {
        // The file exists before the others are counted, so that of two simultaneous uploads at least one counts the other.
        let upload = create(&folder, UPLOAD)?;
        let (count, bytes) = waiting(&folder).map_err(not_ours)?;
        if count > MAX_WAITING_UPLOADS || bytes > MAX_WAITING_BYTES {
            let mib = MAX_WAITING_BYTES / 1024 / 1024;
            return Err(AppError::Conflict(format!(
                "{} uploads of {} MiB wait to be imported already, and at most {MAX_WAITING_UPLOADS} of {mib} MiB may. Import or \
                 delete one of them first.",
                count - 1,
                bytes / 1024 / 1024
            )));
        }
        Ok(upload)
    })
    .await
}

/// Creates a file in the folder, and the folder if it is missing. Only this user can read them.
pub fn create(folder: &Path, prefix: &str) -> Result<NamedTempFile, AppError> {
    let ours = make(folder).map_err(not_ours)?;
    let file = Builder::new().prefix(prefix).rand_bytes(16).tempfile_in(folder).map_err(not_ours)?;
    let is_of_the_same = is_of_the_same(&ours, &file.as_file().metadata().map_err(not_ours)?);
    match is_of_the_same {
        true => Ok(file),
        false => Err(not_ours(format!("{} belongs to another user", folder.display()))),
    }
}

/// Creates the folder, or checks the existing one. Anybody who may write into its parent, such as a folder for temporary
/// files, can have made it before us.
fn make(folder: &Path) -> io::Result<Metadata> {
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = std::fs::symlink_metadata(folder)?;
    if !found.is_dir() {
        return Err(io::Error::other(format!("{} is a link or a file", folder.display())));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0 {
        return Err(io::Error::other(format!("others may enter {}; chmod 700 keeps them out", folder.display())));
    }
    Ok(found)
}

#[cfg(unix)]
fn is_of_the_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    one.uid() == other.uid()
}

#[cfg(not(unix))]
fn is_of_the_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Counts the uploads in the folder, complete or not, and their bytes.
fn waiting(folder: &Path) -> io::Result<(usize, u64)> {
    let (mut count, mut bytes) = (0, 0);
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with(UPLOAD) && !name.ends_with(ERRORS) {
            count += 1;
            bytes += file.metadata().map_or(0, |found| found.len());
        }
    }
    Ok((count, bytes))
}

/// Removes files left by processes that were killed during an upload or a dry run.
pub fn remove_orphans(folder: &Path, known: &HashSet<PathBuf>, now: DateTime<Utc>) -> io::Result<()> {
    let old = now - Duration::hours(ORPHAN_HOURS);
    let files = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files {
        let file = file?;
        let written = file.metadata().and_then(|found| found.modified()).map(DateTime::<Utc>::from);
        if !known.contains(&file.path()) && written.is_ok_and(|written| written < old) {
            let _ = std::fs::remove_file(file.path());
        }
    }
    Ok(())
}

/// Returns an internal error. The log tells the operator, who is in charge of the folder.
fn not_ours(error: impl std::fmt::Display) -> AppError {
    tracing::error!(%error, "uploads cannot be kept: see --upload-dir");
    AppError::Internal
}
