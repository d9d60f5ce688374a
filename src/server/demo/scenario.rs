//! The plots of the demo portfolio: the things that can happen to a customer, in the words that its note shows.

use crate::domain::Segment;

/// The plot of a demo customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// A large customer in its stride: many people, many features, invoices paid.
    SteadyEnterprise,
    /// A mid-sized team that uses the product every working day.
    SteadyTeam,
    /// One or two people who use everything, every day.
    PowerUser,
    /// A startup whose use and traffic grow from month to month.
    GrowingStartup,
    /// Started some weeks ago; one feature after the other goes live.
    RampUp,
    /// Quiet for some weeks in the low season, then back.
    SeasonalDip,
    /// A wave of tickets three months ago that is over and leaves the window now.
    StormRecovered,
    /// Everything fades over months, without a single bad day.
    SlowDecline,
    /// Uses the product well and pays each invoice after its due day.
    LatePayer,
    /// Works through the API; people rarely log in.
    ApiFirst,
    /// A wave of tickets that began two weeks ago.
    SupportStorm,
    /// Signed days ago; there is little to measure yet.
    BrandNew,
    /// The integration is being switched off while people still log in.
    WindingDownApi,
    /// The person who made most of the logins has left.
    ChampionLeft,
    /// Logins and traffic stopped from one day to the next.
    SuddenStop,
    /// Invoices pile up unpaid while use is low.
    OverdueInvoices,
    /// Signed, but nothing has ever been received.
    NotOnboarded,
    /// The contract starts in the coming weeks.
    StartsSoon,
    /// Cancelled and archived.
    Churned,
}

use Scenario::*;

impl Scenario {
    pub const ALL: [Self; 19] = [
        SteadyEnterprise,
        SteadyTeam,
        PowerUser,
        GrowingStartup,
        RampUp,
        SeasonalDip,
        StormRecovered,
        SlowDecline,
        LatePayer,
        ApiFirst,
        SupportStorm,
        BrandNew,
        WindingDownApi,
        ChampionLeft,
        SuddenStop,
        OverdueInvoices,
        NotOnboarded,
        StartsSoon,
        Churned,
    ];

    /// Returns how many of each sixty customers live the scenario. About 55 % end up healthy, 28 % at risk, 12 % as churn
    /// risk.
    fn share(self) -> usize {
        match self {
            SteadyTeam => 8,
            SteadyEnterprise => 6,
            GrowingStartup => 5,
            PowerUser | SuddenStop => 4,
            RampUp | SeasonalDip | StormRecovered | SlowDecline | ApiFirst | SupportStorm | OverdueInvoices => 3,
            LatePayer | BrandNew | WindingDownApi | ChampionLeft | NotOnboarded => 2,
            StartsSoon | Churned => 1,
        }
    }

    /// Returns the scenario of the customer with this index, and how many among its sixty had the scenario before. Every
    /// scenario occurs once before any occurs twice.
    pub fn of(index: usize) -> (Self, usize) {
        let rounds = (0..).flat_map(|take| Self::ALL.into_iter().filter(move |it| it.share() > take).map(move |it| (it, take)));
        let sixty: usize = Self::ALL.into_iter().map(Self::share).sum();
        rounds.take(sixty).nth(index % sixty).unwrap_or((SteadyTeam, 0))
    }

    /// Returns the segment of the scenario's n-th customer.
    pub fn segment(self, take: usize) -> Segment {
        let segments: &[Segment] = match self {
            SteadyEnterprise | SupportStorm | WindingDownApi => &[Segment::ENTERPRISE],
            SteadyTeam | LatePayer | OverdueInvoices => &[Segment::SMB],
            GrowingStartup | ApiFirst | BrandNew => &[Segment::STARTUP],
            PowerUser => &[Segment::STARTUP, Segment::SMB],
            RampUp => &[Segment::SMB, Segment::STARTUP, Segment::ENTERPRISE],
            SeasonalDip | ChampionLeft => &[Segment::SMB, Segment::STARTUP],
            SlowDecline | StormRecovered | SuddenStop => &[Segment::ENTERPRISE, Segment::SMB, Segment::STARTUP],
            NotOnboarded | StartsSoon | Churned => &[Segment::SMB, Segment::ENTERPRISE],
        };
        segments[take % segments.len()]
    }

    pub fn title(self) -> &'static str {
        match self {
            SteadyEnterprise => "steady enterprise",
            SteadyTeam => "steady team",
            PowerUser => "power user",
            GrowingStartup => "growing startup",
            RampUp => "ramp-up",
            SeasonalDip => "seasonal dip",
            StormRecovered => "recovered from a support storm",
            SlowDecline => "slow decline",
            LatePayer => "late payer",
            ApiFirst => "API first",
            SupportStorm => "support storm",
            BrandNew => "brand new",
            WindingDownApi => "winding down the API",
            ChampionLeft => "champion left",
            SuddenStop => "sudden stop",
            OverdueInvoices => "overdue invoices",
            NotOnboarded => "not onboarded",
            StartsSoon => "starts soon",
            Churned => "churned",
        }
    }

    /// Returns the thing to look for on the customer's page.
    pub fn plot(self) -> &'static str {
        match self {
            SteadyEnterprise => "many people, many features, a ticket now and then, invoices paid on time.",
            SteadyTeam => "a team that logs in every working day; weekends and holidays show in the daily charts.",
            PowerUser => "one or two people account for every login and use nearly every feature.",
            GrowingStartup => "logins, features and API calls rise from month to month.",
            RampUp => "started some weeks ago; each newly used feature lifts the score by a step.",
            SeasonalDip => "about three months ago the low season cut logins and traffic; both came back.",
            StormRecovered => "a wave of tickets three months ago leaves the 90-day window these days, so the score climbs.",
            SlowDecline => "logins, features and API calls fall a little every week; no single day looks bad.",
            LatePayer => "good use, but every invoice is paid days or weeks after it is due.",
            ApiFirst => "the integration does the work and grows; people rarely log in, which the score counts against them.",
            SupportStorm => "a wave of tickets began two weeks ago and is not over; support load is down to 0.",
            BrandNew => "signed days ago; invoices and API trend are assumed because there is nothing to judge yet.",
            WindingDownApi => "API calls shrink week by week while people still log in: look at the trend, not at the logins.",
            ChampionLeft => "one person made most of the logins and is gone; features fade next.",
            SuddenStop => "logins and API calls stopped from one day to the next, and an invoice is overdue.",
            OverdueInvoices => "the latest invoices are unpaid and overdue, and use is low.",
            NotOnboarded => "signed, but no system has sent anything: no data.",
            StartsSoon => "the contract starts in the coming weeks: no data before that day.",
            Churned => "use faded, the contract was cancelled, and the customer is archived.",
        }
    }
}
