//! The list: every filter, every sort, every page.

use crate::domain::{Archive, ArchiveReason, CustomerFields, CustomerId, CustomerQuery, Segment, Sort, SortDirection};
use crate::tests::harness::*;

/// Five customers of whom each list shows some. By score: Cobalt 96, birch 61, Ärger 25, then the two without data.
async fn portfolio(db: &Database) {
    let fields = |name: &str, segment, owner: Option<&str>, arr_cents, renews_in: Option<i64>| CustomerFields {
        name: name.into(),
        segment,
        owner: owner.map(str::to_owned),
        arr_cents,
        renewal_date: renews_in.map(|days| days_ago(-days)),
        start_date: Some(days_ago(200)),
        external_id: Some(format!("CRM_{name}")),
        ..blank()
    };
    let healthy = db.customer_with(fields("Cobalt", Segment::ENTERPRISE, Some("Zoë"), Some(900_00), Some(90))).await;
    let dropping = db.customer_with(fields("birch", Segment::SMB, Some("ada"), Some(500_00), Some(0))).await;
    let risk = db.customer_with(fields("Ärger 100%", Segment::STARTUP, Some("ada"), None, Some(-1))).await;
    db.customer_with(fields("a_b\\c", Segment::STARTUP, None, Some(0), Some(91))).await;
    let before_start =
        CustomerFields { start_date: Some(days_ago(-9)), ..fields("Early", Segment::SMB, None, Some(100_00), None) };
    let before_start = db.customer_with(before_start).await;
    let gone = db.customer_with(fields("Gone", Segment::SMB, Some("ada"), Some(700_00), Some(10))).await;
    db.archive_customer(gone, Archive { reason: ArchiveReason::Churned, date: today() }, now()).await.unwrap();

    logins(db, healthy, 0..24).await;
    db.send_all(healthy, ["a", "b", "c", "d", "e"].map(|name| feature(name).days_ago(5))).await;
    db.send_all(
        healthy,
        [api_calls(10).days_ago(40), api_calls(17).days_ago(4), invoice("A-1").days_ago(20), paid("A-1").days_ago(15)],
    )
    .await;
    db.send_all(healthy, [ticket().days_ago(100)]).await;
    // Logs in no more since five weeks ago: 30 days ago it was well.
    logins(db, dropping, 24..60).await;
    db.send_all(dropping, ["a", "b", "c"].map(|name| feature(name).days_ago(50))).await;
    db.send_all(dropping, [invoice("B-1").days_ago(80).due(days_ago(50)), paid("B-1").days_ago(60)]).await;
    // Was never good, and fell into churn risk four days ago with its tickets.
    db.send_all(risk, ["a", "b"].map(|name| feature(name).days_ago(20))).await;
    logins(db, risk, 10..14).await;
    db.send_all(risk, (0..10).map(|_| ticket().days_ago(4))).await;
    db.send_all(risk, [api_calls(100).days_ago(40), invoice("C-1").days_ago(30).due(days_ago(4))]).await;
    db.send(before_start, login()).await;
    db.roll_over_all(today()).await;
}

async fn logins(db: &Database, customer: CustomerId, days: std::ops::Range<i64>) {
    db.send_all(customer, days.map(|day| login().days_ago(day))).await;
}

const ALL: [&str; 5] = ["Cobalt", "birch", "Ärger 100%", "a_b\\c", "Early"];

