//! Values of statements, and days and times as they are stored.

use crate::domain::{CustomerId, EventId, ImportId, NaiveDate, NoteId, OutcomeId, Points};
use chrono::{DateTime, NaiveTime, SubsecRound, Utc};

/// A value to put in the place of `$1`, `$2`, ...
#[derive(Clone, Debug)]
pub enum Bind {
    Int(Option<i64>),
    Day(Option<i32>),
    Text(Option<String>),
    Bool(bool),
    /// Many values at once, for the condition [`Tx::one_of`] or as a column of [`Tx::given_rows`].
    Ints(Vec<Option<i64>>),
    Days(Vec<Option<i32>>),
    Texts(Vec<Option<String>>),
    Bools(Vec<bool>),
}

impl Bind {
    /// Makes one value of a column's values, which are all of one kind.
    pub fn column(values: impl Iterator<Item = Self>) -> Option<Self> {
        let mut values = values.peekable();
        macro_rules! all {
            ($one:ident, $many:ident) => {
                Self::$many(values.filter_map(|value| if let Self::$one(value) = value { Some(value) } else { None }).collect())
            };
        }
        Some(match values.peek()? {
            Self::Int(_) => all!(Int, Ints),
            Self::Day(_) => all!(Day, Days),
            Self::Text(_) => all!(Text, Texts),
            Self::Bool(_) => all!(Bool, Bools),
            Self::Ints(_) | Self::Days(_) | Self::Texts(_) | Self::Bools(_) => return None,
        })
    }
}

/// The values of a statement, in the order of its `$1`, `$2`, ...
macro_rules! binds {
    ($($value:expr),* $(,)?) => { vec![$(crate::server::store::sql::bind::Bind::from($value)),*] };
}
pub(in crate::server::store) use binds;

/// A row to be written: each column beside its value.
pub type Row = Vec<(&'static str, Bind)>;

/// A row to be written, as pairs of `column: value`.
macro_rules! row {
    ($($column:ident: $value:expr),* $(,)?) => {
        vec![$((stringify!($column), crate::server::store::sql::bind::Bind::from($value))),*]
    };
}
pub(in crate::server::store) use row;

/// Takes rows of the same columns apart: the columns, and each row's values.
pub fn columns_and_values(rows: Vec<Row>) -> (Vec<&'static str>, Vec<Vec<Bind>>) {
    let columns: Vec<_> = rows.first().into_iter().flatten().map(|(column, _)| *column).collect();
    debug_assert!(rows.iter().all(|row| row.iter().map(|(column, _)| *column).eq(columns.iter().copied())), "{columns:?}");
    let values = |row: Row| row.into_iter().map(|(_, value)| value).collect();
    (columns, rows.into_iter().map(values).collect())
}

/// Returns what follows SET in an UPDATE that writes the row, `a = $1, b = $2`, and the values.
pub fn assignments(row: Row) -> (String, Vec<Bind>) {
    let set: Vec<_> = row.iter().enumerate().map(|(index, (column, _))| format!("{column} = ${}", index + 1)).collect();
    (set.join(", "), row.into_iter().map(|(_, value)| value).collect())
}

macro_rules! bind_from {
    ($($type:ty => |$value:ident| $bind:expr),* $(,)?) => {
        $(impl From<$type> for Bind {
            fn from($value: $type) -> Self {
                $bind
            }
        })*
    };
}

bind_from! {
    i64 => |int| Self::Int(Some(int)),
    Option<i64> => |int| Self::Int(int),
    bool => |is| Self::Bool(is),
    &str => |text| Self::Text(Some(text.to_owned())),
    String => |text| Self::Text(Some(text)),
    &String => |text| Self::Text(Some(text.clone())),
    Option<String> => |text| Self::Text(text),
    Option<&str> => |text| Self::Text(text.map(str::to_owned)),
    NaiveDate => |day| Self::Day(Some(day.to_epoch_days())),
    Option<NaiveDate> => |day| Self::Day(day.map(|day| day.to_epoch_days())),
    DateTime<Utc> => |time| Self::Int(Some(time.timestamp_micros())),
    Option<DateTime<Utc>> => |time| Self::Int(time.map(|time| time.timestamp_micros())),
    CustomerId => |id| Self::Int(Some(id.0)),
    EventId => |id| Self::Int(Some(id.0)),
    NoteId => |id| Self::Int(Some(id.0)),
    OutcomeId => |id| Self::Int(Some(id.0)),
    Option<OutcomeId> => |id| Self::Int(id.map(|id| id.0)),
    Option<ImportId> => |id| Self::Int(id.map(|id| id.0)),
    Option<CustomerId> => |id| Self::Int(id.map(|id| id.0)),
    Option<EventId> => |id| Self::Int(id.map(|id| id.0)),
    Option<NoteId> => |id| Self::Int(id.map(|id| id.0)),
    &[CustomerId] => |ids| Self::Ints(ids.iter().map(|id| Some(id.0)).collect()),
    Vec<String> => |texts| Self::Texts(texts.into_iter().map(Some).collect()),
}

/// Reads a stored day. Only days that came from a date are stored, so every number is one.
pub fn day(number: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(number).unwrap_or_default()
}

/// Reads a stored time. Only numbers that came from a time are stored.
pub fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// Returns a score as it is stored, in tenths of points.
pub fn tenths(points: Option<Points>) -> Option<i64> {
    points.map(|Points(tenths)| tenths)
}

/// Returns the time at which a UTC day begins.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Returns the time at which a UTC day is over. Without a day it is the end of all times.
pub fn end(day: Option<NaiveDate>) -> DateTime<Utc> {
    day.and_then(|day| day.succ_opt()).map_or(DateTime::<Utc>::MAX_UTC, midnight)
}

/// Cuts a time to the microseconds that both databases keep.
pub fn storable(now: DateTime<Utc>) -> DateTime<Utc> {
    now.trunc_subsecs(6)
}
