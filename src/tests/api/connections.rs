//! A real server and raw sockets: what becomes of clients that send nothing, half, or do not read.

use super::Site;
use crate::server::Settings;
use crate::server::guard::pace::Pace;
use crate::site::connections::{self, Limits};
use axum::Router;
use axum::routing::get;
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A patience beyond any test's.
const LONG: Duration = Duration::from_secs(600);
const PATIENT: Limits = Limits { connections: 1000, head: LONG, idle: LONG, write: LONG };
/// A time that no test should wait.
const TOO_LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(150);

const PROBE: &str = "GET /healthz HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n";
const PAGE: &str = "GET /api/scorecard HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LIVE: &str = "GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct Server {
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Server {
    async fn start(router: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ending) = oneshot::channel();
        let served = tokio::spawn(connections::serve(listener, router, limits, async move { drop(ending.await) }));
        Self { address, end: Some(end), served }
    }

    async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.address).await.unwrap(), read: Vec::new() }
    }

    async fn send(&self, text: &str) -> Client {
        let mut client = self.connect().await;
        client.stream.write_all(text.as_bytes()).await.unwrap();
        client
    }

    /// The status of the answer on a connection of its own.
    async fn status(&self, text: &str) -> u16 {
        self.send(text).await.status().await
    }
}

struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    async fn until(&mut self, end: &str) {
        let find = |read: &[u8]| read.windows(end.len()).any(|window| window == end.as_bytes());
        while !find(&self.read) {
            let read = tokio::time::timeout(TOO_LONG, self.stream.read_buf(&mut self.read)).await.expect("nothing comes");
            assert_ne!(read.unwrap(), 0, "closed before {end:?}: {}", String::from_utf8_lossy(&self.read));
        }
    }

    async fn status(&mut self) -> u16 {
        self.until("\r\n\r\n").await;
        String::from_utf8_lossy(&self.read[9..12]).parse().unwrap()
    }

    /// Reads until the server closes.
    async fn closed(&mut self) {
        let end = tokio::time::timeout(TOO_LONG, self.stream.read_to_end(&mut self.read)).await;
        let _ = end.expect("the server does not close the connection");
    }

    /// Returns whether the server has not closed it by now.
    fn is_open(&self) -> bool {
        !matches!(self.stream.try_read(&mut [0; 1]), Ok(0))
    }
}

#[tokio::test]
async fn silent_and_half_sent_connections_are_closed_each_at_its_time() {
    let site = Site::sqlite().await;
    let limits = Limits { head: SHORT, ..PATIENT };
    let server = Server::start(site.router(), limits).await;
    let mut between_requests = server.send(PROBE).await;
    between_requests.until("ok").await;
    let begun = Instant::now();
    for text in ["", "G", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"] {
        server.send(text).await.closed().await;
    }
    assert!(begun.elapsed() >= 3 * SHORT, "not at once");
    assert!(between_requests.is_open(), "who waits between requests has more time");
    between_requests.stream.write_all(b"GET /").await.unwrap();
    between_requests.closed().await;

    let server = Server::start(site.router(), Limits { idle: SHORT, ..PATIENT }).await;
    let mut client = server.send(PROBE).await;
    client.until("ok").await;
    client.closed().await;
}

#[tokio::test]
async fn who_does_not_read_is_let_go() {
    let endless = || async {
        axum::body::Body::from_stream(futures::stream::iter(std::iter::repeat_with(|| {
            Ok::<_, std::io::Error>(vec![b'x'; 65536])
        })))
    };
    let server = Server::start(Router::new().route("/", get(endless)), Limits { write: SHORT, ..PATIENT }).await;
    let mut client = server.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    // The server's end of the connection is gone when there is an end to what was sent.
    let mut taken = server.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let begun = Instant::now();
    while begun.elapsed() < 4 * SHORT {
        tokio::time::timeout(TOO_LONG, taken.stream.read(&mut [0; 65536])).await.unwrap().unwrap();
    }
    client.closed().await;
    assert_ne!(taken.stream.read(&mut [0; 1024]).await.unwrap(), 0, "who reads is served on");
}

