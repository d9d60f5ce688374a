//! The page of an empty portfolio: four ways to begin.

use crate::app::components::{CurlCommand, LinkButton, SubmitButton};
use crate::app::forms::ActionForm;
use crate::app::server_fns::LoadDemo;
use leptos::prelude::*;

const DEMO: &str = "customer-health demo";

#[component]
pub fn FirstRun() -> impl IntoView {
    let load_demo = ServerAction::<LoadDemo>::new();
    view! {
        <div class="first-run">
            <h1>"No customers yet"</h1>
            <p class="first-run__lead">
                "Customers get a health score from 0 to 100 as soon as the first facts about them arrive: logins, feature use, "
                "API calls, support tickets, invoices."
            </p>
            <ol class="first-run__ways">
                <li class="panel">
                    <h2>"Look around with demo data"</h2>
                    <p>"Sixty invented customers with months of activity. They can be taken out again without a trace."</p>
                    <ActionForm action=load_demo>
                        <SubmitButton label="Load the demo portfolio" pending=load_demo.pending() />
                    </ActionForm>
                    <p>"or, with the server’s database settings:"</p>
                    <pre tabindex="0">
                        <code>{DEMO}</code>
                    </pre>
                </li>
                <li class="panel">
                    <h2>"Bring your customers from a file"</h2>
                    <p>
                        "CSV or NDJSON, such as a CRM exports; events too. The columns are recognised, every row is checked before \
                         anything is written, and an import can be undone."
                    </p>
                    <p>
                        <LinkButton href="/import" primary=true>
                            "Import a file"
                        </LinkButton>
                    </p>
                </li>
                <li class="panel">
                    <h2>"Create a customer"</h2>
                    <p>
                        <LinkButton href="/customers/new" primary=true>
                            "Add a customer"
                        </LinkButton>
                    </p>
                    <p>"or from a program:"</p>
                    <CurlCommand
                        path="/api/customers"
                        body=r#"{"name": "Acme", "segment": "SMB"}"#
                        label="Command that creates a customer"
                    />
                </li>
                <li class="panel">
                    <h2>"Send an event"</h2>
                    <p>"When the request returns, the event is in the score."</p>
                    <CurlCommand
                        path="/api/customers/1/events"
                        body=r#"{"kind": "login", "user": "ada"}"#
                        label="Command that sends a login"
                    />
                    <p>
                        <a href="/api/docs" rel="external">
                            "All of the API"
                        </a>
                    </p>
                </li>
            </ol>
        </div>
    }
}
