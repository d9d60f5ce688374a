//! The table `customers`: its rows, how they are locked, and the only statements that change them.

use crate::domain::band_change::Standing;
use crate::domain::letters::composed;
use crate::domain::{
    Archive, ArchiveReason, Band, Customer, CustomerFields, CustomerId, EventKind, NaiveDate, Points, Segment, Source, Sources,
    Traits,
};
use crate::scoring::Measurements;
use crate::server::store::sql::bind::{Bind, Row, assignments, binds, day, row, storable, time};
use crate::server::store::sql::changes::Changed;
use crate::server::store::sql::db::Tx;
use crate::server::store::tables::band_changes::delete_band_changes;
use crate::server::store::tables::first_days::{FIRST_DAYS, earliest_day, first_days};
use crate::server::store::tables::former_customers::{
    FormerCustomer, delete_former_customer, keep_before_fields, keep_before_life,
};
use crate::server::store::tables::origin::customers_named;
use crate::server::store::tables::search_key::search_key;
use crate::server::store::{CurrentHealth, StoreError, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

pub async fn has_no_customers(tx: &mut Tx) -> StoreResult<bool> {
    let first: Option<(i64,)> = tx.optional("SELECT id FROM customers LIMIT 1", binds![]).await?;
    Ok(first.is_none())
}

/// A row of `customers`, with everything that reads need.
#[derive(Clone, sqlx_macros::FromRow)]
pub struct CustomerRecord {
    pub id: i64,
    name: String,
    segment: String,
    external_id: Option<String>,
    owner: Option<String>,
    arr_cents: Option<i64>,
    renewal_day: Option<i32>,
    start_day: Option<i32>,
    pub came_back: bool,
    crm_url: Option<String>,
    archived_reason: Option<String>,
    pub archived_day: Option<i32>,
    pub version: i64,
    created_at: i64,
    first_login_day: Option<i32>,
    first_feature_day: Option<i32>,
    first_ticket_day: Option<i32>,
    first_invoice_day: Option<i32>,
    first_api_day: Option<i32>,
    first_reading_day: Option<i32>,
    first_fact_day: Option<i32>,
    last_activity_at: Option<i64>,
    scored_day: i32,
    scorecard_version: i64,
    connections_version: i64,
    measured: String,
    band: String,
    score: Option<i64>,
    band_noted_day: Option<i32>,
    pub band_runs: Option<String>,
    pub band_7: String,
    pub band_since_day: i32,
    pub band_fell_day: Option<i32>,
    urgency: Option<i64>,
    pub change_7: Option<i64>,
    pub change_30: Option<i64>,
    pub change_90: Option<i64>,
    pub trend: String,
    is_demo: bool,
}

/// The columns of [`CustomerRecord`], named one by one so that a newer instance may add others.
macro_rules! select_customers {
    ($rest:expr) => {
        concat!(
            "SELECT id, name, segment, external_id, owner, arr_cents, renewal_day, start_day, came_back, crm_url, archived_reason, \
             archived_day, version, created_at, first_login_day, first_feature_day, first_ticket_day, first_invoice_day, \
             first_api_day, first_reading_day, first_fact_day, last_activity_at, scored_day, scorecard_version, connections_version, measured, \
             band, score, band_noted_day, band_runs, band_7, band_since_day, band_fell_day, urgency, change_7, change_30, change_90, trend, is_demo FROM customers ",
            $rest
        )
    };
}
pub(in crate::server::store) use select_customers;

impl CustomerRecord {
    pub fn customer(&self) -> StoreResult<Customer> {
        let id = CustomerId(self.id);
        let corrupt = |column| StoreError::Corrupt(format!("customer {id}, {column}"));
        let archived = match (&self.archived_reason, self.archived_day) {
            (Some(reason), Some(number)) => {
                let reason = ArchiveReason::parse(reason).ok_or_else(|| corrupt("archived_reason"))?;
                Some(Archive { reason, date: day(number) })
            }
            _ => None,
        };
        let fields = CustomerFields {
            name: self.name.clone(),
            segment: Segment::named(&self.segment).ok_or_else(|| corrupt("segment"))?,
            external_id: self.external_id.clone(),
            owner: self.owner.clone(),
            arr_cents: self.arr_cents,
            renewal_date: self.renewal_day.map(day),
            start_date: self.start_day.map(day),
            crm_url: self.crm_url.clone(),
        };
        Ok(Customer { id, fields, archived, version: self.version, created_at: time(self.created_at) })
    }

    /// Returns the customer with its health, which is current when it was scored on this basis.
    pub fn current(&self, basis: Basis) -> StoreResult<CurrentHealth> {
        Ok(CurrentHealth {
            customer: self.customer()?,
            is_current: self.is_scored_on(basis),
            measured: self.measured()?,
            band_since: day(self.band_since_day),
            band_fell_on: self.band_fell_day.map(day),
            urgency: self.urgency,
            change7: self.change_7.map(Points),
            change30: self.change_30.map(Points),
            change90: self.change_90.map(Points),
            trend: self.trend()?,
            traits: self.traits(),
            last_activity_at: self.last_activity_at.map(time),
        })
    }

    pub fn is_scored_on(&self, basis: Basis) -> bool {
        let Self { scorecard_version, connections_version, .. } = *self;
        scored_on(self.scored_day).is_some_and(|day| basis == Basis { day, scorecard_version, connections_version })
    }

    fn trend(&self) -> StoreResult<Vec<Option<Points>>> {
        let trend: Vec<Option<i64>> = serde_json::from_str(&self.trend)
            .map_err(|error| StoreError::Corrupt(format!("customer {}, trend: {error}", self.id)))?;
        Ok(trend.into_iter().map(|score| score.map(Points)).collect())
    }

    pub fn measured(&self) -> StoreResult<Measurements> {
        read_measured(CustomerId(self.id), &self.measured)
    }

    /// Returns everything that scoring knows of the customer besides its activity.
    pub fn known(&self) -> Known {
        Known {
            id: CustomerId(self.id),
            segment: Segment::named(&self.segment),
            start_date: self.start_day.map(day),
            came_back: self.came_back,
            renewal_date: self.renewal_day.map(day),
            first_facts: self.first_facts(),
            first_reading: self.first_reading_day.map(day),
            last_activity_at: self.last_activity_at.map(time),
            noted: Noted {
                until: self.band_noted_day.map(day),
                standing: Standing { band: Band::parse(&self.band).unwrap_or(Band::NoData), score: self.score.map(Points) },
                scorecard_version: self.scorecard_version,
                connections_version: self.connections_version,
            },
        }
    }

    /// Returns the things that conditions of scorecards ask for.
    pub fn traits(&self) -> Traits {
        Traits {
            segment: Segment::named(&self.segment),
            start_date: self.start_day.map(day),
            came_back: self.came_back,
            first_fact_on: self.first_fact_day.map(day),
        }
    }

    /// Returns whether it came back after a day.
    pub fn comes_back_after(&self, on: NaiveDate) -> bool {
        self.came_back && self.start_day.is_some_and(|start| on < day(start))
    }

    /// Returns whether it was created, or had started, by the end of a day.
    pub fn existed_on(&self, on: NaiveDate) -> bool {
        time(self.created_at).date_naive() <= on || self.start_day.is_some_and(|start| day(start) <= on)
    }

    /// Gives it the segment and the start date that were known earlier.
    pub fn set_known(&mut self, known: &FormerCustomer) {
        self.segment = known.segment.to_string();
        self.start_day = known.start_date.map(|start| start.to_epoch_days());
        self.came_back = known.came_back;
    }

    /// Returns the row of a day, without the health: as it is now, but not archived before that was done. A customer that came
    /// back later had `left` by then, or not yet.
    pub fn row_on(&self, on: NaiveDate, left: Option<NaiveDate>) -> StoreResult<Row> {
        let customer = self.customer()?;
        let archived = customer
            .archived
            .filter(|archive| archive.date <= on)
            .or(left.map(|date| Archive { reason: ArchiveReason::Churned, date }));
        let mut row = field_row(&customer.fields);
        row.extend(row! {
            version: self.version,
            created_at: customer.created_at,
            is_demo: self.is_demo,
            came_back: self.came_back,
            archived_reason: archived.map(|archive| archive.reason.name()),
            archived_day: archived.map(|archive| archive.date),
        });
        Ok(row)
    }

    fn first_facts(&self) -> Sources<Option<NaiveDate>> {
        first_days((
            self.first_login_day,
            self.first_feature_day,
            self.first_ticket_day,
            self.first_invoice_day,
            self.first_api_day,
        ))
    }
}

/// The value of `scored_day` in a row whose health is stale. It is 1970-01-01 as a day, of which no health ever is.
const STALE_SINCE_EVER: i32 = 0;

/// Returns the day that a row's health is of; `None` where it is marked as stale.
fn scored_on(scored_day: i32) -> Option<NaiveDate> {
    (scored_day != STALE_SINCE_EVER).then(|| day(scored_day))
}

pub fn read_measured(id: CustomerId, measured: &str) -> StoreResult<Measurements> {
    serde_json::from_str(measured).map_err(|error| StoreError::Corrupt(format!("customer {id}, measured: {error}")))
}

pub fn no_customer(id: CustomerId) -> StoreError {
    StoreError::NotFound(format!("customer {id}"))
}

pub async fn get_customer_record(tx: &mut Tx, id: CustomerId) -> StoreResult<CustomerRecord> {
    tx.optional(select_customers!("WHERE id = $1"), binds![id]).await?.ok_or_else(|| no_customer(id))
}

/// Returns everything that scoring knows of these customers, besides their activity. Unknown ids are left out.
pub async fn load_known_customers(tx: &mut Tx, ids: &[CustomerId]) -> StoreResult<Vec<Known>> {
    let sql = format!(select_customers!("WHERE id {}"), tx.one_of());
    let rows: Vec<CustomerRecord> = tx.all(AssertSqlSafe(sql), binds![ids]).await?;
    Ok(rows.iter().map(CustomerRecord::known).collect())
}

/// Locks a customer until the transaction ends, and reads it.
pub async fn lock_customer(tx: &mut Tx, id: CustomerId) -> StoreResult<CustomerRecord> {
    let sql = format!(select_customers!("WHERE id = $1 {}"), tx.for_update());
    tx.optional(AssertSqlSafe(sql), binds![id]).await?.ok_or_else(|| no_customer(id))
}

/// Returns these external ids, and those of them in composed letters that differ.
pub fn spellings(external_ids: &[String]) -> Vec<String> {
    let others = external_ids.iter().map(|id| (id, composed(id))).filter(|(id, composed)| *id != composed);
    external_ids.iter().cloned().chain(others.map(|(_, composed)| composed)).collect()
}

/// Returns the customer found by an external id in exactly its letters, else in composed ones.
pub fn found_by<'a, T>(found: &'a HashMap<String, T>, external_id: &str) -> Option<&'a T> {
    found.get(external_id).or_else(|| found.get(&composed(external_id)))
}

