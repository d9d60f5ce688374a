//! Pages and actions that the search everywhere offers beside customers.

use crate::app::components::icon::IconName;
use crate::wire::ThemeChoice;

/// A page, or something to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    pub label: &'static str,
    /// More words that find it.
    words: &'static str,
    pub icon: IconName,
    pub group: Group,
    pub goal: Goal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Pages,
    Actions,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// An address of the app.
    Page(&'static str),
    /// An address that the browser follows by itself.
    External(&'static str),
    Theme(ThemeChoice),
    Keys,
}

/// All entries, in the order in which they are shown.
pub const ENTRIES: [Entry; 19] = [
    page("Portfolio", "home dashboard customers list", IconName::Portfolio, "/"),
    page("Today", "who needs first urgent", IconName::Today, "/today"),
    page("Month", "report print boss quarter flow bands monthly quarterly", IconName::Month, "/month"),
    page("Renewals in the next 90 days", "renew contract", IconName::Clock, "/?renewal=next_90&sort=renewal#customers"),
    page("Customers at risk", "churn band attention", IconName::AtRisk, "/?band=at_risk%2Cchurn_risk#customers"),
    page("Archived customers", "churned gone restore", IconName::NoData, "/?archived=true#customers"),
    page("Scoring", "rules scorecard weights bands factors", IconName::Scoring, "/scorecard"),
    page("Does it hold?", "backtest test proof churn auc departures lost", IconName::Scoring, "/backtest"),
    page("Imports", "files csv upload undo", IconName::Import, "/import"),
    page("Quarantine", "refused events items", IconName::AtRisk, "/quarantine"),
    page("Help", "how what means", IconName::Help, "/help"),
    Entry {
        label: "API documentation",
        words: "docs openapi rest swagger",
        icon: IconName::Api,
        group: Group::Pages,
        goal: Goal::External("/api/docs"),
    },
    action("Add a customer", "new create", IconName::AddCustomer, Goal::Page("/customers/new")),
    action("Log an event", "new login ticket invoice feature api call", IconName::LogEvent, Goal::Page("/events/new")),
    action("Import a file", "upload csv customers events", IconName::Import, Goal::Page("/import")),
    action("Keyboard shortcuts", "keys help", IconName::Help, Goal::Keys),
    action("Theme: light", "colours appearance bright", IconName::Sun, Goal::Theme(ThemeChoice::Light)),
    action("Theme: dark", "colours appearance night", IconName::Moon, Goal::Theme(ThemeChoice::Dark)),
    action("Theme: as the system", "colours appearance", IconName::System, Goal::Theme(ThemeChoice::System)),
];

const fn page(label: &'static str, words: &'static str, icon: IconName, href: &'static str) -> Entry {
    Entry { label, words, icon, group: Group::Pages, goal: Goal::Page(href) }
}

const fn action(label: &'static str, words: &'static str, icon: IconName, goal: Goal) -> Entry {
    Entry { label, words, icon, group: Group::Actions, goal }
}

/// Returns the entries of which every typed word begins a word; all of them when nothing is typed.
pub fn entries_like(text: &str) -> Vec<Entry> {
    let text = text.to_lowercase();
    let like = |entry: &Entry| {
        let label = entry.label.to_lowercase();
        let is_word = |typed: &str| label.split(' ').chain(entry.words.split(' ')).any(|word| word.starts_with(typed));
        text.split_whitespace().all(is_word)
    };
    ENTRIES.into_iter().filter(like).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        entries_like(text).into_iter().map(|entry| entry.label).collect()
    }

    #[test]
    fn every_typed_word_begins_a_word_of_an_entry() {
        for (text, expected) in [
            ("sco", vec!["Scoring"]),
            ("SCORECARD ", vec!["Scoring"]),
            ("theme dark", vec!["Theme: dark"]),
            ("dark theme", vec!["Theme: dark"]),
            ("csv", vec!["Imports", "Import a file"]),
            ("new cust", vec!["Add a customer"]),
            ("ark", vec![]),
            ("dark acme", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        assert_eq!(found("  ").len(), ENTRIES.len());
    }
}
