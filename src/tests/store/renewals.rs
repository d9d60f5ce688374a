//! Renewals by month and band: each figure is the total of the list that it links to.

use crate::domain::portfolio::Tally;
use crate::domain::{Band, CustomerFields, Segment};
use crate::tests::api::Site;
use crate::tests::harness::*;
use serde_json::json;

async fn nine(db: &Database) {
    for index in 0..9 {
        let fields = CustomerFields {
            name: format!("Customer {index}"),
            segment: Segment::FIRST[index as usize % 3],
            arr_cents: (index % 4 > 0).then_some(index * 1_000_00),
            renewal_date: (index % 5 > 0).then_some(days_ago(20 - 17 * index)),
            start_date: Some(days_ago(100)),
            ..blank()
        };
        let id = db.customer_with(fields).await;
        db.send_all(id, (0..index * 3).map(|day| login().days_ago(day))).await;
        db.send_all(id, (0..10 - index).map(|_| ticket().days_ago(3))).await;
    }
}

on_each_database! {
    async fn each_month_and_band_is_the_total_of_its_list(db: Database) {
        nine(&db).await;
        let mut months = Vec::new();
        for filter in ["", "segment=SMB", "renewal=next_90", "renewal=2026-Q2", "renewal=..2026-03-31"] {
            let totals = db.sum_renewals(&parse_query(filter).unwrap(), "USD", today()).await.unwrap();
            assert!(totals.months.is_sorted_by_key(|month| month.month));
            assert_eq!(totals.all, totals.months.iter().map(|month| month.all).sum());
            months.push(totals.months.len());
            for month in &totals.months {
                let renewal = month.month.format("%Y-%m").to_string();
                for (band, tally) in month.bands.iter().map(|of| (Some(of.band), of.tally)).chain([(None, month.all)]) {
                    let band = band.map(|band| format!("&band={}", band.name())).unwrap_or_default();
                    // Within the days of the filter: those of a month that it cuts are not all of that month.
                    if !filter.contains("next_90") {
                        let segment = if filter.starts_with("segment") { filter } else { "" };
                        let list = db.list(&format!("renewal={renewal}{band}&{segment}")).await;
                        assert_eq!(tally.customers as usize, list.len(), "{filter}: {renewal}{band}");
                    }
                }
                assert_eq!(month.bands.len(), Band::ALL.len());
                assert_eq!(month.bands.iter().map(|of| of.tally).sum::<Tally>(), month.all);
            }
        }
        assert_eq!(months, [5, 3, 4, 3, 1]);
        let next = db.sum_renewals(&parse_query("renewal=next_90").unwrap(), "USD", today()).await.unwrap();
        assert_eq!(next.all.customers as usize, db.list("renewal=next_90").await.len());
    }

    async fn the_api_sums_renewals_of_today_and_of_past_days(db: Database) {
        nine(&db).await;
        let site = Site::new(db);
        let totals = site.get("/api/portfolio/renewals?renewal=2026-04").await.ok();
        assert_eq!((&totals["asOf"], &totals["currency"], &totals["knownAt"]), (&json!("2026-03-16"), &json!("USD"), &json!(null)));
        assert_eq!(totals["months"][0]["month"], "2026-04-01");
        let past = site.get("/api/portfolio/renewals?as_of=2026-03-01&renewal=next_30").await.ok();
        let list = site.get("/api/customers?as_of=2026-03-01&renewal=next_30").await.ok();
        assert_eq!((&past["asOf"], &past["all"]["customers"]), (&json!("2026-03-01"), &list["total"]));
        assert!(list["total"].as_i64() > Some(0));
        let months = past["months"].as_array().unwrap();
        assert!(months.iter().map(|month| month["month"].as_str()).eq([Some("2026-03-01")]));
    }
}
