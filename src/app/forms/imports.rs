//! Imports: upload a file, choose the meaning of its columns, run the import, undo it.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, Field, SelectField, SubmitButton};
use crate::app::server_fns::{CheckImport, DiscardUpload, ReconsiderImport, RunImport, UndoImport};
use crate::app::state::{use_flash, use_preferences};
use crate::domain::import::{MAX_UPLOAD_BYTES, PreviewRow};
use crate::domain::{EventKind, Import, ImportId, ImportKind, Mapping, OutcomeKind, Segment, Segments};
use crate::wire::{FormValues, UPLOAD_FORM};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Uploads a file. It is a plain form, since the browser itself sends files.
#[component]
pub fn UploadForm() -> impl IntoView {
    let author = use_preferences().read_untracked().signature();
    let mib = MAX_UPLOAD_BYTES / 1024 / 1024;
    let refused = use_flash().read_untracked().echo.clone().filter(|echo| echo.form == UPLOAD_FORM);
    let refusal = refused.map(|echo| {
        view! { <p class="notice" data-kind="warning" role="alert" id="upload-refusal">{echo.rejection.message}</p> }
    });
    view! {
        <form class="form" id=UPLOAD_FORM method="post" action="/import/upload" enctype="multipart/form-data">
            {refusal}
            <Field id="upload-author" name="author" label="Your name" value=author autocomplete="name" />
            <div class="field">
                <label class="field__label" for="upload-file">"File"</label>
                <input
                    class="field__input"
                    id="upload-file"
                    type="file"
                    name="file"
                    required=true
                    accept=".csv,.tsv,.txt,.ndjson,.jsonl,.gz,.zst"
                    aria-describedby="upload-file-hint"
                />
                <p class="field__hint" id="upload-file-hint">
                    {format!("CSV or NDJSON of customers, events or outcomes, at most {mib} MiB, also compressed (.gz, .zst).")}
                </p>
            </div>
            <div class="form__foot">
                <SubmitButton label="Upload" />
                <span class="muted">"An upload writes nothing yet."</span>
            </div>
        </form>
    }
}

/// Asks for the meaning of each column, with the first rows beside it.
#[component]
pub fn MappingForm(import: Import, columns: Vec<String>, segments: Segments, preview: Vec<PreviewRow>) -> impl IntoView {
    let action = ServerAction::<CheckImport>::new();
    let Mapping { kind, columns: meanings, defaults, .. } = import.mapping;
    let state = FormState::new(format!("check-import-{}-{}", import.id, kind.name()), FormValues::default(), action);
    let kinds = [Choice::new("customers", "Customers"), Choice::new("events", "Events"), Choice::new("outcomes", "Outcomes")];
    let rows = columns.into_iter().enumerate().map(move |(place, column)| {
        let samples: Vec<_> =
            preview.iter().filter_map(|row| row.cells.get(place)).filter(|cell| !cell.is_empty()).take(3).cloned().collect();
        let meaning = meanings.get(&column).cloned().unwrap_or_default();
        view! { <ColumnRow state kind place column meaning samples /> }
    });
    let defaults = default_fields(state, kind, &defaults, &segments);
    let sent_kind = Some(state.value("kind")).filter(|sent| !sent.is_empty());
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="import" value=import.id.to_string() />
            <SelectField
                id=state.field_id("kind")
                name="kind"
                label="The rows are"
                choices=kinds.to_vec()
                value=sent_kind.unwrap_or_else(|| kind.name().to_owned())
                hint="With another kind, the columns are recognised anew."
            />
            <div class="import__scroll" tabindex="0" role="region" aria-label="What the columns mean">
                <table class="import__table">
                    <thead>
                        <tr>
                            <th scope="col">"Column"</th>
                            <th scope="col">"Means"</th>
                            <th scope="col">"First values"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <div class="form__grid">{defaults}</div>
            <FormFoot state label="Check the file">
                <span class="muted">"A dry run: nothing is written."</span>
            </FormFoot>
        </ActionForm>
    }
}

#[component]
fn ColumnRow(
    state: FormState,
    kind: ImportKind,
    place: usize,
    column: String,
    meaning: String,
    samples: Vec<String>,
) -> impl IntoView {
    let name = format!("column-{place}");
    let meaning = Some(state.value(&name)).filter(|sent| !sent.is_empty()).unwrap_or(meaning);
    let options = kind.fields().iter().map(|field| {
        let selected = field.name == meaning;
        view! { <option value=field.name selected=selected>{field.label}</option> }
    });
    let id = state.field_id(&name);
    view! {
        <tr>
            <th scope="row"><label for=id.clone()>{column}</label></th>
            <td>
                <select class="field__input" id=id name=name>
                    <option value="">"nothing"</option>
                    {options.collect_view()}
                </select>
            </td>
            <td class="import__samples">{samples.join(" · ")}</td>
        </tr>
    }
}

