//! `/api/rulebook` and `/api/rulebooks`

use super::Site;
use serde_json::{Value, json};

/// The rules in force as they are read, signed: what one sends back after changing it.
async fn draft(site: &Site) -> Value {
    let mut draft = site.get("/api/rulebook").await.ok();
    draft["author"] = json!("Ada");
    draft["note"] = json!("Silence matters");
    draft
}

fn silence() -> Value {
    json!({
        "key": "daysOfSilence", "label": "Days of silence", "weight": 100,
        "measure": {"type": "daysSince", "kinds": ["login", "feature_use"], "days": 90},
        "scale": {"points": [{"value": 0, "score": 100}, {"value": 40, "score": 0}], "assumed": 50},
    })
}

on_each_database! {
    async fn a_factor_of_the_teams_own_scores_sorts_and_is_exported(db: Database) {
        let site = Site::new(db);
        let (acme, bolt) = (site.customer("Acme").await, site.customer("Bolt").await);
        site.event(&acme, json!({"kind": "login", "occurredAt": "2026-03-06T08:00:00Z"})).await;
        site.event(&bolt, json!({"kind": "login"})).await;
        let before = site.get(&format!("{acme}/health")).await.ok();
        let mut new = draft(&site).await;
        new["scorecards"][0]["factors"].as_array_mut().unwrap().push(silence());
        let created = site.post("/api/rulebooks", new).await;
        assert_eq!((created.status, created.header("location")), (201, "/api/rulebooks/2"), "{}", created.text);
        assert_eq!(site.get("/api/rulebooks/2").await.ok(), created.json());

        let health = site.get(&format!("{acme}/health")).await.ok();
        let factor = &health["factors"]["daysOfSilence"];
        assert_eq!((&factor["label"], &factor["value"], &factor["score"], &factor["weight"]), (&json!("Days of silence"), &json!(10), &json!(75.0), &json!(0.5)));
        assert_eq!(health["factors"]["loginFrequency"]["score"], before["factors"]["loginFrequency"]["score"]);
        // A day of today moves the stored numbers as the facts do.
        site.event(&acme, json!({"kind": "feature_use", "feature": "export"})).await;
        assert_eq!(site.get(&format!("{acme}/health")).await.ok()["factors"]["daysOfSilence"]["value"], 0);
        assert_eq!(site.names("?sort=days_of_silence&direction=desc").await.len(), 2);
        let unknown = site.get("/api/customers?sort=days_of_joy").await;
        assert_eq!((unknown.status, unknown.invalid_fields()), (422, vec!["sort".to_owned()]));
        let csv = site.get("/customers.csv").await.text;
        assert!(csv.lines().next().unwrap().contains(",api_trend,days_of_silence,change_7_days"), "{csv}");
        let names = site.get("/api/portfolio").await.ok()["factors"].clone();
        assert_eq!(names[5], json!({"factor": "daysOfSilence", "label": "Days of silence", "shortLabel": "Days of sile"}));

        for path in ["/api/scorecard", "/api/scorecards", "/api/scorecards/2"] {
            let answer = site.get(path).await;
            assert_eq!(answer.status, 409, "{path}");
            assert!(answer.text.contains("/api/rulebooks"), "{}", answer.text);
        }
        assert_eq!(site.get("/api/scorecards/1").await.ok()["version"], 1);
        let changes = site.get(&format!("{acme}/health/changes?from=2026-03-10&to=2026-03-16")).await.ok();
        let sum: f64 = changes["causes"].as_array().unwrap().iter().map(|cause| cause["factors"]["daysOfSilence"].as_f64().unwrap()).sum();
        assert!((sum - changes["factors"]["daysOfSilence"].as_f64().unwrap()).abs() < 0.05, "{changes}");
    }

    async fn a_factor_is_taken_out_and_comes_back(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        site.event(&customer, json!({"kind": "login"})).await;
        let whole = site.get(&format!("{customer}/health")).await.ok();
        let mut fewer = draft(&site).await;
        fewer["scorecards"][0]["factors"].as_array_mut().unwrap().remove(0);
        assert_eq!(site.post("/api/rulebooks", fewer).await.status, 201);
        let health = site.get(&format!("{customer}/health")).await.ok();
        assert_eq!(health["factors"].as_object().unwrap().len(), 4);
        let mut back = site.get("/api/rulebooks/1").await.ok();
        back.as_object_mut().unwrap().remove("createdAt");
        back["version"] = json!(2);
        assert_eq!(site.post("/api/rulebooks", back).await.status, 201);
        let again = site.get(&format!("{customer}/health")).await.ok();
        assert_eq!((&again["score"], &again["factors"]), (&whole["score"], &whole["factors"]));
        assert_eq!(site.get("/api/scorecard").await.ok()["version"], 3);
    }

    async fn newcomers_are_scored_by_a_scorecard_of_their_own(db: Database) {
        let site = Site::new(db);
        let (young, old) = (site.customer_started("Young", "2026-03-01").await, site.customer_started("Old", "2025-03-01").await);
        for customer in [&young, &old] {
            site.event(customer, json!({"kind": "login", "occurredAt": "2026-03-06T08:00:00Z"})).await;
        }
        let mut new = draft(&site).await;
        assert_eq!(new["scorecards"][0]["name"], "Everybody");
        let mut first = new["scorecards"][0].clone();
        first["name"] = json!("Startups, first 30 days");
        first["condition"] = json!({"segments": ["SMB"], "startedLessThanDaysAgo": 30});
        first["factors"] = json!([silence()]);
        new["scorecards"][0]["name"] = json!("Everybody else");
        new["scorecards"].as_array_mut().unwrap().insert(0, first);
        let created = site.post("/api/rulebooks", new.clone()).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let read = site.get("/api/rulebook").await.ok();
        for field in ["name", "condition", "onboarding"] {
            assert_eq!(read["scorecards"][0][field], new["scorecards"][0][field], "{field}");
        }
        assert_eq!(read["scorecards"][1], new["scorecards"][1]);

        let health = async |customer: &str, query: &str| site.get(&format!("{customer}/health{query}")).await.ok();
        let now = health(&young, "").await;
        assert_eq!((&now["scoredBy"], now["factors"].as_object().unwrap().len()), (&json!("Startups, first 30 days"), 1));
        assert_eq!(health(&old, "").await["scoredBy"], "Everybody else");
        assert_eq!(health(&old, "?as_of=2025-03-30").await["scoredBy"], "Startups, first 30 days");
        assert_eq!(health(&old, "?as_of=2025-03-31").await["scoredBy"], "Everybody else");
        let changes = site.get(&format!("{old}/health/changes?from=2025-03-30&to=2025-03-31&known=now")).await.ok();
        assert_eq!(changes["causes"][0]["cause"], "other_scorecard");
        assert_eq!(changes["causes"][0]["facts"][0]["sentence"], "30 days or older: scored by Everybody else now");
        let csv = site.get("/customers.csv").await.text;
        assert!(csv.lines().next().unwrap().ends_with(",api_trend,days_of_silence,change_7_days,change_30_days,change_90_days,last_activity_at,scored_by"), "{csv}");
        assert!(csv.contains(",\"Startups, first 30 days\""), "{csv}");

        for path in ["/api/scorecard", "/api/scorecards", "/api/scorecards/2"] {
            let answer = site.get(path).await;
            assert_eq!(answer.status, 409, "{path}");
            assert!(answer.text.contains("/api/rulebooks"), "{}", answer.text);
        }
        let mut short = site.get("/api/scorecards/1").await.ok();
        short["version"] = json!(2);
        short["author"] = json!("Ada");
        short["note"] = json!("Back");
        short.as_object_mut().unwrap().remove("createdAt");
        assert_eq!(site.post("/api/scorecards", short).await.status, 409, "other scorecards are not thrown away");
    }

    async fn a_list_of_scorecards_that_breaks_a_rule_is_refused(db: Database) {
        let site = Site::new(db);
        let base = draft(&site).await;
        let scorecard = |name: &str, condition: Value| {
            let mut scorecard = base["scorecards"][0].clone();
            scorecard["name"] = json!(name);
            scorecard["condition"] = condition;
            scorecard
        };
        let days = |days: i64| json!({"startedLessThanDaysAgo": days});
        let rest = || scorecard("Rest", json!(null));
        let mut other = scorecard("Other", days(30));
        other["factors"] = (0..8).map(|number| {
            let mut factor = silence();
            factor["key"] = json!(format!("own{number}"));
            factor
        }).collect();
        for (scorecards, field) in [
            (vec![], "scorecards"),
            ((0..8).map(|number| scorecard(&number.to_string(), days(30))).chain([rest()]).collect(), "scorecards"),
            (vec![scorecard("A", json!(null)), rest()], "scorecards.0.condition"),
            (vec![scorecard("A", json!({})), rest()], "scorecards.0.condition"),
            (vec![scorecard("A", days(0)), rest()], "scorecards.0.condition.startedLessThanDaysAgo"),
            (vec![scorecard("A", json!({"segments": ["\u{0}"]})), rest()], "scorecards.0.condition.segments"),
            (vec![scorecard("A", days(30))], "scorecards.0.condition"),
            (vec![scorecard("rest", days(30)), rest()], "scorecards.1.name"),
            (vec![scorecard(" ", days(30)), rest()], "scorecards.0.name"),
            (vec![other, rest()], "scorecards"),
        ] {
            let mut new = base.clone();
            new["scorecards"] = json!(scorecards);
            let answer = site.post("/api/rulebooks", new).await;
            assert_eq!((answer.status, answer.invalid_fields()), (422, vec![field.to_owned()]), "{}", answer.text);
        }
    }
}