/// Loads customers without an external id by the ids that an export gives them.
pub async fn load_exported_customers(tx: &mut Tx, external_ids: &[String]) -> StoreResult<HashMap<String, CustomerRecord>> {
    let named = customers_named(tx, external_ids.iter().map(String::as_str).collect()).await?;
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = named.values().copied().collect();
    let sql = format!(select_customers!("WHERE id {} AND external_id IS NULL"), tx.one_of());
    let rows: Vec<CustomerRecord> = tx.all(AssertSqlSafe(sql), binds![&ids[..]]).await?;
    let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(named.into_iter().filter_map(|(name, id)| Some((name, rows.get(&id.0)?.clone()))).collect())
}

/// Locks customers and reads them. Lock order: by id, so that no two transactions wait for each other.
pub async fn lock_customers(tx: &mut Tx, ids: &[CustomerId]) -> StoreResult<Vec<CustomerRecord>> {
    let sql = format!(select_customers!("WHERE id {} ORDER BY id {}"), tx.one_of(), tx.for_update());
    tx.all(AssertSqlSafe(sql), binds![ids]).await
}

pub async fn lock_known_customers(tx: &mut Tx, ids: &[CustomerId]) -> StoreResult<Vec<Known>> {
    Ok(lock_customers(tx, ids).await?.iter().map(CustomerRecord::known).collect())
}

