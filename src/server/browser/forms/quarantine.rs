//! The forms about refused items.

use super::effect;
use crate::domain::QuarantineId;
use crate::server::Call;
use crate::server::service::{batch, customers, scorecards};
use crate::wire::AppError;
use crate::wire::{Done, FormValues};

/// Sends a refused item again, with the content in the form.
pub async fn replay_quarantined(call: &Call, item: QuarantineId, form: &FormValues) -> Result<Done, AppError> {
    let effect = batch::replay_quarantined(call, item, form.filled("content")).await?;
    let customer = customers::get_customer(call, effect.event.customer_id).await?;
    let rulebook = scorecards::get_rulebook(call).await?;
    let sentence = effect::sentence(&effect, rulebook.scorecard_named(&effect.health.scored_by));
    let undo = (!effect.repeated).then_some(effect.event.id);
    Ok(Done { message: format!("{}: {sentence}", customer.fields.name), undo: undo.into_iter().collect(), ..Done::default() })
}

pub async fn discard_quarantined(call: &Call, item: QuarantineId) -> Result<Done, AppError> {
    batch::discard_quarantined(call, item).await?;
    Ok(Done { message: "Item deleted".into(), ..Done::default() })
}

pub async fn discard_quarantine(call: &Call, up_to: QuarantineId) -> Result<Done, AppError> {
    let message = match batch::discard_quarantine(call, up_to).await? {
        1 => "1 item deleted".to_owned(),
        items => format!("{items} items deleted"),
    };
    Ok(Done { message, ..Done::default() })
}
