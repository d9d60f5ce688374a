//! The rules of this repository that a compiler does not know, as checks of its text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

struct SourceFile {
    /// From the repository's root, with forward slashes.
    path: String,
    text: String,
}

/// Every file under `folder` with this extension, in order. This file is left out: it names what it forbids.
fn files(folder: &str, extension: &str) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        for path in entries {
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|found| found == extension) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    let read = |path: PathBuf| SourceFile {
        text: fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"),
    };
    found.into_iter().map(read).filter(|file| file.path != "src/tests/tidy.rs").collect()
}

/// Fails with every line of these files that breaks the rule.
fn forbid(rule: &str, files: impl IntoIterator<Item = SourceFile>, is_offence: impl Fn(&str) -> bool) {
    let offences: Vec<_> = files
        .into_iter()
        .flat_map(|file| {
            let lines: Vec<_> = file.text.lines().map(str::to_owned).enumerate().collect();
            lines.into_iter().map(move |(index, line)| (file.path.clone(), index + 1, line))
        })
        .filter(|(_, _, line)| is_offence(line))
        .map(|(path, number, line)| format!("{path}:{number}: {}", line.trim()))
        .collect();
    assert!(offences.is_empty(), "{rule}\n{}", offences.join("\n"));
}

fn rust() -> Vec<SourceFile> {
    files("src", "rs")
}

fn outside(folders: &'static [&'static str]) -> impl Iterator<Item = SourceFile> {
    rust().into_iter().filter(|file| !folders.iter().any(|folder| file.path.starts_with(folder)))
}

fn inside(folders: &'static [&'static str]) -> impl Iterator<Item = SourceFile> {
    rust().into_iter().filter(|file| folders.iter().any(|folder| file.path.starts_with(folder)))
}

fn contains_any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

#[test]
fn sql_is_only_in_the_store() {
    let sql = ["sqlx", "SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE"];
    forbid("SQL belongs into src/server/store", outside(&["src/server/store/", "src/tests/"]), |line| contains_any(line, &sql));
}

#[test]
fn customers_are_changed_in_one_file() {
    // There, what health depends on makes it stale, and open pages are told.
    let others = inside(&["src/server/store/"]).filter(|file| file.path != "src/server/store/tables/customers.rs");
    forbid("customers are changed by the functions of src/server/store/tables/customers.rs", others, |line| {
        line.contains("UPDATE customers")
    });
}

#[test]
fn health_is_written_by_one_function() {
    // A replayed day and a benchmark write into databases of their own.
    let allowed = ["ledger/health.rs", "views/replay.rs", "views/limits.rs"];
    let others = inside(&["src/server/store/"]).filter(|file| !allowed.iter().any(|allowed| file.path.ends_with(allowed)));
    forbid("health is written by put_health in src/server/store/ledger/health.rs", others, |line| {
        contains_any(line, &[".into_row()", "insert_band_changes("]) && !line.contains("fn insert_band_changes")
    });
}

#[test]
fn no_number_stands_for_nothing() {
    let before_tests = |file: SourceFile| SourceFile { text: code_of(&file).to_owned(), ..file };
    let code = outside(&["src/tests/"]).filter(|file| !file.path.contains("/tests")).map(before_tests);
    forbid("an id or a day that there is not is None", code, |line| {
        contains_any(line, &["Id(0)", "Id(-", "NaiveDate::default()"])
    });
}

#[test]
fn the_store_begins_nothing_that_goes_on() {
    let before_tests = |file: SourceFile| SourceFile { text: code_of(&file).to_owned(), ..file };
    let store = inside(&["src/server/store/"]).map(before_tests);
    forbid("what goes on by itself belongs into src/server/service/run", store, |line| line.contains("tokio::spawn("));
}

#[test]
fn server_functions_are_one_line_each_and_in_one_file() {
    forbid("server functions belong into src/app/server_fns.rs", outside(&["src/app/server_fns.rs"]), |line| {
        contains_any(line, &["#[server]", "#[server("])
    });
    for file in inside(&["src/app/server_fns.rs"]) {
        let code: Vec<_> = file.text.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
        for (start, _) in code.iter().enumerate().filter(|(_, line)| line.starts_with("#[server")) {
            let body = code[start..].iter().skip_while(|line| !line.ends_with('{')).skip(1);
            let length = body.take_while(|line| **line != "}").count();
            assert_eq!(length, 1, "{}: the body of a server function is one line: {}", file.path, code[start + 1]);
        }
    }
}

