//! The built assets, which the binary holds. Precompressed copies are served as they are; nothing is compressed here.

use crate::wire::PageAssets;
use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::{borrow::Cow, collections::BTreeMap};

/// The content of a file.
type Content = Cow<'static, [u8]>;

/// The files of the built site.
#[derive(Clone, Copy)]
pub struct Assets {
    find: fn(&str) -> Option<Content>,
}

/// Lets browsers keep an asset for ever: its name changes with its content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Lets browsers keep the few files whose address cannot hold a hash for a day.
const ONE_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// The policy of the shared worker's script, which a worker obeys: this one opens a stream and does nothing else.
const WORKER_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; connect-src 'self'");

impl Assets {
    /// A site without files: assets answer 404, and pages work without script and style.
    pub const NONE: Self = Self { find: |_| None };

    /// Takes what finds a file by its path below `target/site`.
    pub fn found_by(find: fn(&str) -> Option<Content>) -> Self {
        Self { find }
    }

    /// Returns the addresses of the assets that pages load.
    pub fn of_pages(self) -> PageAssets {
        let address = |name| format!("/assets/{}", self.hashed(name));
        PageAssets {
            script: address("customer-health.js"),
            wasm: address("customer-health_bg.wasm"),
            stylesheet: address("main.css"),
            typeface: address("fonts/inter-latin.woff2"),
            live: address("live.js"),
            save_chart: address("save-chart.js"),
        }
    }

    /// Serves `/assets/...`, and the addresses that browsers and crawlers ask for by themselves.
    pub fn router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let named = |name| get(move |headers: HeaderMap| async move { self.answer(&self.hashed(name), &headers, ONE_DAY) });
        let any = get(move |Path(path): Path<String>, headers: HeaderMap| async move { self.answer(&path, &headers, FOR_EVER) });
        Router::new()
            .route("/assets/{*path}", any)
            .route("/favicon.svg", named("favicon.svg"))
            .route("/favicon.ico", named("favicon.svg"))
            .route("/robots.txt", named("robots.txt"))
    }

    /// Returns the name under which the build stored a file, from its manifest, or the plain name when the manifest has none.
    fn hashed(self, name: &str) -> String {
        let manifest =
            (self.find)("manifest.json").and_then(|content| serde_json::from_slice::<BTreeMap<String, String>>(&content).ok());
        manifest.and_then(|mut names| names.remove(name)).unwrap_or_else(|| name.to_owned())
    }

    fn answer(self, path: &str, headers: &HeaderMap, keep: HeaderValue) -> Response {
        let find = |path: &str| (self.find)(&format!("assets/{path}"));
        let Some((content_type, encoding, content)) = negotiate(path, headers, find) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let mut response = ([(header::CONTENT_TYPE, content_type), (header::VARY, "Accept-Encoding")], content).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, keep);
        if path.starts_with("live.") {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, WORKER_POLICY);
        }
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// A chosen copy of an asset: content type, encoding (`None` is identity), bytes.
type Negotiated = (&'static str, Option<&'static str>, Content);

/// Returns the smallest copy that the browser accepts.
fn negotiate(path: &str, headers: &HeaderMap, find: impl Fn(&str) -> Option<Content>) -> Option<Negotiated> {
    let content_type = content_type(path)?;
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(headers, encoding))
        .find_map(|(encoding, suffix)| Some((content_type, Some(encoding), find(&format!("{path}{suffix}"))?)))
        .or_else(|| Some((content_type, None, find(path)?)))
}

/// Returns whether `Accept-Encoding` accepts `encoding`, by its name or by `*`, with a quality above 0 (RFC 9110, section
/// 12.5.3).
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let choices: Vec<(&str, bool)> = lines.flat_map(|line| line.split(',')).map(choice).collect();
    let named = |name: &str| choices.iter().find(|(offered, _)| offered.eq_ignore_ascii_case(name)).map(|(_, wanted)| *wanted);
    named(encoding).or_else(|| named("*")).unwrap_or(false)
}

/// Parses an item of `Accept-Encoding`: `gzip;q=0.5` is (gzip, true). A quality that cannot be read counts as 0, since
/// identity is always right.
fn choice(item: &str) -> (&str, bool) {
    match item.split_once(';') {
        None => (item.trim(), true),
        Some((name, quality)) => {
            let quality = quality.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            (name.trim(), quality.is_some_and(|q| q > 0.0))
        }
    }
}

/// Returns the content type of a file by its ending. Unlisted files are not served, so precompressed copies have no address
/// of their own.
fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "bin" => "application/octet-stream",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site with one release asset and one debug asset, which has no compressed copies.
    fn find(path: &str) -> Option<Content> {
        let content: &'static str = match path {
            "app.js" => "plain",
            "app.js.br" => "brotli",
            "app.js.gz" => "gzip",
            "debug.wasm" => "debug",
            _ => return None,
        };
        Some(content.as_bytes().into())
    }

    fn answer(path: &str, accept: &[&'static str]) -> Option<(&'static str, Option<&'static str>, String)> {
        let mut headers = HeaderMap::new();
        for line in accept {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(line));
        }
        negotiate(path, &headers, find)
            .map(|(kind, encoding, content)| (kind, encoding, String::from_utf8_lossy(&content).into_owned()))
    }

    #[test]
    fn the_smallest_copy_that_the_browser_accepts_is_sent() {
        let cases: [(&[&str], &str); 11] = [
            (&["gzip, deflate, br, zstd"], "brotli"),
            (&["gzip", "br"], "brotli"),
            (&["GZIP"], "gzip"),
            (&["gzip;q=0.5, br;q=0"], "gzip"),
            (&["br; q=0.1"], "brotli"),
            (&["*"], "brotli"),
            (&["br;q=0, *"], "gzip"),
            (&["*;q=0"], "plain"),
            (&["br;q=nonsense"], "plain"),
            (&["deflate, zstd"], "plain"),
            (&[], "plain"),
        ];
        for (accept, expected) in cases {
            let (kind, encoding, content) = answer("app.js", accept).expect("app.js exists");
            assert_eq!(content, expected, "{accept:?}");
            assert_eq!(encoding.unwrap_or("plain"), expected.replace("brotli", "br"), "{accept:?}");
            assert_eq!(kind, "text/javascript; charset=utf-8");
        }
    }

    #[test]
    fn without_compressed_copies_the_plain_one_is_sent() {
        assert_eq!(answer("debug.wasm", &["gzip, br"]), Some(("application/wasm", None, "debug".into())));
    }

    #[test]
    fn what_is_missing_or_not_an_asset_is_not_found() {
        for path in ["other.js", "app.js.br", "app", "", "../manifest.json"] {
            assert_eq!(answer(path, &["br"]), None, "{path}");
        }
    }

    #[test]
    fn pages_ask_for_addresses_that_the_router_serves() {
        let PageAssets { script, wasm, stylesheet, typeface, live, save_chart } = Assets::NONE.of_pages();
        let addresses =
            [(script, ".js"), (wasm, ".wasm"), (stylesheet, ".css"), (typeface, ".woff2"), (live, ".js"), (save_chart, ".js")];
        for (address, extension) in addresses {
            assert!(address.starts_with("/assets/") && address.ends_with(extension), "{address}");
        }
    }
}
