//! One change of many customers: its form, which says what will happen, and the button that undoes it.

use super::FormState;
use super::parts::{ActionForm, FormFoot, FormHead};
use crate::app::components::{Choice, Field, SelectField};
use crate::app::format;
use crate::app::server_fns::{ChangeCustomers, UndoBulkChange};
use crate::domain::{ArchiveReason, BulkChangeId, Segments};
use crate::wire::pages::ChosenRow;
use crate::wire::{FormValues, Outcome};
use leptos::prelude::*;

/// The customers that a summary names.
const NAMED: usize = 5;

/// A change that many customers can get at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkKind {
    Owner,
    Segment,
    Archive,
    Restore,
}

impl BulkKind {
    const ALL: [Self; 4] = [Self::Owner, Self::Segment, Self::Archive, Self::Restore];

    /// Returns the changes that a list offers.
    pub fn offered(archived: bool) -> [Self; 3] {
        [Self::Owner, Self::Segment, if archived { Self::Restore } else { Self::Archive }]
    }

    /// Returns the name in addresses and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Segment => "segment",
            Self::Archive => "archive",
            Self::Restore => "restore",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// Returns the label of the button that asks for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Set owner",
            Self::Segment => "Set segment",
            Self::Archive => "Archive",
            Self::Restore => "Restore",
        }
    }

    /// "Set the owner of 10 customers"
    pub fn title(self, customers: usize) -> String {
        let customers = format::count(customers as i64, "customer");
        match self {
            Self::Owner => format!("Set the owner of {customers}"),
            Self::Segment => format!("Set the segment of {customers}"),
            Self::Archive => format!("Archive {customers}"),
            Self::Restore => format!("Restore {customers}"),
        }
    }

    fn effect(self) -> &'static str {
        match self {
            Self::Owner | Self::Segment => "Nothing else about them changes, and it can be undone.",
            Self::Archive => "They leave the list and all figures, still accept events, and can be restored at any time.",
            Self::Restore => "They are in the list and in all figures again. It can be undone.",
        }
    }
}

/// "Acme, Bolt and 3 more, $1.2M ARR"
pub fn summary_of(rows: &[ChosenRow], currency: &str) -> String {
    let names: Vec<_> = rows.iter().take(NAMED).map(|row| row.name.as_str()).collect();
    let names = match (rows.len().saturating_sub(NAMED), names.as_slice()) {
        (0, [first @ .., last]) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (0, _) => names.concat(),
        (more, _) => format!("{} and {more} more", names.join(", ")),
    };
    format!("{names}, {} ARR", arr_of(rows, currency))
}

/// Returns the ARR of customers together, where it is known.
pub fn arr_of<'a>(rows: impl IntoIterator<Item = &'a ChosenRow>, currency: &str) -> String {
    let cents = rows.into_iter().filter_map(|row| row.arr_cents).fold(0, i64::saturating_add);
    format::money_short(cents, currency)
}

/// Shows the form of a change. `children` are what stands beside its button.
#[component]
pub fn BulkForm(
    kind: BulkKind,
    rows: Vec<ChosenRow>,
    owners: Vec<String>,
    segments: Segments,
    #[prop(into)] currency: String,
    /// The query string of the list to go to afterwards; without it the page stays.
    #[prop(optional_no_strip)]
    back: Option<String>,
    /// Runs when the change is made.
    #[prop(optional)]
    finished: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    let action = ServerAction::<ChangeCustomers>::new();
    let state = FormState::new(format!("bulk-{}", kind.name()), FormValues::default(), action);
    Effect::new(move |_| {
        if let (Some(Ok(Outcome::Done(_))), Some(finished)) = (action.value().get(), finished) {
            finished.run(());
        }
    });
    let customers: Vec<_> = rows.iter().map(|row| format!("{}:{}", row.id, row.version)).collect();
    view! {
        <ActionForm action id=state.id() attr:class="form" attr:novalidate="">
            <FormHead state />
            <input type="hidden" name="change" value=kind.name() />
            <input type="hidden" name="customers" value=customers.join(",") />
            {back.map(|back| view! { <input type="hidden" name="back" value=back /> })}
            <p>{summary_of(&rows, &currency)} ". " <span class="muted">{kind.effect()}</span></p>
            {field(kind, state, owners, &segments)}
            <FormFoot state label=kind.title(rows.len())>{children()}</FormFoot>
        </ActionForm>
    }
}

fn field(kind: BulkKind, state: FormState, owners: Vec<String>, segments: &Segments) -> AnyView {
    let name = if kind == BulkKind::Archive { "reason" } else { kind.name() };
    let (id, value, error) = (state.field_id(name), state.value(name), state.error(name));
    match kind {
        BulkKind::Owner => {
            let list = state.field_id("owners");
            let owners = owners.into_iter().map(|owner| view! { <option value=owner /> }).collect_view();
            view! {
                <Field id name label="Owner" value error list=list.clone() hint="Who looks after them; empty for nobody" />
                <datalist id=list>{owners}</datalist>
            }
            .into_any()
        }
        BulkKind::Segment => {
            let choices: Vec<_> = segments.iter().map(|segment| Choice::new(segment.label(), segment.label())).collect();
            view! { <SelectField id name label="Segment" choices value error /> }.into_any()
        }
        BulkKind::Archive => {
            let mut choices = vec![Choice::new("", "Choose a reason")];
            choices.extend(ArchiveReason::ALL.map(|reason| Choice::new(reason.name(), reason.label())));
            view! { <SelectField id name label="Why?" choices value error /> }.into_any()
        }
        BulkKind::Restore => ().into_any(),
    }
}

/// Shows a button that undoes a change.
#[component]
pub fn UndoBulkForm(change: BulkChangeId) -> impl IntoView {
    let action = ServerAction::<UndoBulkChange>::new();
    let state = FormState::new(format!("undo-change-{change}"), FormValues::default(), action);
    view! {
        <ActionForm action id=state.id()>
            <input type="hidden" name="form" value=state.id() />
            <input type="hidden" name="change" value=change.to_string() />
            <button type="submit" class="link-button" disabled=move || state.pending().get()>"Undo"</button>
            {move || state.message().map(|message| view! { <span class="field__error">{message}</span> })}
        </ActionForm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CustomerId;

    #[test]
    fn a_summary_names_the_first_and_counts_the_others() {
        let names = ["Acme", "Bolt", "Cedar", "Dune", "Early", "Fjord", "Gone"];
        let rows: Vec<_> = names
            .map(|name| ChosenRow { id: CustomerId(1), version: 1, name: name.to_owned(), arr_cents: Some(10_000_000) })
            .to_vec();
        for (rows, words) in [
            (&rows[..1], "Acme, $100k ARR"),
            (&rows[..2], "Acme and Bolt, $200k ARR"),
            (&rows[..5], "Acme, Bolt, Cedar, Dune and Early, $500k ARR"),
            (&rows[..], "Acme, Bolt, Cedar, Dune, Early and 2 more, $700k ARR"),
        ] {
            assert_eq!(summary_of(rows, "USD"), words);
        }
    }
}