#[tokio::test]
async fn when_there_is_no_room_whoever_has_waited_longest_goes() {
    let site = Site::sqlite().await;
    let server = Server::start(site.router(), Limits { connections: 8, ..PATIENT }).await;
    let mut silent = Vec::new();
    for index in 0..60 {
        silent.push(server.send(if index % 2 == 0 { "" } else { "GET /half" }).await);
    }
    assert_eq!(server.status(PROBE).await, 200);
    assert_eq!(server.status(PAGE).await, 200);
    for client in &mut silent[..40] {
        client.closed().await;
    }
}

#[tokio::test]
async fn probes_are_answered_when_every_connection_is_busy() {
    let site = Site::sqlite().await;
    let server = Server::start(site.router(), Limits { connections: 4, ..PATIENT }).await;
    let mut live = Vec::new();
    for _ in 0..4 {
        let mut client = server.send(LIVE).await;
        client.until("id: ").await;
        live.push(client);
    }
    for _ in 0..20 {
        assert_eq!(server.status(PROBE).await, 200);
        assert_eq!(server.status(PAGE).await, 503);
    }
    // Those who only hold on to the spare places go for the next.
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(server.connect().await);
    }
    assert_eq!(server.status(PROBE).await, 200);
    site.customer("Acme").await;
    for client in &mut live {
        client.until("customers").await;
    }
    live.pop();
    let begun = Instant::now();
    while server.status(PAGE).await != 200 {
        assert!(begun.elapsed() < TOO_LONG, "a place that is free again is not given to anybody");
    }
}

#[tokio::test]
async fn the_end_waits_for_answers_and_for_nobody_else() {
    let site = Site::sqlite().await;
    let mut server = Server::start(site.router(), PATIENT).await;
    let mut idle = server.send(PROBE).await;
    idle.until("ok").await;
    let mut live = server.send(LIVE).await;
    live.until("id: ").await;
    drop(server.end.take());
    idle.closed().await;
    assert!(live.is_open() && !server.served.is_finished());
    site.database.end_following();
    live.closed().await;
    tokio::time::timeout(TOO_LONG, server.served).await.expect("the server does not end").unwrap();
}

