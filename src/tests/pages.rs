//! Every page as the server renders it, and every form as a browser without JavaScript sends it.

use crate::tests::api::{Answer, Site};
use crate::tests::harness::*;
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A browser without JavaScript: keeps cookies, sends forms, follows redirects.
struct Visitor {
    site: Site,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// A page that was visited.
struct Page {
    path: String,
    status: u16,
    html: String,
}

impl Visitor {
    fn new(db: Database) -> Self {
        Self { site: Site::new(db), cookies: RefCell::default() }
    }

    async fn visit(&self, path: &str) -> Page {
        let headers = [("accept", "text/html"), ("cookie", &self.cookies())];
        let answer = self.site.send(&format!("GET {path}"), &headers, "").await;
        self.keep_cookies(&answer);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(answer.text.contains("</html>"), "{path} is cut off");
        Page { path: path.to_owned(), status: answer.status, html: answer.text }
    }

    /// Sends one of the page's forms with some fields filled in, and goes where that leads. A refused one comes back itself.
    async fn submit(&self, page: &Page, form: &str, filled: &[(&str, &str)]) -> Page {
        let (action, mut fields) = page.form(form);
        for (name, value) in filled {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let cookies = self.cookies();
        let headers = [
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", &cookies),
            ("host", "localhost"),
            ("origin", "http://localhost"),
        ];
        let body = serde_urlencoded::to_string(&fields).unwrap();
        let address = action.split('#').next().unwrap();
        let answer = self.site.send(&format!("POST {address}"), &headers, body).await;
        self.keep_cookies(&answer);
        if answer.status != 303 {
            return Page { path: address.to_owned(), status: answer.status, html: answer.text };
        }
        self.visit(answer.header("location").split('#').next().unwrap()).await
    }

    fn cookies(&self) -> String {
        self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Sends a file as the import page does.
    async fn send_file(&self, name: &str, content: &str) -> Answer {
        let part = |disposition: &str, content: &str| {
            format!("--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
        };
        let body = part("name=\"author\"", "Ann") + &part(&format!("name=\"file\"; filename=\"{name}\""), content) + "--x--\r\n";
        let headers = [("accept", "text/html"), ("content-type", "multipart/form-data; boundary=x")];
        self.site.send("POST /import/upload", &headers, body).await
    }

    /// The address of the import that a file became.
    async fn upload(&self, name: &str, content: &str) -> String {
        let answer = self.send_file(name, content).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.header("location").to_owned()
    }

    /// Visits a page again until it says so.
    async fn visit_until(&self, path: &str, words: &str) -> Page {
        for _ in 0..2000 {
            let page = self.visit(path).await;
            if page.html.contains(words) {
                return page;
            }
            tokio::task::yield_now().await;
        }
        panic!("{path} never says {words}");
    }

    fn keep_cookies(&self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    /// The customer's events of one kind that count.
    async fn events(&self, kind: &str) -> usize {
        let list = self.site.get(&format!("/api/customers/1/events?kind={kind}")).await.ok();
        list["items"].as_array().unwrap().iter().filter(|event| event["retraction"].is_null()).count()
    }
}

impl Page {
    /// The action of a form, by its id, and the fields it has before anybody fills them in.
    fn form(&self, id: &str) -> (String, Vec<(String, String)>) {
        let forms = self.html.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
        let form = forms.into_iter().find(|form| attribute(form, "id").as_deref() == Some(id));
        let form = form.unwrap_or_else(|| panic!("no form {id} on {}", self.path));
        let tags: Vec<_> = form.split('<').collect();
        let field = |(place, tag): (usize, &&str)| {
            let value = if let Some(rest) = tag.strip_prefix("textarea") {
                rest.split_once(">\n").map(|(_, text)| unescape(text))
            } else if tag.starts_with("select") {
                let options = tags[place..].iter().take_while(|tag| !tag.starts_with("/select"));
                let options: Vec<_> = options.filter(|tag| tag.starts_with("option")).collect();
                let chosen = options.iter().find(|option| option.contains(" selected")).or(options.first());
                chosen.and_then(|option| attribute(option, "value"))
            } else if tag.starts_with("input") && (!tag.contains("type=\"checkbox\"") || tag.contains(" checked")) {
                attribute(tag, "value")
            } else {
                return None;
            };
            Some((attribute(tag, "name")?, value.unwrap_or_default()))
        };
        (attribute(form, "action").unwrap(), tags.iter().enumerate().filter_map(field).collect())
    }

    /// The id of the first form that a server function receives.
    fn form_id(&self, function: &str) -> String {
        self.form_with(function, "")
    }

    /// Returns the form of a function that has a hidden field of this value.
    fn form_with(&self, function: &str, value: &str) -> String {
        let takes_it = format!("name=\"function\" value=\"/app/{function}\"");
        let forms = self.html.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
        let found = forms
            .into_iter()
            .filter(|form| form.contains(&takes_it))
            .find(|form| value.is_empty() || form.contains(&format!("value=\"{value}\"")));
        let form = found.unwrap_or_else(|| panic!("no form for {function} {value} on {}: {}", self.path, self.body()));
        attribute(form, "id").unwrap()
    }

    fn says(&self, text: &str) {
        assert!(self.html.contains(text), "{text:?} is not on {}:\n{}", self.path, self.body());
    }

    /// The page's words, for messages.
    fn body(&self) -> String {
        let body = self.html.split("<body").nth(1).unwrap_or_default();
        let words = body.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text.trim());
        words.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ")
    }
}

/// The value of an attribute of the first tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Acme, with an event of every kind but payment, and a customer without any.
async fn portfolio(db: Database) -> Visitor {
    let acme = db.customer("Acme").await;
    db.customer("Zeta").await;
    let facts = [login(), feature("reports"), api_calls(20), ticket(), invoice("R-1")];
    db.send_all(acme, facts.into_iter().map(|fact| fact.days_ago(2))).await;
    Visitor::new(db)
}

on_each_database! {
    async fn every_page_renders_with_its_data(db: Database) {
        let visitor = portfolio(db).await;
        let cases = [
            ("/", "Zeta"),
            ("/", "As of 12:00 UTC"),
            ("/?band=no_data&sort=name&direction=desc", "Zeta"),
            ("/?search=acm", "Acme"),
            ("/?search=zeta", "Nothing received yet"),
            ("/?sort=change_7", "data-over=\"7 days \""),
            ("/?owner=none", "All figures are of the customers in the list"),
            ("/?segment=smb", "the whole portfolio"),
            ("/customers/new", "name=\"segment\""),
            ("/customers/1", "R-1"),
            ("/customers/1?log=invoice_issued", "name=\"amount\""),
            ("/customers/1?as_of=2026-03-01", "Acme"),
            ("/customers/1?as_of=2026-03-14&known_at=then", "As it was known then"),
            ("/customers/1?known_at=then", "Compare as known now"),
            ("/?as_of=2026-03-14", "Back to today"),
            ("/?as_of=2026-03-14", "href=\"/customers/1?as_of=2026-03-14\""),
            ("/?as_of=2026-03-14", "/customers.csv?as_of=2026-03-14"),
            ("/?as_of=2026-03-14&known_at=then", "There were no facts yet on that day"),
            ("/?as_of=1999-01-01", "There were no facts yet on that day"),
            ("/customers/2", "Zeta"),
            ("/customers/2", "Nothing received yet"),
            ("/customers/2?as_of=2026-03-14", "Sum, no score: nothing received yet"),
            ("/customers/1/edit", "value=\"Acme\""),
            ("/customers/1/events/new", "Acme"),
            ("/events/new", "Acme"),
            ("/scorecard", "The rules in force"),
            ("/help", "Login frequency"),
        ];
        for (path, text) in cases {
            let page = visitor.visit(path).await;
            assert_eq!(page.status, 200, "{path}");
            page.says(text);
            page.says("<h1");
            page.says("· Customer Health</title>");
        }
    }

    async fn an_empty_database_gets_a_friendly_first_page(db: Database) {
        let page = Visitor::new(db).visit("/").await;
        assert_eq!(page.status, 200);
        page.says("curl");
        page.says("/customers/new");
    }

    async fn what_does_not_exist_is_a_404_page(db: Database) {
        let visitor = portfolio(db).await;
        let paths = ["/nothing", "/customers", "/customers/999", "/customers/abc", "/customers/999/edit",
            "/customers/999/events/new", "/app", "/app/nothing"];
        for path in paths {
            assert_eq!(visitor.visit(path).await.status, 404, "{path}");
        }
    }

    async fn what_cannot_be_asked_is_said_on_the_page(db: Database) {
        let visitor = portfolio(db).await;
        let cases = ["/?page=0", "/?band=great", "/?sort=colour", "/?search=%00", "/customers/1?as_of=2030-01-01",
            "/customers/1?as_of=soon", "/customers/1?kind=logout", "/?as_of=2030-01-01", "/?as_of=soon",
            "/?as_of=2026-03-02&known_at=2026-03-01", "/customers/1?as_of=2026-03-02&known_at=2026-03-01"];
        for path in cases {
            let page = visitor.visit(path).await;
            assert!([200, 422].contains(&page.status), "{path}: {}", page.status);
            page.says("must");
        }
    }

    async fn a_customer_is_created_and_edited_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/new").await;
        let form = page.form_id("create_customer");
        let created = visitor.submit(&page, &form, &[("name", "New & Co"), ("segment", "SMB"), ("arr", "12,000")]).await;
        assert_eq!((created.path.as_str(), created.status), ("/customers/3", 200));
        created.says("New &amp; Co");
        assert_eq!(visitor.site.get("/api/customers/3").await.ok()["arrCents"], 1_200_000);

        let page = visitor.visit("/customers/3/edit").await;
        let form = page.form_id("update_customer");
        let edited = visitor.submit(&page, &form, &[("name", "Renamed"), ("segment", "Startup")]).await;
        assert_eq!(edited.path, "/customers/3");
        edited.says("Renamed");
        assert_eq!(visitor.site.get("/api/customers/3").await.ok()["arrCents"], 1_200_000);
    }

    async fn bad_values_come_back_with_what_is_wrong(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/new").await;
        let form = page.form_id("create_customer");
        let refused = visitor.submit(&page, &form, &[("name", ""), ("segment", "SMB"), ("owner", "Ada <3"), ("arr", "lots")]).await;
        assert_eq!((refused.path.as_str(), refused.status), ("/customers/new", 422));
        refused.says("is required");
        refused.says("must be an amount");
        refused.says("value=\"Ada &lt;3\"");
        assert_eq!(visitor.site.get("/api/customers").await.ok()["total"], 2);
        let again = visitor.visit("/customers/new").await;
        assert!(!again.html.contains("is required"), "the errors are told once");
    }

    async fn a_refused_form_keeps_a_text_of_any_length(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/1").await;
        for text in ["long ".repeat(1000), "жизнь ".repeat(800), "</textarea>\"&amp;🦀".repeat(500), "ж".repeat(10_000)] {
            let text = text.trim();
            let refused = visitor.submit(&page, "note-1", &[("text", text), ("author", "")]).await;
            assert_eq!((refused.path.as_str(), refused.status), ("/customers/1", 422));
            refused.says("is required");
            let (_, fields) = refused.form("note-1");
            let sent = fields.iter().find(|(name, _)| name == "text").unwrap();
            assert!(sent.1 == text, "{} characters came back as {}", text.chars().count(), sent.1.chars().count());
        }
        let again = visitor.visit("/customers/1").await;
        assert!(!again.html.contains("is required"), "the errors are told once");
        let too_long = visitor.submit(&page, "note-1", &[("text", &"ж".repeat(20_000))]).await;
        assert_eq!(too_long.status, 413);
        too_long.says("at most 65536 bytes");
        too_long.says("Your browser's Back button returns to what you entered.");
    }

    async fn a_refusal_is_told_even_when_its_form_has_left_the_page(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/1?retract=1").await;
        visitor.submit(&page, "retract-1", &[("reason", "by mistake")]).await;
        let again = visitor.submit(&page, "retract-1", &[("reason", "")]).await;
        assert_eq!(again.status, 409);
        again.says("reason is required");
        again.says("Your browser's Back button returns to what you entered.");
    }

    async fn every_kind_of_event_is_logged_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let cases: [(&str, &[(&str, &str)]); 5] = [
            ("login", &[("user", "ada")]),
            ("feature_use", &[("feature", "Export")]),
            ("api_call", &[("count", "1,200")]),
            ("support_ticket", &[("priority", "high"), ("subject", "Help")]),
            ("invoice_issued", &[("number", "R-2"), ("amount", "99.50"), ("due", "2026-04-01")]),
        ];
        for (kind, filled) in cases {
            for path in [format!("/customers/1?log={kind}"), format!("/customers/1/events/new?log={kind}")] {
                let page = visitor.visit(&path).await;
                let form = page.form_with("submit_event", kind);
                let before = visitor.events(kind).await;
                let filled: Vec<_> = match path.contains("/events/new") && kind == "invoice_issued" {
                    true => [("number", "R-3")].into_iter().chain(filled[1..].iter().copied()).collect(),
                    false => filled.to_vec(),
                };
                let logged = visitor.submit(&page, &form, &filled).await;
                assert_eq!((logged.status, visitor.events(kind).await), (200, before + 1), "{path}");
                logged.says("Undo");
            }
        }
    }

    async fn the_form_says_what_to_retract_before_an_invoice_is_issued_anew(db: Database) {
        let visitor = Visitor::new(db);
        visitor.site.customer("Acme").await;
        visitor.site.event("/api/customers/1", json!({"kind": "invoice_issued", "number": "R-1", "amountCents": 5, "currency": "USD",
            "dueDate": "2026-03-20", "occurredAt": "2026-03-01T00:00:00Z"})).await;
        visitor.site.event("/api/customers/1", json!({"kind": "invoice_voided", "number": "R-1", "occurredAt": "2026-03-02T00:00:00Z"})).await;
        let page = visitor.visit("/customers/1?log=invoice_issued").await;
        let form = page.form_with("submit_event", "invoice_issued");
        let anew = [("number", "R-1"), ("amount", "99.50"), ("due", "2026-04-01")];
        let refused = visitor.submit(&page, &form, &anew).await;
        refused.says("event 1 of 2026-03-01");
        refused.says("event 2 of 2026-03-02");
        let free = visitor.submit(&page, &form, &[("number", "R-2"), ("amount", "0"), ("due", "2026-04-01")]).await;
        free.says("On time, nothing to pay");
    }

    async fn the_quarantine_says_how_long_and_how_much_it_keeps(db: Database) {
        let visitor = Visitor::new(db);
        let page = visitor.visit("/quarantine").await;
        page.says("for 90 days after they were sent last; of a source at most 10,000 items and 16 MiB.");
        let lines: Vec<_> = (0..9000).map(|index| json!({"source": "crm", "kind": index.to_string()}).to_string()).collect();
        let ndjson = [("content-type", "application/x-ndjson")];
        visitor.site.send("POST /api/events", &ndjson, lines[..8999].join("\n")).await.ok();
        assert!(!visitor.visit("/quarantine").await.html.contains("is not kept"));
        visitor.site.send("POST /api/events", &ndjson, lines[8999..].join("\n")).await.ok();
        visitor.visit("/quarantine").await.says("The source “crm” has 9,000 items with 2 MiB. What is refused beyond the limit is not kept");
    }

    async fn sending_a_form_twice_is_harmless(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/1").await;
        let form = page.form_with("submit_event", "login");
        for _ in 0..2 {
            visitor.submit(&page, &form, &[("user", "ada")]).await;
        }
        assert_eq!(visitor.events("login").await, 2);
    }

    async fn an_event_is_taken_back_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/1?retract=1").await;
        let page = visitor.submit(&page, "retract-1", &[("reason", "by mistake")]).await;
        page.says("by mistake");
        assert_eq!(visitor.events("login").await, 0);

        let form = page.form_with("submit_event", "login");
        let page = visitor.submit(&page, &form, &[]).await;
        assert_eq!(visitor.events("login").await, 1);
        let undo = page.form_with("retract_event", "Undone right after it was logged");
        visitor.submit(&page, &undo, &[]).await;
        assert_eq!(visitor.events("login").await, 0);
    }

