//! The product's words as types. Shared by server and browser: no I/O, no clock.
//!
//! Inputs (`...Input`) hold what somebody sent; `parse` turns them into values that cannot be
//! wrong, or into [`FieldErrors`]. Everything else is a value the product itself made.

pub mod as_of;
pub mod asked_days;
pub mod backtest;
pub mod backtest_query;
pub mod band_change;
pub mod band_history;
pub mod band_runs;
pub mod batch;
pub mod bulk;
pub mod calendar;
pub mod change;
pub mod counts;
pub mod customer;
pub mod event;
pub mod event_input;
pub mod event_query;
pub mod factors;
pub mod fields;
pub mod five;
pub mod health;
pub mod history;
pub mod ids;
pub mod import;
pub mod invoice;
pub mod letters;
pub mod list;
pub mod measure;
pub mod measure_input;
pub mod money;
pub mod month;
pub mod month_sums;
pub mod note;
pub mod numbers;
pub mod outcome;
pub mod people;
pub mod phrases;
pub mod portfolio;
pub mod preview;
pub mod quarantine;
pub mod reading;
pub mod rulebook;
pub mod scale;
pub mod scorecard;
pub mod scorecard_input;
pub mod segment;
pub mod silent_source;
pub mod source;
pub mod suggestion;
pub mod tally;
pub mod templates;
pub mod timeline;
pub mod today;

pub use chrono::NaiveDate;

pub use as_of::{AsOf, AskedDay, KnownAt};
pub use asked_days::{ChangeDays, HistoryDays, PageDays};
pub use backtest::Backtest;
pub use backtest_query::BacktestQuery;
pub use band_history::BandHistory;
pub use batch::{BatchReport, ItemReport, ItemVerdict, QuarantinePage, QuarantinedItem};
pub use bulk::{BulkChange, BulkInput, BulkReport, BulkUndoReport};
pub use change::{Cause, CauseFact, CausePart, Driver, Fall, HealthChange, MainCause};
pub use customer::{Archive, ArchiveReason, Customer, CustomerFields, CustomerInput};
pub use event::{Event, EventBody, EventKind, Priority, Retraction};
pub use event_input::{EventInput, NewEvent};
pub use event_query::{EventFilter, EventQuery};
pub use factors::{FactorKey, Factors};
pub use fields::{FieldError, FieldErrors};
pub use health::{Band, Factor, Health, Window};
pub use history::{DayCount, HealthHistory, HistoryPoint, ScorecardMark};
pub use ids::{BulkChangeId, CustomerId, EventId, ImportId, NoteId, OutcomeId, QuarantineId};
pub use import::{Import, ImportCounts, ImportKind, ImportState, Mapping, RowError, UndoReport};
pub use invoice::{InvoiceRow, InvoiceStatus};
pub use list::{CustomerList, CustomerQuery, CustomerRow, Page, Sort, SortDirection};
pub use month::{Month, MonthQuery};
pub use note::{Note, NoteEdit, NoteInput};
pub use numbers::{Figure, Multiple, Points, Share};
pub use outcome::{Outcome, OutcomeFacts, OutcomeInput, OutcomeKind};
pub use portfolio::Portfolio;
pub use preview::{ScoreMove, ScorecardPreview};
pub use reading::{Reading, ReadingValue, Readings};
pub use scorecard::{MissingPolicy, Scorecard, ScorecardVersion};
pub use scorecard_input::{NewScorecard, ScorecardInput};
pub use segment::{Segment, Segments};
pub use silent_source::SilentSource;
pub use source::{Source, Sources};
pub use suggestion::Suggestion;
pub use today::{MedianArr, NeededCustomer, Today, UrgencyParts};

#[cfg(test)]
mod tests;
