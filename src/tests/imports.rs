//! Imports, what takes them back, and exports, on files as people have them.

use crate::domain::band_change::BandChangeCause;
use crate::domain::import::ImportField;
use crate::domain::templates::Template;
use crate::domain::{
    Band, CustomerFields, CustomerId, CustomerInput, EventFilter, FactorKey, FieldErrors, ImportCounts, ImportId, ImportKind,
    ImportState, Mapping, NewRulebook, RowError, Rulebook, Segment, Segments,
};
use crate::server::Actor;
use crate::server::service::export::{self, Format, What};
use crate::server::service::import::{Errors, Source, error_line, import_file, recognise, undo_file};
use crate::server::store::{Destination, NewImport};
use crate::tests::api::Site;
use crate::tests::harness::*;
use crate::wire::AppError;
use async_compression::tokio::bufread::{GzipEncoder, ZstdEncoder};
use futures::TryStreamExt;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

const CUSTOMERS: &str = "customer,Company,plan,mrr_cents,signup_date,CSM\n\
                         c-1,Acme,SMB,1000,2025-01-11,Ann\n\
                         c-2,\"Bolt, Inc.\",enterprise,\"2,500\",2025-02-01T10:00:00Z,\n";
const EVENTS: &str = concat!(
    "{\"id\":\"e1\",\"type\":\"login\",\"ts\":\"2026-03-10T08:00:00Z\",\"customer\":\"c-1\",\"user\":\"ada\",\"props\":{}}\n",
    "{\"id\":\"e2\",\"type\":\"Feature-Use\",\"ts\":\"2026-03-11 08:00:00\",\"customer\":\"c-1\",\"user\":null,\"props\":{\"feature\":\"Reports\"}}\n",
    "\n",
    "{\"id\":\"e3\",\"type\":\"invoice_issued\",\"ts\":\"2026-03-01\",\"customer\":\"c-2\",\"user\":\"x\",\
     \"props\":{\"invoice\":\"R-1\",\"amount_cents\":1000,\"currency\":\"usd\",\"due_date\":\"2026-03-05\"}}\n",
    "{\"id\":\"e4\",\"type\":\"invoice_paid\",\"ts\":\"2026-03-04T00:00:00Z\",\"customer\":\"c-2\",\"props\":{\"invoice\":\"R-1\"}}\n",
);

/// A file that goes away with the test.
pub struct TestFile {
    _folder: TempDir,
    path: PathBuf,
    name: String,
}

pub fn file(name: &str, content: impl AsRef<[u8]>) -> TestFile {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(content.as_ref()).unwrap();
    TestFile { _folder: folder, path, name: name.to_owned() }
}

impl TestFile {
    pub fn source(&self) -> Source {
        Source::new(&self.path, &self.name)
    }

    pub async fn mapping(&self) -> Mapping {
        recognise(&self.source(), None, &Segments::default()).await.unwrap().0
    }
}

pub struct Done {
    pub counts: ImportCounts,
    pub id: Option<ImportId>,
    pub errors: Vec<RowError>,
}

pub async fn import_with(db: &Database, file: &TestFile, mapping: Mapping, is_dry: bool) -> Result<Done, AppError> {
    let new = NewImport {
        file_name: file.name.clone(),
        path: None,
        findings: None,
        mapping,
        state: ImportState::Running,
        author: Some("Ann".into()),
    };
    let mut errors = Vec::new();
    let watch = |_: &(ImportCounts, i64), refused: &[RowError]| errors.extend_from_slice(refused);
    let (counts, id) = import_file(&db.call(), file.source(), new, is_dry, Errors::nowhere(), watch).await?;
    Ok(Done { counts, id: id.ok(), errors })
}

pub async fn import(db: &Database, file: &TestFile) -> Done {
    import_with(db, file, file.mapping().await, false).await.unwrap()
}

async fn settled(db: &Database) {
    db.roll_over_all(today()).await;
    db.assert_settled(today()).await;
}

fn created(rows: i64) -> ImportCounts {
    ImportCounts { rows, created: rows, ..ImportCounts::default() }
}

