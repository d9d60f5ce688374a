//! `/api/portfolio`

use super::Site;
use serde_json::json;

on_each_database! {
    async fn the_portfolio_counts_customers_and_known_arr_per_band(db: Database) {
        let site = Site::new(db);
        for (name, owner, arr) in [("A", "Ada", Some(100)), ("B", "Ada", None), ("C", "Grace", Some(50))] {
            let input = json!({"name": name, "segment": "SMB", "owner": owner, "arrCents": arr});
            assert_eq!(site.post("/api/customers", input).await.status, 201);
        }
        site.event("/api/customers/1", json!({"kind": "login"})).await;
        let portfolio = site.get("/api/portfolio").await.ok();
        assert_eq!(portfolio["all"], json!({"customers": 3, "arrCents": 150, "arrUnknown": 1}));
        assert_eq!((&portfolio["asOf"], &portfolio["currency"]), (&json!("2026-03-16"), &json!("USD")));
        let bands: Vec<_> = portfolio["bands"].as_array().unwrap().iter().map(|tally| tally["band"].as_str().unwrap()).collect();
        assert_eq!(bands, ["healthy", "at_risk", "churn_risk", "onboarding", "no_data"]);
        let counted: i64 = portfolio["bands"].as_array().unwrap().iter().map(|tally| tally["customers"].as_i64().unwrap()).sum();
        assert_eq!(counted, 3);
        assert_eq!(portfolio["bands"][4]["customers"], 2);
        assert_eq!(portfolio["distribution"].as_array().unwrap().iter().map(|count| count.as_i64().unwrap()).sum::<i64>(), 1);

        let grace = site.get("/api/portfolio?owner=Grace").await.ok();
        assert_eq!(grace["all"], json!({"customers": 1, "arrCents": 50, "arrUnknown": 0}));
    }

    async fn a_mover_tells_its_main_cause(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        for (kind, day) in [("support_ticket", "2026-01-20"), ("support_ticket", "2026-03-15"), ("login", "2026-03-01"), ("login", "2026-03-14")] {
            site.event(&customer, json!({"kind": kind, "occurredAt": format!("{day}T08:00:00Z")})).await;
        }
        let portfolio = site.get("/api/portfolio").await.ok();
        assert_eq!(portfolio["movers7"]["down"]["items"], json!([]));
        site.event(&customer, json!({"kind": "support_ticket"})).await;
        let portfolio = site.get("/api/portfolio").await.ok();
        let mover = &portfolio["movers7"]["down"]["items"][0];
        assert_eq!(mover["change"], json!(-2.8));
        assert_eq!(mover["cause"], json!({"factor": "supportLoad", "label": "Support load", "change": -4.0, "sentence": "2 new tickets"}));
    }

    async fn a_source_that_has_stopped_is_told_with_its_last_day(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        for day in 1..=9 {
            site.event(&customer, json!({"kind": "login", "occurredAt": format!("2026-03-0{day}T08:00:00Z")})).await;
        }
        let portfolio = site.get("/api/portfolio").await.ok();
        let silent = json!([{
            "source": "logins", "lastDay": "2026-03-09", "days": 7, "usualGapDays": 1,
            "sentence": "No login of anybody for 7 days"
        }]);
        assert_eq!(portfolio["silentSources"], silent);
        assert_eq!(site.get("/api/portfolio?as_of=2026-03-12").await.ok()["silentSources"], json!([]));
        site.event(&customer, json!({"kind": "login"})).await;
        assert_eq!(site.get("/api/portfolio").await.ok()["silentSources"], json!([]));
    }

    async fn every_filter_of_the_list_narrows_the_figures_and_the_bands(db: Database) {
        let site = Site::new(db);
        for (name, segment, arr) in [("Anvil", "SMB", 100), ("Bolt", "Startup", 30), ("Bolts", "SMB", 7)] {
            let input = json!({"name": name, "segment": segment, "arrCents": arr});
            assert_eq!(site.post("/api/customers", input).await.status, 201);
        }
        site.event("/api/customers/1", json!({"kind": "login", "occurredAt": "2026-03-10T08:00:00Z"})).await;
        for (query, customers, arr) in [("", 3, 137), ("segment=SMB", 2, 107), ("search=bolt", 2, 37), ("band=no_data", 2, 37), ("segment=SMB&search=bolt", 1, 7), ("archived=true", 0, 0)] {
            let portfolio = site.get(&format!("/api/portfolio?{query}")).await.ok();
            assert_eq!((&portfolio["all"]["customers"], &portfolio["all"]["arrCents"]), (&json!(customers), &json!(arr)), "{query}");
            let bands = site.get(&format!("/api/portfolio/bands?{query}&days=30")).await.ok();
            let last = |column: &str| bands["bands"].as_array().unwrap().iter().map(|band| band[column][30].as_i64().unwrap()).sum::<i64>();
            assert_eq!((last("customers"), last("arrCents")), (customers, arr), "{query}");
        }
        let bands = site.get("/api/portfolio/bands?days=30").await.ok();
        assert_eq!((&bands["from"], &bands["asOf"], &bands["days"]), (&json!("2026-02-14"), &json!("2026-03-16"), &json!(30)));
        assert_eq!((&bands["bands"][4]["band"], &bands["bands"][4]["customers"][23], &bands["bands"][4]["customers"][24]), (&json!("no_data"), &json!(3), &json!(2)));
        let moves = bands["moves"].as_array().unwrap();
        assert_eq!((moves.len(), &moves[0]["from"], &moves[0]["arrCents"], &bands["movesByRules"], &bands["pending"]), (1, &json!("no_data"), &json!(100), &json!([]), &json!(0)));
        let listed = site.get(&format!("/api/customers?days=30&moved=no_data_to_{}", moves[0]["to"].as_str().unwrap())).await.ok();
        assert_eq!((&listed["total"], &listed["items"][0]["customer"]["name"]), (&json!(1), &json!("Anvil")));
        // On an earlier day the period is another.
        let before = site.get("/api/portfolio/bands?days=30&as_of=2026-03-09").await.ok();
        assert_eq!((&before["asOf"], &before["moves"]), (&json!("2026-03-09"), &json!([])));
    }
}
