//! Files on their way to the import page: what is kept of them, for whom, how many and how large.

use crate::domain::import::MAX_WAITING_UPLOADS;
use crate::domain::{ImportId, ImportState, Segments};
use crate::server::service::import::{
    Choice, Source, check_import, get_import, get_import_errors, recognise, remove_old_files, run_import,
};
use crate::server::{Actor, AppState};
use crate::tests::api::{Answer, Site};
use crate::tests::harness::*;
use async_compression::tokio::bufread::ZstdEncoder;
use axum::body::{Body, Bytes};
use chrono::Duration;
use futures::StreamExt;
use std::path::{Path, PathBuf};
use tokio::io::AsyncReadExt;

const CUSTOMERS: &str = "id,name,segment\nc-1,Acme,SMB\nc-2,,SMB\n";
const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=x");

fn head(name: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
}

async fn upload(site: &Site, name: &str, content: impl AsRef<[u8]>) -> Answer {
    let body = [head(name).as_bytes(), content.as_ref(), b"\r\n--x--\r\n"].concat();
    site.send("POST /import/upload", &[FORM], body).await
}

/// The import that a file became.
async fn uploaded(site: &Site, name: &str, content: impl AsRef<[u8]>) -> ImportId {
    let answer = upload(site, name, content).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    ImportId(answer.header("location").rsplit('/').next().unwrap().parse().unwrap())
}

