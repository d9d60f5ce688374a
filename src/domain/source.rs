//! Sources: the systems that facts come from, told apart by the kinds of events that they send.

use super::EventKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A group of kinds of events that are sent by the same system, so that one of them shows that it is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    Logins,
    FeatureUses,
    SupportTickets,
    Invoices,
    ApiCalls,
}

impl Source {
    pub const ALL: [Self; 5] = [Self::Logins, Self::FeatureUses, Self::SupportTickets, Self::Invoices, Self::ApiCalls];

    /// Returns the source that sends events of this kind. Readings come from no source of these.
    pub fn of(kind: EventKind) -> Option<Self> {
        Some(match kind {
            EventKind::Login => Self::Logins,
            EventKind::FeatureUse => Self::FeatureUses,
            EventKind::SupportTicket => Self::SupportTickets,
            EventKind::InvoiceIssued | EventKind::InvoicePaid | EventKind::InvoiceVoided => Self::Invoices,
            EventKind::ApiCall => Self::ApiCalls,
            EventKind::Reading => return None,
        })
    }

    /// Returns the things that it sends, in the plural: "Logins".
    pub fn label(self) -> &'static str {
        match self {
            Self::Logins => "Logins",
            Self::FeatureUses => "Feature uses",
            Self::SupportTickets => "Support tickets",
            Self::Invoices => "Invoices",
            Self::ApiCalls => "API calls",
        }
    }

    /// Returns the kinds of events that the source sends.
    pub fn kinds(self) -> impl Iterator<Item = EventKind> {
        EventKind::ALL.into_iter().filter(move |kind| Self::of(*kind) == Some(self))
    }
}

/// One value for each source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sources<T> {
    pub logins: T,
    pub feature_uses: T,
    pub support_tickets: T,
    pub invoices: T,
    pub api_calls: T,
}

impl<T> Sources<T> {
    /// Builds each value from its source.
    pub fn from_fn(mut f: impl FnMut(Source) -> T) -> Self {
        Self {
            logins: f(Source::Logins),
            feature_uses: f(Source::FeatureUses),
            support_tickets: f(Source::SupportTickets),
            invoices: f(Source::Invoices),
            api_calls: f(Source::ApiCalls),
        }
    }

    pub fn get(&self, source: Source) -> &T {
        match source {
            Source::Logins => &self.logins,
            Source::FeatureUses => &self.feature_uses,
            Source::SupportTickets => &self.support_tickets,
            Source::Invoices => &self.invoices,
            Source::ApiCalls => &self.api_calls,
        }
    }

    pub fn get_mut(&mut self, source: Source) -> &mut T {
        match source {
            Source::Logins => &mut self.logins,
            Source::FeatureUses => &mut self.feature_uses,
            Source::SupportTickets => &mut self.support_tickets,
            Source::Invoices => &mut self.invoices,
            Source::ApiCalls => &mut self.api_calls,
        }
    }

    /// Returns the values with their sources, in the order of [`Source::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Source, &T)> {
        Source::ALL.into_iter().map(|source| (source, self.get(source)))
    }
}
