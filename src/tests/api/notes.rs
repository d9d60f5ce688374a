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

        let note = format!("DELETE {path}/{}", list["items"][0]["id"]);
        let other = site.customer("Other").await;
        site.send(&note.replace(&customer, &other), &[], "").await.problem(404, "not_found");
        assert_eq!(site.send(&note, &[], "").await.status, 204);
        site.send(&note, &[], "").await.problem(404, "not_found");
        assert_eq!(site.get(&path).await.ok()["total"], 1);
    }
}
