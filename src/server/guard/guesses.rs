//! Wrong access tokens, counted by the address that sent them, so that nobody can try many. One that comes again, as
//! from a program whose token was replaced, counts once: it tells nothing new, and locks out none of those who share its address.

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The most different wrong tokens that an address may send in a [`WINDOW`].
pub const MAX_GUESSES: usize = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// The most addresses that are remembered.
const MAX_ADDRESSES: usize = 10_000;

/// The wrong tokens of the last minute, by address.
#[derive(Default)]
pub struct Guesses {
    of: Mutex<HashMap<IpAddr, Guessed>>,
    hasher: RandomState,
}

struct Guessed {
    since: Instant,
    /// Hashes of the tokens, each once.
    tokens: Vec<u64>,
}

impl Guesses {
    /// Returns how long no token of this address is looked at; `None` when the next one is.
    pub fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let guesses = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let guessed = guesses.get(&address).filter(|guessed| guessed.tokens.len() >= MAX_GUESSES)?;
        (guessed.since + WINDOW).checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    pub fn note_wrong(&self, address: IpAddr, token: &str, now: Instant) {
        let mut guesses = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |guessed: &Guessed| now.saturating_duration_since(guessed.since) >= WINDOW;
        if guesses.len() >= MAX_ADDRESSES && !guesses.contains_key(&address) {
            guesses.retain(|_, guessed| !is_over(guessed));
            let oldest = guesses.iter().min_by_key(|(_, guessed)| guessed.since).map(|(address, _)| *address);
            if let Some(oldest) = oldest.filter(|_| guesses.len() >= MAX_ADDRESSES) {
                guesses.remove(&oldest);
            }
        }
        let guessed = guesses.entry(address).or_insert_with(|| Guessed { since: now, tokens: Vec::new() });
        if is_over(guessed) {
            *guessed = Guessed { since: now, tokens: Vec::new() };
        }
        let token = self.hasher.hash_one(token);
        if !guessed.tokens.contains(&token) {
            guessed.tokens.push(token);
        }
    }
}

/// Returns the address that a request came from. A proxy on a private address is believed: then it is the last public
/// address in `X-Forwarded-For`. Of an IPv6 address it is the network, since a client has all addresses of its network.
pub fn client_address(extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map_or(Ipv4Addr::UNSPECIFIED.into(), |info| info.0.ip());
    let hops = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
    let mut hops = hops.flat_map(|line| line.rsplit(',')).map_while(|hop| hop.trim().parse::<IpAddr>().ok());
    let client = if is_private(peer) { hops.find(|hop| !is_private(*hop)) } else { None };
    match client.unwrap_or(peer).to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address => address,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUESSER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 8));

    #[test]
    fn ten_wrong_tokens_a_minute_are_looked_at_and_of_others_as_many() {
        let (guesses, start) = (Guesses::default(), Instant::now());
        for index in 0..MAX_GUESSES {
            assert_eq!(guesses.wait(GUESSER, start), None);
            guesses.note_wrong(GUESSER, &format!("guess-{index}"), start);
        }
        assert_eq!(guesses.wait(GUESSER, start), Some(WINDOW));
        assert_eq!(guesses.wait(GUESSER, start + WINDOW / 4), Some(WINDOW * 3 / 4));
        assert_eq!(guesses.wait(OTHER, start), None);
        assert_eq!(guesses.wait(GUESSER, start + WINDOW), None);
        guesses.note_wrong(GUESSER, "guess", start + WINDOW);
        assert_eq!(guesses.wait(GUESSER, start + WINDOW), None, "a new minute begins");
    }

    #[test]
    fn a_wrong_token_that_comes_again_is_no_other_guess() {
        let (guesses, start) = (Guesses::default(), Instant::now());
        (0..10 * MAX_GUESSES).for_each(|_| guesses.note_wrong(GUESSER, "replaced", start));
        assert_eq!(guesses.wait(GUESSER, start), None);
        (1..MAX_GUESSES).for_each(|index| guesses.note_wrong(GUESSER, &format!("guess-{index}"), start));
        assert!(guesses.wait(GUESSER, start).is_some());
    }

    #[test]
    fn no_number_of_addresses_fills_the_memory_or_frees_a_guesser_soon() {
        let (guesses, start) = (Guesses::default(), Instant::now());
        (0..MAX_ADDRESSES as u32 + 500).for_each(|index| guesses.note_wrong(Ipv4Addr::from_bits(index).into(), "guess", start));
        assert_eq!(guesses.of.lock().unwrap().len(), MAX_ADDRESSES);
        let later = start + Duration::from_secs(1);
        (0..MAX_GUESSES).for_each(|index| guesses.note_wrong(GUESSER, &format!("guess-{index}"), later));
        guesses.note_wrong(OTHER, "guess", start + Duration::from_secs(2));
        assert!(guesses.wait(GUESSER, start + Duration::from_secs(2)).is_some());
    }

    #[test]
    fn a_client_is_told_by_its_address_or_by_a_proxy_nearby() {
        let cases = [
            ("203.0.113.7:9", "", "203.0.113.7"),
            ("203.0.113.7:9", "198.51.100.1", "203.0.113.7"),
            ("127.0.0.1:9", "", "127.0.0.1"),
            ("127.0.0.1:9", "198.51.100.1", "198.51.100.1"),
            ("10.1.2.3:9", "192.0.2.66, 198.51.100.1, 10.0.0.4", "198.51.100.1"),
            ("[::ffff:10.1.2.3]:9", "198.51.100.1", "198.51.100.1"),
            ("10.1.2.3:9", "198.51.100.1, nonsense", "10.1.2.3"),
            ("[2001:db8:1:2:3:4:5:6]:9", "", "2001:db8:1:2::"),
        ];
        for (peer, forwarded, expected) in cases {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            let headers = HeaderMap::from_iter(
                (!forwarded.is_empty())
                    .then(|| (axum::http::HeaderName::from_static("x-forwarded-for"), forwarded.parse().unwrap())),
            );
            assert_eq!(client_address(&extensions, &headers), expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded}");
        }
    }
}
