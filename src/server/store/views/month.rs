//! The month: the sums of a period and of the one before, and the customers that it names.

use crate::domain::band_history::Period;
use crate::domain::calendar::CalendarPeriod;
use crate::domain::month::{
    Came, CameBy, FallenCustomer, Falls, FirstScore, MOST_EXPLAINED, MOST_NAMED, Month, MonthQuery, Named, NamedCustomer,
    PassedRenewal, Went,
};
use crate::domain::month_sums::{DaySums, Life, Noted, PeriodSums, Span, add};
use crate::domain::portfolio::Tally;
use crate::domain::{ArchiveReason, Band, Customer, CustomerId, CustomerQuery, NaiveDate, Points};
use crate::scoring::BAND_MEMORY_DAYS;
use crate::server::store::sql::bind::{binds, day};
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::band_changes::load_changes_of_all;
use crate::server::store::tables::customer_lives::each_life;
use crate::server::store::tables::customers::{CustomerRecord, select_customers};
use crate::server::store::tables::outcomes::load_outcomes;
use crate::server::store::views::selection::{Selection, known_segment};
use crate::server::store::{Store, StoreResult};
use chrono::Duration;
use sqlx::AssertSqlSafe;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

impl Store {
    /// Returns a period of the customers that the query's filters select, active and archived ones. Those that fell are named up
    /// to [`MOST_EXPLAINED`], without the causes.
    pub async fn get_month(
        &self,
        query: &MonthQuery,
        period: CalendarPeriod,
        currency: &str,
        today: NaiveDate,
    ) -> StoreResult<Month> {
        let known_from = today - Duration::days(BAND_MEMORY_DAYS);
        let mut tx = self.read().await?;
        let query = &MonthQuery { segment: known_segment(&mut tx, query.segment).await?, ..query.clone() };
        let mut now = PeriodSums::new(period, today, known_from);
        let mut before = PeriodSums::new(period.previous(), today, known_from);
        let moved_now = load_moved_by_rules(&mut tx, now.span()).await?;
        let moved_before = load_moved_by_rules(&mut tx, before.span()).await?;
        let Span { begin, end } = now.span();
        let days_from = begin.max(known_from.to_epoch_days());
        let (mut days, mut pending) = (DaySums::new(days_from, end), 0);
        let mut lists = Lists { begin, end, today: today.to_epoch_days(), ..Lists::default() };
        let mut selected = HashSet::new();
        for archived in [false, true] {
            let asked = CustomerQuery { archived, ..query.filters() };
            let Selection { condition, binds } = Selection::continuing(&asked, today, Vec::new());
            each_life(&mut tx, &condition, binds, |life| {
                selected.insert(life.id);
                pending += i64::from(life.runs.is_empty());
                days.add(&life);
                before.add(&life, moved_before.get(&life.id).copied(), |_| {});
                now.add(&life, moved_now.get(&life.id).copied(), |noted| lists.note(&life, noted));
            })
            .await?;
        }
        let days_of_both = Period { first: before.span().begin + 1, last: end };
        for outcome in load_outcomes(&mut tx, days_of_both, None).await? {
            if selected.contains(&outcome.customer_id.0) {
                before.add_outcome(&outcome.facts);
                now.add_outcome(&outcome.facts);
            }
        }
        lists.shorten();
        let names = load_names(&mut tx, &lists.ids()).await?;
        Ok(Month {
            today,
            currency: currency.to_owned(),
            owner: query.owner.clone(),
            segment: query.segment,
            known_from,
            pending,
            period: now.figures(),
            before: before.figures(),
            days_from: day(days_from),
            days: days.bands(),
            fell: lists.fell.falls(&names),
            first_scores: lists.first_scores.named(&names, |_, customer, (on, band)| FirstScore { customer, on, band }),
            came: lists.came.named(&names, |_, customer, (on, by, band)| Came { customer, on, by, band }),
            went: lists.went.named(&names, |stored, customer, (on, band)| {
                // Who came back had churned.
                let archive = stored.archived.filter(|archive| archive.date == on);
                Went { customer, on, reason: archive.map_or(ArchiveReason::Churned, |archive| archive.reason), band }
            }),
            renewals: lists.renewals.named(&names, |_, customer, (on, band_then, band_now)| PassedRenewal {
                customer,
                on,
                band_then,
                band_now,
            }),
        })
    }
}

