//! `/api/customers/{id}/notes`

use super::Site;
use serde_json::json;

on_each_database! {
    async fn notes_are_added_listed_newest_first_and_deleted(db: Database) {
        let site = Site::new(db);
        let customer = site.customer("Acme").await;
        let path = format!("{customer}/notes");
        for text in ["first", "second\r\nline"] {
            let added = site.post(&path, json!({"author": "Ada", "text": text})).await;
            assert_eq!(added.status, 201, "{}", added.text);
            assert_eq!(added.header("location"), format!("{path}/{}", added.json()["id"]));
        }
        let list = site.get(&path).await.ok();
        assert_eq!(list["total"], 2);
        assert_eq!((&list["items"][0]["text"], &list["items"][1]["text"]), (&json!("second\nline"), &json!("first")));

        let other = site.customer("Other").await;
        let note = format!("PATCH {path}/{}", list["items"][0]["id"]);
        let change = json!({"author": "Bob", "text": "changed"});
        let changed = site.write(&note, change.clone()).await.ok();
        assert_eq!((&changed["author"], &changed["text"], &changed["edited"]["by"]), (&json!("Ada"), &json!("changed"), &json!("Bob")));
        assert_eq!(changed["edited"]["at"], "2026-03-16T12:00:00Z");
        assert_eq!(site.get(&path).await.ok()["items"][0], changed);
        let refused = site.write(&note, json!({"author": "Bob", "text": " "})).await.problem(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], "text");
        site.write(&note.replace(&customer, &other), change).await.problem(404, "not_found");

        let note = note.replace("PATCH", "DELETE");
        site.send(&note.replace(&customer, &other), &[], "").await.problem(404, "not_found");
        assert_eq!(site.send(&note, &[], "").await.status, 204);
        site.send(&note, &[], "").await.problem(404, "not_found");
        assert_eq!(site.get(&path).await.ok()["total"], 1);
    }
}
