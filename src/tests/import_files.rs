//! Files as spreadsheets, databases and help desks write them, and files that are something else.

use crate::domain::import::Outlook;
use crate::domain::{CustomerFields, EventFilter, ImportKind, Mapping, Segments};
use crate::server::service::import::{Errors, error_line, import_file, recognise};
use crate::server::store::NewImport;
use crate::tests::api::Site;
use crate::tests::harness::*;
use crate::tests::imports::{Done, file, import, import_with};

const WREN: &str = "externalId,name,segment\nHD-1,Wren Hotels,SMB\n";

/// The errors of rows, in words.
fn told(done: &Done) -> Vec<String> {
    done.errors.iter().map(|error| error_line(ImportKind::Customers, error)).collect()
}

async fn customers(db: &Database, ids: &[&str]) -> Vec<CustomerFields> {
    let found = db.find_customers(ids.iter().map(|id| (*id).to_owned()).collect()).await.unwrap();
    let mut customers = Vec::new();
    for id in ids {
        customers.push(db.get_customer(*found.get(*id).unwrap_or_else(|| panic!("no {id}"))).await.unwrap().fields);
    }
    customers
}

on_each_database! {
    async fn tables_are_read_however_spreadsheets_write_them(db: Database) {
        let (arr, mail) = ("ARR (USD, yearly, net)", "Account name (legal, as registered)");
        for (name, content, ids, arrs, refused) in [
            ("commas.csv", "externalId,name,segment,arr\r\nT-1,North,SMB,1200.00,,,\r\nT-2,South,SMB,,,,\r\n,,,,,,\r\n,,,,,,\r\n".to_owned(),
                vec!["T-1", "T-2"], vec![Some(120_000), None], vec![]),
            ("filled.csv", "externalId,name,segment,arr\nT-3,North,SMB,1200.00,surplus\nT-4,South,SMB,2400.00\n".to_owned(),
                vec!["T-4"], vec![Some(240_000)], vec!["line 2: the row has 5 cells, and the header names 4 columns"]),
            ("sep.csv", "\u{feff}sep=;\r\nexternalId;name;segment;arr\r\nS-1;Ash & Co;SMB;1200.00\r\nS-2;Beech;Medium;2400.00\r\n".to_owned(),
                vec!["S-1"], vec![Some(120_000)], vec!["line 4: segment must be one of Enterprise, SMB, Startup, or be added to the rules: “Add the segments found” (--add-segments)"]),
            ("sep-quoted.csv", "\"sep=|\"\nexternalId|name|segment|arr\nS-3|Ash, Co|SMB|1\n".to_owned(),
                vec!["S-3"], vec![Some(100)], vec![]),
            ("header.csv", format!("Account ID;{mail};Segment (Enterprise, SMB, Startup);{arr}\r\nH-1;Harbor;SMB;12000.00\r\nH-2;Inlet;Startup;800.50\r\n"),
                vec!["H-1", "H-2"], vec![Some(1_200_000), Some(80_050)], vec![]),
            ("tabs.csv", "Account ID\tAccount name\tSegment\t\"ARR per 1,000 seats, net, USD, est.\"\nH-3\tLagoon\tSMB\t\"10,143.27\"\n".to_owned(),
                vec!["H-3"], vec![Some(1_014_327)], vec![]),
            ("old-mac.csv", "externalId,name,segment,arr\rM-1,Acorn,SMB,1\rM-2,Birch,SMB,2\r".to_owned(),
                vec!["M-1", "M-2"], vec![Some(100), Some(200)], vec![]),
            ("zeros.csv", "externalId,name,segment\n00042,Dune,SMB\n42,Ebb,SMB\n".to_owned(),
                vec!["00042", "42"], vec![None, None], vec![]),
            ("ids.ndjson", "{\"external_id\":110000000000000000001,\"name\":\"A\",\"segment\":\"SMB\"}\n\
                {\"external_id\":110000000000000000002,\"name\":\"B\",\"segment\":\"SMB\"}\n\
                {\"external_id\":9007199254740993,\"name\":\"C\",\"segment\":\"SMB\"}\n\
                {\"external_id\":1.0,\"name\":\"D\",\"segment\":\"SMB\"}\n".to_owned(),
                vec!["110000000000000000001", "110000000000000000002", "9007199254740993", "1.0"], vec![None; 4], vec![]),
            ("lines.txt", "{\"external_id\":\"L-1\",\"name\":\"A\",\"segment\":\"SMB\"}\n".to_owned(), vec!["L-1"], vec![None], vec![]),
        ] {
            let file = file(name, &content);
            let dry = import_with(&db, &file, file.mapping().await, true).await.unwrap();
            let done = import(&db, &file).await;
            assert_eq!((dry.counts, &dry.errors), (done.counts, &done.errors), "{name}");
            assert_eq!(told(&done), refused, "{name}");
            assert_eq!(done.counts.created, ids.len() as i64, "{name}");
            let found: Vec<_> = customers(&db, &ids).await.into_iter().map(|fields| fields.arr_cents).collect();
            assert_eq!(found, arrs, "{name}");
        }
    }

    async fn a_quote_that_does_not_close_costs_its_own_line(db: Database) {
        for (name, content, lost, created) in [
            ("never", "externalId,name,segment\nA-1,Acorn,SMB\nA-2,\"Oak 24in,SMB\nA-3,Elder,SMB\nA-4,Fir,SMB\n", 3, vec!["A-1", "A-3", "A-4"]),
            ("by another", "externalId,name,segment\nB-1,\"Oak 24in,SMB\nB-2,Elder,SMB\nB-3,\"Fir, Inc\",SMB\nB-4,Gorse,SMB\n", 2, vec!["B-2", "B-3", "B-4"]),
            ("by an inch", "externalId,name,segment\nC-1,\"Oak 24in,SMB\nC-2,Elder,SMB\nC-3,Fir 12\",SMB\nC-4,Gorse,SMB\n", 2, vec!["C-2", "C-3", "C-4"]),
            ("at the end", "externalId,name,segment\nD-1,Acorn,SMB\nD-2,\"Oak,SMB", 3, vec!["D-1"]),
        ] {
            let done = import(&db, &file("quotes.csv", content)).await;
            let told = told(&done);
            assert!(told.len() == 1 && told[0].starts_with(&format!("line {lost}: ")) && told[0].contains("quote"), "{name}: {told:?}");
            assert_eq!(done.counts.created, created.len() as i64, "{name}");
            customers(&db, &created).await;
        }
        // Cells may have line ends, doubled quotes, and text behind their quotes.
        let content = "externalId,name,segment,owner\nE-1,\"Oak \"\"24\"\" in\",SMB,\"Ann\nLee\"\nE-2,\"Oak\" & Sons,SMB,\nE-3, \"a, b\" ,SMB,\n";
        let done = import(&db, &file("fine.csv", content)).await;
        assert_eq!(told(&done), Vec::<String>::new());
        let found = customers(&db, &["E-1", "E-2", "E-3"]).await;
        assert_eq!(found.iter().map(|fields| fields.name.as_str()).collect::<Vec<_>>(), ["Oak \"24\" in", "Oak & Sons", "a, b"]);
        assert_eq!(found[0].owner.as_deref(), Some("Ann Lee"));
    }

    async fn an_id_that_two_names_have_is_called_out_and_merges_nothing(db: Database) {
        let content = "externalId,name,segment,arr\n1.23457E+11,Alder Freight,SMB,1000.00\n1.23457E+11,Birch Optics,SMB,2000.00\n\
                       1.23457E+11,Cedar Labs,Enterprise,90000.00\n1.23457E+11,alder  freight,SMB,1000.00\n";
        let file = file("shortened.csv", content);
        for is_dry in [true, false] {
            let done = import_with(&db, &file, file.mapping().await, is_dry).await.unwrap();
            let told = told(&done);
            assert_eq!(told.len(), 2, "{told:?}");
            for (line, told) in [3, 4].into_iter().zip(&told) {
                let expected = format!("line {line}: externalId 1.23457E+11 is also that of line 2, which has another name");
                assert!(told.starts_with(&expected) && told.contains("spreadsheet"), "{told}");
            }
            assert_eq!(done.counts.created, 1);
        }
        assert_eq!(customers(&db, &["1.23457E+11"]).await[0].arr_cents, Some(100_000));
    }

    async fn times_are_read_as_databases_write_them(db: Database) {
        import(&db, &file("c.csv", WREN)).await;
        let times = [
            ("2025-10-01 08:15:30+00", "2025-10-01 08:15:30 UTC"),
            ("2025-10-01 10:15:31.5+02", "2025-10-01 08:15:31.500 UTC"),
            ("2025-10-01 13:45:32.123456+05:30", "2025-10-01 08:15:32.123456 UTC"),
            ("2025-10-01T08:15:33+0000", "2025-10-01 08:15:33 UTC"),
            ("2025-10-01 03:15:34 -0500", "2025-10-01 08:15:34 UTC"),
            ("2025-10-01 08:15:35 UTC", "2025-10-01 08:15:35 UTC"),
            ("2025-10-01 08:15:36 +0000 UTC", "2025-10-01 08:15:36 UTC"),
            ("2025-10-01 10:15:37.5 +0200 CEST m=+0.5", "2025-10-01 08:15:37.500 UTC"),
            ("2025-10-01T10:15:38+02:00[Europe/Berlin]", "2025-10-01 08:15:38 UTC"),
            ("2025-10-01 8:15", "2025-10-01 08:15:00 UTC"),
            ("\"2025-10-01 08:15:39,25\"", "2025-10-01 08:15:39.250 UTC"),
            ("1759306540.5", "2025-10-01 08:15:40.500 UTC"),
            ("1759306541000000", "2025-10-01 08:15:41 UTC"),
        ];
        let row = |(place, (time, _)): (usize, &(&str, &str))| format!("HD-1,login,{time},e{place}\n");
        let rows: String = times.iter().enumerate().map(row).collect();
        let done = import(&db, &file("e.csv", format!("account_id,kind,occurred_at,id\n{rows}"))).await;
        assert_eq!((told(&done), done.counts.created), (Vec::new(), times.len() as i64));
        let id = db.find_customers(vec!["HD-1".into()]).await.unwrap()["HD-1"];
        let stored = db.list_events(id, &EventFilter::default(), 1, 50).await.unwrap().items;
        for (place, (text, expected)) in times.iter().enumerate() {
            let event = stored.iter().find(|event| event.message_id.as_deref() == Some(&format!("e{place}"))).unwrap();
            assert_eq!(event.occurred_at.to_string(), *expected, "{text}");
        }
        let vague = "account_id,kind,occurred_at\nHD-1,login,2025-10-01 08:15 CEST\nHD-1,login,10/01/2025 08:15\n";
        assert_eq!(import(&db, &file("vague.csv", vague)).await.counts.rejected, 2, "no offset is guessed");
    }

    async fn no_priority_costs_a_ticket_and_folded_subjects_are_one_line(db: Database) {
        import(&db, &file("c.csv", WREN)).await;
        let tickets = "Ticket ID,Subject,Status,Priority,Type,Agent,Created time,Account ID\r\n\
            1,Cannot log in,Closed,Low,Question,Ines,2025-10-01 09:00,HD-1\r\n\
            2,Export is slow,Closed,Medium,Incident,Ines,2025-10-02 10:00,HD-1\r\n\
            3,Down,Open,URGENT,Incident,Bo,2025-10-04 15:00,HD-1\r\n\
            4,None given,Open,,Question,,2025-10-05 15:00,HD-1\r\n\
            5,Dash,Open,-,Question,,2025-10-06 15:00,HD-1\r\n\
            6,\"TR: Re: Order for the\n\tautumn season\",Open,Normal,Question,,2025-10-07 15:00,HD-1\r\n";
        let file = file("tickets.csv", tickets);
        assert_eq!(file.mapping().await.defaults["kind"], "support_ticket");
        let done = import(&db, &file).await;
        assert_eq!((told(&done), done.counts.created), (Vec::new(), 6));
        let id = db.find_customers(vec!["HD-1".into()]).await.unwrap()["HD-1"];
        let mut stored = db.list_events(id, &EventFilter::default(), 1, 50).await.unwrap().items;
        stored.sort_by_key(|event| event.message_id.clone());
        let ticket = |event: crate::domain::Event| match event.body {
            crate::domain::EventBody::SupportTicket { priority, subject } => (priority.name(), subject.unwrap_or_default()),
            other => panic!("{other:?}"),
        };
        let tickets: Vec<_> = stored.into_iter().map(ticket).collect();
        assert_eq!(tickets.iter().map(|(priority, _)| *priority).collect::<Vec<_>>(), ["low", "normal", "urgent", "normal", "normal", "normal"]);
        assert_eq!(tickets[5].1, "TR: Re: Order for the autumn season");
    }

    async fn a_dry_run_names_the_first_rows_and_what_becomes_of_the_arr(db: Database) {
        import(&db, &file("a.csv", "externalId,name,segment,owner,arr\nA-1,Acorn,SMB,Ann,1000\nA-2,Birch,SMB,Bob,500\n")).await;
        let file = file("b.csv", "externalId,name,segment,owner,arr\nA-1,Acorn,SMB,Cem,3000\nA-2,Birch,SMB,Bob,500\nA-3,Cedar,SMB,Dee,252000\nA-3,Cedar,SMB,Dee,252000\n");
        let outlook = outlook(&db, &file.source(), file.mapping().await).await;
        assert_eq!((outlook.arr_cents, outlook.arr_change_cents), (150_000, 25_400_000));
        assert!(outlook.is_drastic());
        let words = |rows: &[crate::domain::import::RowOutlook]| rows.iter().map(|row| row.words()).collect::<Vec<_>>();
        assert_eq!(words(&outlook.updated), ["line 2, Acorn: ARR $1,000 → $3,000, Owner Ann → Cem"]);
        assert_eq!(words(&outlook.created), ["line 4, Cedar: ARR $252,000, External id A-3, Owner Dee, Segment SMB"]);
        assert_eq!(outlook.arr_change().unwrap(), "Adds $254k ARR: $1.5k becomes $256k");
    }
}