/// Stores customers' first days before their health is written, because the connections are taken from them.
pub async fn store_first_facts(tx: &mut Tx, known: impl IntoIterator<Item = &Known>) -> StoreResult<()> {
    store_known(tx, known, |_| Row::new()).await
}

/// Stores what is known of customers that have got facts, and marks their health as stale.
pub async fn store_stale(tx: &mut Tx, known: impl IntoIterator<Item = &Known>) -> StoreResult<()> {
    let known: Vec<_> = known.into_iter().collect();
    known.iter().for_each(|known| tx.changed(known.id));
    let stale = |known: &Known| {
        row! { scored_day: Bind::Day(Some(STALE_SINCE_EVER)), last_activity_at: known.last_activity_at }
    };
    store_known(tx, known, stale).await
}

/// Stores customers' first days, and more columns.
async fn store_known(tx: &mut Tx, known: impl IntoIterator<Item = &Known>, more: impl Fn(&Known) -> Row) -> StoreResult<()> {
    let row = |known: &Known| {
        let mut row = row! { id: known.id, first_fact_day: known.first_fact_on(), first_reading_day: known.first_reading };
        row.extend(known.first_facts.iter().map(|(source, first)| (*FIRST_DAYS.get(source), Bind::from(*first))));
        row.extend(more(known));
        row
    };
    tx.update_rows("customers", known.into_iter().map(row).collect()).await
}

