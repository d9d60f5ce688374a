//! The page of an empty portfolio: three ways to begin.

use crate::app::components::{Failure, LinkButton, SubmitButton};
use crate::app::server_fns::LoadDemo;
use leptos::form::ActionForm;
use leptos::prelude::*;

const DEMO: &str = "customer-health demo";

const CREATE_CUSTOMER: &str = "curl http://127.0.0.1:3000/api/customers \\
  -H 'Content-Type: application/json' \\
  -d '{\"name\": \"Acme\", \"segment\": \"SMB\"}'";

const SEND_EVENT: &str = "curl http://127.0.0.1:3000/api/customers/1/events \\
  -H 'Content-Type: application/json' \\
  -d '{\"kind\": \"login\", \"user\": \"ada\"}'";

#[component]
pub fn FirstRun(load_demo: ServerAction<LoadDemo>) -> impl IntoView {
    let refused = move || load_demo.value().get().and_then(Result::err).map(|error| view! { <Failure error /> });
    view! {
        <div class="first-run">
            <h2>"No customers yet"</h2>
            <p class="first-run__lead">
                "Customers get a health score from 0 to 100 as soon as the first facts about them arrive: logins, feature use, "
                "API calls, support tickets, invoices."
            </p>
            <ol class="first-run__ways">
                <li class="panel">
                    <h3>"Look around with demo data"</h3>
                    <p>"Sixty invented customers with months of activity. They can be taken out again without a trace."</p>
                    <ActionForm action=load_demo>
                        <SubmitButton label="Load the demo portfolio" pending=load_demo.pending() />
                    </ActionForm>
                    {refused}
                    <p>"or, with the server’s database settings:"</p>
                    <pre tabindex="0">
                        <code>{DEMO}</code>
                    </pre>
                </li>
                <li class="panel">
                    <h3>"Create a customer"</h3>
                    <p>
                        <LinkButton href="/customers/new" primary=true>
                            "Add a customer"
                        </LinkButton>
                    </p>
                    <p>"or from a program:"</p>
                    <pre tabindex="0">
                        <code>{CREATE_CUSTOMER}</code>
                    </pre>
                </li>
                <li class="panel">
                    <h3>"Send an event"</h3>
                    <p>"When the request returns, the event is in the score."</p>
                    <pre tabindex="0">
                        <code>{SEND_EVENT}</code>
                    </pre>
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
