//! Form fields: a label, a control, a hint and an error, tied together for screen readers. The browser keeps what is typed;
//! `value` is only the value at the beginning.

use leptos::prelude::*;

/// The ids and texts around one control.
#[derive(Clone)]
struct Frame {
    id: String,
    error: Signal<Option<String>>,
    has_hint: bool,
}

impl Frame {
    fn described_by(&self) -> impl Fn() -> Option<String> + Clone + 'static {
        let Self { id, error, has_hint } = self.clone();
        move || {
            let error = error.read().is_some().then(|| format!("{id}-error"));
            let hint = has_hint.then(|| format!("{id}-hint"));
            let ids: Vec<_> = error.into_iter().chain(hint).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    }

    fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + 'static {
        let error = self.error;
        move || error.read().is_some().then_some("true")
    }
}

#[component]
fn Labelled(frame: Frame, label: String, hint: String, optional: bool, children: Children) -> impl IntoView {
    let Frame { id, error, .. } = frame;
    let (error_id, subject) = (format!("{id}-error"), label.clone());
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>
                {label}
                {optional.then(|| view! { <span class="field__optional">" (optional)"</span> })}
            </label>
            {children()}
            {move || {
                let sentence = error.get().map(|error| format!("{subject} {error}"));
                sentence.map(|error| view! { <p class="field__error" id=error_id.clone()>{error}</p> })
            }}
            {(!hint.is_empty()).then(|| view! { <p class="field__hint" id=format!("{id}-hint")>{hint}</p> })}
        </div>
    }
}

/// Shows a one-line input. `kind` is the input's type; `list` names a datalist of suggestions.
#[component]
pub fn Field(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] error: Signal<Option<String>>,
    #[prop(into, optional)] hint: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] required: bool,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(into, optional)] list: Option<String>,
    #[prop(into, optional)] placeholder: Option<String>,
) -> impl IntoView {
    let frame = Frame { id: id.clone(), error, has_hint: !hint.is_empty() };
    let (described_by, invalid) = (frame.described_by(), frame.invalid());
    view! {
        <Labelled frame label hint optional=!required>
            <input
                class="field__input"
                id=id
                name=name
                type=kind
                value=value
                required=required
                inputmode=inputmode
                autocomplete=autocomplete.unwrap_or("off")
                list=list
                placeholder=placeholder
                aria-describedby=described_by
                aria-invalid=invalid
            />
        </Labelled>
    }
}

/// Shows a text area.
#[component]
pub fn TextArea(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] error: Signal<Option<String>>,
    #[prop(into, optional)] hint: String,
    #[prop(optional)] required: bool,
    #[prop(default = 3)] rows: u8,
    #[prop(optional)] max_length: Option<u32>,
) -> impl IntoView {
    let frame = Frame { id: id.clone(), error, has_hint: !hint.is_empty() };
    let (described_by, invalid) = (frame.described_by(), frame.invalid());
    view! {
        <Labelled frame label hint optional=!required>
            <textarea
                class="field__input"
                id=id
                name=name
                rows=rows.to_string()
                required=required
                maxlength=max_length.map(|length| length.to_string())
                aria-describedby=described_by
                aria-invalid=invalid
            >
                {content(value)}
            </textarea>
        </Labelled>
    }
}

/// Returns the content of a `<textarea>`. On the server Leptos writes it unescaped, so it is escaped here. It also gets a
/// line break in front, because a parser drops the first one.
fn content(text: String) -> String {
    match is_browser() {
        true => text,
        false => format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;")),
    }
}

/// One entry of a select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// Shows a select. The choice stays when the options around it change.
#[component]
pub fn SelectField(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] error: Signal<Option<String>>,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    let frame = Frame { id: id.clone(), error, has_hint: !hint.is_empty() };
    let (described_by, invalid) = (frame.described_by(), frame.invalid());
    let option = move |choice: Choice| {
        let selected = choice.value == value;
        view! { <option value=choice.value selected=selected>{choice.label}</option> }
    };
    view! {
        <Labelled frame label hint optional=false>
            <select class="field__input" id=id name=name aria-describedby=described_by aria-invalid=invalid>
                <For each=move || choices.get() key=|choice| choice.value.clone() children=option.clone() />
            </select>
        </Labelled>
    }
}
