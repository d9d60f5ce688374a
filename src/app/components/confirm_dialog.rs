//! A question before an action, in a native dialog. Without JavaScript, the link leads to the same dialog, which then stands
//! on the page.

use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::prelude::*;

/// Shows a dialog in the next frame: by then it has its content, of which the first control gets the focus.
pub fn show_with_content(dialog: NodeRef<Dialog>) {
    request_animation_frame(move || {
        if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
}

/// Shows a link with the text `trigger` that opens the dialog. `children` makes the form for the action; it gets the link
/// that closes the dialog, to stand beside the form's button.
#[component]
pub fn ConfirmDialog<F: FnOnce(AnyView) -> V, V: IntoView>(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] trigger: String,
    #[prop(into)] title: String,
    children: F,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let open = move |event: MouseEvent| {
        event.prevent_default();
        if let Some(dialog) = dialog.get() {
            let _ = dialog.show_modal();
        }
    };
    let close = move |event: MouseEvent| {
        if let Some(dialog) = dialog.get().filter(|dialog| dialog.open()) {
            event.prevent_default();
            dialog.close();
        }
    };
    let title_id = format!("{id}-title");
    let cancel = view! { <a href="#content" on:click=close>"Cancel"</a> }.into_any();
    view! {
        <a
            class="button"
            href=format!("#{id}")
            aria-haspopup="dialog"
            on:click=open
        >
            {trigger}
        </a>
        <dialog class="dialog" id=id aria-labelledby=title_id.clone() node_ref=dialog>
            <h2 id=title_id.clone()>{title}</h2>
            {children(cancel)}
        </dialog>
    }
}
