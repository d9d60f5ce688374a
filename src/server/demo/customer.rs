//! Generates a demo customer: its fields, its events, its notes.

use super::events::Writer;
use super::scenario::Scenario::{self, *};
use super::story::Story;
use super::{Dice, Options, words};
use crate::domain::{Archive, ArchiveReason, CustomerFields, NaiveDate, Segment};
use crate::server::store::DemoCustomer;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// The number of customers from which on each gets few events.
const MODEST_FROM: usize = 1000;

/// Returns the customer with this index. It depends only on the options, the index and the time.
pub fn customer(options: &Options, index: usize, now: DateTime<Utc>) -> DemoCustomer {
    let mut dice = Dice::seed_from_u64(options.seed);
    dice.set_stream(index as u64);
    let dice = &mut dice;
    let today = now.date_naive();
    let (scenario, take) = Scenario::of(index);
    let segment = scenario.segment(take);
    let story = Story::of(scenario, take, options.days, dice);
    let name = words::company(options.seed, index, segment);
    let people = people(story.people, dice);
    let arr_cents = arr_cents(segment, dice);
    let owner = (index % 29 != 28).then(|| words::OWNERS[index % words::OWNERS.len()].to_owned());
    let fields = CustomerFields {
        segment,
        external_id: Some(format!("DEMO-{:04}", index + 1)),
        owner,
        arr_cents: (index % 19 != 13).then_some(arr_cents),
        renewal_date: renewal_in_days(scenario, take, dice).map(|days| today + Duration::days(days)),
        start_date: Some(today - Duration::days(story.customer_for)),
        crm_url: (!index.is_multiple_of(3)).then(|| format!("https://crm.example.com/accounts/{}", 4000 + index)),
        name,
    };
    let known_for = if story.is_silent() { story.customer_for.max(5) } else { story.active_from };
    let created_at = at_midnight(today - Duration::days(known_for));
    let notes = notes(scenario, &fields, &people[0], &story, now, created_at);
    let archived = (scenario == Churned).then(|| Archive { reason: ArchiveReason::Churned, date: today - Duration::days(40) });
    let domain = fields.name.to_lowercase().replace(' ', "-");
    let users = people.iter().map(|person| format!("{}@{domain}.example", person.to_lowercase().replace(' ', "."))).collect();
    let modest = options.customers >= MODEST_FROM;
    let writer =
        Writer { story: &story, dice, now, users, arr_cents, currency: options.currency.clone(), account: index + 1, modest };
    DemoCustomer { events: writer.write(), fields, created_at, notes, archived }
}

fn at_midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn people(count: usize, dice: &mut Dice) -> Vec<String> {
    let mut people = Vec::<String>::new();
    while people.len() < count {
        let name = |names: &[&'static str], dice: &mut Dice| names.choose(dice).copied().unwrap_or_default();
        let person = format!("{} {}", name(&words::FIRST_NAMES, dice), name(&words::LAST_NAMES, dice));
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

/// Returns a year's price in cents for a customer of this segment, as a round sum.
fn arr_cents(segment: Segment, dice: &mut Dice) -> i64 {
    let (steps, step) = match segment {
        Segment::Enterprise => (dice.random_range(60..=420), 1000),
        Segment::Smb => (dice.random_range(12..=80), 500),
        Segment::Startup => (dice.random_range(20..=150), 120),
    };
    steps * step * 100
}

/// Returns the days until the renewal: mostly within the year. A few are overdue, some unhealthy customers' are near, some
/// are unknown.
fn renewal_in_days(scenario: Scenario, take: usize, dice: &mut Dice) -> Option<i64> {
    let spread = dice.random_range(20..=360);
    match (scenario, take) {
        (SlowDecline, 0) => Some(41),
        (SuddenStop, 0) => Some(19),
        (SupportStorm, 0) => Some(66),
        (ApiFirst, 0) => Some(84),
        (LatePayer, 0) => Some(-12),
        (OverdueInvoices, 0) => Some(-26),
        (SteadyTeam, 1) => Some(-3),
        (NotOnboarded | StartsSoon | BrandNew, _) => Some(330 + spread / 10),
        (PowerUser, 1) => None,
        (Churned, _) => Some(-30),
        _ => Some(spread),
    }
}

/// Returns the notes: one names the scenario for people who explore the demo, the others are an owner's.
fn notes(
    scenario: Scenario,
    fields: &CustomerFields,
    champion: &str,
    story: &Story,
    now: DateTime<Utc>,
    created_at: DateTime<Utc>,
) -> Vec<(String, String, DateTime<Utc>)> {
    let today = now.date_naive();
    let month = |ago: i64| (today - Duration::days(ago)).format("%B").to_string();
    let jotting = match scenario {
        SteadyEnterprise => {
            Some((33, format!("Quarterly review went well. {champion} wants to roll out to two more departments.")))
        }
        GrowingStartup => Some((12, "They hire fast. Ask about a bigger plan at the next call.".to_owned())),
        RampUp => Some((16, format!("Onboarding session with {champion}: forecasting goes live next."))),
        SeasonalDip => Some((60, "Quiet season is over; the whole team is back.".to_owned())),
        StormRecovered => Some((70, format!("All tickets of {} are closed. {champion} is relieved.", month(90)))),
        SlowDecline => Some((21, format!("{champion} has not answered two mails. Who else do we know there?"))),
        LatePayer => Some((25, "Their finance team pays in batches, always after the due day. Offer direct debit?".to_owned())),
        ApiFirst => Some((40, "Low logins are normal here: everything runs through the integration.".to_owned())),
        SupportStorm => Some((4, format!("{champion} asked for a call with engineering. Scheduled for this week."))),
        BrandNew => Some((3, format!("Kick-off with {champion} done. Next: connect their billing."))),
        WindingDownApi => Some((18, "Rumour: they are evaluating another vendor for the data feed.".to_owned())),
        ChampionLeft => Some((story.champion_until.unwrap_or(24) - 3, format!("Champion {champion} left in {}.", month(24)))),
        SuddenStop => Some(((story.active_to - 9).max(1), format!("No logins for over a week. {champion} does not pick up."))),
        OverdueInvoices => Some((9, "Finance has sent the second reminder.".to_owned())),
        NotOnboarded => Some((5, "Waiting for their IT to allow the connection.".to_owned())),
        Churned => Some((41, "Cancelled: the project we supported was closed.".to_owned())),
        SteadyTeam | PowerUser | StartsSoon => None,
    };
    let owner = fields.owner.clone().unwrap_or_else(|| "Demo".to_owned());
    let jotted =
        jotting.map(|(ago, text)| (owner, text, (at_midnight(today - Duration::days(ago)) + Duration::hours(9)).max(created_at)));
    let plot = format!("Scenario: {} - {}", scenario.title(), scenario.plot());
    jotted.into_iter().chain([("Demo".to_owned(), plot, at_midnight(today))]).collect()
}