#[tokio::test]
async fn a_request_names_its_host_once_and_by_a_name_of_ours() {
    let site = Site::sqlite().await;
    let server = Server::start(site.router(), PATIENT).await;
    let cases = [
        ("GET /api/scorecard HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
        ("GET /api/scorecard HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n", 200),
        ("GET /api/scorecard HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
        ("GET http://evil.example/api/scorecard HTTP/1.1\r\nHost: localhost\r\n\r\n", 403),
        ("GET /api/scorecard HTTP/1.0\r\nHost: evil.example\r\n\r\n", 403),
        ("GET /healthz HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n", 200),
        ("GET /readyz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 200),
        ("GET /api/scorecard HTTP/1.0\r\n\r\n", 200),
        ("GET /api/scorecard HTTP/1.1\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\n\r\n", 400),
        ("GET /api/scorecard HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        ("GET /api/scorecard HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
        ("GET /api/scorecard HTTP/1.1\r\nHost:\r\n\r\n", 400),
        ("GET /api/scorecard HTTP/1.1\r\nHost: evil.example@localhost\r\n\r\n", 400),
        ("CONNECT localhost:3000 HTTP/1.1\r\nHost: localhost:3000\r\n\r\n", 405),
        ("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
    ];
    for (request, status) in cases {
        assert_eq!(server.status(request).await, status, "{request}");
    }
}

/// The head of a batch of more bytes than ever come.
fn batch_head() -> String {
    "POST /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n".into()
}

#[tokio::test]
async fn batches_that_come_in_drops_take_nobody_s_place() {
    let site = Site::sqlite().await;
    let path = site.customer("Acme").await;
    let id: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let server = Server::start(site.router(), PATIENT).await;
    let event = format!("{}\n", json!({"customerId": id, "kind": "login"}));
    let mut dripping = Vec::new();
    for drop in ["", "{", &event, "\n", "{", &event, "\n", " "] {
        dripping.push(server.send(&(batch_head() + drop)).await);
    }
    for _ in 0..3 {
        let begun = Instant::now();
        assert_eq!(site.post("/api/events", json!([{"customerId": id, "kind": "login"}])).await.ok()["accepted"], 1);
        assert!(begun.elapsed() < TOO_LONG);
    }
    // What came before the pause is stored meanwhile.
    let begun = Instant::now();
    while site.get(&format!("{path}/events")).await.ok()["total"] != 5 {
        assert!(begun.elapsed() < TOO_LONG, "a paused batch's items are not stored");
        tokio::task::yield_now().await;
    }
    // Who sends on after a pause gets its verdicts.
    let rest = event.repeat((100_000 - event.len()) / event.len());
    let padding = " ".repeat(100_000 - event.len() - rest.len());
    dripping[2].stream.write_all((rest + &padding).as_bytes()).await.unwrap();
    assert_eq!(dripping[2].status().await, 200);
}

#[tokio::test]
async fn a_body_comes_at_a_least_pace_whatever_it_is_for() {
    let pace = Pace { patience: SHORT, rate: 1_000_000, deadline: LONG };
    let settings = Settings { pace, ..Settings::default() };
    let site = Site::sqlite_with(settings).await;
    let server = Server::start(site.router(), PATIENT).await;
    let upload = "POST /import/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n\
                  Content-Length: 1000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b";
    let object =
        "POST /api/customers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    for request in [&(batch_head() + "{"), upload, object] {
        let mut client = server.send(request).await;
        assert_eq!(client.status().await, 400, "{request}");
        client.closed().await;
        let answer = String::from_utf8_lossy(&client.read);
        assert!(answer.contains("could not be read to its end"), "{answer}");
    }
    // Drops do not help.
    let mut client = server.send(&batch_head()).await;
    let mut ticks = tokio::time::interval(SHORT / 10);
    let begun = Instant::now();
    loop {
        tokio::select! {
            status = client.until("\r\n\r\n") => break status,
            _ = ticks.tick() => {}
        }
        assert!(begun.elapsed() < TOO_LONG, "a byte now and then keeps a batch open");
        let _ = client.stream.write_all(b" ").await;
    }
    assert!(client.read.starts_with(b"HTTP/1.1 400"));
}

#[tokio::test]
async fn wrong_tokens_from_one_address_lock_out_no_other() {
    let token = "s3cret-token-of-16";
    let settings = Settings { access_token: Some(token.into()), ..Settings::default() };
    let site = Site::sqlite_with(settings).await;
    let server = Server::start(site.router(), PATIENT).await;
    let ask = |token: &str, client: &str| {
        format!(
            "GET /api/scorecard HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nX-Forwarded-For: {client}\r\n\r\n"
        )
    };
    for _ in 0..30 {
        assert_eq!(server.status(&ask("guess-0", "203.0.113.7")).await, 401, "a program with a token of yesterday");
    }
    assert_eq!(server.status(&ask(token, "203.0.113.7")).await, 200, "locks out none of those who share its address");
    for index in 1..10 {
        assert_eq!(server.status(&ask(&format!("guess-{index}"), "203.0.113.7")).await, 401);
    }
    let mut refused = server.send(&ask("guess-10", "203.0.113.7")).await;
    assert_eq!(refused.status().await, 429);
    let head = String::from_utf8_lossy(&refused.read).to_lowercase();
    assert!(head.contains("\r\nretry-after: 60\r\n") || head.contains("\r\nretry-after: 59\r\n"), "{head}");
    assert_eq!(server.status(&ask(token, "203.0.113.7")).await, 429, "a right guess would not show");
    assert_eq!(server.status(&ask(token, "203.0.113.8")).await, 200);
    assert_eq!(server.status(&ask("guess", "203.0.113.8")).await, 401);
    assert_eq!(server.status(PAGE).await, 401, "no token is no guess");
    assert_eq!(server.status(PROBE).await, 200);
}
