//! `/api/month` and `/month.csv`, with figures that are worked out by hand.

use super::Site;
use super::client::tenths;
use crate::domain::{Archive, ArchiveReason, CustomerFields, CustomerId, NaiveDate, OutcomeFacts, OutcomeKind, Points};
use crate::server::store::Incoming;
use crate::tests::harness::*;
use serde_json::{Value, json};

const K: i64 = 1_000_00;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

/// Connects every source long ago, by a customer of unknown ARR that is in Churn risk: logins 0, features 0, tickets 100 (20.0), no
/// invoice on time, API flat (5.0).
async fn connect_sources(db: &Database) {
    let first = db.customer("First").await;
    let facts = [login(), feature("export"), api_calls(1), ticket(), invoice("F-1").due(days_ago(560))];
    db.send_all(first, facts.map(|fact| fact.days_ago(600))).await;
}

/// A customer that logs in once a day and uses five features until some days ago: 25.0 and 25.0, with 20.0 for no tickets, 10.0 for
/// no invoices and 5.0 for no API calls it stands at 85.0.
async fn active_until(db: &Database, days: i64, fields: CustomerFields) -> CustomerId {
    let id = db.customer_with(fields).await;
    let daily = (0..200).flat_map(|day| [login().days_ago(days + day), feature("a").days_ago(days + day)]);
    let features = [1, 80, 150].into_iter().flat_map(|day| ["b", "c", "d", "e"].map(|name| feature(name).days_ago(days + day)));
    let incoming: Vec<_> =
        daily.chain(features).map(|fact| Incoming { customer: id, event: fact.event(), received_at: now() }).collect();
    db.insert_events(&incoming).await.1.unwrap();
    id
}

fn named(name: &str, arr: i64) -> CustomerFields {
    CustomerFields { name: name.into(), arr_cents: Some(arr), owner: Some("Ada".into()), ..blank() }
}

/// February: Steady stays, Fallen stops on 3 February, Gone is archived on the 20th, New Co starts on the 10th, Scored has its
/// first facts on the 12th.
async fn february(db: &Database) {
    connect_sources(db).await;
    active_until(db, 0, CustomerFields { renewal_date: Some(day(2, 15)), ..named("Steady", 10 * K) }).await;
    active_until(db, 41, CustomerFields { renewal_date: Some(day(3, 1)), owner: Some("Bob".into()), ..named("Fallen", 7 * K) })
        .await;
    let gone = active_until(db, 0, named("Gone", 3 * K)).await;
    db.archive_customer(gone, Archive { reason: ArchiveReason::Churned, date: day(2, 20) }, now()).await.unwrap();
    db.customer_with(CustomerFields { start_date: Some(day(2, 10)), ..named("=New Co", 2 * K) }).await;
    let scored = db.customer_with(CustomerFields { start_date: Some(day(1, 5)), ..named("Scored", K) }).await;
    db.send_all(scored, (12..=28).map(|date| login().at(midnight(day(2, date))))).await;
    db.roll_over_all(today()).await;
}

/// Thousands of ARR by band: healthy, at risk, churn risk, no data.
fn thousands(bands: &Value) -> Vec<i64> {
    bands.as_array().unwrap().iter().map(|told| told["arrCents"].as_i64().unwrap() / K).collect()
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

fn sum<'a>(flow: impl IntoIterator<Item = &'a Value>) -> (i64, i64) {
    let figures = flow.into_iter().map(|told| (told["customers"].as_i64().unwrap(), told["arrCents"].as_i64().unwrap()));
    figures.fold((0, 0), |sum, told| (sum.0 + told.0, sum.1 + told.1))
}

/// Fails unless the flow's ends are the bands at the ends, and these are the portfolio's as of their days.
async fn assert_adds_up(site: &Site, month: &Value, filters: &str) {
    for figures in [&month["period"], &month["before"]] {
        let flow = figures["flow"].as_array().unwrap();
        for (end, side, day) in [("begin", "from", None), ("end", "to", figures["to"].as_str())] {
            let first: NaiveDate = figures["from"].as_str().unwrap().parse().unwrap();
            let day = day.map_or_else(|| (first - chrono::Duration::days(1)).to_string(), str::to_owned);
            let portfolio = site.get(&format!("/api/portfolio?as_of={day}{filters}")).await.ok();
            assert_eq!(figures[end], portfolio["bands"], "{day}");
            for told in figures[end].as_array().unwrap() {
                assert_eq!(sum([told]), sum(flow.iter().filter(|flow| flow[side] == told["band"])), "{day} {told}");
            }
        }
    }
}

