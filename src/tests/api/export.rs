//! `/customers.csv`

use super::Site;
use serde_json::json;

on_each_database! {
    async fn the_export_is_the_filtered_list_in_its_order_without_pages(db: Database) {
        let site = Site::new(db);
        for name in ["b, Inc.", "a \"quoted\"", "c"] {
            site.customer(name).await;
        }
        let answer = site.get("/customers.csv?sort=name").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"customers-2026-03-16.csv\"");
        let mut csv = csv::Reader::from_reader(answer.text.as_bytes());
        let names: Vec<_> = csv.records().map(|record| record.unwrap()[1].to_owned()).collect();
        assert_eq!(names, ["a \"quoted\"", "b, Inc.", "c"]);
        assert_eq!(site.get("/customers.csv?search=Inc").await.text.lines().count(), 2);
        assert_eq!(site.get("/customers.csv?colour=red").await.invalid_fields(), ["colour"]);
        assert_eq!(site.get("/customers.csv?page=2").await.invalid_fields(), ["page"]);
    }

    async fn no_cell_is_a_formula(db: Database) {
        let site = Site::new(db);
        for start in ["=", "+", "-", "@"] {
            let evil = format!("{start}1+1|' /C calc'!A0");
            let input = json!({"name": evil, "owner": evil, "externalId": evil, "segment": "SMB"});
            assert_eq!(site.post("/api/customers", input).await.status, 201);
        }
        let answer = site.get("/customers.csv").await;
        let mut csv = csv::Reader::from_reader(answer.text.as_bytes());
        let records: Vec<_> = csv.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 4);
        for record in records {
            for column in [1, 3, 4] {
                assert!(record[column].starts_with('\''), "{record:?}");
            }
        }
    }

    async fn a_row_tells_score_factors_and_money(db: Database) {
        let site = Site::new(db);
        let input = json!({"name": "Acme", "segment": "SMB", "arrCents": 123_405, "renewalDate": "2026-12-31"});
        site.post("/api/customers", input).await;
        let health = site.event("/api/customers/1", json!({"kind": "login"})).await["health"].clone();
        let answer = site.get("/customers.csv").await;
        let mut csv = csv::Reader::from_reader(answer.text.as_bytes());
        let columns = csv.headers().unwrap().clone();
        let record = csv.records().next().unwrap().unwrap();
        let cell = |name: &str| &record[columns.iter().position(|column| column == name).unwrap()];
        assert_eq!((cell("arr"), cell("currency"), cell("renewal_date")), ("1234.05", "USD", "2026-12-31"));
        assert_eq!(cell("score"), format!("{:.1}", health["score"].as_f64().unwrap()));
        assert_eq!(cell("band"), health["band"].as_str().unwrap());
        assert_eq!(cell("login_frequency"), "5.0");
        assert_eq!(cell("coverage_percent"), "25.0");
        assert_eq!(cell("last_activity_at"), "2026-03-16T12:00:00Z");
    }
}
