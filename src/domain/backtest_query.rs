//! The question of a backtest: which past days are tested, on whom, and with what knowledge.

use super::backtest::Known;
use super::customer::parse_date;
use super::segment::parse_segment;
use super::{FieldErrors, NaiveDate, Segment};
use chrono::Duration;

/// The horizons that can be asked for, in days.
pub const HORIZONS: [i64; 4] = [30, 60, 90, 180];
/// The most test days of one backtest.
pub const MOST_DAYS: usize = 24;
/// The greatest age that can be asked for, in days.
pub const MOST_AGE: i64 = 3650;
/// The most days after a test day that can be left out: fewer than any horizon has.
pub const MOST_SKIPPED: i64 = 29;

/// The parameters of a backtest's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BacktestQuery {
    pub horizon: i64,
    /// The test days, earliest first; empty for those that fit, as far back as outcomes are known.
    pub days: Vec<NaiveDate>,
    /// The version of the rules; the ones in force when absent.
    pub version: Option<i64>,
    pub segment: Option<Segment>,
    pub known: Known,
    pub min_age: i64,
    pub exclude_involuntary: bool,
    pub skip_days: i64,
}

impl Default for BacktestQuery {
    fn default() -> Self {
        Self {
            horizon: 90,
            days: Vec::new(),
            version: None,
            segment: None,
            known: Known::Now,
            min_age: 0,
            exclude_involuntary: false,
            skip_days: 0,
        }
    }
}

impl BacktestQuery {
    /// The names of all parameters.
    pub const NAMES: [&str; 8] =
        ["horizon", "days", "version", "segment", "known", "min_age", "exclude_involuntary", "skip_days"];

