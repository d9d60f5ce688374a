//! A rulebook as the values of a form: one scorecard stands in the form's fields, the others wait in a hidden one.

use super::FormValues;
use super::rules::{DAYS, FACTORS, scorecard_values};
use crate::domain::scorecard::EVERYBODY;
use crate::domain::{Rulebook, Scorecard};
use leptos::serde_json;
use serde::{Deserialize, Serialize};

/// The hidden field with the scorecards in their order, as JSON.
pub const SCORECARDS: &str = "scorecards";
/// The field of the buttons that act on the list of scorecards, such as `edit:1`.
pub const ACT: &str = "act";

/// The most bytes of an address. A browser without scripts sends the form in one to preview it.
const LONGEST_ADDRESS: usize = 64 * 1024;

/// Returns the kilobytes that a form takes in an address, where they come near the most that it can have, or are more.
pub fn crowded_address(values: &FormValues) -> Option<usize> {
    let bytes = serde_urlencoded::to_string(values).map_or(0, |query| query.len());
    (bytes > LONGEST_ADDRESS / 4 * 3).then_some(bytes / 1024)
}

/// A scorecard of a form's rulebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Card {
    /// The one at this place of the rules in force, unchanged.
    InForce(usize),
    /// The texts that were typed before another scorecard was chosen.
    Typed(FormValues),
    /// The one in the form's fields.
    Edited,
}

/// The scorecards of a form, in their order. One of them is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cards(Vec<Card>);

impl Cards {
    /// Reads the scorecards of a form. Without any there is the one that is edited.
    pub fn of(values: &FormValues) -> Self {
        let mut cards: Vec<Card> = serde_json::from_str(values.get(SCORECARDS)).unwrap_or_default();
        let mut edited = 0;
        cards.retain(|card| {
            edited += usize::from(*card == Card::Edited);
            *card != Card::Edited || edited == 1
        });
        if edited == 0 {
            cards.push(Card::Edited);
        }
        Self(cards)
    }

    /// Returns the number of scorecards, at least one.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the place of the scorecard that is edited.
    pub fn edited(&self) -> usize {
        self.0.iter().position(|card| *card == Card::Edited).unwrap_or_default()
    }

    /// Returns each scorecard's own fields.
    pub fn fields(&self, values: &FormValues, in_force: &Rulebook) -> Vec<FormValues> {
        let fields = |card: &Card| match card {
            Card::InForce(place) => at(in_force, *place).map(fields_in_force).unwrap_or_default(),
            Card::Typed(fields) => fields.clone(),
            Card::Edited => own_fields(values),
        };
        self.0.iter().map(fields).collect()
    }

    fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Moves the edited scorecard by one place. The last stays the last.
    fn shift(&mut self, by: isize) {
        let (from, last) = (self.edited(), self.count().saturating_sub(1));
        if let Some(to) = from.checked_add_signed(by).filter(|to| from < last && *to < last) {
            self.0.swap(from, to);
        }
    }
}

fn at(rulebook: &Rulebook, place: usize) -> Option<&Scorecard> {
    rulebook.scorecards().nth(place)
}

/// Returns whether a field is one of a scorecard's own.
fn is_own(name: &str) -> bool {
    let within = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    ["name", "condition", "onboarding", FACTORS, "bands", "missingPolicy", "coverageFloor"].into_iter().any(within)
}

/// Returns the fields of the edited scorecard that are filled, with line ends as they are stored.
fn own_fields(values: &FormValues) -> FormValues {
    let own = values.0.iter().filter(|(name, value)| is_own(name) && !value.is_empty());
    FormValues(own.map(|(name, value)| (name.clone(), value.replace("\r\n", "\n"))).collect())
}

fn fields_in_force(scorecard: &Scorecard) -> FormValues {
    own_fields(&scorecard_values(scorecard))
}

/// Puts a scorecard into the form's fields.
fn put_fields(values: &mut FormValues, fields: FormValues) {
    values.0.retain(|name, _| !is_own(name));
    values.0.extend(fields.0);
}

/// Returns the values of a form that edits the scorecard at `edited` of a rulebook, based on the rules in force.
pub fn rulebook_values(rulebook: &Rulebook, edited: usize, in_force: &Rulebook) -> FormValues {
    let mut values = FormValues::default();
    let mut cards = Vec::new();
    for (place, scorecard) in rulebook.scorecards().enumerate() {
        cards.push(if place == edited { Card::Edited } else { card(fields_in_force(scorecard), in_force) });
    }
    put_fields(&mut values, at(rulebook, edited).map(fields_in_force).unwrap_or_default());
    values.0.insert("version".to_owned(), in_force.version.to_string());
    values.0.insert(SCORECARDS.to_owned(), Cards(cards).text());
    values
}

/// Returns a scorecard that is not edited, as briefly as it can be told.
fn card(fields: FormValues, in_force: &Rulebook) -> Card {
    let same = in_force.scorecards().position(|scorecard| fields_in_force(scorecard) == fields);
    same.map_or(Card::Typed(fields), Card::InForce)
}

