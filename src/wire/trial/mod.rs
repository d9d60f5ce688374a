//! A portfolio on its way to the browser, where rules are tried on it: its customers, and a column of values for each measure.

mod columns;

pub use columns::{read_column, write_column};

use crate::domain::{Band, CustomerId, NaiveDate, Points, Segment, Traits};
use crate::scoring::trial::TriedCustomer;
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// The most customers that rules are tried on in the browser.
pub const MOST_TRIED: i64 = 20_000;

/// The measurements that the scores of the active customers come from today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeasuredPortfolio {
    /// The number of active customers. With more than [`MOST_TRIED`] there is nothing else.
    pub active: i64,
    /// Equal marks say that columns are about the same customers in the same order.
    pub mark: String,
    /// The customers, where they were asked for.
    pub customers: Option<CustomerColumns>,
    /// A column for each measure that was asked for, as [`read_column`] reads it.
    pub columns: Vec<String>,
}

/// Customers as columns, which compress better than rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerColumns {
    pub as_of: NaiveDate,
    pub currency: String,
    pub segments: Vec<Segment>,
    #[serde(skip)]
    last_id: i64,
    /// The differences of each id from the one before.
    ids: Vec<i64>,
    names: Vec<String>,
    arr_cents: Vec<Option<i64>>,
    /// The place of each one's segment.
    segment: Vec<usize>,
    /// The days before `as_of` on which each one began.
    age: Vec<Option<i64>>,
    /// The score in tenths of a point.
    score: Vec<i64>,
    /// The place of each one's band in [`Band::ALL`]; so many more as there are bands where the customer has facts and has started.
    band: Vec<usize>,
}

impl CustomerColumns {
    pub fn new(as_of: NaiveDate, currency: &str, segments: Vec<Segment>) -> Self {
        Self { as_of, currency: currency.to_owned(), segments, ..Self::default() }
    }

    /// Adds a customer, whose id must be above the last one's.
    pub fn push(&mut self, customer: TriedCustomer) {
        let TriedCustomer { id, name, arr_cents, segment, traits, has_data, score, band } = customer;
        self.ids.push(id.0 - self.last_id);
        self.last_id = id.0;
        self.names.push(name);
        self.arr_cents.push(arr_cents);
        self.segment.push(segment);
        self.age.push(traits.begins_on(self.as_of).map(|begin| (self.as_of - begin).num_days()));
        self.score.push(score.0);
        self.band.push(band as usize + if has_data { Band::COUNT } else { 0 });
    }

    /// Returns the customers one by one.
    pub fn rows(self) -> Vec<TriedCustomer> {
        let mut id = 0;
        let mut rows = Vec::with_capacity(self.ids.len());
        let standings = self.age.into_iter().zip(self.score).zip(self.band);
        let numbers = self.ids.into_iter().zip(self.arr_cents).zip(self.segment).zip(standings);
        for (name, (((step, arr_cents), segment), ((age, score), band))) in self.names.into_iter().zip(numbers) {
            id += step;
            let traits = Traits {
                segment: self.segments.get(segment).copied(),
                start_date: age.and_then(|age| self.as_of.checked_sub_signed(Duration::days(age))),
                ..Traits::default()
            };
            let (has_data, band) = (band >= Band::COUNT, Band::ALL[band % Band::COUNT]);
            rows.push(TriedCustomer {
                id: CustomerId(id),
                name,
                arr_cents,
                segment,
                traits,
                has_data,
                score: Points(score),
                band,
            });
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_come_out_of_their_columns_as_they_went_in() {
        let as_of = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        let customer = |id, band, arr_cents, has_data| TriedCustomer {
            id: CustomerId(id),
            name: format!("Customer {id}"),
            arr_cents,
            segment: (id % 2) as usize,
            traits: Traits {
                segment: Some([Segment::SMB, Segment::STARTUP][(id % 2) as usize]),
                start_date: (id > 3).then(|| as_of - Duration::days(100 - 3 * id)),
                ..Traits::default()
            },
            has_data,
            score: Points(10 * id),
            band,
        };
        let customers = [
            customer(3, Band::Healthy, Some(5), true),
            customer(4, Band::NoData, None, true),
            customer(90, Band::NoData, None, false),
            customer(91, Band::ChurnRisk, Some(0), true),
        ];
        let mut columns = CustomerColumns::new(as_of, "USD", vec![Segment::SMB, Segment::STARTUP]);
        customers.iter().for_each(|customer| columns.push(customer.clone()));
        let travelled = serde_json::from_str::<CustomerColumns>(&serde_json::to_string(&columns).unwrap()).unwrap();
        assert_eq!(travelled.rows(), customers);
    }
}
