//! Rulebooks as somebody sends them, and templates.

use super::messages;
use crate::domain::rulebook_input::RulebookInput;
use crate::domain::rulebook_read::ReadRulebook;
use crate::domain::templates::Template;
use crate::domain::{FactorKey, Rulebook, Scorecard, Segments};
use leptos::serde_json::{self, Value, json};

/// The rulebook of these rules as it is read, signed.
fn sent(rules: impl Into<Rulebook>) -> Value {
    let mut sent = serde_json::to_value(ReadRulebook::new(rules.into(), Segments::default())).unwrap();
    sent["author"] = json!("Ada");
    sent["note"] = json!("Try it");
    sent
}

fn parse(sent: Value) -> Result<Rulebook, Vec<String>> {
    let input: RulebookInput = serde_json::from_value(sent).map_err(|error| vec![error.to_string()])?;
    input.parse().map(|new| new.rulebook).map_err(|errors| messages(&errors))
}

#[test]
fn every_template_can_be_sent_back_as_it_was_read() {
    for template in Template::all() {
        let rulebook = parse(sent(template.scorecard.clone())).unwrap();
        assert!(rulebook.has_rules_of(&template.scorecard.clone().into()), "{}", template.name);
        assert_eq!(rulebook.version, template.scorecard.version + 1);
    }
}

#[test]
fn silence_takes_a_quarter_of_the_weight_and_leaves_the_five_their_proportions() {
    let rules = Template::named("five_and_silence").unwrap().scorecard;
    let total: i64 = rules.factors.values().map(|rule| rule.weight).sum();
    assert_eq!(rules.factors[FactorKey::parse("daysOfSilence").unwrap()].weight * 4, total);
    for (key, rule) in Scorecard::default().factors.iter() {
        assert_eq!(rules.factors[key].weight * 100, rule.weight * 3 * total / 4, "{key}");
    }
}

#[test]
fn each_broken_rule_is_named_by_its_field() {
    let (scorecard, factor) = ("/scorecards/0", "/scorecards/0/factors/0");
    let at = |base: &str, rest: &str| format!("{base}{rest}");
    for (path, value, expected) in [
        ("/version".into(), json!(null), "version is required: send the version that you read"),
        ("/scorecards".into(), json!([]), "scorecards must be 1 to 8 scorecards"),
        (at(scorecard, "/factors"), json!([]), "scorecards.0.factors must be 1 to 12 factors"),
        (at(scorecard, "/missingPolicy"), json!("x"), "scorecards.0.missingPolicy must be one of neutral, exclude"),
        (at(scorecard, "/bands/healthy"), json!(101), "scorecards.0.bands.healthy must be between 0 and 100"),
        (at(scorecard, "/coverageFloor"), json!(2), "scorecards.0.coverageFloor must be between 0 and 1"),
        (
            at(factor, "/key"),
            json!("Login"),
            "scorecards.0.factors.0.key must be a small letter, then letters and digits, at most 24",
        ),
        (at(factor, "/key"), json!("apiTrend"), "scorecards.0.factors.apiTrend.key must be there once"),
        (at(factor, "/label"), json!(" "), "scorecards.0.factors.loginFrequency.label is required"),
        (at(factor, "/weight"), json!(-1), "scorecards.0.factors.loginFrequency.weight must be between 0 and 10000"),
        (at(factor, "/measure/days"), json!(366), "scorecards.0.factors.loginFrequency.measure.days must be between 1 and 365"),
        (
            at(factor, "/measure/kinds"),
            json!([]),
            "scorecards.0.factors.loginFrequency.measure.kinds must have at least one kind of event",
        ),
        (
            at(factor, "/measure"),
            json!({"type": "count", "kinds": ["login"], "days": 30, "over": "seats"}),
            "scorecards.0.factors.loginFrequency.measure.over is not a field of this measure",
        ),
        (
            at(factor, "/scale/points"),
            json!([{"value": 0, "score": 0}]),
            "scorecards.0.factors.loginFrequency.scale.points must have 2 to 6 points whose values rise, with scores from 0 to 100 that \
             only rise or only fall",
        ),
        (
            at(factor, "/scale/assumed"),
            json!(100.5),
            "scorecards.0.factors.loginFrequency.scale.assumed must be between 0 and 100",
        ),
    ] {
        let mut sent = sent(Scorecard::default());
        *sent.pointer_mut(&path).unwrap_or_else(|| panic!("{path}")) = value;
        assert_eq!(parse(sent).unwrap_err(), [expected], "{path}");
    }
    let mut many = sent(Scorecard::default());
    let first = many["scorecards"][0]["factors"][0].clone();
    many["scorecards"][0]["factors"] = (0..13)
        .map(|number| {
            let mut factor = first.clone();
            factor["key"] = json!(format!("f{number}"));
            factor
        })
        .collect();
    assert_eq!(parse(many).unwrap_err(), ["scorecards.0.factors must be 1 to 12 factors"]);
}
