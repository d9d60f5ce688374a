//! `/api/scorecard` and `/api/scorecards`

use super::Site;
use serde_json::{Value, json};

/// The current scorecard as it is read, signed: what one sends back after changing it.
async fn draft(site: &Site) -> Value {
    let mut draft = site.get("/api/scorecard").await.ok();
    draft["author"] = json!("Ada");
    draft["note"] = json!("Logins matter more");
    draft
}

on_each_database! {
    async fn the_scorecard_says_how_scores_are_made(db: Database) {
        let site = Site::new(db);
        let scorecard = site.get("/api/scorecard").await.ok();
        assert_eq!(scorecard["version"], 1);
        assert_eq!(scorecard["bands"], json!({"healthy": 70.0, "atRisk": 40.0}));
        assert_eq!(scorecard["factors"]["loginFrequency"], json!({"weight": 25, "windowDays": 30, "target": 20, "keyFeatures": []}));
    }

    async fn the_next_version_is_in_force_at_once_and_the_old_one_stays(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        site.event(&customer, json!({"kind": "login"})).await;
        let mut new = draft(&site).await;
        new["factors"]["loginFrequency"] = json!({"weight": 50, "windowDays": 60, "target": 2});
        let created = site.post("/api/scorecards", new).await;
        assert_eq!(created.status, 201, "{}", created.text);
        assert_eq!(created.header("location"), "/api/scorecards/2");
        let created = created.json();
        assert_eq!((&created["version"], &created["author"], &created["note"], &created["createdAt"]),
            (&json!(2), &json!("Ada"), &json!("Logins matter more"), &json!("2026-03-16T12:00:00Z")));
        assert_eq!(site.get("/api/scorecards/2").await.ok(), created);

        let health = site.get(&format!("{customer}/health")).await.ok();
        assert_eq!(health["scorecardVersion"], 2);
        assert_eq!(health["factors"]["loginFrequency"]["score"], 50.0);
        assert_eq!(health["factors"]["loginFrequency"]["window"], json!({"from": "2026-01-16", "to": "2026-03-16"}));

        let list = site.get("/api/scorecards").await.ok();
        assert_eq!((&list["total"], &list["items"][0]), (&json!(2), &created));
        let first = &list["items"][1];
        assert_eq!((&first["version"], &first["createdAt"], &first["factors"]["loginFrequency"]["weight"]), (&json!(1), &json!(null), &json!(25)));
        assert_eq!(&site.get("/api/scorecards/1").await.ok(), first);
    }

    async fn a_version_that_is_not_based_on_the_current_one_is_refused(db: Database) {
        let site = Site::new(db);
        let mut stale = draft(&site).await;
        stale["factors"]["apiTrend"]["weight"] = json!(20);
        assert_eq!(site.post("/api/scorecards", stale.clone()).await.status, 201);
        let problem = site.post("/api/scorecards", stale.clone()).await.problem(409, "conflict");
        assert!(problem["detail"].as_str().unwrap().contains("version 1 is not the current scorecard"), "{problem}");
        for version in [0, 3, -1, i64::MAX, i64::MIN] {
            stale["version"] = json!(version);
            site.post("/api/scorecards", stale.clone()).await.problem(409, "conflict");
        }
        assert_eq!(site.get("/api/scorecards").await.ok()["total"], 2);
    }

    async fn what_changes_nothing_is_refused(db: Database) {
        let site = Site::new(db);
        assert_eq!(site.post("/api/scorecards", draft(&site).await).await.invalid_fields(), ["scorecard"]);
        assert_eq!(site.get("/api/scorecard").await.ok()["version"], 1);
    }

    async fn a_version_that_does_not_exist_is_not_found(db: Database) {
        let site = Site::new(db);
        for version in ["0", "2", "-1", "01", "x", "99999999999999999999"] {
            site.get(&format!("/api/scorecards/{version}")).await.problem(404, "not_found");
        }
    }

    async fn bad_scorecards_are_refused(db: Database) {
        let site = Site::new(db);
        let whole = draft(&site).await;
        let with = |path: &str, value: Value| {
            let mut draft = whole.clone();
            *draft.pointer_mut(path).unwrap() = value;
            draft
        };
        let mut unknown = whole.clone();
        unknown["colour"] = json!("red");
        let mut incomplete = whole.clone();
        incomplete["factors"].as_object_mut().unwrap().remove("apiTrend");
        for (body, field) in [
            (unknown, "colour"),
            (incomplete, "factors"),
            (with("/version", json!(null)), "version"),
            (with("/version", json!("1")), "version"),
            (with("/author", json!("")), "author"),
            (with("/note", json!("")), "note"),
            (with("/factors", json!([])), "factors"),
            (with("/factors/loginFrequency", json!({"weight": 1, "windowDays": 30, "target": 1, "colour": 1})), "factors.loginFrequency.colour"),
            (with("/factors/loginFrequency/weight", json!(1.5)), "factors.loginFrequency.weight"),
            (with("/factors/loginFrequency/weight", json!("25")), "factors.loginFrequency.weight"),
            (with("/factors/loginFrequency/weight", json!(-1)), "factors.loginFrequency.weight"),
            (with("/factors/supportLoad/windowDays", json!(null)), "factors.supportLoad.windowDays"),
            (with("/factors/supportLoad/windowDays", json!(366)), "factors.supportLoad.windowDays"),
            (with("/factors/apiTrend/target", json!(3)), "factors.apiTrend.target"),
            (with("/factors/featureAdoption/keyFeatures", json!(["a", "A"])), "factors.featureAdoption.keyFeatures"),
            (with("/factors/featureAdoption/keyFeatures", json!([7])), "factors.featureAdoption.keyFeatures[0]"),
            (with("/bands", json!({"healthy": 40, "atRisk": 70})), "bands.healthy"),
            (with("/bands/atRisk", json!("low")), "bands.atRisk"),
            (with("/missingPolicy", json!("ignore")), "missingPolicy"),
            (with("/coverageFloor", json!(25)), "coverageFloor"),
            (json!([]), "body"),
        ] {
            let answer = site.post("/api/scorecards", body.clone()).await;
            assert_eq!(answer.invalid_fields(), [field], "{body}");
        }
        assert_eq!(site.get("/api/scorecards").await.ok()["total"], 1);
    }
}