/// Does what a button of the list asks for, if one was pressed: chooses, adds, removes or moves a scorecard.
pub fn act(mut values: FormValues, in_force: &Rulebook) -> FormValues {
    let Some(act) = values.0.remove(ACT) else { return values };
    if !values.0.contains_key(FACTORS) {
        let last = in_force.scorecards().count() - 1;
        values = rulebook_values(in_force, last, in_force);
    }
    let mut cards = Cards::of(&values);
    let (edited, last) = (cards.edited(), cards.count() - 1);
    let place = |text: &str| text.parse().ok().filter(|place| *place <= last);
    match act.split_once(':') {
        Some(("edit", to)) => {
            if let Some(to) = place(to).filter(|to| *to != edited) {
                let fields = cards.fields(&values, in_force).into_iter().nth(to).unwrap_or_default();
                cards.0[edited] = card(own_fields(&values), in_force);
                cards.0[to] = Card::Edited;
                put_fields(&mut values, fields);
            }
        }
        _ if act == "add" => {
            let mut fields = own_fields(&values);
            let names: Vec<_> = cards.fields(&values, in_force).iter().map(|fields| fields.get("name").to_owned()).collect();
            let numbered = (2..).map(|number| format!("New customers {number}"));
            let name = std::iter::once("New customers".to_owned()).chain(numbered).find(|name| !names.contains(name));
            fields.0.insert("name".to_owned(), name.unwrap_or_default());
            if edited == last {
                fields.0.insert(DAYS.to_owned(), "90".to_owned());
            }
            let mut copied = own_fields(&values);
            if last == 0 && copied.get("name") == EVERYBODY {
                copied.0.insert("name".to_owned(), "Everybody else".to_owned());
            }
            cards.0[edited] = card(copied, in_force);
            // A copy of the last goes before it, since the last is for everybody else.
            cards.0.insert(if edited == last { edited } else { edited + 1 }, Card::Edited);
            put_fields(&mut values, fields);
        }
        _ if act == "remove" && edited < last => {
            cards.0.remove(edited);
            let fields = cards.fields(&values, in_force).into_iter().nth(edited).unwrap_or_default();
            cards.0[edited] = Card::Edited;
            put_fields(&mut values, fields);
        }
        _ if act == "up" => cards.shift(-1),
        _ if act == "down" => cards.shift(1),
        _ => {}
    }
    values.0.insert(SCORECARDS.to_owned(), cards.text());
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Condition;

    fn rulebook() -> Rulebook {
        let of = |name: &str, days| Scorecard {
            name: name.into(),
            condition: Some(Condition { segments: Vec::new(), started_less_than_days_ago: Some(days) }),
            ..Scorecard::default()
        };
        Rulebook::new(4, vec![of("New", 30), of("Young", 365)], Scorecard { name: "Old".into(), ..Scorecard::default() })
    }

    /// Returns the names in their order, the edited one in brackets.
    fn names(values: &FormValues) -> String {
        let cards = Cards::of(values);
        let name = |(place, fields): (usize, FormValues)| match place == cards.edited() {
            true => format!("[{}]", fields.get("name")),
            false => fields.get("name").to_owned(),
        };
        cards.fields(values, &rulebook()).into_iter().enumerate().map(name).collect::<Vec<_>>().join(", ")
    }

    fn acted(values: &FormValues, what: &str) -> FormValues {
        let mut values = values.clone();
        values.0.insert(ACT.to_owned(), what.to_owned());
        act(values, &rulebook())
    }

    #[test]
    fn scorecards_are_chosen_added_moved_and_removed() {
        let form = rulebook_values(&rulebook(), 0, &rulebook());
        assert_eq!(names(&form), "[New], Young, Old");
        assert_eq!(form.get(SCORECARDS), "[null,1,2]");
        for (what, expected) in [
            ("edit:1", "New, [Young], Old"),
            ("edit:2", "New, Young, [Old]"),
            ("edit:3", "[New], Young, Old"),
            ("down", "Young, [New], Old"),
            ("up", "[New], Young, Old"),
            ("add", "New, [New customers], Young, Old"),
            ("remove", "[Young], Old"),
        ] {
            assert_eq!(names(&acted(&form, what)), expected, "{what}");
        }
        let last = acted(&form, "edit:2");
        for (what, expected) in
            [("up", "New, Young, [Old]"), ("remove", "New, Young, [Old]"), ("add", "New, Young, [New customers], Old")]
        {
            assert_eq!(names(&acted(&last, what)), expected, "{what} of the last");
        }
        let twice = acted(&acted(&form, "add"), "add");
        assert_eq!(names(&twice), "New, New customers, [New customers 2], Young, Old");
        assert_eq!(
            names(&acted(&FormValues::default(), "edit:1")),
            "New, [Young], Old",
            "without a form the rules in force are changed"
        );
    }

    #[test]
    fn texts_that_were_typed_wait_until_their_scorecard_is_chosen_again() {
        let mut form = rulebook_values(&rulebook(), 0, &rulebook());
        form.0.insert("bands.healthy".to_owned(), "a lot".to_owned());
        let other = acted(&form, "edit:1");
        assert_eq!(other.get("bands.healthy"), "70.0");
        assert!(other.get(SCORECARDS).contains("a lot"));
        assert_eq!(acted(&other, "edit:0").get("bands.healthy"), "a lot");
        assert_eq!(acted(&acted(&form, "edit:0"), "edit:1").get("name"), "Young");
    }

    #[test]
    fn a_form_that_fills_an_address_is_told() {
        let form = |letters: usize| FormValues([("note".to_owned(), "x".repeat(letters))].into());
        assert_eq!(crowded_address(&form(48_000)), None);
        assert_eq!(crowded_address(&form(50_000)), Some(48));
    }

    #[test]
    fn the_only_scorecard_gets_another_name_beside_a_second() {
        let only = Rulebook::from(Scorecard::default());
        let mut form = rulebook_values(&only, 0, &only);
        form.0.insert(ACT.to_owned(), "add".to_owned());
        let added = act(form, &only);
        let fields = Cards::of(&added).fields(&added, &only);
        assert_eq!(fields.iter().map(|fields| fields.get("name")).collect::<Vec<_>>(), ["New customers", "Everybody else"]);
        assert_eq!(fields[0].get(DAYS), "90");
    }
}