#[test]
fn scoring_and_domain_read_no_clock_no_environment_and_no_dice() {
    let impure = ["::now(", "SystemTime", "Instant", "std::env", "env!(", "rand::", "std::fs", "js_sys", "tokio"];
    forbid("pure code takes time and chance as arguments", inside(&["src/domain/", "src/scoring/"]), |line| {
        contains_any(line, &impure)
    });
}

#[test]
fn scoring_speaks_in_one_room() {
    let silent = inside(&["src/scoring/"]).filter(|file| !contains_any(&file.path, &["/words/", "/tests/"]));
    forbid("facts get their English in src/scoring/words", silent, |line| {
        let code = line.trim_start();
        !code.starts_with("//")
            && (code.contains("format!(") || code.split('"').skip(1).step_by(2).any(|text| text.contains(' ')))
    });
}

#[test]
fn a_use_case_gets_a_call() {
    // Nobody asks for what runs by itself: it makes its own calls.
    let cases = inside(&["src/server/service/"]).filter(|file| !file.path.starts_with("src/server/service/run/"));
    forbid("who asks, and when, comes from a Call", cases, |line| line.contains("AppState"));
}

#[test]
fn only_the_command_line_reads_the_clock() {
    forbid("below the command line, time is an argument", outside(&["src/cli/mod.rs"]), |line| {
        contains_any(line, &["Utc::now", "Local::now", "SystemTime::now"])
    });
}

#[test]
fn the_clock_is_read_once_a_call() {
    let short = outside(&[
        "src/server/call.rs",
        "src/server/service/run/jobs.rs",
        "src/server/service/import/",
        "src/cli/",
        "src/tests/",
    ]);
    forbid("a use case takes the time from its call; only what goes on for long asks again", short, |line| {
        line.contains("read_clock(") || line.contains(".clock)(")
    });
}

#[test]
fn dependencies_point_one_way() {
    let rules: [(&'static [&'static str], &[&str]); 12] = [
        (&["src/domain/"], &["crate::scoring", "crate::wire", "crate::server", "crate::app", "crate::site", "crate::cli"]),
        (&["src/scoring/"], &["crate::wire", "crate::server", "crate::app", "crate::site", "crate::cli"]),
        (&["src/wire/"], &["crate::server", "crate::app", "crate::site", "crate::cli"]),
        (&["src/server/"], &["crate::app", "crate::site", "crate::cli"]),
        (&["src/app/", "src/site/"], &["crate::cli"]),
        (&["src/server/store/"], &["server::service", "server::api", "server::browser", "server::guard"]),
        (&["src/server/store/sql/"], &["store::tables", "store::ledger", "store::views"]),
        (&["src/server/store/tables/"], &["store::ledger", "store::views"]),
        (&["src/server/store/ledger/"], &["store::views"]),
        (&["src/server/service/"], &["server::api", "server::browser"]),
        (&["src/app/pages", "src/app/components", "src/app/state", "src/app/format"], &["crate::server::", "crate::site"]),
        (&["src/app/components"], &["server_fns"]),
    ];
    for (folders, forbidden) in rules {
        let code = inside(folders).filter(|file| !file.path.contains("/tests"));
        forbid(&format!("{folders:?} must not see {forbidden:?}"), code, |line| contains_any(line, forbidden));
    }
}