    /// Parses the pairs of a query string. Empty values count as absent; other names are ignored.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>, today: NaiveDate) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut query = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            if !value.is_empty() {
                query.set(&mut errors, name, value);
            }
        }
        if errors.0.is_empty() {
            query.check(&mut errors, today);
        }
        errors.or(|| query)
    }

    fn set(&mut self, errors: &mut FieldErrors, name: &str, value: &str) {
        match name {
            "horizon" => match value.parse().ok().filter(|days| HORIZONS.contains(days)) {
                Some(horizon) => self.horizon = horizon,
                None => errors.add(name, "must be one of 30, 60, 90, 180"),
            },
            "days" => {
                self.days = value.split(',').filter_map(|day| parse_date(errors, name, day.trim())).collect();
                self.days.sort_unstable();
            }
            "version" => self.version = number(errors, name, value, 1..=i64::MAX),
            "segment" => self.segment = parse_segment(errors, name, value),
            "known" => match Known::parse(value) {
                Some(known) => self.known = known,
                None => errors.add(name, "must be one of now, then"),
            },
            "min_age" => self.min_age = number(errors, name, value, 0..=MOST_AGE).unwrap_or_default(),
            "exclude_involuntary" => match value {
                "true" | "false" => self.exclude_involuntary = value == "true",
                _ => errors.add(name, "must be true or false"),
            },
            "skip_days" => self.skip_days = number(errors, name, value, 0..=MOST_SKIPPED).unwrap_or_default(),
            _ => {}
        }
    }

    fn check(&self, errors: &mut FieldErrors, today: NaiveDate) {
        let latest = today - Duration::days(self.horizon);
        let pairs = || self.days.iter().zip(self.days.iter().skip(1));
        if self.days.len() > MOST_DAYS {
            errors.add("days", format!("must be at most {MOST_DAYS} days"));
        } else if self.days.last().is_some_and(|last| *last > latest) {
            errors.add("days", format!("must not be after {latest}, so that {} days have passed since", self.horizon));
        } else if pairs().any(|(day, next)| (*next - *day).num_days() < self.horizon) {
            errors.add("days", format!("must be at least {} days apart, so that nobody leaves twice", self.horizon));
        }
    }

    /// Returns the test days: those asked for, or the latest possible one and as many before it, without overlap, as lie in the
    /// time of which outcomes are known. `since` are the days of the first fact and of the first departure.
    pub fn test_days(&self, today: NaiveDate, since: (Option<NaiveDate>, Option<NaiveDate>)) -> Vec<NaiveDate> {
        if !self.days.is_empty() {
            return self.days.clone();
        }
        let latest = today - Duration::days(self.horizon);
        let (first_fact, first_departure) = since;
        let is_known = |day: &NaiveDate| {
            first_fact.is_some_and(|first| first <= *day)
                && first_departure.is_some_and(|first| first <= *day + Duration::days(1))
        };
        let earlier = (1..MOST_DAYS as i64).map(|number| latest - Duration::days(number * self.horizon));
        let mut days: Vec<_> = std::iter::once(latest).chain(earlier.take_while(is_known)).collect();
        days.reverse();
        days
    }

    /// Returns the query pairs that ask for this, without those that say what holds anyway.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let plain = Self::default();
        let days = || self.days.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(",");
        let pairs = [
            ("horizon", (self.horizon != plain.horizon).then(|| self.horizon.to_string())),
            ("days", (!self.days.is_empty()).then(days)),
            ("version", self.version.map(|version| version.to_string())),
            ("segment", self.segment.map(|segment| segment.label().to_owned())),
            ("known", (self.known != plain.known).then(|| self.known.name().to_owned())),
            ("min_age", (self.min_age != plain.min_age).then(|| self.min_age.to_string())),
            ("exclude_involuntary", self.exclude_involuntary.then(|| "true".to_owned())),
            ("skip_days", (self.skip_days != plain.skip_days).then(|| self.skip_days.to_string())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Returns the address `path` with this query.
    pub fn href(&self, path: &str) -> String {
        match serde_urlencoded::to_string(self.to_pairs()) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }
}

fn number(errors: &mut FieldErrors, name: &str, value: &str, allowed: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let number = value.parse().ok().filter(|number| allowed.contains(number));
    if number.is_none() {
        let (least, most) = allowed.into_inner();
        match most {
            i64::MAX => errors.add(name, format!("must be a whole number from {least} on")),
            _ => errors.add(name, format!("must be a whole number from {least} to {most}")),
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn parse(query: &str) -> Result<BacktestQuery, FieldErrors> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
        BacktestQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())), day("2026-11-27"))
    }

    #[test]
    fn a_query_is_read_and_written() {
        assert_eq!(parse(""), Ok(BacktestQuery::default()));
        let text = "horizon=60&days=2026-05-29%2C2026-09-28&version=2&segment=SMB&known=then&min_age=30&exclude_involuntary=true&skip_days=14";
        let query = parse(text).unwrap();
        assert_eq!(query.days, [day("2026-05-29"), day("2026-09-28")]);
        assert_eq!(query.href("/backtest"), format!("/backtest?{text}"));
        assert_eq!(parse("days=2026-08-01,2026-02-01").unwrap().days, [day("2026-02-01"), day("2026-08-01")], "in any order");
        assert_eq!(parse("horizon=90&known=now&min_age=0&skip_days=0&exclude_involuntary=false").unwrap().href("/b"), "/b");
        let names: Vec<_> = query.to_pairs().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, BacktestQuery::NAMES);
    }

    #[test]
    fn each_refusal_names_the_field_and_its_rule() {
        for (query, field, rule) in [
            ("horizon=45", "horizon", "must be one of 30, 60, 90, 180"),
            ("days=2026-08-30", "days", "must not be after 2026-08-29, so that 90 days have passed since"),
            ("days=2026-05-01,2026-07-29", "days", "must be at least 90 days apart, so that nobody leaves twice"),
            ("days=2026-05-01,2026-05-01", "days", "must be at least 90 days apart, so that nobody leaves twice"),
            ("version=0", "version", "must be a whole number from 1 on"),
            ("segment=%01", "segment", "must be 1 to 40 characters, none of them a control character"),
            ("known=later", "known", "must be one of now, then"),
            ("min_age=-1", "min_age", "must be a whole number from 0 to 3650"),
            ("exclude_involuntary=yes", "exclude_involuntary", "must be true or false"),
            ("skip_days=30", "skip_days", "must be a whole number from 0 to 29"),
        ] {
            assert_eq!(parse(query), Err(FieldErrors::one(field, rule)), "{query}");
        }
        assert_eq!(parse("days=soon").unwrap_err().0[0].field, "days");
        let many: Vec<_> = (0..25).map(|number| (day("2020-01-01") + Duration::days(30 * number)).to_string()).collect();
        let refused = parse(&format!("horizon=30&days={}", many.join(",")));
        assert_eq!(refused, Err(FieldErrors::one("days", "must be at most 24 days")));
    }

    #[test]
    fn without_days_it_goes_back_as_far_as_outcomes_are_known() {
        let (today, query) = (day("2026-11-27"), BacktestQuery::default());
        let days = |fact: &str, departure: Option<&str>| query.test_days(today, (Some(day(fact)), departure.map(day)));
        assert_eq!(days("2020-01-01", Some("2026-10-01")), [day("2026-08-29")]);
        assert_eq!(days("2020-01-01", None), [day("2026-08-29")]);
        assert_eq!(days("2020-01-01", Some("2026-06-01")), [day("2026-05-31"), day("2026-08-29")]);
        assert_eq!(days("2020-01-01", Some("2026-06-02")), [day("2026-08-29")]);
        assert_eq!(days("2026-06-01", Some("2025-01-01")), [day("2026-08-29")], "nothing happened before");
        assert_eq!(days("2000-01-01", Some("2000-01-01")).len(), MOST_DAYS);
    }
}
