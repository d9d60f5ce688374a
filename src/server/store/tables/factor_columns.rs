//! The numbered columns of `customers` in which the scores of factors stand, and whose each is under some rules.

use crate::domain::{FactorKey, Factors};

/// The columns, in the order of their numbers. There are as many as a scorecard can have factors.
const COLUMNS: [&str; 12] = [
    "factor_1",
    "factor_2",
    "factor_3",
    "factor_4",
    "factor_5",
    "factor_6",
    "factor_7",
    "factor_8",
    "factor_9",
    "factor_10",
    "factor_11",
    "factor_12",
];

/// Stands for a column without a factor.
const FREE: &str = "-";

/// The factor whose scores stand in each column; a factor keeps its column while rules with it follow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactorColumns(Vec<Option<FactorKey>>);

impl FactorColumns {
    pub fn parse(text: &str) -> Self {
        Self(text.split_whitespace().map(|key| if key == FREE { None } else { FactorKey::parse(key) }).collect())
    }

    /// Returns the columns for rules that follow these: known factors keep theirs, new ones get the first that are free.
    pub fn followed_by<T>(&self, factors: &Factors<T>) -> Self {
        let mut columns: Vec<_> = self.0.iter().map(|key| key.filter(|key| factors.get(*key).is_some())).collect();
        for key in factors.keys().filter(|key| !self.0.contains(&Some(*key))) {
            match columns.iter_mut().find(|column| column.is_none()) {
                Some(column) => *column = Some(key),
                None => columns.push(Some(key)),
            }
        }
        Self(columns)
    }

    /// Returns a factor's column; `None` when the rules have no such factor.
    pub fn of(&self, factor: FactorKey) -> Option<&'static str> {
        let place = self.0.iter().position(|key| *key == Some(factor))?;
        COLUMNS.get(place).copied()
    }

    /// Returns the factors that have a column, in the order of the columns.
    pub fn keys(&self) -> impl Iterator<Item = FactorKey> {
        self.0.iter().flatten().copied()
    }
}

impl std::fmt::Display for FactorColumns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<_> = self.0.iter().map(|key| key.as_ref().map_or(FREE, FactorKey::as_str)).collect();
        f.write_str(&keys.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(keys: &str) -> Factors<()> {
        keys.split(' ').map(|key| (FactorKey::parse(key).unwrap(), ())).collect()
    }

    #[test]
    fn a_factor_keeps_its_column_and_a_new_one_takes_the_first_free() {
        let five = FactorColumns::default().followed_by(&factors("a b c d e"));
        let fewer = five.followed_by(&factors("e c"));
        assert_eq!(fewer.to_string(), "- - c - e");
        let more = fewer.followed_by(&factors("f c g e h"));
        assert_eq!(more.to_string(), "f g c h e");
        assert_eq!(more.followed_by(&factors("f c g e h i")).to_string(), "f g c h e i");
        assert_eq!(FactorColumns::parse(&fewer.to_string()), fewer);
        assert_eq!(more.of(FactorKey::parse("c").unwrap()), Some("factor_3"));
        assert_eq!(fewer.of(FactorKey::parse("a").unwrap()), None);
    }
}