on_each_database! {
    async fn each_filter_selects_what_it_says(db: Database) {
        portfolio(&db).await;
        let cases: &[(&str, &[&str])] = &[
            ("", &ALL),
            ("search=COBALT", &["Cobalt"]),
            ("search=ärg", &["Ärger 100%"]),
            ("search=ÄRG", &["Ärger 100%"]),
            ("search=0%", &["Ärger 100%"]),
            ("search=%", &["Ärger 100%"]),
            ("search=_", &ALL),
            ("search=a_b", &["a_b\\c"]),
            ("search=b\\c", &["a_b\\c"]),
            ("search=crm_cob", &["Cobalt"]),
            ("search='; DROP TABLE customers", &[]),
            ("segment=startup", &["Ärger 100%", "a_b\\c"]),
            ("band=healthy", &["Cobalt"]),
            ("band=at_risk,churn_risk", &["birch", "Ärger 100%"]),
            ("band=no_data", &["a_b\\c", "Early"]),
            ("owner=ada", &["birch", "Ärger 100%"]),
            ("owner=Ada", &[]),
            ("owner=none", &["a_b\\c", "Early"]),
            ("owner=none&segment=smb", &["Early"]),
            ("renewal=next_90", &["Cobalt", "birch"]),
            ("renewal=overdue", &["Ärger 100%"]),
            ("renewal=2026-03", &["birch", "Ärger 100%"]),
            ("renewal=2026-06", &["Cobalt", "a_b\\c"]),
            ("renewal=2026-Q1", &["birch", "Ärger 100%"]),
            ("renewal=2026-Q2", &["Cobalt", "a_b\\c"]),
            ("renewal=2026-Q3", &[]),
            ("renewal=2026-03-16..2026-06-14", &["Cobalt", "birch"]),
            ("renewal=2026-06-15..", &["a_b\\c"]),
            ("renewal=..2026-03-15", &["Ärger 100%"]),
            ("renewal=next_60", &["birch"]),
            ("change=down_7", &["birch", "Ärger 100%"]),
            ("change=down_30", &["birch", "Ärger 100%"]),
            ("change=up_7", &["Cobalt"]),
            ("change=up_30", &["Cobalt"]),
            ("change=new_churn_risk", &["Ärger 100%"]),
            ("score_from=40", &["Cobalt", "birch"]),
            ("score_below=40", &["Ärger 100%"]),
            ("score_from=0&score_below=101", &["Cobalt", "birch", "Ärger 100%"]),
            ("factor=login_frequency:..40", &["birch", "Ärger 100%"]),
            ("factor=login_frequency:30..70", &["birch"]),
            ("factor=support_load:70..&sort=support_load", &["Cobalt", "birch"]),
            ("arr=unknown", &["Ärger 100%"]),
            ("archived=true", &["Gone"]),
            ("archived=true&owner=Zoë", &[]),
            ("owner=ada&band=at_risk&renewal=next_90&search=B", &["birch"]),
        ];
        for (query, expected) in cases {
            let mut found = db.list(query).await;
            found.sort_by_key(|name| ALL.iter().position(|known| known == name));
            assert_eq!(&found, expected, "{query}");
        }
    }

    async fn letters_are_found_with_and_without_accents_however_they_are_written(db: Database) {
        for (name, external_id) in [("\u{130}stanbul AS", "T\u{dc}R-1"), ("Ka\u{308}se", "k\u{f8}b"), ("istasyon", "x")] {
            let input = serde_json::json!({"name": name, "segment": "SMB", "externalId": external_id, "owner": format!("{name} CEO")});
            let fields = serde_json::from_value::<crate::domain::CustomerInput>(input).unwrap().parse(None, &crate::domain::Segments::default()).unwrap();
            db.customer_with(fields).await;
        }
        let (istanbul, cheese) = ("\u{130}stanbul AS", "K\u{e4}se");
        for (query, expected) in [
            ("search=istanbul", &[istanbul][..]),
            ("search=\u{130}STANBUL", &[istanbul]),
            ("search=I\u{307}stan", &[istanbul]),
            ("search=ist", &[istanbul, "istasyon"]),
            ("search=tur-1", &[istanbul]),
            ("search=kase", &[cheese]),
            ("search=k\u{e4}s", &[cheese]),
            ("search=KOB", &[cheese]),
            ("search=ase k", &[]),
            ("owner=K\u{e4}se CEO", &[cheese]),
            ("owner=Ka\u{308}se CEO", &[cheese]),
            ("owner=Kase CEO", &[]),
        ] {
            assert_eq!(db.list(&format!("{query}&sort=score")).await, expected, "{query}");
        }
        // Sorting tells accents apart, as before.
        assert_eq!(db.list("sort=name").await, ["istasyon", istanbul, cheese]);
    }

    async fn an_owner_called_none_is_not_nobody(db: Database) {
        for (name, owner) in [("Hers", Some("none")), ("His", Some("\"none\"")), ("Ours", Some("None")), ("Free", None)] {
            db.customer_with(CustomerFields { name: name.into(), owner: owner.map(str::to_owned), ..blank() }).await;
        }
        for (query, expected) in
            [("owner=none", "Free"), ("owner=\"none\"", "Hers"), ("owner=\"\"none\"\"", "His"), ("owner=None", "Ours")]
        {
            assert_eq!(db.list(query).await, [expected], "{query}");
            let owner = parse_query(query).unwrap().owner;
            let portfolio = db.get_portfolio(&CustomerQuery { owner: owner.clone(), ..CustomerQuery::default() }, "USD", today()).await.unwrap();
            assert_eq!((portfolio.all.customers, portfolio.owner), (1, owner), "{query}");
        }
    }

    async fn each_sort_puts_what_is_unknown_last_both_ways(db: Database) {
        portfolio(&db).await;
        let (cobalt, birch, anger, abc, early) = ("Cobalt", "birch", "Ärger 100%", "a_b\\c", "Early");
        let cases = [
            ("score", [anger, birch, cobalt, abc, early], [cobalt, birch, anger, abc, early]),
            ("name", [abc, birch, cobalt, early, anger], [anger, early, cobalt, birch, abc]),
            ("segment", [cobalt, birch, early, anger, abc], [anger, abc, birch, early, cobalt]),
            ("owner", [birch, anger, cobalt, abc, early], [cobalt, birch, anger, abc, early]),
            ("arr", [abc, early, birch, cobalt, anger], [cobalt, birch, early, abc, anger]),
            ("renewal", [anger, birch, cobalt, abc, early], [abc, cobalt, birch, anger, early]),
            ("change_7", [anger, birch, cobalt, abc, early], [cobalt, birch, anger, abc, early]),
            ("last_activity", [birch, anger, cobalt, early, abc], [cobalt, early, anger, birch, abc]),
            ("login_frequency", [anger, birch, cobalt, abc, early], [cobalt, birch, anger, abc, early]),
            ("support_load", [anger, cobalt, birch, abc, early], [cobalt, birch, anger, abc, early]),
            ("invoice_timeliness", [anger, cobalt, birch, abc, early], [cobalt, birch, anger, abc, early]),
        ];
        for (sort, ascending, descending) in cases {
            assert_eq!(db.list(&format!("sort={sort}")).await, ascending, "{sort}");
            assert_eq!(db.list(&format!("sort={sort}&direction=desc")).await, descending, "{sort} descending");
        }
        for sort in ["change", "band_since", "feature_adoption", "api_trend"] {
            for direction in ["asc", "desc"] {
                let found = db.list(&format!("sort={sort}&direction={direction}")).await;
                assert_eq!(found[3..], [abc, early], "{sort} {direction}");
            }
        }
    }

    async fn pages_show_every_customer_once(db: Database) {
        for index in 0..23 {
            let name = format!("Customer {}", index % 3);
            db.customer_with(CustomerFields { arr_cents: (index % 4 > 0).then_some(index % 4), name, ..blank() }).await;
        }
        for sort in Sort::all(crate::domain::FactorKey::FIVE) {
            for direction in [SortDirection::Asc, SortDirection::Desc] {
                let mut seen = Vec::new();
                for page in 1..=6 {
                    let query = CustomerQuery { sort, direction, page, page_size: 5, ..Default::default() };
                    let (found, total) = db.list_customers(&query, today()).await.unwrap();
                    assert_eq!(total, 23);
                    seen.extend(found.iter().map(|row| row.customer.id));
                }
                seen.sort();
                seen.dedup();
                assert_eq!(seen.len(), 23, "{} {}", sort.name(), direction.name());
            }
        }
    }

    async fn facts_of_many_customers_are_those_of_each(db: Database) {
        portfolio(&db).await;
        let query = parse_query("").unwrap();
        let (found, _) = db.list_customers(&query, today()).await.unwrap();
        let mut ids: Vec<_> = found.iter().map(|row| row.customer.id).collect();
        ids.push(CustomerId(404));
        let together = db.load_facts_of(&ids, days_ago(40), days_ago(3)).await.unwrap();
        assert_eq!(together.len(), ids.len() - 1);
        for (id, facts) in together {
            assert_eq!(facts, db.load_facts(id, days_ago(40), days_ago(3)).await.unwrap());
        }
        assert!(db.load_facts_of(&[], today(), today()).await.unwrap().is_empty());
    }
}
