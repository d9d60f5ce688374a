//! Generates a demo customer: its fields, its events, its notes, its outcomes.

use super::events::Writer;
use super::scenario::Scenario::{self, *};
use super::story::Story;
use super::{Dice, Options, words};
use crate::domain::{Archive, ArchiveReason, CustomerFields, NaiveDate, OutcomeFacts, OutcomeKind, Segment};
use crate::server::store::DemoCustomer;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// The number of customers from which on each gets few events.
const MODEST_FROM: usize = 1000;

/// Returns the customer with this index. It depends only on the options, the index and the time.
pub fn customer(options: &Options, index: usize, now: DateTime<Utc>) -> DemoCustomer {
    let (scenario, take) = Scenario::of(index);
    let mut customer = told(options, &Cast { index, stream: index as u64, scenario, take }, now);
    let today = now.date_naive();
    let archived_on = today - Duration::days(40);
    if scenario == Churned {
        customer.archived = Some(Archive { reason: ArchiveReason::Churned, date: archived_on });
        customer.outcomes.push(churned(&customer.fields, archived_on, "Little use", false));
    } else {
        customer.outcomes.extend(last_renewal(scenario, &customer, today));
    }
    customer
}

/// Returns the former customers. The story of each is told up to the day on which it left.
pub fn former(options: &Options, now: DateTime<Utc>) -> impl Iterator<Item = DemoCustomer> {
    let is_told = options.customers >= 60 && options.days >= 150;
    let former = FORMER.iter().enumerate().filter(move |_| is_told);
    former.map(move |(place, Former { scenario, take, left, reason, involuntary })| {
        let then = now - Duration::days(*left);
        let until_then = Options { days: options.days - left, ..options.clone() };
        let cast =
            Cast { index: options.customers + place, stream: FORMER_STREAMS + place as u64, scenario: *scenario, take: *take };
        let mut customer = told(&until_then, &cast, then);
        let day = then.date_naive();
        customer.fields.renewal_date = Some(day);
        customer.archived = Some(Archive { reason: ArchiveReason::Churned, date: day });
        customer.outcomes.push(churned(&customer.fields, day, reason, *involuntary));
        let seen = if is_foreseen(*scenario) { "as its score had foretold" } else { "though its score was good to the end" };
        for (_, text, _) in customer.notes.iter_mut().filter(|(author, ..)| author == "Demo") {
            *text = format!("{text} It left {seen}: {}.", reason.to_lowercase());
        }
        customer
    })
}

/// The dice of former customers, far from those of others.
const FORMER_STREAMS: u64 = 1 << 40;

/// A customer that has left.
struct Former {
    scenario: Scenario,
    take: usize,
    /// The days since it left.
    left: i64,
    reason: &'static str,
    involuntary: bool,
}

const fn former_one(scenario: Scenario, take: usize, left: i64, reason: &'static str, involuntary: bool) -> Former {
    Former { scenario, take, left, reason, involuntary }
}

const FORMER: [Former; 12] = [
    former_one(SlowDecline, 1, 8, "Little use", false),
    former_one(SteadyTeam, 0, 15, "Budget cut", false),
    former_one(SuddenStop, 1, 22, "Competitor", false),
    former_one(PowerUser, 0, 29, "Out of business or bought", true),
    former_one(OverdueInvoices, 0, 36, "Did not pay", true),
    former_one(ChampionLeft, 0, 43, "Champion left", false),
    former_one(SteadyEnterprise, 0, 51, "Out of business or bought", true),
    former_one(SupportStorm, 0, 58, "Service or support", false),
    former_one(WindingDownApi, 0, 66, "Competitor", false),
    former_one(SteadyTeam, 1, 74, "Price", false),
    former_one(SlowDecline, 2, 82, "Missing feature", false),
    former_one(SuddenStop, 2, 105, "Little use", false),
];

/// Returns whether a scenario shows in the score before the customer leaves.
fn is_foreseen(scenario: Scenario) -> bool {
    !matches!(scenario, SteadyTeam | SteadyEnterprise | PowerUser)
}

fn churned(fields: &CustomerFields, day: NaiveDate, reason: &str, involuntary: bool) -> OutcomeFacts {
    OutcomeFacts {
        kind: OutcomeKind::Churned,
        day,
        arr_before_cents: fields.arr_cents,
        arr_after_cents: Some(0),
        reason: Some(reason.to_owned()),
        involuntary,
    }
}

/// Returns the outcome of the renewal a year before the next one, if the customer had been added by then.
fn last_renewal(scenario: Scenario, customer: &DemoCustomer, today: NaiveDate) -> Option<OutcomeFacts> {
    let (fields, year) = (&customer.fields, Duration::days(365));
    let day = fields.renewal_date? - year;
    let is_renewal = fields.start_date.is_some_and(|start| start + year <= day);
    if !is_renewal || day >= today || day <= customer.created_at.date_naive() {
        return None;
    }
    // The ARR of today is what was agreed then.
    let before = |percent: i64| fields.arr_cents.map(|cents| cents * percent / 100);
    let (kind, arr_before_cents, reason) = match scenario {
        SlowDecline | ChampionLeft | OverdueInvoices => (OutcomeKind::Contracted, before(125), Some("Little use")),
        SteadyEnterprise | GrowingStartup => (OutcomeKind::Expanded, before(80), Some("Growth")),
        _ => (OutcomeKind::Renewed, fields.arr_cents, None),
    };
    let reason = reason.map(str::to_owned);
    Some(OutcomeFacts { kind, day, arr_before_cents, arr_after_cents: fields.arr_cents, reason, involuntary: false })
}

/// A customer's part in the portfolio.
struct Cast {
    index: usize,
    /// The stream of its dice.
    stream: u64,
    scenario: Scenario,
    take: usize,
}

/// Tells a customer's story up to a time.
fn told(options: &Options, cast: &Cast, now: DateTime<Utc>) -> DemoCustomer {
    let Cast { index, stream, scenario, take } = *cast;
    let mut dice = Dice::seed_from_u64(options.seed);
    dice.set_stream(stream);
    let dice = &mut dice;
    let today = now.date_naive();
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
    let domain = fields.name.to_lowercase().replace(' ', "-");
    let users = people.iter().map(|person| format!("{}@{domain}.example", person.to_lowercase().replace(' ', "."))).collect();
    let modest = options.customers >= MODEST_FROM;
    let writer =
        Writer { story: &story, dice, now, users, arr_cents, currency: options.currency.clone(), account: index + 1, modest };
    DemoCustomer { events: writer.write(), fields, created_at, notes, archived: None, outcomes: Vec::new() }
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
        Segment::ENTERPRISE => (dice.random_range(60..=420), 1000),
        Segment::SMB => (dice.random_range(12..=80), 500),
        _ => (dice.random_range(20..=150), 120),
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