/// The database's folder, which is there once something was uploaded.
fn folder(db: &Database) -> Option<PathBuf> {
    let mut folders: Vec<_> = std::fs::read_dir(db.uploads.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(folders.len() <= 1, "{folders:?}");
    folders.pop()
}

fn files(db: &Database) -> Vec<PathBuf> {
    let folder = folder(db).into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    folder.map(|entry| entry.unwrap().path()).collect()
}

async fn until(app: &AppState, id: ImportId, state: ImportState) {
    for _ in 0..100_000 {
        let import = app.store.get_import(id).await.unwrap().import;
        if import.state == state {
            return;
        }
        assert!(import.state.is_busy(), "{import:?}");
        tokio::task::yield_now().await;
    }
    panic!("import {id} is never {state:?}");
}

/// Tries an import with the meanings that its columns seem to have.
async fn check(app: &AppState, id: ImportId) {
    let mapping = app.store.get_import(id).await.unwrap().import.mapping;
    let columns = app.store.get_import_findings(id).await.unwrap().unwrap().columns;
    let fields = columns.iter().map(|column| mapping.columns.get(column).cloned()).collect();
    let choice = Choice { kind: mapping.kind, fields, defaults: Vec::new() };
    assert_eq!(check_import(&app.call(Actor::Visitor), id, choice).await.unwrap(), ImportState::Checking);
    until(app, id, ImportState::Checked).await;
}

async fn zstd(content: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    ZstdEncoder::new(content).read_to_end(&mut packed).await.unwrap();
    packed
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.symlink_metadata().unwrap().permissions().mode() & 0o777
}

on_each_database! {
    async fn an_upload_is_read_when_it_comes_and_not_when_it_is_looked_at(db: Database) {
        let site = Site::new(db);
        let id = uploaded(&site, "customers.csv", CUSTOMERS).await;
        let [path] = files(&site.database).try_into().unwrap();
        // Whoever read it now would find something else.
        std::fs::write(&path, "other,columns\n1,2\n").unwrap();
        let page = get_import(&site.database.call(), id).await.unwrap();
        assert_eq!((page.columns, page.unreadable), (["id", "name", "segment"].map(str::to_owned).to_vec(), None));
        assert_eq!(page.preview[0].cells, ["c-1", "Acme", "SMB"]);
        std::fs::remove_file(&path).unwrap();
        assert!(get_import(&site.database.call(), id).await.unwrap().unreadable.unwrap().contains("upload it again"));
    }

    async fn an_upload_of_an_earlier_release_is_read_once_more(db: Database) {
        let site = Site::new(db);
        let id = uploaded(&site, "customers.csv", CUSTOMERS).await;
        let found = site.database.get_import_findings(id).await.unwrap().unwrap();
        let app = site.database.app();
        site.database.set_import_findings(id, None).await.unwrap();
        assert_eq!(get_import(&app.call(Actor::Visitor), id).await.unwrap().columns, found.columns);
        assert_eq!(site.database.get_import_findings(id).await.unwrap(), Some(found));
    }

    async fn a_run_leaves_its_errors_and_nothing_else(db: Database) {
        let site = Site::new(db);
        let app = site.database.app();
        let id = uploaded(&site, "customers.csv", CUSTOMERS).await;
        for _ in 0..2 {
            check(&app, id).await;
        }
        assert_eq!(files(&site.database).len(), 2);
        run_import(&app.call(Actor::Visitor), id, false).await.unwrap();
        until(&app, id, ImportState::Finished).await;
        let errors = get_import_errors(&app.call(Actor::Visitor), id).await.unwrap();
        assert_eq!(std::fs::read_to_string(&errors).unwrap(), "line,column,field,error\n3,name,name,is required\n");
        assert_eq!(site.database.get_import_findings(id).await.unwrap(), None);
        // The run removes the upload after it has said that it is finished.
        let gone = async { while files(&site.database) != [errors.clone()] { tokio::task::yield_now().await } };
        tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.unwrap();
    }

    async fn only_so_many_uploads_may_wait(db: Database) {
        let site = Site::new(db);
        for _ in 0..MAX_WAITING_UPLOADS {
            uploaded(&site, "customers.csv", CUSTOMERS).await;
        }
        let refused = upload(&site, "customers.csv", CUSTOMERS).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(refused.text.contains("20 uploads of 0 MiB wait") && refused.text.contains("delete one of them"), "{}", refused.text);
        assert_eq!(files(&site.database).len(), MAX_WAITING_UPLOADS, "the one that was refused is gone");
        crate::server::service::import::discard_upload(&site.database.call(), ImportId(1)).await.unwrap();
        uploaded(&site, "customers.csv", CUSTOMERS).await;
    }
}

#[tokio::test]
async fn only_so_many_bytes_may_wait() {
    let site = Site::sqlite().await;
    uploaded(&site, "customers.csv", CUSTOMERS).await;
    let [path] = files(&site.database).try_into().unwrap();
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(501 * 1024 * 1024).unwrap();
    let refused = upload(&site, "customers.csv", CUSTOMERS).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("1 uploads of 501 MiB") && refused.text.contains("of 500 MiB"), "{}", refused.text);
}

#[tokio::test]
async fn a_file_that_becomes_too_large_is_refused_in_words() {
    let site = Site::sqlite().await;
    let object = b"{\"externalId\":\"c-1\"}                                                                   \n";
    for (name, content, part) in [
        ("blank.ndjson.zst", zstd(&vec![b'\n'; 1_900_000]).await, None),
        ("objects.ndjson.zst", zstd(&object.repeat(17 * 1024 * 1024 / object.len())).await, Some("more than 16 MiB")),
        ("lines.ndjson", vec![b'\n'; 2_000_100], Some("more than 2000000 lines")),
        ("name.csv", format!("{},b\n1,2\n", "a".repeat(1001)).into_bytes(), Some("name of a column is longer")),
    ] {
        let answer = upload(&site, name, &content).await;
        match part {
            None => assert!(answer.text.contains("The file is empty"), "{name}: {}", answer.text),
            Some(part) => assert!(answer.status == 400 && answer.text.contains(part), "{name}: {}", answer.text),
        }
        assert_eq!(files(&site.database), [] as [PathBuf; 0], "{name}");
    }
    // On the command line everything goes.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), zstd(&object.repeat(17 * 1024 * 1024 / object.len())).await).unwrap();
    recognise(&Source::new(file.path(), "objects.ndjson.zst"), None, &Segments::default()).await.unwrap();
}

