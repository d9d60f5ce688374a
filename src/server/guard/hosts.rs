//! The host names that the server answers to. A page of another site can make its own name lead to this machine (DNS
//! rebinding), and would then read and write as if it were ours. Only the name in its requests gives it away.

use super::is_probe;
use crate::server::Settings;
use crate::server::api::problem;
use crate::wire::AppError;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::uri::Authority;
use axum::http::{Method, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The host names under which the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Every name. The access token protects the server instead: no browser sends it to another name.
    Any,
    /// This machine's names for itself, and the listed ones.
    Named(Vec<String>),
}

impl Hosts {
    /// Returns the names for a server on this address. Every name is answered beyond loopback, where an access token is
    /// required, unless some are configured.
    pub fn at(addr: SocketAddr, configured: Vec<String>) -> Self {
        if configured.is_empty() && !addr.ip().is_loopback() { Self::Any } else { Self::Named(configured) }
    }

    fn answer(&self, host: &Authority) -> bool {
        let name = host.host().trim_end_matches('.').to_ascii_lowercase();
        match self {
            Self::Any => true,
            Self::Named(names) => is_loopback(&name) || names.contains(&name),
        }
    }
}

/// Returns whether a name is `localhost`, ends in it, or is an address in 127.0.0.0/8 or `[::1]`.
fn is_loopback(name: &str) -> bool {
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Parses a configured name into the form in which browsers send it.
pub fn parse_host(text: &str) -> Result<String, String> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_name = name.parse::<Authority>().is_ok_and(|authority| authority.host() == name);
    if name.is_empty() || is_name { Ok(name) } else { Err("must be a host name, without scheme, port and path".into()) }
}

/// Refuses a request that names a host which is not ours, no host or several
/// (<https://www.rfc-editor.org/rfc/rfc9112#section-3.2>), or that means another server altogether. Probes pass: load
/// balancers ask by address.
pub async fn require_host(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    if request.method() == Method::CONNECT {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, PATCH, DELETE"))];
        return (allow, problem::method_not_allowed().await).into_response();
    }
    let host = match host(request.headers(), request.version()) {
        Ok(host) => host,
        Err(error) => return error.into_response(),
    };
    // A request's target that has a host of its own counts, whatever the header says.
    let mut named = request.uri().authority().into_iter().chain(&host);
    match named.find(|host| !settings.hosts.answer(host)) {
        Some(host) if !is_probe(request.uri()) => AppError::Forbidden(format!(
            "This server does not answer to the name {0}. If it should, start it with ALLOWED_HOSTS={0}.",
            host.host()
        ))
        .into_response(),
        _ => next.run(request).await,
    }
}

fn host(headers: &HeaderMap, version: Version) -> Result<Option<Authority>, AppError> {
    let mut sent = headers.get_all(header::HOST).iter();
    match (sent.next(), sent.next()) {
        (Some(host), None) => match host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) {
            Some(host) if !host.as_str().contains('@') => Ok(Some(host)),
            _ => Err(AppError::BadRequest("The Host header must be a host name, with or without a port.".into())),
        },
        (Some(_), Some(_)) => Err(AppError::BadRequest("There must be one Host header, not several.".into())),
        (None, _) if version == Version::HTTP_11 => Err(AppError::BadRequest("The Host header is missing.".into())),
        (None, _) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_server_answers_to_loopback_names_and_configured_ones() {
        let hosts = Hosts::at("127.0.0.1:3000".parse().unwrap(), vec!["health.example".into()]);
        let answered = [
            "localhost",
            "LOCALHOST:80",
            "a.localhost:3000",
            "localhost.",
            "127.0.0.1:3000",
            "127.8.8.8",
            "[::1]:3000",
            "health.example",
            "Health.Example.:443",
        ];
        let refused = [
            "evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "192.168.1.5:3000",
            "0.0.0.0",
            "[::]",
            "sub.health.example",
            "health.example.evil",
        ];
        for (host, expected) in answered.map(|host| (host, true)).into_iter().chain(refused.map(|host| (host, false))) {
            assert_eq!(hosts.answer(&host.parse().unwrap()), expected, "{host}");
        }
    }

    #[test]
    fn beyond_loopback_every_name_is_answered_unless_some_are_configured() {
        let addr = "0.0.0.0:3000".parse().unwrap();
        assert_eq!(Hosts::at(addr, Vec::new()), Hosts::Any);
        assert!(!Hosts::at(addr, vec!["health.example".into()]).answer(&"evil.example".parse().unwrap()));
    }

    #[test]
    fn a_configured_host_is_a_plain_name() {
        for (text, expected) in
            [(" Health.Example. ", "health.example"), ("", ""), ("10.0.0.5", "10.0.0.5"), ("[fd00::1]", "[fd00::1]")]
        {
            assert_eq!(parse_host(text).as_deref(), Ok(expected));
        }
        for text in ["https://health.example", "health.example:3000", "health.example/x", "a b", "u@health.example"] {
            assert!(parse_host(text).is_err(), "{text}");
        }
    }
}
