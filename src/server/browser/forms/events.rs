//! The forms that log events and retract them.

use super::{effect, outcomes};
use crate::domain::{CustomerId, EventId, EventInput, EventKind, FieldErrors};
use crate::server::Call;
use crate::server::formats::amounts;
use crate::server::service::{events, scorecards};
use crate::wire::AppError;
use crate::wire::pages::EventEffect;
use crate::wire::{Done, FormValues};
use chrono::{DateTime, Utc};

/// Logs the event of a form. An invoice that is already paid makes two events. Both are checked before the first is stored.
pub async fn submit_event(call: &Call, customer: CustomerId, form: &FormValues) -> Result<Done, AppError> {
    let (input, payment) = convert(form)?.check(call.now)?;
    let first = events::submit_event(call, customer, input).await?;
    let rulebook = scorecards::get_rulebook(call).await?;
    let scorecard = rulebook.scorecard_named(&first.health.scored_by);
    let Some(payment) = payment else {
        return Ok(done(&first, effect::sentence(&first, scorecard)));
    };
    match events::submit_event(call, customer, payment).await {
        Ok(second) => {
            let both = EventEffect { before: first.before.clone(), ..second };
            let mut done = done(&both, effect::sentence(&both, scorecard));
            done.undo.extend((!first.repeated).then_some(first.event.id));
            Ok(done)
        }
        Err(error) => {
            let half = format!("The invoice is logged, but not its payment: {error} Settle it as an open invoice.");
            Ok(done(&first, half))
        }
    }
}

/// Returns the form's outcome. A repeat stored nothing, so it offers no undo.
fn done(effect: &EventEffect, message: String) -> Done {
    let undo = (!effect.repeated).then_some(effect.event.id);
    Done { message, undo: undo.into_iter().collect(), ..Done::default() }
}

/// Retracts each event that the form names, latest first, or its outcome.
pub async fn retract_event(call: &Call, form: &FormValues) -> Result<Done, AppError> {
    if let Some(outcome) = form.filled("outcome") {
        let outcome = outcome.parse().map_err(|_| FieldErrors::one("outcome", "must be the id of an outcome"))?;
        return outcomes::retract_outcome(call, outcome, form).await;
    }
    let ids: Result<Vec<EventId>, _> = form.get("events").split(',').map(str::parse).collect();
    let ids = ids.map_err(|_| FieldErrors::one("events", "must be ids of events"))?;
    let mut change: Option<EventEffect> = None;
    for id in ids {
        let effect = events::retract_event(call, id, Some(form.get("reason"))).await?;
        let before = change.map_or_else(|| effect.before.clone(), |change| change.before);
        change = Some(EventEffect { before, ..effect });
    }
    let message = change.map(|change| effect::retraction_sentence(&change)).unwrap_or_default();
    Ok(Done { message, ..Done::default() })
}

/// A form's texts converted to inputs, with the errors of texts that could not be.
struct Converted {
    event: EventInput,
    /// The payment, for an invoice that is already paid.
    payment: Option<EventInput>,
    errors: FieldErrors,
}

impl Converted {
    /// Returns both inputs, or every broken rule of both under the names of the form's fields.
    fn check(self, now: DateTime<Utc>) -> Result<(EventInput, Option<EventInput>), FieldErrors> {
        let Self { event, payment, mut errors } = self;
        for input in [Some(&event), payment.as_ref()].into_iter().flatten() {
            for error in input.clone().parse(now).err().unwrap_or_default().0 {
                let field = form_field(&error.field, input);
                if errors.of(field).is_none() {
                    errors.add(field, error.message);
                }
            }
        }
        errors.or(|| (event, payment))
    }
}

/// Returns the form's field for an input's field.
fn form_field<'a>(field: &'a str, input: &EventInput) -> &'a str {
    match (field, input.kind.as_deref().and_then(EventKind::parse)) {
        ("occurredAt", Some(EventKind::InvoiceIssued)) => "issued",
        ("occurredAt", Some(EventKind::InvoicePaid | EventKind::InvoiceVoided)) => "paidOn",
        ("occurredAt", _) => "when",
        ("amountCents", _) => "amount",
        ("dueDate", _) => "due",
        _ => field,
    }
}

fn convert(form: &FormValues) -> Result<Converted, FieldErrors> {
    let kind = EventKind::parse(form.get("kind")).ok_or_else(|| FieldErrors::one("kind", "is not a kind of event"))?;
    let mut errors = FieldErrors::default();
    let event = |kind: EventKind, suffix: &str, occurred_at: Option<String>| EventInput {
        kind: Some(kind.name().to_owned()),
        message_id: form.filled("messageId").map(|id| id + suffix),
        source: Some("form".to_owned()),
        occurred_at,
        ..EventInput::default()
    };
    let (when, on) = (form.filled("when"), |field: &str| form.filled(field).map(|day| format!("{day}T00:00")));
    let mut payment = None;
    let event = match kind {
        EventKind::Login => EventInput { user: form.filled("user"), ..event(kind, "", when) },
        EventKind::FeatureUse => {
            EventInput { feature: form.filled("feature"), user: form.filled("user"), ..event(kind, "", when) }
        }
        EventKind::ApiCall => {
            let count = amounts::whole_number(form.get("count"));
            if count.is_none() {
                errors.add("count", "must be a whole number, such as 1,200");
            }
            EventInput { count, ..event(kind, "", when) }
        }
        EventKind::SupportTicket => {
            EventInput { priority: form.filled("priority"), subject: form.filled("subject"), ..event(kind, "", when) }
        }
        EventKind::InvoiceIssued => {
            let number = form.filled("number");
            payment = on("paidOn")
                .map(|day| EventInput { number: number.clone(), ..event(EventKind::InvoicePaid, "-paid", Some(day)) });
            let amount_cents = amounts::cents(form.get("amount"));
            if amount_cents.is_none() {
                errors.add("amount", "must be an amount, such as 1,234.50");
            }
            let (currency, due_date) = (form.filled("currency"), form.filled("due"));
            EventInput { number, amount_cents, currency, due_date, ..event(kind, "", on("issued")) }
        }
        EventKind::InvoicePaid | EventKind::InvoiceVoided => {
            EventInput { number: form.filled("number"), ..event(kind, "", on("paidOn")) }
        }
        EventKind::Reading => {
            let value = form.filled("value").map(|text| amounts::without_groups(&text));
            EventInput { name: form.filled("name"), value, ..event(kind, "", when) }
        }
    };
    Ok(Converted { event, payment, errors })
}
