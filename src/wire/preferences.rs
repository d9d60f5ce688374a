//! A visitor's choices, remembered in cookies.

use serde::{Deserialize, Serialize};

/// A visitor's choices, each in a cookie of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    pub theme: ThemeChoice,
    /// The owner whose customers the visitor calls "my customers".
    pub owner: Option<String>,
    /// True when the visitor last looked at who needs anybody, rather than at "my customers".
    pub everybody: bool,
    /// The name that the visitor last signed with.
    pub author: Option<String>,
    /// True when single keys such as `/` are shortcuts.
    pub shortcuts: bool,
    /// The columns of the list that are not shown, by their names, a space between them.
    pub hidden_columns: String,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            owner: None,
            everybody: false,
            author: None,
            shortcuts: true,
            hidden_columns: String::new(),
        }
    }
}

impl Preferences {
    /// Reads a choice from the cookie of this name. An unknown value leaves the choice as it is.
    pub fn set(&mut self, name: &str, value: &str) {
        match name {
            "theme" => self.theme = ThemeChoice::parse(value).unwrap_or(self.theme),
            "owner" => self.owner = filled(value),
            "author" => self.author = filled(value),
            "whose" => self.everybody = value == "all",
            "columns" => self.hidden_columns = value.to_owned(),
            "shortcuts" => self.shortcuts = value != "off",
            _ => {}
        }
    }

    /// Returns the owner whose customers the visitor last looked at; `None` when it was everybody's.
    pub fn mine(&self) -> Option<String> {
        self.owner.clone().filter(|_| !self.everybody)
    }

    /// Returns the name that forms suggest where they ask for one.
    pub fn signature(&self) -> String {
        self.author.clone().or_else(|| self.owner.clone()).unwrap_or_default()
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Light, dark, or as the visitor's system is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

impl ThemeChoice {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == text)
    }

    /// Returns the document's `data-theme`. `None` lets the system decide.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.name())
    }
}