    async fn notes_come_and_go_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/1").await;
        let form = page.form_id("add_note");
        let page = visitor.submit(&page, &form, &[("author", "Ada"), ("text", "Called <them>")]).await;
        page.says("Called &lt;them&gt;");
        let author = ("author".to_owned(), "Ada".to_owned());
        assert!(page.form(&form).1.contains(&author), "the name is remembered");
        let (_, fields) = visitor.visit("/scorecard").await.form("scorecard");
        assert!(fields.contains(&author), "by other forms too");
        let form = page.form_id("delete_note");
        visitor.submit(&page, &form, &[]).await;
        assert_eq!(visitor.site.get("/api/customers/1/notes").await.ok()["total"], 0);
    }

    async fn a_scorecard_is_tried_saved_and_restored_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/scorecard").await;
        assert!(!page.html.contains("What would change"));
        let (_, mut fields) = page.form("scorecard");
        for (name, value) in [("factors.loginFrequency.weight", "400"), ("note", "Try <this>"), ("missingPolicy", "neutral")] {
            fields.retain(|(field, _)| field != name);
            fields.push((name.into(), value.into()));
        }
        let tried = visitor.visit(&format!("/scorecard?{}", serde_urlencoded::to_string(&fields).unwrap())).await;
        for text in ["Login frequency weight 25 → 400", "1 of 2 active customers would change band", "value=\"400\"", "value=\"Try &lt;this&gt;\""] {
            tried.says(text);
        }
        assert_eq!(visitor.site.get("/api/scorecard").await.ok()["version"], 1, "nothing is saved yet");
        assert!(!tried.html.contains("kB long"));
        fields.push(("factors.loginFrequency.why".into(), "x".repeat(55_000)));
        let crowded = visitor.visit(&format!("/scorecard?{}", serde_urlencoded::to_string(&fields).unwrap())).await;
        crowded.says("the address of the page");
        crowded.says("and it can have 64");