/// Makes everybody's health stale.
pub async fn mark_all_stale(tx: &mut Tx) -> StoreResult<()> {
    tx.execute("UPDATE customers SET scored_day = $1", vec![Bind::Day(Some(STALE_SINCE_EVER))]).await?;
    tx.changed(Changed::EVERYTHING);
    Ok(())
}

pub async fn set_customer_archive(tx: &mut Tx, id: CustomerId, archive: Option<Archive>) -> StoreResult<()> {
    let sql = "UPDATE customers SET archived_reason = $1, archived_day = $2, version = version + 1 WHERE id = $3";
    let reason = archive.map(|archive| archive.reason.name());
    tx.execute(sql, binds![reason, archive.map(|archive| archive.date), id]).await?;
    tx.changed(id);
    Ok(())
}

/// A customer's standing between coming and leaving.
pub struct Life {
    pub archive: Option<Archive>,
    pub start: Option<NaiveDate>,
    /// True when it had churned before it started.
    pub came_back: bool,
}

/// Makes a locked customer active or archives it, and says since when it has been a customer. Its health is stale from then on.
pub async fn set_customer_life(tx: &mut Tx, id: CustomerId, life: Life, now: DateTime<Utc>) -> StoreResult<()> {
    let Life { archive, start, came_back } = life;
    keep_before_life(tx, id, start, came_back, now).await?;
    let sql = format!(
        "UPDATE customers SET archived_reason = $1, archived_day = $2, start_day = $3, came_back = $4, version = version + 1,
         scored_day = {STALE_SINCE_EVER} WHERE id = $5"
    );
    let (reason, day) = (archive.map(|archive| archive.reason.name()), archive.map(|archive| archive.date));
    tx.execute(AssertSqlSafe(sql), binds![reason, day, start, came_back, id]).await?;
    tx.changed(id);
    Ok(())
}

/// Inserts a new customer, which is not scored yet.
pub async fn insert_customer(tx: &mut Tx, fields: &CustomerFields, now: DateTime<Utc>, is_demo: bool) -> StoreResult<CustomerId> {
    let mut row = field_row(fields);
    row.extend(row! { version: 1, created_at: storable(now), is_demo: is_demo });
    let (id,): (i64,) = tx.insert_row("customers", row, "id").await.map_err(|error| taken(error, fields))?;
    tx.changed(CustomerId(id));
    Ok(CustomerId(id))
}

/// Changes a locked customer. Its health is stale from then on when the start or renewal date, on which it depends, is another
/// one.
pub async fn set_customer_fields(tx: &mut Tx, id: CustomerId, fields: &CustomerFields, now: DateTime<Utc>) -> StoreResult<()> {
    keep_before_fields(tx, id, fields, now).await?;
    let (set, mut binds) = assignments(field_row(fields));
    binds.extend(binds![fields.segment.label(), fields.start_date, fields.renewal_date, id]);
    let places = binds.len() - 3;
    let (segment, start_day, renewal_day, id_place) = (places, places + 1, places + 2, places + 3);
    let sql = format!(
        "UPDATE customers SET {set}, version = version + 1,
         scored_day = CASE WHEN segment <> ${segment} OR start_day IS DISTINCT FROM ${start_day}
             OR renewal_day IS DISTINCT FROM ${renewal_day} THEN {STALE_SINCE_EVER} ELSE scored_day END
         WHERE id = ${id_place}"
    );
    tx.execute(AssertSqlSafe(sql), binds).await.map_err(|error| taken(error, fields))?;
    tx.changed(id);
    Ok(())
}