async fn outlook(db: &Database, source: &crate::server::service::import::Source, mapping: Mapping) -> Outlook {
    let state = crate::domain::ImportState::Running;
    let new = NewImport { file_name: "x".into(), path: None, findings: None, mapping, state, author: None };
    import_file(&db.call(), source.clone(), new, true, Errors::nowhere(), |_, _| {}).await.unwrap().1.unwrap_err()
}

const BOUNDARY: &str = "----form";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_table_is_refused_on_the_import_page_with_what_to_do() {
    let site = Site::sqlite().await;
    let prose = "Dear all,\n\nplease find the customers of last year below, as discussed, thank you.\n\nRegards, Ines\n";
    for (name, content, what, advice) in [
        ("book.xlsx", &b"PK\x03\x04\x14\0\x06\0[Content_Types].xml....xl/workbook.xml"[..], "Excel workbook", "CSV"),
        ("book.ods", b"PK\x03\x04\x14\0\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument", "CSV"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook", "CSV"),
        ("files.zip", b"PK\x03\x04\x14\0\0\0customers.csv", "ZIP archive", "Unpack"),
        ("list.pdf", b"%PDF-1.7\n%\xe2\xe3", "PDF", "CSV"),
        ("array.json", b"[{\"id\":1}]", "JSON array", "one JSON object a line"),
        ("pretty.json", b"{\n  \"id\": 1\n}\n", "several lines", "one JSON object"),
        ("page.html", b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML page", "CSV"),
        ("page.csv", b"\n<html><body>Sign in</body></html>", "HTML page", "CSV"),
        ("feed.xml", b"<?xml version=\"1.0\"?><customers/>", "XML", "CSV"),
        ("empty.csv", b"", "empty", "header line"),
        ("blank.csv", b" \r\n\r\n", "empty", "header line"),
        ("notes.txt", prose.as_bytes(), "plain text", "header line"),
        ("utf16.csv", b"\xff\xfei\0d\0", "UTF-16", "UTF-8"),
        ("odd.ndjson", b"externalId,name\nA,B\n", "has none", ".csv"),
    ] {
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"author\"\r\n\r\nAnn\r\n\
            --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let kind = ("content-type", kind.as_str());
        let refused = site.send("POST /import/upload", &[kind], body.clone()).await;
        assert_eq!(refused.status, 400, "{name}: a program is told");
        let answer = site.send("POST /import/upload", &[kind, ("accept", "text/html")], body).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/import"), "{name}");
        let cookies =
            answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let page = site.send("GET /import", &[("accept", "text/html"), ("cookie", &cookies)], "").await;
        assert_eq!(page.status, 200);
        for part in [&format!("{name} was not taken"), what, advice] {
            assert!(page.text.contains(part), "{name}: {part}");
        }
        assert!(page.header("set-cookie").contains("refused_upload=;"), "it is told once: {:?}", page.headers);
    }
    assert_eq!(site.database.list_imports(1, 10).await.unwrap().total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_for_events_because_nothing_speaks_for_anything() {
    let unknown = file("unknown.csv", "Konto,Betrag\nA-1,12\nA-2,13\n");
    let (mapping, columns) = recognise(&unknown.source(), None, &Segments::default()).await.unwrap();
    assert_eq!((mapping.kind, mapping.columns.len(), columns.len()), (ImportKind::Customers, 0, 2));
}