        let refused = visitor.submit(&tried, "scorecard", &[("missingPolicy", "neutral")]).await;
        refused.says("Your name is required");
        refused.says("value=\"400\"");
        let saved = visitor.submit(&refused, "scorecard", &[("author", "Ada"), ("missingPolicy", "neutral")]).await;
        assert_eq!(saved.path, "/scorecard");
        for text in ["Version 2 is in force", "customers are still to be rescored", "Login frequency weight 25 → 400", "Try &lt;this&gt;"] {
            saved.says(text);
        }
        visitor.visit("/customers/1").await.says("Scorecard 2 came into force on 16 Mar 2026.");

        let refused = visitor.submit(&saved, "restore-scorecard-1", &[("note", "")]).await;
        refused.says("is required");
        let restored = visitor.submit(&refused, "restore-scorecard-1", &[("author", "Grace"), ("note", "As it was")]).await;
        restored.says("Login frequency weight 400 → 25");
        let now = visitor.site.get("/api/scorecards").await.ok();
        assert_eq!((&now["total"], &now["items"][0]["author"], &now["items"][0]["factors"]), (&json!(3), &json!("Grace"), &now["items"][2]["factors"]));
        assert!(!restored.html.contains("restore-scorecard-1"), "its rules are in force already");
    }

    async fn a_bad_scorecard_comes_back_with_what_is_wrong(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/scorecard").await;
        let bad = [
            ("factors.loginFrequency.weight", "a lot"),
            ("factors.supportLoad.days", "400"),
            ("factors.featureAdoption.features", "Export\r\n\r\nexport"),
            ("bands.healthy", "39.5"),
            ("coverageFloor", "25.55"),
            ("missingPolicy", "neutral"),
        ];
        let told = [
            "Weight must be a whole number",
            "Window in days must be between 1 and 365",
            "Key features must name each feature once",
            "Healthy from must be above the limit of At risk (40.0)",
            "Coverage floor in % must have at most one decimal",
            "value=\"a lot\"",
        ];
        let saved = visitor.submit(&page, "scorecard", &bad).await;
        saved.says("Your name is required");
        let (_, mut fields) = page.form("scorecard");
        fields.retain(|(name, _)| bad.iter().all(|(other, _)| name != other));
        fields.extend(bad.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let tried = visitor.visit(&format!("/scorecard?{}", serde_urlencoded::to_string(&fields).unwrap())).await;
        for text in told {
            saved.says(text);
            tried.says(text);
        }
        assert_eq!(visitor.site.get("/api/scorecards").await.ok()["total"], 1);
    }

    async fn a_scorecard_that_was_changed_meanwhile_is_not_overwritten(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/scorecard").await;
        let signed = [("author", "Ada"), ("note", "One"), ("missingPolicy", "exclude")];
        visitor.submit(&page, "scorecard", &signed).await.says("Version 2 is in force");
        let late = visitor.submit(&page, "scorecard", &[("author", "Bob"), ("note", "Two"), ("missingPolicy", "neutral"), ("coverageFloor", "0")]).await;
        late.says("version 1 is not the current scorecard");
        late.says("value=\"Two\"");
        assert_eq!(visitor.site.get("/api/scorecards").await.ok()["total"], 2);
    }

    async fn many_customers_are_changed_and_changed_back_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let list = visitor.visit("/?sort=name").await;
        for words in ["name=\"id\" value=\"1\"", "form=\"chosen\"", "action=\"/customers/chosen\"", "name=\"sort\" value=\"name\""] {
            list.says(words);
        }
        let page = visitor.visit("/customers/chosen?sort=name&id=1&id=2&do=owner").await;
        page.says("Set the owner of 2 customers");
        page.says("/customers.csv?id=1%2C2");
        assert!(!page.html.contains("Archive 2 customers"), "only what was asked for");
        let page = visitor.submit(&page, "bulk-owner", &[("owner", "Zoë")]).await;
        assert_eq!(page.path, "/?sort=name");
        page.says("Owner of 2 customers set to Zoë");
        assert_eq!(visitor.site.names("?owner=Zo%C3%AB").await.len(), 2);
        let form = page.form_id("undo_bulk_change");
        visitor.submit(&page, &form, &[]).await.says("Undone: 2 customers as before");
        assert_eq!(visitor.site.names("?owner=Zo%C3%AB").await.len(), 0);

        let page = visitor.visit("/customers/chosen?id=1").await;
        let refused = visitor.submit(&page, "bulk-archive", &[("reason", "bored")]).await;
        assert_eq!(refused.status, 422);
        refused.says("must be one of churned, duplicate, other");
        let page = visitor.submit(&refused, "bulk-archive", &[("reason", "churned")]).await;
        page.says("1 customer archived");
        visitor.visit("/customers/chosen?archived=true").await.says("Restore 1 customer");
        visitor.visit("/customers/chosen?id=404").await.says("No customer is chosen");
    }

    async fn the_columns_that_a_visitor_hides_stay_hidden(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/").await;
        assert!(page.html.contains("data-hide=\"\""));
        for switch in ["arr", "trend"] {
            page.says(&format!("value=\"{switch}\" aria-pressed=\"true\""));
        }
        visitor.cookies.borrow_mut().insert("columns".to_owned(), "arr%20trend".to_owned());
        let page = visitor.visit("/").await;
        page.says("data-hide=\"arr trend\"");
        page.says("value=\"trend\" aria-pressed=\"false\"");
        let body = "name=columns&value=reason";
        let answer = visitor.site.send("POST /app/set_preference", &[("content-type", "application/x-www-form-urlencoded")], body).await;
        assert!(answer.header("set-cookie").starts_with("columns=reason; Path=/"), "{}", answer.header("set-cookie"));
    }

    async fn renewals_are_chosen_and_summed_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        assert!(!visitor.visit("/").await.html.contains("Renewals by month and band"), "nobody asks");
        let customer = visitor.site.get("/api/customers/1").await.ok();
        let change = json!({"version": customer["version"], "renewalDate": "2026-05-04"});
        visitor.site.write("PATCH /api/customers/1", change).await.ok();
        let page = visitor.visit("/?renewal=days&renewal_from=2026-01-01&renewal_to=2026-12-31").await;
        page.says("Renewals by month and band");
        page.says("Renewal 1 Jan 2026 to 31 Dec 2026");
        visitor.visit("/?renewal=2026-Q2").await.says("Renewal in Q2 2026");
        visitor.visit("/").await.says("Next quarter: Q2 2026");
        assert_eq!(visitor.visit("/?renewal=2026-Q5").await.status, 422);
    }

    async fn a_customer_is_archived_and_restored_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/1").await;
        let form = page.form_id("archive_customer");
        // Nothing is chosen beforehand.
        let refused = visitor.submit(&page, &form, &[]).await;
        assert_eq!(refused.status, 422);
        refused.says("must be one of churned, duplicate, other");
        let page = visitor.submit(&page, &form, &[("reason", "other")]).await;
        assert_eq!(visitor.site.get("/api/customers/1").await.ok()["archived"]["reason"], "other");
        let form = page.form_id("restore_customer");
        visitor.submit(&page, &form, &[]).await;
        assert_eq!(visitor.site.get("/api/customers/1").await.ok()["archived"], json!(null));
    }

    async fn who_churned_is_asked_when_and_why_and_starts_anew_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/customers/1").await;
        let form = page.form_id("archive_customer");
        let told = [("reason", "churned"), ("date", "2026-03-02"), ("why", "Price"), ("arrBefore", "1,200.50"), ("involuntary", "")];
        let mut broken = told;
        broken[1].1 = "2026-03-17";
        broken[3].1 = "much";
        let refused = visitor.submit(&page, &form, &broken).await;
        assert_eq!(refused.status, 422);
        refused.says("must not be after today");
        refused.says("must be an amount like 120,000");
        let page = visitor.submit(&page, &form, &told).await;
        page.says("Undo");
        let outcomes = async || visitor.site.get("/api/customers/1/outcomes").await.ok()["items"].clone();
        let churned = outcomes().await[0].clone();
        assert_eq!((&churned["outcome"], &churned["date"], &churned["arrBeforeCents"]), (&json!("churned"), &json!("2026-03-02"), &json!(120_050)));
        assert_eq!((&churned["reason"], &churned["involuntary"]), (&json!("Price"), &json!(false)));
        assert_eq!(visitor.site.get("/api/customers/1").await.ok()["archived"], json!({"reason": "churned", "date": "2026-03-02"}));
        page.says("$1,200.50 → $0");

        let form = page.form_id("restore_customer");
        let refused = visitor.submit(&page, &form, &[("startDate", "2026-03-01")]).await;
        refused.says("must not be before 2026-03-02");
        let page = visitor.submit(&refused, &form, &[("startDate", "2026-03-10")]).await;
        assert_eq!(visitor.site.get("/api/customers/1").await.ok()["startDate"], "2026-03-10");
        let id = churned["id"].to_string();
        let page = visitor.submit(&page, &format!("retract-outcome-{id}"), &[("reason", "It stayed")]).await;
        page.says("Retracted: ");
        page.says("It stayed");
        assert_eq!(outcomes().await[0]["retraction"]["reason"], "It stayed");
    }

    async fn an_outcome_is_told_undone_and_its_reasons_are_edited_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        let page = visitor.visit("/scorecard").await;
        let page = visitor.submit(&page, "outcome-reasons", &[("reasons", "Price\n\nBad weather\r\nprice")]).await;
        page.says("Reasons saved");
        assert_eq!(visitor.site.database.list_outcome_reasons().await.unwrap(), ["Price", "Bad weather"]);
        let page = visitor.visit("/customers/1").await;
        page.says("Bad weather");
        let told = [("outcome", "contracted"), ("date", "2026-03-02"), ("arrBefore", "900"), ("arrAfter", "400"), ("reason", "Bad weather"), ("involuntary", "true")];
        let mut broken = told;
        (broken[0].1, broken[3].1) = ("", "x");
        let refused = visitor.submit(&page, "outcome-1", &broken).await;
        assert_eq!(refused.status, 422);
        refused.says("is required");
        refused.says("must be an amount");
        broken = told;
        broken[3].1 = "900";
        visitor.submit(&page, "outcome-1", &broken).await.says("must be less than the ARR before when contracted");
        let page = visitor.submit(&refused, "outcome-1", &told).await;
        page.says("Contracted on 2 Mar 2026 noted");
        page.says("Bad weather, not its own decision");
        page.says("$900 → $400");
        let outcomes = visitor.site.get("/api/customers/1/outcomes").await.ok();
        let id = outcomes["items"][0]["id"].to_string();
        visitor.submit(&page, &format!("undo-{id}"), &[]).await.says("“Contracted” retracted");
        assert_ne!(visitor.site.get("/api/customers/1/outcomes").await.ok()["items"][0]["retraction"], json!(null));
    }
}