#[test]
fn no_files_depend_on_each_other_in_a_circle() {
    let sources: Vec<_> = outside(&["src/tests/"]).filter(|file| !file.path.contains("/tests")).collect();
    let module = |file: &SourceFile| {
        file.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::")
    };
    let mut modules: Vec<_> = sources.iter().map(module).collect();
    // The longest name that a path begins with is its file.
    modules.sort_by_key(|module| std::cmp::Reverse(module.len()));
    let found = |path: &str| modules.iter().find(|module| path.starts_with(&format!("{module}::")) || path == **module).cloned();
    let mut uses = BTreeMap::new();
    for file in &sources {
        let name = module(file);
        // A folder's own file and its files know each other; `super` elsewhere is a path like any other.
        let parent = |name: &str| name.rsplit_once("::").map_or(String::new(), |(parent, _)| parent.to_owned());
        let above = parent(&name);
        let code = code_of(file).replace("super::super::", &format!("crate::{}::", parent(&above)));
        let code = code.replace("super::", &format!("crate::{above}::"));
        let paths = code.split("crate::").skip(1).flat_map(used_paths);
        let others: BTreeSet<_> = paths
            .filter_map(|path| found(&path))
            .filter(|other| *other != name && !name.starts_with(&format!("{other}::")))
            .collect();
        uses.insert(name, others);
    }
    // Who uses nobody that is left is in no circle.
    while let Some(free) = uses.iter().find(|(_, others)| others.iter().all(|other| !uses.contains_key(other))) {
        let free = free.0.clone();
        uses.remove(&free);
    }
    assert!(uses.is_empty(), "these files are, or use, a circle: {:?}", uses.keys());
}

/// Returns a file's text without its tests.
fn code_of(file: &SourceFile) -> &str {
    file.text.split("#[cfg(test)]").next().unwrap_or_default()
}

/// Returns the paths that the text after `crate::` names: `a::{b, c::d}` names `a::b` and `a::c::d`.
fn used_paths(text: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
    let (path, rest) = text.split_at(text.find(|letter| !is_part(letter)).unwrap_or(text.len()));
    match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((names, _)) => names.split(',').map(|name| format!("{path}{}", name.trim())).collect(),
        None => vec![path.to_owned()],
    }
}

#[test]
fn colours_are_only_in_the_tokens() {
    let tokens = "style/tokens.css";
    let styles = files("style", "css").into_iter().filter(|file| file.path != tokens);
    forbid("colours belong into style/tokens.css", styles.chain(inside(&["src/app/"])), |line| {
        contains_any(line, &["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab("]) || has_hex_colour(line)
    });
}

/// `#` and 3, 4, 6 or 8 hexadecimal digits that are a word of their own.
fn has_hex_colour(line: &str) -> bool {
    line.split('#').skip(1).any(|rest| {
        let word = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_');
        let word = &rest[..word.unwrap_or(rest.len())];
        [3, 4, 6, 8].contains(&word.len()) && word.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

#[test]
fn hex_colours_are_told_from_anchors() {
    let cases = [("color: #fff;", true), ("#a1b2c3", true), ("href=\"#add\"", true), ("#add-note", false), ("#[server]", false)];
    for (line, expected) in cases {
        assert_eq!(has_hex_colour(line), expected, "{line}");
    }
}

#[test]
fn every_file_says_what_it_answers() {
    for file in rust().into_iter().chain(files("xtask/src", "rs")) {
        assert!(file.text.starts_with("//! "), "{} has no header", file.path);
    }
}

#[test]
fn doc_comments_begin_with_a_verb_or_a_noun() {
    let words = ["What", "Whether", "The same", "Those", "Of", "That", "How", "It", "With", "As", "For", "In"];
    let begins_badly = |line: &str| {
        let text = line.trim_start().strip_prefix("/// ").unwrap_or_default();
        words.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    };
    for file in rust() {
        let mut before = "";
        for (index, line) in file.text.lines().enumerate() {
            let is_first = !before.trim_start().starts_with("///");
            let place = format!("{}:{}", file.path, index + 1);
            assert!(!is_first || !begins_badly(line), "{place}: begin with a verb or a noun: {}", line.trim());
            before = line;
        }
    }
}

#[test]
fn folders_tell_server_from_browser_not_cfgs() {
    let count: usize = rust().iter().map(|file| file.text.matches("cfg(feature").count()).sum();
    // Modules that are one half's alone, and what starts them.
    assert!(count <= 13, "cfg(feature occurs {count} times in src; at most 13");
}

#[test]
fn every_migration_has_its_twin() {
    let names = |folder: &str| -> Vec<_> {
        files(folder, "sql").iter().filter_map(|file| file.path.rsplit('/').next().map(str::to_owned)).collect()
    };
    let sqlite = names("migrations/sqlite");
    assert_eq!(sqlite, names("migrations/postgres"));
    assert!(!sqlite.is_empty());
}

#[test]
fn nothing_is_left_for_later() {
    forbid("do it or say it in an issue", rust().into_iter().chain(files("style", "css")), |line| {
        contains_any(line, &["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("])
    });
}
