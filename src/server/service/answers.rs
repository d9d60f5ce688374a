//! Answers that are kept until the database changes: when nothing was written since, nothing is worked out again.

use crate::domain::list::RenewalTotals;
use crate::domain::{AsOf, BandHistory, CustomerList, CustomerQuery, Month, NaiveDate, Portfolio, Today};
use crate::server::Call;
use crate::server::store::Snapshot;
use crate::wire::AppError;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// The latest answers. Each is right for everybody who asks.
pub struct Answers {
    pub portfolios: Kept<Portfolio>,
    /// Portfolios without any names.
    pub figures: Kept<Portfolio>,
    pub bands: Kept<BandHistory>,
    pub lists: Kept<CustomerList>,
    pub todays: Kept<Today>,
    pub months: Kept<Month>,
    pub renewals: Kept<RenewalTotals>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            portfolios: Kept::new(),
            figures: Kept::new(),
            bands: Kept::new(),
            lists: Kept::new(),
            todays: Kept::new(),
            months: Kept::new(),
            renewals: Kept::new(),
        }
    }
}

/// Everything that an answer rests on.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Question {
    snapshot: Snapshot,
    today: NaiveDate,
    at: AsOf,
    /// The query string.
    of: String,
}

impl Question {
    /// Returns the day that the query asks for, and the question.
    pub async fn of(call: &Call, query: &CustomerQuery) -> Result<(AsOf, Self), AppError> {
        let at = query.at.resolve(call.today())?;
        Ok((at, Self::about(call, at, query.to_query_string()).await?))
    }

    /// Returns the question of a query string as of a day.
    pub async fn about(call: &Call, at: AsOf, of: String) -> Result<Self, AppError> {
        Ok(Self { snapshot: call.store.snapshot().await?, today: call.today(), at, of })
    }
}

/// The latest answers of one kind.
pub struct Kept<A>(Cache<Question, Arc<A>>);

/// The most answers of one kind. A list of 50 customers has some 100 kB.
const KEPT: usize = 100;

impl<A: Clone> Kept<A> {
    fn new() -> Self {
        Self(Cache::new(KEPT))
    }

    /// Returns the answer that is kept, or the one that `work_out` gives. Those who ask the same at once wait for one answer.
    pub async fn get(&self, question: &Question, work_out: impl Future<Output = Result<A, AppError>>) -> Result<A, AppError> {
        let answer = self.0.get_or_insert_async(question, async { work_out.await.map(Arc::new) }).await?;
        Ok(A::clone(&answer))
    }
}