on_each_database! {
    async fn a_file_brings_customers_and_again_changes_nothing(db: Database) {
        let file = file("customers.csv", CUSTOMERS);
        assert_eq!(import_with(&db, &file, file.mapping().await, true).await.unwrap().counts, created(2));
        assert!(db.is_empty().await.unwrap(), "a dry run writes nothing");
        assert_eq!(db.list_imports(1, 10).await.unwrap().total, 0);

        let first = import(&db, &file).await;
        assert_eq!((first.counts, first.errors.len()), (created(2), 0));
        let found = db.find_customers(vec!["c-1".into(), "c-2".into()]).await.unwrap();
        let acme = db.get_customer(found["c-1"]).await.unwrap().fields;
        let expected = CustomerFields {
            name: "Acme".into(),
            external_id: Some("c-1".into()),
            owner: Some("Ann".into()),
            arr_cents: Some(12_000),
            start_date: Some("2025-01-11".parse().unwrap()),
            ..blank()
        };
        assert_eq!(acme, expected);
        let bolt = db.get_customer(found["c-2"]).await.unwrap().fields;
        assert_eq!((bolt.name.as_str(), bolt.segment, bolt.arr_cents), ("Bolt, Inc.", Segment::ENTERPRISE, Some(30_000)));
        settled(&db).await;

        let again = import(&db, &file).await.counts;
        assert_eq!(again, ImportCounts { rows: 2, unchanged: 2, ..ImportCounts::default() });
        assert!(again.changes_nothing());
        assert_eq!(db.get_customer(found["c-1"]).await.unwrap().version, 1);
    }

    async fn nested_lines_bring_events_and_again_change_nothing(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let file = file("events.ndjson", EVENTS);
        assert_eq!(file.mapping().await.kind, ImportKind::Events);
        assert_eq!(import_with(&db, &file, file.mapping().await, true).await.unwrap().counts, created(4));
        let done = import(&db, &file).await;
        assert_eq!((done.counts, done.errors), (created(4), Vec::new()));
        settled(&db).await;
        let ids = db.find_customers(vec!["c-1".into(), "c-2".into()]).await.unwrap();
        let health = db.health(ids["c-1"]).await;
        assert_eq!((health.factors[FactorKey::LOGIN_FREQUENCY].value, health.factors[FactorKey::FEATURE_ADOPTION].value), (Some(1), Some(1)));
        assert_eq!(db.health(ids["c-2"]).await.factors[FactorKey::INVOICE_TIMELINESS].score.0, 1000);

        for is_dry in [true, false] {
            let again = import_with(&db, &file, file.mapping().await, is_dry).await.unwrap().counts;
            assert_eq!(again, ImportCounts { rows: 4, duplicates: 4, ..ImportCounts::default() });
        }
        assert_eq!(db.list_events(ids["c-1"], &EventFilter::default(), 1, 10).await.unwrap().total, 2);
    }

    async fn rows_without_an_id_are_known_by_their_content_and_place_among_equals(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let row = "c-1,login,2026-03-10T08:00:00Z\n";
        let twice = file("events.csv", format!("account,event,time\n{row}{row}"));
        assert_eq!(import(&db, &twice).await.counts, created(2));
        let spelled = "c-1,LOGIN,2026-03-10 09:00:00+01:00\n";
        let more = file("events.csv", format!("account;event;time\n{row}{spelled}{row}").replace(',', ";"));
        let counts = import(&db, &more).await.counts;
        assert_eq!((counts.duplicates, counts.created), (2, 1), "the same fact three times, of which two are known");
        settled(&db).await;
    }

    async fn each_refused_row_says_where_and_why_and_spoils_no_other(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let content = "id,customer,kind,when,amount,currency,due date,number,feature\n\
             1,c-1,login,2026-03-10T08:00:00Z,,,,,ignored\n\
             2,nobody,login,2026-03-10T08:00:00Z,,,,,\n\
             3,c-1,dance,2026-03-10T08:00:00Z,,,,,\n\
             4,c-1,login,yesterday,,,,,\n\
             5,c-1,invoice_issued,2026-03-01,12.345,EUR,2026-04-01,R1,\n\
             6,c-1,login,,,,,,\n\
             1,c-2,login,2026-03-10T08:00:00Z,,,,,\n\
             8,c-1,login,2026-03-10T08:00:00Z,,,,,,too,many\n\
             9,c-1,invoice_issued,2026-03-01,\"1,234.50\",EUR,2026-04-01,R1,\n\
             10,c-1,invoice_issued,2026-03-01,99,EUR,2026-04-01,R1,\n";
        let file = file("events.csv", content);
        let mut mapping = file.mapping().await;
        mapping.columns.insert("when".into(), "occurredAt".into());
        let expected = [
            (3, "customer"), (4, "kind"), (5, "when"), (6, "amount"), (7, "when"), (8, "id"), (9, ""), (11, "number"),
        ];
        for is_dry in [true, false] {
            let done = import_with(&db, &file, mapping.clone(), is_dry).await.unwrap();
            let mut places: Vec<_> = done.errors.iter().map(|error| (error.line, error.column.as_str())).collect();
            places.dedup();
            let texts: Vec<_> = done.errors.iter().map(|error| error_line(ImportKind::Events, error)).collect();
            assert_eq!(places, expected, "{texts:#?}");
            assert_eq!((done.counts.created, done.counts.rejected), (2, 8), "dry: {is_dry}");
        }
        settled(&db).await;
        let ids = db.find_customers(vec!["c-1".into()]).await.unwrap();
        let stored = db.list_events(ids["c-1"], &EventFilter::default(), 1, 10).await.unwrap();
        assert!(stored.items.iter().any(|event| matches!(&event.body,
            crate::domain::EventBody::InvoiceIssued { amount_cents: 123_450, .. })));
    }

    async fn a_start_date_from_a_file_counts_at_once_and_no_longer_when_it_is_taken_back(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let acme = db.find_customers(vec!["c-1".into()]).await.unwrap()["c-1"];
        db.send_all(acme, [login().days_ago(20), feature("export"), ticket()]).await;
        db.roll_over_all(today()).await;
        let before = db.health(acme).await;
        assert_ne!(before.band, Band::NoData);
        let bands = async || {
            let listed = parse_query("band=no_data").unwrap();
            let (rows, _) = db.list_customers(&listed, today()).await.unwrap();
            let portfolio = db.get_portfolio(&crate::domain::CustomerQuery::default(), "USD", today()).await.unwrap();
            let no_data = portfolio.bands.iter().find(|tally| tally.band == Band::NoData).unwrap().tally.customers;
            (db.health(acme).await.band, rows.iter().any(|row| row.customer.id == acme), no_data)
        };
        let later = import(&db, &file("later.csv", "customer,Company,plan,signup_date\nc-1,Acme,SMB,2026-04-01\n")).await;
        assert_eq!(later.counts.updated, 1);
        // Bolt has no data either.
        assert_eq!(bands().await, (Band::NoData, true, 2));
        undo_file(&db.call(), later.id.unwrap()).await.unwrap();
        assert_eq!(bands().await, (before.band, false, 1));
        db.assert_settled(today()).await;
    }

    async fn the_health_of_a_customer_with_another_start_is_not_believed_before_it_is_scored_anew(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let acme = db.find_customers(vec!["c-1".into()]).await.unwrap()["c-1"];
        let input = |field: &str, value: &str| {
            let fields = serde_json::json!({"externalId": "c-1", field: value});
            [serde_json::from_value::<CustomerInput>(fields).unwrap()]
        };
        let new = NewImport { file_name: "f".into(), path: None, findings: None, mapping: file("f.csv", CUSTOMERS).mapping().await, state: ImportState::Running, author: None };
        let id = db.create_import(&new, now()).await.unwrap();
        let is_current = async || db.get_current(acme, today()).await.unwrap().is_current;
        db.import_customers(Destination::Import(id), &input("owner", "Bob"), &CustomerInput::default(), now()).await.unwrap();
        assert!(is_current().await, "health does not depend on the owner");
        db.import_customers(Destination::Import(id), &input("startDate", "2026-04-01"), &CustomerInput::default(), now()).await.unwrap();
        assert!(!is_current().await);
        db.rescore(&[acme], BandChangeCause::Import, midnight(today())).await.unwrap();
        assert!(is_current().await);
        db.take_back_customers(id, None, 10, now()).await.unwrap().unwrap();
        assert!(!is_current().await);
    }

    async fn files_name_customers_and_features_in_any_letters(db: Database) {
        let customers = |id: &str, name: &str| file("customers.csv", format!("id,name,plan\n{id},{name},SMB\n"));
        assert_eq!(import(&db, &customers("Ve\u{301}lo", "Ve\u{301}lo SA")).await.counts, created(1));
        let again = ImportCounts { rows: 1, unchanged: 1, ..ImportCounts::default() };
        assert_eq!(import(&db, &customers("V\u{e9}lo", "V\u{e9}lo SA")).await.counts, again);
        assert_eq!(import(&db, &customers("Ve\u{301}lo", "Ve\u{301}lo SA")).await.counts, again);

        let events = |id: &str, feature: &str| {
            file("events.csv", format!("customer,kind,time,feature\n{id},feature_use,2026-03-10T08:00:00Z,{feature}\n"))
        };
        let apart = events("Ve\u{301}lo", "cafe\u{301}");
        assert_eq!(import(&db, &apart).await.counts, created(1));
        assert_eq!(import(&db, &apart).await.counts.duplicates, 1);
        let velo = db.find_customers(vec!["V\u{e9}lo".into()]).await.unwrap()["V\u{e9}lo"];
        let stored = db.list_events(velo, &EventFilter::default(), 1, 10).await.unwrap().items;
        assert_eq!(stored[0].body.activity().0, "caf\u{e9}");
        // What earlier releases gave it, which did not compose letters.
        assert_eq!(stored[0].message_id.as_deref(), Some("row-ac25f58114454e696e90b53cae885c8c-1"));
        settled(&db).await;
    }

    async fn a_mapping_that_lacks_what_every_row_needs_is_refused(db: Database) {
        let file = file("customers.csv", "Company,segment\nAcme,SMB\n");
        let refused = import_with(&db, &file, file.mapping().await, false).await;
        let Err(AppError::Invalid(FieldErrors(errors))) = refused else { panic!("accepted") };
        assert_eq!(errors[0].field, "External id", "in the words of the page");
        let mut mapping = file.mapping().await;
        mapping.columns.insert("colour".into(), "owner".into());
        mapping.columns.insert("Company".into(), "size of shoes".into());
        let Err(AppError::Invalid(errors)) = import_with(&db, &file, mapping, false).await else { panic!("accepted") };
        assert!(errors.of("colour").is_some() && errors.of("Company").is_some() && errors.of("External id").is_some());
        assert_eq!(db.list_imports(1, 10).await.unwrap().total, 0, "nothing has begun");
    }

    async fn only_what_differs_is_updated_and_defaults_fill_gaps(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let file = file("more.csv", "id,name,owner\nc-1,Acme,\nc-2,Bolt,Bob\nc-3,Cedar,Cem\nc-3,Cedar,Cai\n");
        let mut mapping = file.mapping().await;
        let without = import_with(&db, &file, mapping.clone(), true).await.unwrap();
        assert_eq!((without.counts.unchanged, without.counts.updated, without.counts.rejected), (1, 1, 2));
        mapping.defaults.insert("segment".into(), "Startup".into());
        for is_dry in [true, false] {
            let counts = import_with(&db, &file, mapping.clone(), is_dry).await.unwrap().counts;
            // A default is for new customers; those that are there stay what they are.
            assert_eq!((counts.created, counts.updated, counts.unchanged), (1, 2, 1), "dry: {is_dry}");
        }
        let ids = db.find_customers(vec!["c-1".into(), "c-3".into()]).await.unwrap();
        assert_eq!(db.get_customer(ids["c-1"]).await.unwrap().fields.owner.as_deref(), Some("Ann"), "an empty cell says nothing");
        assert_eq!(db.get_customer(ids["c-3"]).await.unwrap().fields.owner.as_deref(), Some("Cai"));
    }

    async fn undo_takes_events_and_customers_back(db: Database) {
        let app = db.app();
        let own = db.customer_with(CustomerFields { name: "Own".into(), external_id: Some("c-2".into()), ..blank() }).await;
        db.send(own, login().days_ago(2)).await;
        db.roll_over_all(today()).await;
        let before = (db.get_customer(own).await.unwrap().fields, db.health(own).await);

        let customers = import(&db, &file("customers.csv", CUSTOMERS)).await;
        assert_eq!((customers.counts.created, customers.counts.updated), (1, 1));
        let events = import(&db, &file("events.ndjson", EVENTS)).await;
        settled(&db).await;

        let undone = undo_file(&app.call(Actor::Visitor), events.id.unwrap()).await.unwrap();
        assert_eq!((undone.retracted, undone.removed, undone.archived_count), (4, 0, 0));
        settled(&db).await;
        let ids = db.find_customers(vec!["c-1".into()]).await.unwrap();
        let listed = db.list_events(ids["c-1"], &EventFilter::default(), 1, 10).await.unwrap();
        assert_eq!(listed.items[0].retraction.as_ref().unwrap().reason, format!("import {} undone", events.id.unwrap()));

        let undone = undo_file(&app.call(Actor::Visitor), customers.id.unwrap()).await.unwrap();
        assert_eq!((undone.removed, undone.restored, undone.kept), (0, 1, 0));
        assert_eq!(undone.archived, ["Acme"], "its events stay in its timeline");
        assert!(db.get_customer(ids["c-1"]).await.unwrap().archived.is_some());
        settled(&db).await;
        assert_eq!((db.get_customer(own).await.unwrap().fields, db.health(own).await), before);
        let again = undo_file(&app.call(Actor::Visitor), events.id.unwrap()).await;
        assert!(matches!(again, Err(AppError::Conflict(_))), "{again:?}");
        let list = db.list_imports(1, 10).await.unwrap();
        assert!(list.items.iter().all(|import| import.state == ImportState::Undone && import.author.as_deref() == Some("Ann")));
    }

    async fn undo_removes_what_nobody_used_and_keeps_what_somebody_changed(db: Database) {
        let app = db.app();
        import(&db, &file("a.csv", "id,name,segment,owner\nc-1,Acme,SMB,Ann\n")).await;
        let second = import(&db, &file("b.csv", "id,name,segment,owner\nc-1,Acme Ltd,SMB,Bob\nc-2,Bolt,SMB,\nc-3,Cedar,SMB,\n")).await;
        let ids = db.find_customers(["c-1", "c-2", "c-3"].map(str::to_owned).to_vec()).await.unwrap();
        let acme = db.get_customer(ids["c-1"]).await.unwrap();
        let edited = CustomerFields { owner: Some("Cem".into()), ..acme.fields };
        db.update_customer(acme.id, acme.version, &edited, now()).await.unwrap();
        let bolt = db.get_customer(ids["c-2"]).await.unwrap();
        let edited = CustomerFields { arr_cents: Some(1), ..bolt.fields };
        db.update_customer(bolt.id, bolt.version, &edited, now()).await.unwrap();

        let undone = undo_file(&app.call(Actor::Visitor), second.id.unwrap()).await.unwrap();
        assert_eq!((undone.removed, undone.restored, undone.kept), (1, 1, 1));
        assert_eq!(undone.archived, ["Bolt"]);
        let acme = db.get_customer(ids["c-1"]).await.unwrap().fields;
        assert_eq!((acme.name.as_str(), acme.owner.as_deref()), ("Acme", Some("Cem")), "the later edit stays");
        assert!(db.get_customer(ids["c-3"]).await.is_err());
        settled(&db).await;
    }

    async fn compressed_files_and_more_rows_than_one_transaction_takes(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let line = |key: i32| format!("m-{key},c-{},api_call,2026-03-{:02}T08:00:00Z,7", 1 + key % 2, 1 + key % 15);
        let lines: Vec<_> = (0..4500).map(|index| line(index % 4400)).collect();
        let text = format!("message_id,customer,kind,ts,count\n{}\n", lines.join("\n"));
        let (mut gz, mut zst) = (Vec::new(), Vec::new());
        GzipEncoder::new(text.as_bytes()).read_to_end(&mut gz).await.unwrap();
        ZstdEncoder::new(text.as_bytes()).read_to_end(&mut zst).await.unwrap();
        let expected = ImportCounts { rows: 4500, created: 4400, duplicates: 100, ..ImportCounts::default() };
        let gz = file("calls.csv.gz", gz);
        assert_eq!(import_with(&db, &gz, gz.mapping().await, true).await.unwrap().counts, expected, "a dry run sees repeats");
        let first = import(&db, &gz).await;
        assert_eq!(first.counts, expected);
        settled(&db).await;
        let again = import(&db, &file("calls.csv.zst", zst)).await;
        assert_eq!(again.counts.duplicates, 4500);
        assert_eq!(undo_file(&db.call(), first.id.unwrap()).await.unwrap().retracted, 4400);
        settled(&db).await;
    }

    async fn a_dry_run_knows_what_rows_long_before_have_done(db: Database) {
        let row = |id: i32, segment: &str| format!("c-{id},Acme,{segment}\n");
        let many: String = (0..2500).map(|id| row(id, "SMB")).collect();
        // Beyond the first transaction of customers: one that is the same, one that is not, and that one once more.
        let text = format!("id,name,segment\n{many}{}{}{}", row(1, "SMB"), row(2, "Startup"), row(2, "Startup"));
        let file = file("customers.csv", text);
        for is_dry in [true, false] {
            let counts = import_with(&db, &file, file.mapping().await, is_dry).await.unwrap().counts;
            let expected = ImportCounts { rows: 2503, created: 2500, updated: 1, unchanged: 2, ..ImportCounts::default() };
            assert_eq!(counts, expected, "dry: {is_dry}");
        }
        let id = |row: i32| if row < 8500 { row } else { row - 8500 };
        let rows: String = (0..9000).map(|row| format!("m-{},c-1,login,2026-03-10T08:00:00Z,{}\n", id(row), row % 8500)).collect();
        let events = format!("message_id,customer,kind,ts,user\n{rows}m-0,c-1,login,2026-03-10T08:00:00Z,somebody else\n");
        let file = self::file("events.csv", events);
        for is_dry in [true, false] {
            let counts = import_with(&db, &file, file.mapping().await, is_dry).await.unwrap().counts;
            let expected = ImportCounts { rows: 9001, created: 8500, duplicates: 500, rejected: 1, ..ImportCounts::default() };
            assert_eq!(counts, expected, "dry: {is_dry}");
        }
    }

    async fn an_export_imported_elsewhere_gives_everybody_the_same_health(db: Database) {
        let acme = db.customer_with(CustomerFields { name: "=Acme".into(), external_id: Some("c-1".into()), ..blank() }).await;
        let bolt = db.customer("Bolt").await;
        for days in 0..20 {
            db.send(acme, login().days_ago(days).user("ada").message(&format!("l-{days}"))).await;
            db.send(bolt, feature(["a", "b", "c"][days as usize % 3]).days_ago(days)).await;
        }
        db.send(acme, ticket().days_ago(3)).await;
        db.send(acme, api_calls(50).days_ago(4)).await;
        db.send(acme, invoice("R-1").due(days_ago(5)).days_ago(30)).await;
        db.send(acme, paid("R-1").days_ago(2)).await;
        db.send_all(acme, [reading("Seats used", "-1042.5").days_ago(6), reading("nps", "9").days_ago(40)]).await;
        let wrong = db.send(bolt, login().days_ago(1)).await;
        db.retract_event(wrong.event.id, "by mistake", now()).await.unwrap();
        db.add_note(bolt, "Ann", "Wants a call, \"soon\"", now()).await.unwrap();
        db.roll_over_all(today()).await;
        let bolts_id = db.origin().await.unwrap().name_customer(bolt);
        let ids = [(acme, "c-1".to_owned()), (bolt, bolts_id.clone())];

        for format in [Format::Csv, Format::Ndjson] {
            let other = Database::sqlite().await;
            move_everything(&db, &other, format).await;
            for (id, external_id) in &ids {
                let there = other.find_customers(vec![external_id.clone()]).await.unwrap()[external_id];
                assert_same_health(&db, *id, &other, there).await;
                let readings = async |db: &Database, id| db.list_readings(id, today().into()).await.unwrap();
                assert_eq!(readings(&other, there).await, readings(&db, *id).await);
                assert_eq!(other.get_customer(there).await.unwrap().fields.name, db.get_customer(*id).await.unwrap().fields.name);
            }
            // What has got its id in one export keeps it in the next, whatever came meanwhile.
            let [acme_there, bolt_there] = ["c-1", &bolts_id].map(str::to_owned);
            let found = other.find_customers(vec![acme_there.clone(), bolt_there.clone()]).await.unwrap();
            for _ in 0..50 {
                other.send(found[&acme_there], login()).await;
            }
            other.customer("Core").await;
            other.roll_over_all(today()).await;
            let third = Database::sqlite().await;
            move_everything(&other, &third, format).await;
            for (name, id) in found {
                let there = third.find_customers(vec![name.clone()]).await.unwrap()[&name];
                assert_same_health(&other, id, &third, there).await;
            }
        }
        let retracted = String::from_utf8(exported(&db, What::RetractedEvents, Format::Ndjson).await).unwrap();
        assert!(retracted.lines().count() == 1 && retracted.contains("by mistake"), "{retracted}");
        let health = String::from_utf8(exported(&db, What::Health, Format::Csv).await).unwrap();
        assert_eq!(health.lines().count(), 3);
        assert!(health.contains("'=Acme"), "no cell is a formula: {health}");
        let columns = health.lines().next().unwrap();
        assert!(columns.contains("scoredBy,coverage,loginFrequency,featureAdoption,supportLoad,invoiceTimeliness,apiTrend,change7"), "{columns}");
        let notes = String::from_utf8(exported(&db, What::Notes, Format::Csv).await).unwrap();
        let note = format!("{bolts_id},Ann,\"Wants a call, \"\"soon\"\"\",2026-03-16T12:00:00Z,,");
        assert_eq!(notes.lines().collect::<Vec<_>>(), ["externalId,author,text,createdAt,editedBy,editedAt", &note]);
    }

    async fn an_export_has_the_factors_of_its_rules_and_every_version_of_these(db: Database) {
        let acme = db.customer("Acme").await;
        db.send(acme, login()).await;
        let rulebook = Rulebook::from(Template::named("product_led").unwrap().scorecard).with_version(2);
        db.add_rulebook(&NewRulebook { rulebook, segments: None, author: "Ann".into(), note: "Daily use".into() }, now()).await.unwrap();
        db.roll_over_all(today()).await;
        let health = String::from_utf8(exported(&db, What::Health, Format::Csv).await).unwrap();
        let mut csv = csv::Reader::from_reader(health.as_bytes());
        let columns = csv.headers().unwrap().clone();
        let row = csv.records().next().unwrap().unwrap();
        let cell = |name: &str| &row[columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("{columns:?}"))];
        let scores = db.health(acme).await;
        for (key, factor) in scores.factors.iter() {
            assert_eq!(cell(key.as_str()), serde_json::to_string(&factor.score).unwrap(), "{key}");
        }
        assert_eq!((cell("scoredBy"), columns.len()), ("Everybody", 12 + scores.factors.len()));

        let versions = String::from_utf8(exported(&db, What::Rulebooks, Format::Ndjson).await).unwrap();
        let versions: Vec<serde_json::Value> = versions.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told = |version: &serde_json::Value| (version["version"].clone(), version["note"].clone(), version["scorecards"][0]["factors"][0]["key"].clone());
        let expected = [(2, "Daily use", "daysOfUse"), (1, "The rules a new database starts with.", "loginFrequency")];
        let expected = expected.map(|(version, note, key)| (json!(version), json!(note), json!(key)));
        assert_eq!(versions.iter().map(told).collect::<Vec<_>>(), expected);
        let csv = String::from_utf8(exported(&db, What::Rulebooks, Format::Csv).await).unwrap();
        let mut csv = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(csv.headers().unwrap().iter().collect::<Vec<_>>(), ["version", "createdAt", "author", "note", "segments", "scorecards"]);
        let first = csv.records().next().unwrap().unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&first[5]).unwrap(), versions[0]["scorecards"]);
    }

    async fn an_export_imported_where_it_comes_from_changes_nothing(db: Database) {
        let acme = db.customer_with(CustomerFields { name: "Acme".into(), external_id: Some("c-1".into()), ..blank() }).await;
        let bolt = db.customer("Bolt").await;
        for days in 0..3 {
            db.send(acme, login().message(&format!("l-{days}"))).await;
            db.send(bolt, api_calls(1).days_ago(days)).await;
        }
        let invoice = db.send(bolt, invoice("R-1").due(days_ago(5)).days_ago(30)).await.event.id;
        db.roll_over_all(today()).await;
        let before = (db.health(acme).await, db.health(bolt).await);
        let [customers, events] = [What::Customers, What::Events].map(|what| exported(&db, what, Format::Csv));
        let (customers, events) = (file("customers.csv", customers.await), file("events.csv", events.await));
        assert_eq!(import(&db, &customers).await.counts, ImportCounts { rows: 2, unchanged: 2, ..ImportCounts::default() });
        let known = ImportCounts { rows: 7, duplicates: 7, ..ImportCounts::default() };
        assert_eq!(import(&db, &events).await.counts, known);
        assert_eq!((db.health(acme).await, db.health(bolt).await), before);
        // Nor does it bring back what was retracted since.
        db.retract_event(invoice, "by mistake", now()).await.unwrap();
        assert_eq!(import(&db, &events).await.counts, known);
        settled(&db).await;
    }

    async fn what_was_undone_can_be_imported_again(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let events = file("events.ndjson", EVENTS);
        let first = import(&db, &events).await;
        settled(&db).await;
        let ids = db.find_customers(vec!["c-1".into(), "c-2".into()]).await.unwrap();
        let before = (db.health(ids["c-1"]).await, db.health(ids["c-2"]).await);
        undo_file(&db.call(), first.id.unwrap()).await.unwrap();
        let again = import(&db, &events).await;
        assert_eq!((again.counts, again.errors), (created(4), Vec::new()));
        settled(&db).await;
        assert_eq!((db.health(ids["c-1"]).await, db.health(ids["c-2"]).await), before);
        assert_eq!(import(&db, &events).await.counts.duplicates, 4);
    }

    async fn a_column_with_the_very_name_of_a_field_means_it(db: Database) {
        let mut mapping = file("a.csv", "externalId,name,segment\nc-1,Acme,GOLD\n").mapping().await;
        mapping.defaults.insert("segment".into(), "SMB".into());
        let done = import_with(&db, &file("a.csv", "externalId,name,segment\nc-1,Acme,GOLD\n"), mapping, false).await.unwrap();
        assert_eq!((done.counts.created, done.errors[0].column.as_str()), (0, "segment"));
        // One that is only called like it does not, when it holds something else.
        let mapping = file("b.csv", "externalId,name,type\nc-1,Acme,GOLD\n").mapping().await;
        assert_eq!(mapping.columns.get("type"), None);
    }

    async fn lines_are_counted_and_marks_dropped_as_editors_write_them(db: Database) {
        let done = import(&db, &file("windows.csv", "\u{feff}externalId,name,segment\r\nc-1,Acme,SMB\r\n\r\nc-2,\"Bolt\",\"BAD\"\r\n")).await;
        assert_eq!((done.counts.created, done.errors[0].line), (1, 4));
        assert!(done.errors[0].error.message.contains("must be one of"), "{:?}", done.errors);
        let lines = "\u{feff}{\"externalId\":\"c-1\",\"kind\":\"login\",\"occurredAt\":\"2026-03-10T08:00:00Z\"}\n";
        assert_eq!(import(&db, &file("marked.ndjson", lines)).await.counts, created(1));
    }

    async fn readings_are_imported_and_taken_back(db: Database) {
        import(&db, &file("customers.csv", CUSTOMERS)).await;
        let acme = db.find_customers(vec!["c-1".into()]).await.unwrap()["c-1"];
        let content = "Customer,Date,Metric,Value\n\
             c-1,2026-03-01,Seats used,\"1,042.5\"\n\
             c-1,2026-03-02,NPS,-7\n\
             c-1,2026-03-03,NPS,1.2345\n\
             c-1,2026-03-03,NPS,\"1,5\"\n\
             c-1,2026-03-03,,5\n";
        let readings = file("readings.csv", content);
        let mapping = readings.mapping().await;
        assert_eq!(mapping.defaults.get("kind").map(String::as_str), Some("reading"), "{mapping:?}");
        for is_dry in [true, false] {
            let done = import_with(&db, &readings, mapping.clone(), is_dry).await.unwrap();
            let told: Vec<_> = done.errors.iter().map(|error| error_line(ImportKind::Events, error)).collect();
            let expected = [
                "line 4: Value must have at most 3 decimal places", "line 5: Value must be a number, such as 42.5",
                "line 6: Metric is required",
            ];
            assert_eq!(told, expected, "dry: {is_dry}");
            assert_eq!((done.counts.created, done.counts.rejected), (2, 3));
            if !is_dry {
                let latest = db.list_readings(acme, today().into()).await.unwrap();
                let latest: Vec<_> = latest.iter().map(|reading| format!("{} {}", reading.name, reading.value)).collect();
                assert_eq!(latest, ["nps -7", "seats used 1042.5"]);
                settled(&db).await;
                undo_file(&db.call(), done.id.unwrap()).await.unwrap();
            }
        }
        assert_eq!(db.list_readings(acme, today().into()).await.unwrap(), []);
        assert_eq!(db.get_current(acme, today()).await.unwrap().traits.first_fact_on, None);
        settled(&db).await;
        // One file with all kinds, by the names of the API.
        let line = "{\"kind\":\"Metric\",\"occurredAt\":\"2026-03-04T08:00:00Z\",\"externalId\":\"c-1\",\"reading_name\":\"Storage\",\"reading_value\":0.125}\n";
        assert_eq!(import(&db, &file("events.ndjson", line)).await.counts, created(1));
        assert_eq!(db.list_readings(acme, today().into()).await.unwrap()[0].value.to_string(), "0.125");
    }

    async fn exported_lines_are_accepted_by_the_api(db: Database) {
        let site = Site::new(db);
        let acme = site.customer("Acme").await;
        site.write(&format!("PATCH {acme}"), serde_json::json!({"externalId": "c-1", "version": 1})).await.ok();
        let sent = serde_json::json!({"kind": "login", "user": "ada", "messageId": "m-1"});
        site.event(&acme, sent.clone()).await;
        let answer = site.get("/api/export/events.ndjson").await;
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"events-2026-03-16.ndjson\"");
        let other = Site::sqlite().await;
        let there = other.customer("There").await;
        other.write(&format!("PATCH {there}"), serde_json::json!({"externalId": "c-1", "version": 1})).await.ok();
        for accepted in [1, 0] {
            let report = other.send("POST /api/events", &[("content-type", "application/x-ndjson")], answer.text.clone()).await.ok();
            assert_eq!(report["accepted"], accepted, "{report}");
        }
        // The sender that tries again, there, has nothing new to say.
        assert_eq!(other.post(&format!("{there}/events"), sent).await.status, 200);
        let contradiction = serde_json::json!({"kind": "login", "user": "bob", "messageId": "m-1"});
        assert_eq!(other.post(&format!("{there}/events"), contradiction).await.status, 409);
        assert_eq!(site.get("/api/export/everything.csv").await.status, 404);
        assert_eq!(site.get("/api/export/events.xlsx").await.status, 404);
        assert!(site.get("/api/export/customers.csv").await.text.starts_with("externalId,name,segment"));
    }
}

