//! The sums of a period, made of one customer after the other: where everybody stood at its ends and on its days, who came and
//! who went.

use super::absence::Absence;
use super::band_history::{BandDays, BandMove};
use super::calendar::CalendarPeriod;
use super::month::{CameBy, Flow, OutcomeSum, PeriodFigures};
use super::portfolio::{BandTally, Tally};
use super::{Band, NaiveDate, OutcomeFacts, OutcomeKind};
use std::collections::BTreeMap;

/// When a customer came and went, and its bands in between. Days are counted from 1970-01-01.
#[derive(Clone, Debug)]
pub struct Life<'a> {
    pub id: i64,
    pub arr_cents: Option<i64>,
    pub came: (i32, CameBy),
    /// The first day on which it is gone.
    pub went: Option<i32>,
    /// The days on which it was gone before it came back.
    pub absences: Vec<Absence>,
    pub renewal: Option<i32>,
    /// Runs of days in one band, earliest first; empty until they are worked out.
    pub runs: &'a [(i32, Band)],
}

impl Life<'_> {
    /// Returns the band of a day; `None` where it is not known.
    pub fn band_on(&self, day: i32) -> Option<Band> {
        self.runs.iter().rev().find(|(start, _)| *start <= day).map(|(_, band)| *band)
    }

    /// Returns the band of a day on which the customer is there.
    pub fn standing(&self, day: i32) -> Option<Band> {
        let is_there =
            self.came.0 <= day && self.went.is_none_or(|went| day < went) && !self.absences.iter().any(|gone| gone.contains(day));
        self.band_on(day).filter(|_| is_there)
    }

    /// Returns the first day after another one on which a run with a score begins.
    pub fn scored_after(&self, day: i32) -> Option<i32> {
        self.runs.iter().find(|(start, band)| *start > day && *band != Band::NoData).map(|(start, _)| *start)
    }
}

/// The days of a period that count: after the day of its `begin`, up to its `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub begin: i32,
    pub end: i32,
}

impl Span {
    pub fn of(period: CalendarPeriod, today: NaiveDate) -> Self {
        Self { begin: period.first().to_epoch_days() - 1, end: period.last().min(today).to_epoch_days() }
    }

    pub fn contains(self, day: i32) -> bool {
        self.begin < day && day <= self.end
    }
}

/// The reasons for which a period names a customer, with their day or bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    Came(i32, CameBy),
    Went(i32),
    Renewed(i32),
    Fell { from: Band, to: Band },
    FirstScore(Band),
}

/// The sums of one period.
pub struct PeriodSums {
    period: CalendarPeriod,
    span: Span,
    today: NaiveDate,
    /// The first day of which bands are known.
    known_from: i32,
    begin: [Tally; Band::COUNT],
    end: [Tally; Band::COUNT],
    flow: BTreeMap<(Option<Band>, Option<Band>), Tally>,
    moves: BTreeMap<(Band, Band), Tally>,
    moves_by_rules: BTreeMap<(Band, Band), Tally>,
    came: Tally,
    went: Tally,
    renewals: Tally,
    outcomes: BTreeMap<OutcomeKind, Tally>,
}

/// Adds a customer to a tally.
pub fn add(tally: &mut Tally, arr_cents: Option<i64>) {
    tally.customers += 1;
    tally.arr_cents = tally.arr_cents.saturating_add(arr_cents.unwrap_or_default());
    tally.arr_unknown += i64::from(arr_cents.is_none());
}

impl PeriodSums {
    pub fn new(period: CalendarPeriod, today: NaiveDate, known_from: NaiveDate) -> Self {
        Self {
            period,
            span: Span::of(period, today),
            today,
            known_from: known_from.to_epoch_days(),
            begin: Default::default(),
            end: Default::default(),
            flow: BTreeMap::new(),
            moves: BTreeMap::new(),
            moves_by_rules: BTreeMap::new(),
            came: Tally::default(),
            went: Tally::default(),
            renewals: Tally::default(),
            outcomes: BTreeMap::new(),
        }
    }

    /// Adds an outcome, if it is of the period.
    pub fn add_outcome(&mut self, facts: &OutcomeFacts) {
        if self.span.contains(facts.day.to_epoch_days()) {
            add(self.outcomes.entry(facts.kind).or_default(), facts.arr_cents());
        }
    }

    pub fn span(&self) -> Span {
        self.span
    }