on_each_database! {
    async fn refused_items_are_corrected_and_discarded_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        visitor.visit("/quarantine").await.says("Nothing is waiting");
        let items = json!([{"customerId": 1, "kind": "logout"}, {"kind": "login"}, {"customerId": 9999, "kind": "login"}]);
        assert_eq!(visitor.site.post("/api/events", items).await.ok()["rejected"], 3);
        let page = visitor.visit("/quarantine").await;
        for words in ["3 refused items waiting", "kind must be one of", "customerId is required, or externalId", "logout"] {
            page.says(words);
        }
        visitor.visit("/").await.says("/quarantine");
        let before = visitor.events("login").await;
        let refused = visitor.submit(&page, "replay-1", &[("content", "{\"customerId\": 1, \"kind\": \"dance\"}")]).await;
        refused.says("dance");
        refused.says("must be one of");
        let page = visitor.submit(&refused, "replay-1", &[("content", "{\"customerId\": 1, \"kind\": \"login\"}")]).await;
        page.says("Login logged");
        assert_eq!(visitor.events("login").await, before + 1);
        let page = visitor.submit(&page, "discard-2", &[]).await;
        page.says("1 refused item waiting");
        let page = visitor.submit(&page, "discard-all", &[]).await;
        page.says("1 item deleted");
        page.says("Nothing is waiting");
    }

    async fn a_file_is_imported_and_undone_without_javascript(db: Database) {
        let visitor = portfolio(db).await;
        visitor.visit("/import").await.says("Nothing was imported yet");
        let csv = "account id,company,plan,colour\nx-1,Xenon,basic,red\nx-2,,basic,blue\n";
        let path = visitor.upload("new.csv", csv).await;
        let page = visitor.visit(&path).await;
        page.says("new.csv");
        page.says("Xenon");
        // The plans are no segments, so the column means nothing; a default says what all are.
        let form = page.form_id("check_import");
        let refused = visitor.submit(&page, &form, &[("kind", "customers"), ("column-0", ""), ("column-1", "name")]).await;
        refused.says("External id is meant by no column");
        let filled = [("kind", "customers"), ("column-0", "externalId"), ("column-1", "name"), ("column-2", ""), ("column-3", "owner"),
                      ("default-segment", "Startup")];
        visitor.submit(&refused, &form, &filled).await;
        let page = visitor.visit_until(&path, "What the import would do").await;
        page.says("1 row would be refused");
        page.says("company is required");
        let errors = visitor.site.get(&format!("{path}/errors.csv")).await;
        assert_eq!(errors.text, "line,column,field,error\n3,company,name,is required\n");
        visitor.submit(&page, &page.form_id("run_import"), &[]).await;
        let page = visitor.visit_until(&path, "Imported").await;
        page.says("1 row was refused");
        page.says("company is required");
        assert_eq!(visitor.site.get(&format!("{path}/errors.csv")).await.text, errors.text);
        let row = visitor.site.get("/api/customers?search=Xenon").await.ok()["items"][0]["customer"].clone();
        assert_eq!((&row["segment"], &row["owner"]), (&json!("Startup"), &json!("red")));
        visitor.submit(&page, &page.form_id("undo_import"), &[]).await;
        visitor.visit_until(&path, "1 customer deleted").await;
        assert_eq!(visitor.site.get("/api/customers?search=Xenon").await.ok()["total"], 0);
        let list = visitor.visit("/import").await;
        list.says("Undone: 1 customer deleted");
        // An upload that is not wanted leaves nothing.
        let path = visitor.upload("events.csv", "customer,event,ts\n1,login,2026-03-01\n").await;
        let page = visitor.visit(&path).await;
        let page = visitor.submit(&page, &page.form_id("discard_upload"), &[]).await;
        page.says("nothing was imported");
        assert_eq!(visitor.visit(&path).await.status, 404);
    }

    async fn the_import_page_shows_the_file_s_rows_and_what_becomes_of_the_arr(db: Database) {
        let visitor = portfolio(db).await;
        visitor.site.post("/api/customers", json!({"name": "Zinc", "segment": "SMB", "arrCents": 100_000_00, "externalId": "z-1"})).await;
        let look = async |name: &str, rows: &str| {
            let path = visitor.upload(name, &format!("key,company,price_in_cents\n{rows}")).await;
            (visitor.visit(&path).await, path)
        };
        // No column is known, so the rows cannot be understood; they are there to be looked at.
        let (page, path) = look("small.csv", "z-1,Zinc,15000000\nz-2,Zirconium,1000000\n").await;
        page.says("The first rows, as they stand in the file");
        for cell in ["z-1", "Zirconium", "15000000"] {
            page.says(&format!("import__cell\">{cell}<"));
        }
        let form = page.form_id("check_import");
        let columns = [("kind", "customers"), ("column-0", "externalId"), ("column-1", "name"), ("column-2", "arrCents"), ("default-segment", "SMB")];
        visitor.submit(&page, &form, &columns).await;
        let page = visitor.visit_until(&path, "What the import would do").await;
        page.says("Adds $60.0k ARR: $100k becomes $160k");
        page.says("data-drastic=\"false\"");
        assert!(!page.html.contains("Look at the column"), "{}", page.body());
        page.says(">$100,000<");
        // Back at the first step the values are there too: as they are, and as they are understood, as money.
        let page = visitor.submit(&page, &page.form_id("reconsider_import"), &[]).await;
        page.says("import__cell\">15000000<");
        page.says("$150,000");
        assert!(!page.html.contains("<span class=\"muted\">ARR in cents"), "{}", page.body());

        let (page, path) = look("large.csv", "z-2,Zirconium,25190000000\n").await;
        visitor.submit(&page, &page.form_id("check_import"), &columns).await;
        let page = visitor.visit_until(&path, "What the import would do").await;
        page.says("Adds $252M ARR: $100k becomes $252M");
        page.says("data-drastic=\"true\"");
        page.says("Look at the column that means the ARR");
    }
}