async fn load_moved_by_rules(tx: &mut Tx, Span { begin, end }: Span) -> StoreResult<HashMap<i64, (Band, Band)>> {
    load_changes_of_all(tx, Period { first: begin, last: end }).await
}

async fn load_names(tx: &mut Tx, ids: &[CustomerId]) -> StoreResult<HashMap<CustomerId, Customer>> {
    let sql = format!(select_customers!("WHERE id {}"), tx.one_of());
    let rows: Vec<CustomerRecord> = tx.all(AssertSqlSafe(sql), binds![ids]).await?;
    rows.iter().map(|row| Ok((CustomerId(row.id), row.customer()?))).collect()
}

/// The lists of a period, before the names of their customers are known.
#[derive(Default)]
struct Lists {
    /// The days from whose end to whose end the period goes, and today.
    begin: i32,
    end: i32,
    today: i32,
    fell: Listed<(Band, Band)>,
    first_scores: Listed<(NaiveDate, Band)>,
    came: Listed<(NaiveDate, CameBy, Option<Band>)>,
    went: Listed<(NaiveDate, Option<Band>)>,
    renewals: Listed<(NaiveDate, Option<Band>, Option<Band>)>,
}

impl Lists {
    fn note(&mut self, life: &Life<'_>, noted: Noted) {
        match noted {
            Noted::Came(on, by) => self.came.add(life, (day(on), by, life.standing(self.end))),
            Noted::Went(on) => self.went.add(life, (day(on), life.band_on(on - 1))),
            Noted::Renewed(on) => {
                self.renewals.add(life, (day(on), life.band_on(on), life.standing(self.today)));
            }
            Noted::Fell { from, to } => self.fell.add(life, (from, to)),
            Noted::FirstScore(band) => {
                self.first_scores.add(life, (day(life.scored_after(self.begin).unwrap_or(self.end)), band));
            }
        }
    }

    fn shorten(&mut self) {
        self.fell.shorten(MOST_EXPLAINED);
        self.first_scores.shorten(MOST_NAMED);
        self.came.shorten(MOST_NAMED);
        self.went.shorten(MOST_NAMED);
        self.renewals.shorten(MOST_NAMED);
    }

    fn ids(&self) -> Vec<CustomerId> {
        let lists = self.fell.ids().chain(self.first_scores.ids()).chain(self.came.ids());
        let mut ids: Vec<_> = lists.chain(self.went.ids()).chain(self.renewals.ids()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// One list: how much all of its customers are, and each with its ARR and with what the list tells of it.
struct Listed<T> {
    tally: Tally,
    all: Vec<(CustomerId, Option<i64>, T)>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { tally: Tally::default(), all: Vec::new() }
    }
}

impl<T> Listed<T> {
    fn add(&mut self, life: &Life<'_>, told: T) {
        add(&mut self.tally, life.arr_cents);
        self.all.push((CustomerId(life.id), life.arr_cents, told));
    }

    /// Keeps the customers with most ARR, in that order.
    fn shorten(&mut self, most: usize) {
        self.all.sort_by_key(|(id, arr_cents, _)| (Reverse(*arr_cents), *id));
        self.all.truncate(most);
    }

    fn ids(&self) -> impl Iterator<Item = CustomerId> {
        self.all.iter().map(|(id, ..)| *id)
    }

    fn named<Item>(
        self,
        names: &HashMap<CustomerId, Customer>,
        item: impl Fn(&Customer, NamedCustomer, T) -> Item,
    ) -> Named<Item> {
        let named = self.all.into_iter().filter_map(|(id, _, told)| {
            let stored = names.get(&id)?;
            let fields = stored.fields.clone();
            let customer = NamedCustomer {
                id,
                name: fields.name,
                segment: fields.segment,
                owner: fields.owner,
                arr_cents: fields.arr_cents,
            };
            Some(item(stored, customer, told))
        });
        Named { tally: self.tally, items: named.collect() }
    }
}

impl Listed<(Band, Band)> {
    /// Returns the falls, which are still to be explained.
    fn falls(self, names: &HashMap<CustomerId, Customer>) -> Falls {
        let fallen = |customer, (from, to)| FallenCustomer { customer, from, to, change: Points::ZERO, cause: None };
        let Named { tally, items } = self.named(names, |_, customer, told| fallen(customer, told));
        Falls { tally, explained: 0, change: Points::ZERO, factors: Vec::new(), causes: Vec::new(), items }
    }
}
