//! A copy of the database file while others read and write it.

use crate::server::store::{Store, StoreError, StoreResult};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::str::FromStr;

impl Store {
    /// Writes a consistent copy of the SQLite database at `url` into a new file. What exists is never overwritten.
    pub async fn backup(url: &str, file: &Path) -> StoreResult<()> {
        if !url.starts_with("sqlite:") {
            return Err(StoreError::Conflict("this copies SQLite files only; for PostgreSQL use pg_dump".into()));
        }
        let exists = |file: &Path| StoreError::Conflict(format!("{} exists already; it is left as it is", file.display()));
        // Taking the name first keeps two backups from writing to one file.
        std::fs::File::create_new(file).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(file),
            _ => StoreError::Database(sqlx::Error::Io(error)),
        })?;
        let copied = copy(url, file).await;
        if copied.is_err() {
            let _ = std::fs::remove_file(file);
        }
        copied
    }
}

async fn copy(url: &str, file: &Path) -> StoreResult<()> {
    let mut connection = SqliteConnectOptions::from_str(url)?.create_if_missing(false).connect().await?;
    let name = file.to_str().ok_or_else(|| StoreError::Conflict("the file's name must be UTF-8".into()))?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection).await?;
    connection.close().await?;
    // The copy is only worth its name once it is on the disk, and its folder knows of it.
    let io = |error| StoreError::Database(sqlx::Error::Io(error));
    std::fs::File::open(file).and_then(|copy| copy.sync_all()).map_err(io)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
}
