//! `/api/customers`

use super::Site;
use serde_json::json;

on_each_database! {
    async fn the_list_returns_the_customers_that_its_filters_select_in_its_order(db: Database) {
        let site = Site::new(db);
        for (name, segment, owner, arr) in [
            ("Zeta", "Enterprise", Some("Ada"), Some(300)),
            ("alpha", "SMB", Some("Grace"), Some(100)),
            ("Mid 100%", "Startup", None, None),
            ("Ömega", "SMB", Some("Ada"), Some(200)),
        ] {
            let input = json!({"name": name, "segment": segment, "owner": owner, "arrCents": arr, "externalId": format!("x-{name}")});
            assert_eq!(site.post("/api/customers", input).await.status, 201);
        }
        let cases: [(&str, &[&str]); 12] = [
            ("?sort=name", &["alpha", "Mid 100%", "Zeta", "Ömega"]),
            ("?sort=name&direction=desc", &["Ömega", "Zeta", "Mid 100%", "alpha"]),
            ("?sort=arr", &["alpha", "Ömega", "Zeta", "Mid 100%"]),
            ("?sort=arr&direction=desc", &["Zeta", "Ömega", "alpha", "Mid 100%"]),
            ("?sort=name&owner=Ada", &["Zeta", "Ömega"]),
            ("?segment=smb&sort=name", &["alpha", "Ömega"]),
            ("?search=ALPHA", &["alpha"]),
            ("?search=%C3%B6meg", &["Ömega"]),
            ("?search=0%25", &["Mid 100%"]),
            ("?search=nobody", &[]),
            ("?arr=unknown", &["Mid 100%"]),
            ("?band=no_data,healthy&sort=name&page=2&page_size=3", &["Ömega"]),
        ];
        for (query, expected) in cases {
            assert_eq!(site.names(query).await, expected, "{query}");
        }
        let list = site.get("/api/customers?page_size=3").await.ok();
        assert_eq!((&list["total"], &list["page"], &list["pageSize"]), (&json!(4), &json!(1), &json!(3)));
        assert_eq!(list["owners"], json!(["Ada", "Grace"]));
        assert_eq!(list["asOf"], "2026-03-16");
    }

    async fn the_list_sorts_by_every_column_both_ways(db: Database) {
        let site = Site::new(db);
        for name in ["A", "B"] {
            let customer = site.customer(name).await;
            site.event(&customer, json!({"kind": "login"})).await;
        }
        for sort in crate::domain::Sort::all(crate::domain::FactorKey::FIVE) {
            for direction in ["asc", "desc"] {
                assert_eq!(site.names(&format!("?sort={}&direction={direction}", sort.name())).await.len(), 2, "{sort:?}");
            }
        }
    }

    async fn a_created_customer_is_at_its_location(db: Database) {
        let site = Site::new(db);
        let input = json!({
            "name": "  Acme  ", "segment": "enterprise", "externalId": "crm-1", "owner": "Ada", "arrCents": 1_200_000,
            "renewalDate": "2027-01-31", "startDate": "2025-02-01", "crmUrl": "https://crm.example/1",
        });
        let created = site.post("/api/customers", input.clone()).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let customer = created.json();
        assert_eq!(customer["name"], "Acme");
        assert_eq!(customer["segment"], "Enterprise");
        for field in ["externalId", "owner", "arrCents", "renewalDate", "startDate", "crmUrl"] {
            assert_eq!(customer[field], input[field], "{field}");
        }
        assert_eq!(customer["archived"], json!(null));
        assert_eq!(site.get(created.header("location")).await.ok(), customer);
    }

    async fn a_change_touches_only_what_was_sent_and_null_clears(db: Database) {
        let site = Site::new(db);
        let input = json!({"name": "Acme", "segment": "SMB", "owner": "Ada", "arrCents": 5});
        let created = site.post("/api/customers", input).await.json();
        let path = format!("PATCH /api/customers/{}", created["id"]);
        let changed = site.write(&path, json!({"version": created["version"], "owner": null, "segment": "Startup"})).await.ok();
        assert_eq!((&changed["name"], &changed["segment"]), (&json!("Acme"), &json!("Startup")));
        assert_eq!((&changed["owner"], &changed["arrCents"]), (&json!(null), &json!(5)));

        let stale = site.write(&path, json!({"version": created["version"], "name": "Other"})).await;
        stale.problem(409, "conflict");
        assert_eq!(site.get(&format!("/api/customers/{}", created["id"])).await.ok(), changed);
    }

    async fn an_external_id_is_taken_once(db: Database) {
        let site = Site::new(db);
        let input = json!({"name": "Acme", "segment": "SMB", "externalId": "x"});
        assert_eq!(site.post("/api/customers", input.clone()).await.status, 201);
        site.post("/api/customers", input).await.problem(409, "conflict");
        assert_eq!(site.names("").await.len(), 1);
    }

    async fn an_archived_customer_leaves_the_list_and_comes_back(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let archived = site.post(&format!("{customer}/archive"), json!({"reason": "churned"})).await.ok();
        assert_eq!(archived["archived"], json!({"reason": "churned", "date": "2026-03-16"}));
        assert_eq!((site.names("").await.len(), site.names("?archived=true").await.len()), (0, 1));
        site.post(&format!("{customer}/archive"), json!({"reason": "other"})).await.problem(409, "conflict");
        site.event(&customer, json!({"kind": "login"})).await;

        let restored = site.send(&format!("POST {customer}/restore"), &[], "").await.ok();
        assert_eq!(restored["archived"], json!(null));
        assert_eq!((site.names("").await.len(), site.names("?archived=true").await.len()), (1, 0));
        site.send(&format!("POST {customer}/restore"), &[], "").await.problem(409, "conflict");
    }

    async fn what_does_not_exist_is_not_found(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let unknown = ["999", "0", "-1", "abc", "1.5", "9223372036854775808", "+1", "01", "%20", "%00", "%ff"];
        for id in unknown {
            for path in ["", "/health", "/events", "/notes"] {
                site.get(&format!("/api/customers/{id}{path}")).await.problem(404, "not_found");
            }
            let path = format!("/api/customers/{id}");
            site.write(&format!("PATCH {path}"), json!({"name": "x", "version": 1})).await.problem(404, "not_found");
            site.post(&format!("{path}/events"), json!({"kind": "login"})).await.problem(404, "not_found");
            site.post(&format!("{path}/archive"), json!({"reason": "other"})).await.problem(404, "not_found");
            site.post(&format!("{path}/restore"), json!({})).await.problem(404, "not_found");
            site.post(&format!("{path}/notes"), json!({"author": "a", "text": "b"})).await.problem(404, "not_found");
            site.post(&format!("/api/events/{id}/retract"), json!({"reason": "r"})).await.problem(404, "not_found");
            site.send(&format!("DELETE {customer}/notes/{id}"), &[], "").await.problem(404, "not_found");
        }
        for path in ["/api", "/api/", "/api/nothing", "/api/customers/", "/api/events/1"] {
            site.get(path).await.problem(404, "not_found");
        }
    }
}