/// Shows fields for values that no column has. Only fields that are often the same in a whole file are offered.
fn default_fields(state: FormState, kind: ImportKind, defaults: &BTreeMap<String, String>, segments: &Segments) -> Vec<AnyView> {
    let value = |field: &str| {
        let sent = Some(state.value(&format!("default-{field}"))).filter(|sent| !sent.is_empty());
        sent.or_else(|| defaults.get(field).cloned()).unwrap_or_default()
    };
    let hint = "Where no column says it.";
    let select = |field: &'static str, label: &'static str, choices: Vec<Choice>| {
        let choices: Vec<_> = std::iter::once(Choice::new("", "no default")).chain(choices).collect();
        let (id, name) = (state.field_id(&format!("default-{field}")), format!("default-{field}"));
        view! { <SelectField id name label choices value=value(field) hint /> }.into_any()
    };
    let text = |field: &'static str, label: &'static str| {
        let (id, name) = (state.field_id(&format!("default-{field}")), format!("default-{field}"));
        view! { <Field id name label value=value(field) hint /> }.into_any()
    };
    match kind {
        ImportKind::Customers => {
            let segments = segments.iter().map(|segment| Choice::new(segment.label(), segment.label()));
            vec![select("segment", "Segment of new customers", segments.collect()), text("owner", "Owner of new customers")]
        }
        ImportKind::Events => {
            let kinds = EventKind::ALL.map(|kind| Choice::new(kind.name(), kind.label()));
            vec![
                select("kind", "Kind of all events", kinds.to_vec()),
                text("currency", "Currency of all events"),
                text("source", "Source of all events"),
            ]
        }
        ImportKind::Outcomes => {
            let kinds = OutcomeKind::ALL.map(|kind| Choice::new(kind.name(), kind.label()));
            vec![select("outcome", "Outcome of all rows", kinds.to_vec())]
        }
    }
}

/// Imports the file after its dry run. Offers to add the segments that the file has and the rules do not.
#[component]
pub fn RunImportForm(import: ImportId, unknown_segments: Vec<Segment>) -> impl IntoView {
    let action = ServerAction::<RunImport>::new();
    let state = FormState::new(format!("run-import-{import}"), FormValues::default(), action);
    let names = unknown_segments.iter().map(Segment::label).collect::<Vec<_>>().join(", ");
    let offer = (!names.is_empty()).then(|| {
        view! {
            <div class="field">
                <label class="check">
                    <input type="checkbox" name="addSegments" value="on" aria-describedby="add-segments-hint" />
                    {format!(" Add the segments found: {names}")}
                </label>
                <p class="field__hint" id="add-segments-hint">"As a new version of the rules. Without it, rows in these segments are refused."</p>
            </div>
        }
    });
    let class = if offer.is_some() { "form" } else { "" };
    view! {
        <ActionForm action id=state.id() attr:class=class>
            <FormHead state />
            <input type="hidden" name="import" value=import.to_string() />
            {offer}
            <SubmitButton label="Import" pending=state.pending() primary=true />
        </ActionForm>
    }
}

/// Declares a button for each small step of an import.
macro_rules! step_form {
    ($(#[$doc:meta])* $name:ident, $action:ident, $id:literal, $label:literal, primary = $primary:literal) => {
        $(#[$doc])*
        #[component]
        pub fn $name(import: ImportId) -> impl IntoView {
            let action = ServerAction::<$action>::new();
            let state = FormState::new(format!("{}-{import}", $id), FormValues::default(), action);
            let (label, primary) = ($label, $primary);
            view! {
                <ActionForm action id=state.id()>
                    <FormHead state />
                    <input type="hidden" name="import" value=import.to_string() />
                    <SubmitButton label pending=state.pending() primary />
                </ActionForm>
            }
        }
    };
}

step_form!(
    /// Returns to the choice of columns.
    ReconsiderForm, ReconsiderImport, "reconsider-import", "Change the columns", primary = false
);
step_form!(
    /// Deletes the uploaded file.
    DiscardUploadForm, DiscardUpload, "discard-upload", "Delete the file", primary = false
);
step_form!(
    /// Undoes the import. Put it where it can be opened.
    UndoImportForm, UndoImport, "undo-import", "Undo this import", primary = true
);