#[tokio::test]
async fn an_upload_that_is_no_file_of_rows_is_refused_in_words() {
    let visitor = portfolio(Database::sqlite().await).await;
    for (name, content, part) in [
        ("", "a,b\n1,2\n".to_owned(), "No file was chosen"),
        ("empty.csv", String::new(), "empty"),
        ("big.csv", "x".repeat(51 * 1024 * 1024), "50 MiB"),
    ] {
        let answer = visitor.send_file(name, &content).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/import"), "{name}: {}", answer.text);
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok()).collect();
        let cookies: Vec<_> = cookies.iter().filter_map(|cookie| cookie.split(';').next()).collect();
        let page = visitor.site.send("GET /import", &[("accept", "text/html"), ("cookie", &cookies.join("; "))], "").await;
        assert!(page.text.contains(part), "{name}: {}", page.text);
    }
}

#[tokio::test]
async fn a_server_function_refuses_nonsense_without_a_5xx() {
    let visitor = portfolio(Database::sqlite().await).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let requests = [
        ("GET /app/load_customer_page", "", 400),
        ("GET /app/load_customer_page?id=abc&days=90&since=30", "", 400),
        ("GET /app/load_customer_page?id=999&days=90&since=30", "", 404),
        ("GET /app/load_customer_page?id=1&days=7&since=30", "", 422),
        ("GET /app/load_customer_page?id=1&days=90&since=1", "", 422),
        ("GET /app/load_timeline?id=1&query=kind%3Dnothing", "", 422),
        ("GET /app/list_customers?query=page%3D0", "", 422),
        ("GET /app/preview_scorecard", "", 200),
        ("GET /app/preview_scorecard?bands.healthy=x", "", 200),
        ("GET /app/preview_scorecard?bands.healthy=x&bands[x]=y", "", 400),
        ("POST /app/save_scorecard", "name", 200),
        ("POST /app/restore_scorecard", "restored=99&version=1&author=a&note=b", 200),
        ("GET /app/load_chosen?query=as_of%3D2030-01-01", "", 422),
        ("GET /app/load_today?query=known_at%3Dsometime", "", 422),
        ("POST /app/set_preference", "name=colour&value=red", 422),
        ("POST /app/set_preference", "name", 400),
        ("POST /app/set_preference", "%ff=%00", 400),
    ];
    for (request, body, status) in requests {
        let answer = visitor.site.send(request, &[form], body).await;
        assert_eq!(answer.status, status, "{request} {body}: {}", answer.text);
    }
    let huge = format!("name=theme&value={}", "x".repeat(70_000));
    assert_eq!(visitor.site.send("POST /app/set_preference", &[form], huge).await.status, 413);
    let elsewhere = [form, ("sec-fetch-site", "cross-site")];
    assert_eq!(visitor.site.send("POST /app/set_preference", &elsewhere, "name=theme&value=dark").await.status, 403);
}

#[tokio::test]
async fn a_chosen_theme_is_remembered() {
    let visitor = portfolio(Database::sqlite().await).await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
    let body = "function=/app/set_preference&name=theme&value=dark";
    let answer = visitor.site.send("POST /help", &form, body).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/help#"));
    visitor.keep_cookies(&answer);
    visitor.visit("/help").await.says("data-theme=\"dark\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_pages_at_once_are_all_whole() {
    let site = std::sync::Arc::new(Site::sqlite().await);
    site.customer("Acme").await;
    let visits: Vec<_> = (0..150)
        .map(|index| {
            let site = site.clone();
            tokio::spawn(async move { site.get(["/", "/customers/1", "/scorecard"][index % 3]).await })
        })
        .collect();
    for visit in visits {
        let answer = visit.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.contains("</html>"));
    }
}
