//! The forms about imports.

use crate::domain::{FieldErrors, ImportId, ImportKind, ImportState};
use crate::server::Call;
use crate::server::service::import::{self, Choice};
use crate::wire::AppError;
use crate::wire::{Done, FormValues};

/// Starts a dry run. The form's fields are `kind`, `column-0` and so on with the field that each column stands for, and
/// `default-FIELD`.
pub async fn check_import(call: &Call, id: ImportId, form: &FormValues) -> Result<Done, AppError> {
    let kind = ImportKind::parse(form.get("kind"));
    let kind = kind.ok_or_else(|| FieldErrors::one("kind", "must be customers, events or outcomes"))?;
    let columns = (0..).map(|place| format!("column-{place}")).take_while(|name| form.0.contains_key(name));
    let defaults = form.0.keys().filter_map(|name| Some((name, name.strip_prefix("default-")?)));
    let choice = Choice {
        kind,
        fields: columns.map(|name| form.filled(&name)).collect(),
        defaults: defaults.filter_map(|(name, field)| Some((field.to_owned(), form.filled(name)?))).collect(),
    };
    Ok(match import::check_import(call, id, choice).await? {
        ImportState::Uploaded => done(format!("Look at what the columns mean for {}", kind.name()), id),
        _ => begun(id),
    })
}

pub async fn reconsider_import(call: &Call, id: ImportId) -> Result<Done, AppError> {
    import::reconsider_import(call, id).await?;
    Ok(done("Change what the columns mean".into(), id))
}

/// Starts the import. With `addSegments` the segments found are added to the rules.
pub async fn run_import(call: &Call, id: ImportId, form: &FormValues) -> Result<Done, AppError> {
    import::run_import(call, id, form.filled("addSegments").is_some()).await?;
    Ok(begun(id))
}

pub async fn discard_upload(call: &Call, id: ImportId) -> Result<Done, AppError> {
    import::discard_upload(call, id).await?;
    Ok(Done { message: "File deleted; nothing was imported".into(), go_to: Some("/import".into()), ..Done::default() })
}

pub async fn undo_import(call: &Call, id: ImportId) -> Result<Done, AppError> {
    import::undo_import(call, id).await?;
    Ok(begun(id))
}

/// Returns the outcome of a form that started work. It has no message: the page follows the work, and a message would
/// outlast it.
fn begun(id: ImportId) -> Done {
    done(String::new(), id)
}

fn done(message: String, id: ImportId) -> Done {
    Done { message, go_to: Some(format!("/import/{id}")), ..Done::default() }
}
