//! Why each factor is measured the way it is, in words for CS staff. The numbers themselves are data in the scorecard.

use crate::domain::FactorKey;

/// Explains a factor's window, target, weight and neutral value.
pub fn rationale(key: FactorKey) -> &'static str {
    match key {
        FactorKey::LoginFrequency => {
            "Falling logins are the earliest common sign of churn. Thirty days smooth out weekends and holidays and still show a \
             decline within weeks. Twenty logins are about one each working day, so a single daily user is enough for the full score. \
             It shares the highest weight because it is the most direct sign of use. No login scores 0; before a source sends logins \
             that 0 is assumed, not measured."
        }
        FactorKey::FeatureAdoption => {
            "A customer who relies on several features finds it harder to leave. Features are tried in bursts, so ninety days, about a \
             quarter, are counted. Five distinct features stand for a product that is built into daily work; using one of them more \
             often does not count twice. It weighs as much as logins: breadth tells what frequency does not. Nothing used scores 0, \
             which is assumed before a source sends features."
        }
        FactorKey::SupportLoad => {
            "Many tickets mean friction. Each ticket costs the same, down to 0 at the limit; priority does not weigh, because teams \
             set it too differently to compare. Ninety days let a stormy month fade. It weighs less than use, since \
             tickets also come from customers who care. No tickets score 100 only where tickets are \
             known at all: without a connected source the value is assumed, not measured."
        }
        FactorKey::InvoiceTimeliness => {
            "Customers who mean to stay pay on time. Invoices are few, so all history counts. Paid by the due day is on time; paid \
             later or overdue is not; an invoice that is not due yet says nothing, and one over 0 is on time. It weighs as much as support: telling, \
             but late. Without any invoice to judge the value is 50: \
             neither trust nor blame has been earned."
        }
        FactorKey::ApiTrend => {
            "Integrations keep a customer, and their traffic shows a wind-down early. Volumes differ too much to compare customers, \
             so each is held against itself: the last thirty days against the thirty before. Flat is 50, twice as much is 100, \
             silence is 0. Where neither window has a call the trend is assumed to be flat. It weighs least because traffic is noisy."
        }
    }
}