#[tokio::test]
async fn an_upload_that_is_broken_off_leaves_no_file() {
    let site = Site::sqlite().await;
    let first = Bytes::from(format!("{}id,name,segment\n", head("customers.csv")));
    let rest = futures::stream::pending::<Result<Bytes, std::io::Error>>();
    let body = Body::from_stream(futures::stream::iter([Ok(first)]).chain(rest));
    tokio::select! {
        answer = site.send("POST /import/upload", &[FORM], body) => panic!("{}", answer.text),
        () = async { while files(&site.database).is_empty() { tokio::task::yield_now().await } } => {}
    }
    assert_eq!(files(&site.database), [] as [PathBuf; 0]);
}

/// A runtime ends when its blocking work has ended; this file would keep one at it for some minutes.
#[test]
fn a_file_is_read_no_further_when_nobody_waits() {
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        runtime.block_on(async {
            let frame = zstd(&b"{\"a\":1}\n".repeat(1024 * 1024)).await;
            std::fs::write(file.path(), frame.repeat(4000)).unwrap();
            let source = Source::new(file.path(), "endless.ndjson.zst");
            let segments = Segments::default();
            let look = recognise(&source, None, &segments);
            assert!(tokio::time::timeout(std::time::Duration::from_millis(50), look).await.is_err());
        });
        drop(runtime);
        done.send(()).unwrap();
    });
    ended.recv_timeout(std::time::Duration::from_secs(20)).expect("the file is still being read");
}

#[cfg(unix)]
#[tokio::test]
async fn uploads_are_for_us_alone() {
    let site = Site::sqlite().await;
    let app = site.database.app();
    let id = uploaded(&site, "customers.csv", CUSTOMERS).await;
    check(&app, id).await;
    let folder = folder(&site.database).unwrap();
    assert_eq!(mode(&folder), 0o700);
    assert!(files(&site.database).len() == 2 && files(&site.database).iter().all(|file| mode(file) == 0o600));

    // What lies there under the name of the list is replaced, and not followed.
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    let errors = get_import_errors(&app.call(Actor::Visitor), id).await.unwrap();
    std::fs::remove_file(&errors).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &errors).unwrap();
    check(&app, id).await;
    assert_eq!(mode(&errors), 0o600);
    assert_eq!(elsewhere.path().metadata().unwrap().len(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_is_not_ours_alone_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::sqlite().await;
    uploaded(&site, "customers.csv", CUSTOMERS).await;
    let ours = folder(&site.database).unwrap();
    std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(upload(&site, "customers.csv", CUSTOMERS).await.status, 500);
    assert_eq!(files(&site.database).len(), 1);
    let elsewhere = tempfile::TempDir::new().unwrap();
    std::fs::remove_dir_all(&ours).unwrap();
    std::fs::set_permissions(elsewhere.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &ours).unwrap();
    assert_eq!(upload(&site, "customers.csv", CUSTOMERS).await.status, 500);
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_a_killed_process_has_left_is_removed() {
    let site = Site::sqlite().await;
    let app = site.database.app();
    let id = uploaded(&site, "customers.csv", CUSTOMERS).await;
    // Somebody is at work on it, for ever.
    let from = [ImportState::Uploaded];
    site.database.move_import(id, &from, ImportState::Running, now()).await.unwrap();
    let known = files(&site.database);
    let orphan = folder(&site.database).unwrap().join("upload-orphan");
    std::fs::write(&orphan, "id,name").unwrap();
    remove_old_files(&app.call(Actor::Visitor)).await.unwrap();
    assert!(orphan.exists(), "it may be on its way");
    let years = AppState { clock: || now() + Duration::days(365 * 300), ..app };
    remove_old_files(&years.call(Actor::Visitor)).await.unwrap();
    assert_eq!(files(&site.database), known);
}
