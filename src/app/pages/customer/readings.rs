//! The values that were measured last, one of each name. Nothing is shown where there are none.

use crate::app::components::Day;
use crate::app::format;
use crate::domain::Reading;
use crate::domain::reading::label;
use crate::wire::pages::CustomerPage;
use leptos::prelude::*;

#[component]
pub fn ReadingsSection(page: Memo<CustomerPage>) -> impl IntoView {
    let readings = Memo::new(move |_| page.with(|page| page.readings.clone()));
    let some = Memo::new(move |_| readings.with(|readings| !readings.is_empty()));
    let rows = move || readings.get().into_iter().map(|reading| view! { <ReadingRow reading /> }).collect_view();
    move || {
        some.get().then(|| {
            view! {
                <section class="panel" aria-labelledby="readings-title">
                    <div class="panel__head">
                        <h2 id="readings-title">"Readings"</h2>
                        <p class="muted">"Latest of each"</p>
                    </div>
                    <table class="readings">
                        <thead>
                            <tr>
                                <th scope="col">"Reading"</th>
                                <th scope="col" class="numeric">"Value"</th>
                                <th scope="col">"Measured"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </section>
            }
        })
    }
}

#[component]
fn ReadingRow(reading: Reading) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{label(&reading.name)}</th>
            <td class="numeric">{reading.value.grouped()}</td>
            <td title=format::time(reading.occurred_at)><Day day=reading.day /></td>
        </tr>
    }
}