/// Exports and imports customers and events, twice.
async fn move_everything(from: &Database, to: &Database, format: Format) {
    for what in [What::Customers, What::Events] {
        let file = file(&format!("{}.{}", what.name(), format.name()), exported(from, what, format).await);
        let done = import(to, &file).await;
        assert_eq!((done.counts.rejected, done.errors), (0, Vec::new()), "{what:?} {format:?}");
        assert!(import(to, &file).await.counts.changes_nothing());
    }
    settled(to).await;
}

async fn assert_same_health(here: &Database, id: CustomerId, there: &Database, other: CustomerId) {
    let same = crate::domain::Health { customer_id: other, ..here.health(id).await };
    assert_eq!(there.health(other).await, same);
}

async fn exported(db: &Database, what: What, format: Format) -> Vec<u8> {
    let pieces: Vec<_> = export::export(db.call(), what, format).try_collect().await.unwrap();
    pieces.into_iter().flat_map(|piece| piece.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_says_why() {
    let db = Database::sqlite().await;
    for (name, content, part) in [
        ("empty.csv", Vec::new(), "empty"),
        ("array.json", b"[{\"id\":1}]".to_vec(), "one JSON object a line"),
        ("array.csv", b" [\n {\"id\":1}]".to_vec(), "JSON array"),
        ("latin.csv", b"id,n\xe4me\n1,x\n".to_vec(), "not UTF-8"),
        ("not.csv.gz", b"id,name\n".to_vec(), "could not be read"),
    ] {
        let file = file(name, content);
        let error = match recognise(&file.source(), None, &Segments::default()).await {
            Err(error) => error,
            Ok((mapping, _)) => import_with(&db, &file, mapping, false).await.map(|done| done.counts).unwrap_err(),
        };
        assert!(error.to_string().contains(part), "{name}: {error}");
    }
    let missing = recognise(&Source::new("/nowhere/x.csv", "x.csv"), None, &Segments::default()).await;
    assert!(missing.is_err());
}

#[test]
fn headers_are_recognised_as_people_write_them() {
    let any = |_: &ImportField, _: usize| true;
    let recognised = |kind, columns: &[&str]| -> Vec<String> {
        let columns: Vec<_> = columns.iter().map(|column| (*column).to_owned()).collect();
        let mapping = Mapping::recognise(kind, &columns, any);
        columns.iter().map(|column| mapping.columns.get(column).cloned().unwrap_or_default()).collect()
    };
    assert_eq!(
        recognised(ImportKind::Customers, &["customer", "name", "plan", "mrr_cents", "signup_date"]),
        ["externalId", "name", "segment", "mrrCents", "startDate"]
    );
    assert_eq!(
        recognised(ImportKind::Customers, &["Account ID", "Company Name", "ARR", "Renewal Date", "colour"]),
        ["externalId", "name", "arr", "renewalDate", ""]
    );
    assert_eq!(
        recognised(ImportKind::Customers, &["\u{feff}externalId", "id", "company", "crmUrl"]),
        ["externalId", "", "name", "crmUrl"]
    );
    assert_eq!(
        recognised(ImportKind::Events, &["id", "type", "ts", "customer", "user", "props.feature", "props.invoice"]),
        ["messageId", "kind", "occurredAt", "externalId", "user", "feature", "number"]
    );
    assert_eq!(
        recognised(ImportKind::Events, &["Event Type", "Timestamp", "External ID", "Amount", "dueDate"]),
        ["kind", "occurredAt", "externalId", "amount", "dueDate"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_a_whole_database_and_overwrites_nothing() {
    let db = Database::sqlite().await;
    let acme = db.customer("Acme").await;
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("copy.db");
    crate::server::store::Store::backup(&db.url, &copy).await.unwrap();
    db.customer("Later").await;
    let restored = crate::server::store::Store::connect(&format!("sqlite://{}", copy.display())).await.unwrap();
    assert_eq!(restored.get_customer(acme).await.unwrap().fields.name, "Acme");
    assert!(restored.find_customers(vec![]).await.unwrap().is_empty());
    let again = crate::server::store::Store::backup(&db.url, &copy).await.unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
    let postgres = crate::server::store::Store::backup("postgres://x/y", &folder.path().join("p")).await.unwrap_err();
    assert!(postgres.to_string().contains("pg_dump"), "{postgres}");
    let nothing = format!("sqlite://{}", folder.path().join("nothing.db").display());
    assert!(crate::server::store::Store::backup(&nothing, &folder.path().join("other.db")).await.is_err());
    assert!(!folder.path().join("nothing.db").exists() && !folder.path().join("other.db").exists());
}