on_each_database! {
    async fn a_month_tells_which_renewals_were_won_and_lost(db: Database) {
        let ids = [db.customer_with(named("Ann's", 9 * K)).await, db.customer_with(CustomerFields { owner: Some("Bob".into()), ..named("Bob's", 9 * K) }).await];
        let told = |kind, date, before: Option<i64>, after: Option<i64>| OutcomeFacts {
            kind, day: date, arr_before_cents: before.map(|arr| arr * K), arr_after_cents: after.map(|arr| arr * K), reason: None, involuntary: false,
        };
        for (who, facts) in [
            (0, told(OutcomeKind::Renewed, day(2, 1), Some(8), Some(9))),
            (0, told(OutcomeKind::Contracted, day(2, 28), Some(9), Some(7))),
            (1, told(OutcomeKind::Expanded, day(2, 3), Some(9), Some(12))),
            (1, told(OutcomeKind::Renewed, day(2, 3), None, None)),
            (1, told(OutcomeKind::Churned, day(2, 20), Some(12), Some(0))),
            // Of other months.
            (0, told(OutcomeKind::Renewed, day(1, 31), Some(5), None)),
            (0, told(OutcomeKind::Renewed, day(3, 1), Some(5), None)),
        ] {
            db.add_outcome(ids[who], &facts, now()).await.unwrap();
        }
        let taken_back = db.add_outcome(ids[0], &told(OutcomeKind::Churned, day(2, 5), Some(1), Some(0)), now()).await.unwrap();
        db.retract_outcome(taken_back.outcome.id, "", now()).await.unwrap();
        db.roll_over_all(today()).await;
        let site = Site::new(db);
        let sum = |customers: i64, arr: i64, unknown: i64| json!({"customers": customers, "arrCents": arr * K, "arrUnknown": unknown});
        let month = site.get("/api/month?period=2026-02").await.ok();
        assert_eq!((&month["period"]["renewalsWon"], &month["period"]["renewalsLost"]), (&sum(2, 9, 1), &sum(2, 14, 0)));
        assert_eq!((&month["before"]["renewalsWon"], &month["before"]["renewalsLost"]), (&sum(1, 5, 0), &sum(0, 0, 0)));
        let outcomes: Vec<_> = month["period"]["outcomes"].as_array().unwrap().iter().map(|sum| (sum["outcome"].as_str().unwrap(), sum["customers"].as_i64().unwrap(), sum["arrCents"].as_i64().unwrap() / K)).collect();
        assert_eq!(outcomes, [("churned", 1, 12), ("contracted", 1, 2), ("renewed", 2, 9), ("expanded", 1, 3)]);
        let of_bob = site.get("/api/month?period=2026-02&owner=Bob").await.ok();
        assert_eq!((&of_bob["period"]["renewalsWon"], &of_bob["period"]["renewalsLost"]), (&sum(1, 0, 1), &sum(1, 12, 0)));
        let csv = site.get("/month.csv?period=2026-02").await.text;
        for line in ["renewals_won_sum,2026-02,,,,,,,2,9000.00,1,USD,", "renewals_lost_sum,2026-02,,,,,,,2,14000.00,0,USD,", "outcomes_sum,2026-02,,,,,,expanded,1,3000.00,0,USD,"] {
            assert!(csv.lines().any(|told| told == line), "{line}: {csv}");
        }
        let page = site.send("GET /month?period=2026-02", &[("accept", "text/html")], "").await.text;
        assert!(page.contains("Renewals won") && page.contains("Renewals lost"));
    }
}