    /// Adds a customer, and tells for what the period would name it. `by_rules` are the bands before and after its noted changes
    /// in the period where all of these were due to new rules or a connected source.
    pub fn add(&mut self, life: &Life<'_>, by_rules: Option<(Band, Band)>, mut tell: impl FnMut(Noted)) {
        let (Span { begin, end }, arr) = (self.span, life.arr_cents);
        let returned = life.absences.iter().map(|gone| (gone.returned, CameBy::StartDate));
        for (came, by) in std::iter::once(life.came).chain(returned).filter(|(day, _)| self.span.contains(*day)) {
            add(&mut self.came, arr);
            tell(Noted::Came(came, by));
        }
        let left = life.absences.iter().map(|gone| gone.left);
        for went in left.chain(life.went).filter(|day| self.span.contains(*day)) {
            add(&mut self.went, arr);
            tell(Noted::Went(went));
        }
        let was_there = life.went.is_none_or(|went| begin < went);
        if let Some(renewal) = life.renewal.filter(|day| was_there && self.span.contains(*day)) {
            add(&mut self.renewals, arr);
            tell(Noted::Renewed(renewal));
        }
        let (from, to) = (life.standing(begin), life.standing(end));
        if let Some(from) = from {
            add(&mut self.begin[from as usize], arr);
        }
        if let Some(to) = to {
            add(&mut self.end[to as usize], arr);
        }
        if (from, to) != (None, None) {
            add(self.flow.entry((from, to)).or_default(), arr);
        }
        let (Some(from), Some(to)) = (from, to) else { return };
        if let Some((from, to)) = by_rules {
            if from != to {
                add(self.moves_by_rules.entry((from, to)).or_default(), arr);
            }
            return;
        }
        if from != to {
            add(self.moves.entry((from, to)).or_default(), arr);
        }
        match (from, to) {
            (_, Band::NoData) => {}
            (Band::NoData, to) => tell(Noted::FirstScore(to)),
            _ if from.tells_risk() && to.tells_risk() && to > from => tell(Noted::Fell { from, to }),
            _ => {}
        }
    }

    pub fn figures(self) -> PeriodFigures {
        let bands = |tallies: [Tally; Band::COUNT], day: i32| {
            let told = Band::ALL.into_iter().zip(tallies).map(|(band, tally)| BandTally { band, tally });
            (day >= self.known_from).then(|| told.collect())
        };
        let is_known = self.span.begin >= self.known_from;
        let moves = |moves: BTreeMap<(Band, Band), Tally>| {
            let mut moves: Vec<_> = moves.into_iter().map(|((from, to), tally)| BandMove { from, to, tally }).collect();
            moves.sort_by_key(|told| (-told.tally.arr_cents, -told.tally.customers, told.from, told.to));
            moves
        };
        let of_kind = |outcome| self.outcomes.get(&outcome).copied().unwrap_or_default();
        let outcomes = OutcomeKind::ALL.map(|outcome| OutcomeSum { outcome, tally: of_kind(outcome) });
        let sum = |kinds: &[OutcomeKind]| kinds.iter().map(|kind| of_kind(*kind)).sum();
        let (won, lost) = (sum(&[OutcomeKind::Renewed]), sum(&[OutcomeKind::Churned, OutcomeKind::Contracted]));
        let flow = self.flow.into_iter().map(|((from, to), tally)| Flow { from, to, tally });
        PeriodFigures {
            period: self.period,
            from: self.period.first(),
            to: self.period.last().min(self.today),
            is_over: self.period.last() < self.today,
            begin: bands(self.begin, self.span.begin),
            end: bands(self.end, self.span.end),
            flow: is_known.then(|| flow.collect()),
            moves: is_known.then(|| moves(self.moves)),
            moves_by_rules: is_known.then(|| moves(self.moves_by_rules)),
            came: self.came,
            went: self.went,
            renewals: self.renewals,
            renewals_won: won,
            renewals_lost: lost,
            outcomes: outcomes.to_vec(),
        }
    }
}

/// Customers and ARR by band, day by day.
pub struct DaySums {
    first: i32,
    /// By day and band.
    days: Vec<[Tally; Band::COUNT]>,
}

impl DaySums {
    /// Begins with the sums of the days from `first` to `last`; there are none when `last` is earlier.
    pub fn new(first: i32, last: i32) -> Self {
        Self { first, days: vec![Default::default(); (last - first + 1).max(0) as usize] }
    }

    pub fn add(&mut self, life: &Life<'_>) {
        for (day, tallies) in (self.first..).zip(&mut self.days) {
            if let Some(band) = life.standing(day) {
                add(&mut tallies[band as usize], life.arr_cents);
            }
        }
    }

    pub fn bands(&self) -> Vec<BandDays> {
        let days = |band: Band| {
            let (customers, arr_cents) =
                self.days.iter().map(|day| (day[band as usize].customers, day[band as usize].arr_cents)).unzip();
            BandDays { band, customers, arr_cents }
        };
        Band::ALL.map(days).to_vec()
    }
}
