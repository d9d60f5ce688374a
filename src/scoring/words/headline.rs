//! The sentence that a customer's page says first.

use crate::domain::counts::{count, group};
use crate::domain::money::money_shortest;
use crate::domain::phrases::{capitalised, day};
use crate::domain::{EventKind, NaiveDate};
use crate::scoring::headline::Told;
use crate::scoring::urgency::RENEWAL_DAYS;

/// "Logins stopped on 30 Oct 2026; $27k overdue; renews in 19 days."
pub fn headline_sentence(told: &[Told]) -> String {
    let parts: Vec<_> = told.iter().enumerate().map(|(place, told)| part(told, place == 0)).collect();
    match parts.is_empty() {
        true => String::new(),
        false => parts.join("; ") + ".",
    }
}

fn part(told: &Told, is_first: bool) -> String {
    let text = match told {
        Told::StartsOn(start) => format!("starts on {}", day(*start)),
        Told::NothingReceived => "nothing received yet".to_owned(),
        Told::New { since, logins, features, tickets } => {
            let counts = [(logins, "login"), (features, "feature"), (tickets, "ticket")];
            let counts: Vec<_> = counts.into_iter().filter(|(number, _)| **number > 0).map(|(n, noun)| count(*n, noun)).collect();
            match counts.is_empty() {
                true => format!("new since {}", day(*since)),
                false => format!("new since {}: {}", day(*since), counts.join(", ")),
            }
        }
        Told::Silent { since } => format!("silent since {}", day(*since)),
        Told::Stopped { kind, on } => format!("{} stopped on {}", plural(*kind), day(*on)),
        Told::Fell { kind, before, now, days } => {
            format!("{} {} → {} in {}", plural(*kind), group(*before), group(*now), count(*days, "day"))
        }
        Told::Tickets { tickets, days } => format!("{} in {}", count(*tickets, "ticket"), count(*days, "day")),
        Told::Overdue { cents, currency } => format!("{} overdue", money_shortest(*cents, currency)),
        Told::Weakest(explanation) => explanation.clone(),
        Told::Logins { logins, days } => format!("{} in {}", count(*logins, "login"), count(*days, "day")),
        Told::NothingOverdue => "no invoice overdue".to_owned(),
        Told::Renews { on, today } => renews(*on, *today),
    };
    if is_first { capitalised(&text) } else { text }
}

fn plural(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Login => "logins",
        EventKind::FeatureUse => "feature use",
        EventKind::ApiCall => "API calls",
        EventKind::SupportTicket => "tickets",
        EventKind::InvoiceIssued | EventKind::InvoicePaid | EventKind::InvoiceVoided => "invoices",
        EventKind::Reading => "readings",
    }
}

/// "renews in 19 days"; further away the day itself is told.
fn renews(on: NaiveDate, today: NaiveDate) -> String {
    match (on - today).num_days() {
        late @ ..0 => format!("renewal {} overdue", count(-late, "day")),
        0 => "renews today".to_owned(),
        1 => "renews tomorrow".to_owned(),
        days @ 2..=RENEWAL_DAYS => format!("renews in {days} days"),
        _ => format!("renews on {}", day(on)),
    }
}
