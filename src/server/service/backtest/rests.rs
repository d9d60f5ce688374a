//! The basis of an answer: the customers with their departures, and marks of the facts.

use super::question::Question;
use crate::scoring::backtest::Tested;
use crate::server::store::{BacktestMarks, MarkedFacts, Store};
use crate::wire::AppError;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

pub struct Rests {
    /// A hash of the customers, as [`Question::part_of`] leaves them.
    customers: u64,
    facts: MarkedFacts,
    marks: Mutex<Arc<BacktestMarks>>,
}

impl Rests {
    /// Returns the customers that a question is about, with what its answer rests on. To be called before facts are read.
    pub async fn load(store: &Store, question: &Question) -> Result<(Vec<Tested>, Self), AppError> {
        let customers = customers(store, question).await?;
        let facts = question.facts(&customers);
        let marks = Mutex::new(Arc::new(store.backtest_marks(&facts).await?));
        let rests = Self { customers: hash(&customers), facts, marks };
        Ok((customers, rests))
    }

    /// Returns whether everything is unchanged.
    pub async fn still_hold(&self, store: &Store, question: &Question) -> Result<bool, AppError> {
        let lock = || self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let marks = Arc::clone(&lock());
        let Some(renewed) = store.renew_backtest_marks(&self.facts, &marks).await? else { return Ok(false) };
        *lock() = Arc::new(renewed);
        Ok(hash(&customers(store, question).await?) == self.customers)
    }
}

fn hash(customers: &[Tested]) -> u64 {
    let mut hasher = DefaultHasher::new();
    customers.hash(&mut hasher);
    hasher.finish()
}

async fn customers(store: &Store, question: &Question) -> Result<Vec<Tested>, AppError> {
    let customers = store.list_tested_customers().await?;
    Ok(customers.into_iter().filter_map(|customer| question.part_of(customer)).collect())
}
