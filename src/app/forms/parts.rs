//! What every form begins and ends with.

use super::FormState;
use crate::app::components::SubmitButton;
use leptos::prelude::*;
use thaw::{MessageBar, MessageBarBody, MessageBarIntent};

/// The hidden fields, and the message about the whole form when it was rejected.
#[component]
pub fn FormHead(state: FormState) -> impl IntoView {
    view! {
        <input type="hidden" name="form" value=state.id() />
        <input type="hidden" name="messageId" value=move || state.message_id() />
        {move || {
            state
                .message()
                .map(|message| {
                    view! {
                        <div role="alert" class="form__message">
                            <MessageBar intent=MessageBarIntent::Error>
                                <MessageBarBody>{message}</MessageBarBody>
                            </MessageBar>
                        </div>
                    }
                })
        }}
    }
}

/// The button that sends the form, and what stands beside it.
#[component]
pub fn FormFoot(state: FormState, #[prop(into)] label: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="form__foot">
            <SubmitButton label pending=state.pending() />
            {children.map(|children| children())}
        </div>
    }
}