on_each_database! {
    async fn who_comes_back_went_and_came(db: Database) {
        connect_sources(&db).await;
        for (name, left, returned) in [("Later", day(1, 20), day(2, 10)), ("At once", day(2, 3), day(2, 5))] {
            let id = active_until(&db, 0, CustomerFields { start_date: Some(day(1, 2)), ..named(name, 3 * K) }).await;
            db.archive_customer(id, Archive { reason: ArchiveReason::Churned, date: left }, now()).await.unwrap();
            db.restore_customer(id, Some(returned), now()).await.unwrap();
        }
        db.roll_over_all(today()).await;
        let site = Site::new(db);
        let days = |list: &Value, of: &str| {
            let on = |item: &Value| (item["name"].as_str().unwrap().to_owned(), item[of].as_str().unwrap().to_owned(), item["on"].as_str().unwrap().to_owned());
            list["items"].as_array().unwrap().iter().map(on).collect::<Vec<_>>()
        };
        let told = |name: &str, of: &str, on: &str| (name.to_owned(), of.to_owned(), on.to_owned());
        let february = site.get("/api/month?period=2026-02").await.ok();
        assert_eq!(days(&february["came"], "by"), [told("Later", "start_date", "2026-02-10"), told("At once", "start_date", "2026-02-05")]);
        assert_eq!(days(&february["went"], "reason"), [told("At once", "churned", "2026-02-03")]);
        assert_eq!((&february["period"]["came"]["customers"], &february["period"]["went"]["arrCents"]), (&json!(2), &json!(3 * K)));
        let here = |day: usize| february["days"].as_array().unwrap().iter().map(|band| band["arrCents"][day].as_i64().unwrap() / K).sum::<i64>();
        // From 31 January on.
        assert_eq!([0, 2, 3, 4, 5, 9, 10, 28].map(here), [3, 3, 0, 0, 3, 3, 6, 6]);
        let january = &february["before"];
        assert_eq!((&january["came"]["customers"], &january["went"]["customers"]), (&json!(0), &json!(1)), "they came with their first facts, in August");
        let flow = february["period"]["flow"].as_array().unwrap();
        assert!(flow.iter().any(|flow| flow["from"].is_null() && flow["arrCents"] == json!(3 * K)), "{flow:?}");
    }

    async fn a_month_tells_its_flow_who_came_and_went_and_why_customers_fell(db: Database) {
        february(&db).await;
        let site = Site::new(db);
        let month = site.get("/api/month").await.ok();
        assert_eq!(month["period"]["period"], "2026-02", "the last complete month");
        assert_eq!(month, site.get("/api/month?period=2026-02").await.ok());
        assert_eq!((&month["period"]["from"], &month["period"]["to"], &month["period"]["isOver"]), (&json!("2026-02-01"), &json!("2026-02-28"), &json!(true)));
        // Scored: 17 logins (21.3), no features, 35.0 for the rest.
        assert_eq!(thousands(&month["period"]["begin"]), [20, 0, 0, 0, 1]);
        assert_eq!(thousands(&month["period"]["end"]), [10, 8, 0, 0, 2]);
        assert_eq!(thousands(&month["before"]["begin"]), [20, 0, 0, 0, 0]);
        assert_eq!(month["before"]["end"], month["period"]["begin"]);
        let flow: Vec<_> = month["period"]["flow"].as_array().unwrap().iter()
            .map(|told| (told["from"].as_str().unwrap_or("-"), told["to"].as_str().unwrap_or("-"), told["customers"].as_i64().unwrap(), told["arrCents"].as_i64().unwrap() / K)).collect();
        assert_eq!(flow, [("-", "no_data", 1, 2), ("healthy", "-", 1, 3), ("healthy", "healthy", 1, 10), ("healthy", "at_risk", 1, 7), ("churn_risk", "churn_risk", 1, 0), ("no_data", "at_risk", 1, 1)]);
        let moves = json!([
            {"from": "healthy", "to": "at_risk", "customers": 1, "arrCents": 7 * K, "arrUnknown": 0},
            {"from": "no_data", "to": "at_risk", "customers": 1, "arrCents": K, "arrUnknown": 0},
        ]);
        assert_eq!((&month["period"]["moves"], &month["period"]["movesByRules"]), (&moves, &json!([])));

        // On 26 February 7 logins of 30 days are left (68.8). On the 28th it is 5: 85.0 - 25.0 + 6.3.
        assert_eq!(month["daysFrom"], "2026-01-31");
        let at_risk: Vec<_> = month["days"][1]["arrCents"].as_array().unwrap().iter().map(|cents| cents.as_i64().unwrap() / K).collect();
        assert_eq!((at_risk.len(), at_risk.iter().position(|arr| *arr >= 7)), (29, Some(26)));
        let cause = json!({"factor": "loginFrequency", "label": "Login frequency", "change": -18.7, "sentence": "25 → 3 logins"});
        let fell = &month["fell"];
        assert_eq!(fell["items"], json!([{"id": 3, "name": "Fallen", "segment": "SMB", "owner": "Bob", "arrCents": 7 * K, "from": "healthy", "to": "at_risk", "change": -18.7, "cause": fell["items"][0]["cause"]}]));
        assert_eq!((&fell["items"][0]["cause"]["factor"], &fell["items"][0]["cause"]["change"]), (&cause["factor"], &cause["change"]));
        assert_eq!((&fell["customers"], &fell["explained"], &fell["change"]), (&json!(1), &json!(1), &json!(-18.7)));
        assert_eq!(fell["factors"][0], json!({"factor": "loginFrequency", "label": "Login frequency", "change": -18.7, "mainOf": {"customers": 1, "arrCents": 7 * K, "arrUnknown": 0}}));
        let causes: i64 = fell["causes"].as_array().unwrap().iter().map(|sum| tenths(&sum["change"])).sum();
        assert_eq!(causes, -187);

        assert_eq!(month["came"]["items"], json!([{"id": 5, "name": "=New Co", "segment": "SMB", "owner": "Ada", "arrCents": 2 * K, "on": "2026-02-10", "by": "start_date", "band": "no_data"}]));
        assert_eq!(month["went"]["items"], json!([{"id": 4, "name": "Gone", "segment": "SMB", "owner": "Ada", "arrCents": 3 * K, "on": "2026-02-20", "reason": "churned", "band": "healthy"}]));
        assert_eq!((names(&month["firstScores"]), &month["firstScores"]["items"][0]["on"]), (vec!["Scored"], &json!("2026-02-12")));
        assert_eq!(month["renewals"]["items"], json!([{"id": 2, "name": "Steady", "segment": "SMB", "owner": "Ada", "arrCents": 10 * K, "on": "2026-02-15", "bandThen": "healthy", "bandNow": "healthy"}]));
        for (list, sums) in [("came", "came"), ("went", "went"), ("renewals", "renewals")] {
            for figure in ["customers", "arrCents", "arrUnknown"] {
                assert_eq!(month[list][figure], month["period"][sums][figure], "{list}");
            }
        }
        assert_adds_up(&site, &month, "").await;
    }

    async fn any_month_and_quarter_adds_up_under_every_filter(db: Database) {
        february(&db).await;
        let site = Site::new(db);
        let mut ends = Vec::new();
        for period in ["2025-12", "2026-01", "2026-02", "2026-03", "2025-Q4", "2026-Q1"] {
            for filters in ["", "&owner=Bob", "&owner=none", "&segment=SMB"] {
                let month = site.get(&format!("/api/month?period={period}{filters}")).await.ok();
                assert_adds_up(&site, &month, filters).await;
                ends.push(thousands(&month["period"]["end"]).iter().sum::<i64>());
            }
        }
        // Everybody, Bob's, nobody's, and SMB; at the end of December Scored had not started.
        assert_eq!(ends[..8], [20, 7, 0, 20, 21, 7, 0, 21]);
        assert_eq!(ends[12..16], [20, 7, 0, 20]);
        let quarter = site.get("/api/month?period=2026-Q1").await.ok();
        assert_eq!((&quarter["period"]["to"], &quarter["period"]["isOver"], &quarter["before"]["from"]), (&json!("2026-03-16"), &json!(false), &json!("2025-10-01")));
        assert_eq!((quarter["days"][0]["customers"].as_array().unwrap().len(), &quarter["daysFrom"]), (76, &json!("2025-12-31")));
        assert_eq!(names(&quarter["renewals"]), ["Steady", "Fallen"]);
        assert_eq!(names(&quarter["came"]), ["=New Co", "Scored"]);
    }

    async fn moves_by_new_rules_are_told_apart(db: Database) {
        connect_sources(&db).await;
        active_until(&db, 0, named("Steady", 10 * K)).await;
        db.roll_over_all(today()).await;
        db.run_raw("UPDATE band_changes SET day = day - 200").await;
        db.new_rules(|scorecard| scorecard.bands.healthy = Points(1000)).await;
        db.roll_over_all(today()).await;
        let site = Site::new(db);
        let month = site.get("/api/month?period=2026-03").await.ok();
        let told = json!([{"from": "healthy", "to": "at_risk", "customers": 1, "arrCents": 10 * K, "arrUnknown": 0}]);
        assert_eq!((&month["period"]["movesByRules"], &month["period"]["moves"], &month["fell"]["customers"]), (&told, &json!([]), &json!(0)));
        assert_eq!(site.get("/api/month?period=2026-02").await.ok()["period"]["movesByRules"], json!([]));
        assert_adds_up(&site, &month, "").await;
    }

    async fn days_of_which_nothing_is_known_are_null(db: Database) {
        february(&db).await;
        let site = Site::new(db);
        // Bands reach back to 16 March 2025.
        let month = site.get("/api/month?period=2025-03").await.ok();
        assert_eq!(month["knownFrom"], "2025-03-16");
        assert_eq!((&month["period"]["begin"], &month["period"]["flow"], &month["period"]["moves"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!((thousands(&month["period"]["end"]).len(), &month["before"]["end"]), (5, &Value::Null));
        assert_eq!((&month["daysFrom"], month["days"][0]["customers"].as_array().unwrap().len()), (&json!("2025-03-16"), 16));
        let older = site.get("/api/month?period=2024-Q3").await.ok();
        assert_eq!((&older["period"]["end"], &older["days"][0]["customers"]), (&Value::Null, &json!([])));
        assert_eq!(names(&older["came"]), ["First"], "the days on which customers came are known");
        assert_eq!((&older["came"]["items"][0]["by"], &older["came"]["items"][0]["band"]), (&json!("first_fact"), &Value::Null));
    }

    async fn the_file_holds_the_same_figures_and_no_formula(db: Database) {
        february(&db).await;
        let site = Site::new(db);
        let answer = site.get("/month.csv?period=2026-02").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"month-2026-02.csv\"");
        let lines: Vec<_> = answer.text.lines().collect();
        assert_eq!(lines[0], "figure,period,day,customer_id,customer,from_band,to_band,detail,customers,arr,arr_unknown,currency,points");
        for line in [
            "begin,2026-02,2026-01-31,,,,healthy,,3,20000.00,0,USD,",
            "end,2026-02,2026-02-28,,,,churn_risk,,1,0.00,1,USD,",
            "end,2026-01,2026-01-31,,,,healthy,,3,20000.00,0,USD,",
            "flow,2026-02,,,,healthy,,,1,3000.00,0,USD,",
            "move,2026-02,,,,healthy,at_risk,,1,7000.00,0,USD,",
            "renewals_sum,2026-02,,,,,,,1,10000.00,0,USD,",
            "day,2026-02,2026-02-26,,,,at_risk,,2,8000.00,,USD,",
            "falls,2026-02,,,,,,,1,7000.00,0,USD,-18.7",
            "fall_factor,2026-02,,,,,,login_frequency,1,7000.00,0,USD,-18.7",
            "came,2026-02,2026-02-10,5,'=New Co,,no_data,start_date,,2000.00,,USD,",
            "went,2026-02,2026-02-20,4,Gone,healthy,,churned,,3000.00,,USD,",
            "first_score,2026-02,2026-02-12,6,Scored,,at_risk,,,1000.00,,USD,",
            "renewal,2026-02,2026-02-15,2,Steady,healthy,healthy,,,10000.00,,USD,",
        ] {
            assert!(lines.contains(&line), "{line} in {}", answer.text);
        }
        assert_eq!(lines.iter().filter(|line| line.starts_with("day,")).count(), 5 * 29);
        assert!(!site.get("/month.csv?owner=Bob").await.text.contains("Steady"));
    }

    async fn a_bad_period_is_refused_with_its_rule(db: Database) {
        let site = Site::new(db);
        for path in ["/api/month", "/month.csv"] {
            for period in ["2026-13", "2026-Q5", "2026-2", "february", "2200-01"] {
                let answer = site.get(&format!("{path}?period={period}")).await;
                assert_eq!(answer.invalid_fields(), ["period"], "{period}");
                assert_eq!(answer.json()["errors"][0]["message"], "must be a month such as 2026-10, or a quarter such as 2026-Q3, of the years 1970 to 2199");
            }
            let future = site.get(&format!("{path}?period=2026-Q2")).await;
            assert_eq!(future.invalid_fields(), ["period"]);
            assert_eq!(future.json()["errors"][0]["message"], "must not begin in the future (today is 2026-03-16, UTC)");
            assert_eq!(site.get(&format!("{path}?period=2026-13&segment=%01")).await.invalid_fields(), ["period", "segment"]);
            assert_eq!(site.get(&format!("{path}?as_of=2026-03-01")).await.invalid_fields(), ["as_of"]);
            assert_eq!(site.get(&format!("{path}?period=&owner=")).await.status, 200);
        }
    }
}
