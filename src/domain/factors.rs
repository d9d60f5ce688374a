//! The five factors, and a value for each of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A measured side of a customer's health. The order of the variants is the order in which factors are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FactorKey {
    LoginFrequency,
    FeatureAdoption,
    SupportLoad,
    InvoiceTimeliness,
    ApiTrend,
}

impl FactorKey {
    pub const ALL: [Self; 5] =
        [Self::LoginFrequency, Self::FeatureAdoption, Self::SupportLoad, Self::InvoiceTimeliness, Self::ApiTrend];

    /// Returns the name for people: "Login frequency".
    pub fn label(self) -> &'static str {
        match self {
            Self::LoginFrequency => "Login frequency",
            Self::FeatureAdoption => "Feature adoption",
            Self::SupportLoad => "Support load",
            Self::InvoiceTimeliness => "Invoice timeliness",
            Self::ApiTrend => "API trend",
        }
    }

    /// Returns the name for the middle of a sentence: "login frequency", "API trend".
    pub fn label_in_sentence(self) -> String {
        in_sentence(self.label())
    }

    /// Returns a short name for narrow places: "Logins".
    pub fn short_label(self) -> &'static str {
        match self {
            Self::LoginFrequency => "Logins",
            Self::FeatureAdoption => "Features",
            Self::SupportLoad => "Support",
            Self::InvoiceTimeliness => "Invoices",
            Self::ApiTrend => "API",
        }
    }

    /// Returns the snake_case name used in query strings: `login_frequency`.
    pub fn query_name(self) -> &'static str {
        match self {
            Self::LoginFrequency => "login_frequency",
            Self::FeatureAdoption => "feature_adoption",
            Self::SupportLoad => "support_load",
            Self::InvoiceTimeliness => "invoice_timeliness",
            Self::ApiTrend => "api_trend",
        }
    }

    /// Returns the camelCase name used in JSON: `loginFrequency`.
    pub fn json_name(self) -> &'static str {
        match self {
            Self::LoginFrequency => "loginFrequency",
            Self::FeatureAdoption => "featureAdoption",
            Self::SupportLoad => "supportLoad",
            Self::InvoiceTimeliness => "invoiceTimeliness",
            Self::ApiTrend => "apiTrend",
        }
    }

    /// Returns the noun that the scorecard's target counts; `None` for a factor without a target.
    pub fn target_noun(self) -> Option<&'static str> {
        match self {
            Self::LoginFrequency => Some("logins"),
            Self::FeatureAdoption => Some("features"),
            Self::SupportLoad => Some("tickets"),
            Self::InvoiceTimeliness | Self::ApiTrend => None,
        }
    }
}

fn in_sentence(words: &str) -> String {
    words.to_lowercase().replace("api", "API")
}

/// One value per factor. In JSON it is an object with the five camelCase keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Factors<T> {
    pub login_frequency: T,
    pub feature_adoption: T,
    pub support_load: T,
    pub invoice_timeliness: T,
    pub api_trend: T,
}

impl<T> Factors<T> {
    /// Builds each value from its key.
    pub fn from_fn(mut f: impl FnMut(FactorKey) -> T) -> Self {
        Self {
            login_frequency: f(FactorKey::LoginFrequency),
            feature_adoption: f(FactorKey::FeatureAdoption),
            support_load: f(FactorKey::SupportLoad),
            invoice_timeliness: f(FactorKey::InvoiceTimeliness),
            api_trend: f(FactorKey::ApiTrend),
        }
    }

    pub fn get(&self, key: FactorKey) -> &T {
        match key {
            FactorKey::LoginFrequency => &self.login_frequency,
            FactorKey::FeatureAdoption => &self.feature_adoption,
            FactorKey::SupportLoad => &self.support_load,
            FactorKey::InvoiceTimeliness => &self.invoice_timeliness,
            FactorKey::ApiTrend => &self.api_trend,
        }
    }

    pub fn get_mut(&mut self, key: FactorKey) -> &mut T {
        match key {
            FactorKey::LoginFrequency => &mut self.login_frequency,
            FactorKey::FeatureAdoption => &mut self.feature_adoption,
            FactorKey::SupportLoad => &mut self.support_load,
            FactorKey::InvoiceTimeliness => &mut self.invoice_timeliness,
            FactorKey::ApiTrend => &mut self.api_trend,
        }
    }

    /// Returns the values with their keys, in the order of [`FactorKey`].
    pub fn iter(&self) -> impl Iterator<Item = (FactorKey, &T)> {
        FactorKey::ALL.into_iter().map(|key| (key, self.get(key)))
    }
}