/// Deletes a locked customer that has no facts, notes or outcomes.
pub async fn delete_customer(tx: &mut Tx, id: CustomerId) -> StoreResult<()> {
    delete_band_changes(tx, id).await?;
    delete_former_customer(tx, id).await?;
    tx.execute("DELETE FROM customers WHERE id = $1", binds![id]).await?;
    tx.changed(id);
    Ok(())
}

/// Returns the columns that follow from a customer's fields.
fn field_row(fields: &CustomerFields) -> Row {
    let lower = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
    row! {
        name: &fields.name,
        name_key: fields.name.to_lowercase(),
        segment: fields.segment.label(),
        external_id: fields.external_id.clone(),
        external_key: lower(&fields.external_id),
        owner: fields.owner.clone(),
        owner_key: lower(&fields.owner),
        arr_cents: fields.arr_cents,
        renewal_day: fields.renewal_date,
        start_day: fields.start_date,
        crm_url: fields.crm_url.clone(),
        search_key: search_key(fields),
    }
}

/// The columns that depend on how the letters of a customer's texts are composed.
const LETTER_COLUMNS: [&str; 7] = ["name", "name_key", "external_id", "external_key", "owner", "owner_key", "search_key"];

/// Returns a row for [`store_letters`]: a customer's texts in the letters of `fields`.
pub fn letters_row(id: CustomerId, fields: &CustomerFields) -> Row {
    let letters = field_row(fields).into_iter().filter(|(column, _)| LETTER_COLUMNS.contains(column));
    row! { id: id }.into_iter().chain(letters).collect()
}

/// Writes customers' texts in other letters. That is no edit, so their versions stay.
pub async fn store_letters(tx: &mut Tx, rows: Vec<Row>) -> StoreResult<()> {
    tx.update_rows("customers", rows).await
}

/// Turns a violated constraint into a conflict: of a customer's fields, only the external id must be unique.
fn taken(error: StoreError, fields: &CustomerFields) -> StoreError {
    match (&error, &fields.external_id) {
        (StoreError::Database(sqlx::Error::Database(cause)), Some(id)) if cause.is_unique_violation() => {
            StoreError::Conflict(format!("external id \"{id}\" is taken by another customer"))
        }
        _ => error,
    }
}

/// The basis on which a stored health was scored. When any of the three has changed since, the health is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    pub day: NaiveDate,
    pub scorecard_version: i64,
    pub connections_version: i64,
}

/// Everything that scoring, and who needs somebody, rest on besides a customer's activity and invoices.
#[derive(Clone)]
pub struct Known {
    pub id: CustomerId,
    pub segment: Option<Segment>,
    pub start_date: Option<NaiveDate>,
    /// True when it had churned before it started.
    pub came_back: bool,
    pub renewal_date: Option<NaiveDate>,
    /// Per source the day of the earliest fact that counts.
    pub first_facts: Sources<Option<NaiveDate>>,
    /// The day of the earliest reading that counts.
    pub first_reading: Option<NaiveDate>,
    /// The time of the latest thing that the customer did.
    pub last_activity_at: Option<DateTime<Utc>>,
    pub noted: Noted,
}

impl Known {
    /// Returns the day of the earliest fact of this kind, or of those from the same source.
    pub fn first_fact_mut(&mut self, kind: EventKind) -> &mut Option<NaiveDate> {
        match Source::of(kind) {
            Some(source) => self.first_facts.get_mut(source),
            None => &mut self.first_reading,
        }
    }

    /// Notes that there is a fact of this kind on a day.
    pub fn note_fact(&mut self, kind: EventKind, day: NaiveDate) {
        let first = self.first_fact_mut(kind);
        *first = Some(first.map_or(day, |first| first.min(day)));
    }

    /// Returns the day of the earliest fact.
    pub fn first_fact_on(&self) -> Option<NaiveDate> {
        earliest_day(&self.first_facts).into_iter().chain(self.first_reading).min()
    }
}

/// The health that a customer's row holds, from which its next change of band is told.
#[derive(Clone, Copy, Debug)]
pub struct Noted {
    /// The day up to which changes are noted; `None` until the first ones are.
    pub until: Option<NaiveDate>,
    pub standing: Standing,
    pub scorecard_version: i64,
    pub connections_version: i64,
}

impl Noted {
    /// The start of a new customer, of whom nothing is noted.
    pub const NOTHING: Self = Self {
        until: None,
        standing: Standing { band: Band::NoData, score: None },
        scorecard_version: 0,
        connections_version: 0,
    };
}
