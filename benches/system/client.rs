//! A load generator that costs little itself: keep-alive connections that each send one request after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// What came back: how many answers of status 2xx, how many others, in how long.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    pub good: u64,
    pub bad: u64,
    pub seconds: f64,
}

impl std::ops::AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.good += other.good;
        self.bad += other.bad;
        self.seconds += other.seconds;
    }
}

impl Outcome {
    pub fn rate(self) -> f64 {
        self.good as f64 / self.seconds
    }
}

/// Sends requests over `connections` connections for a while. `request` gets a number that is never given twice.
pub async fn load(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    request: impl Fn(u64) -> String + Send + Sync + 'static,
) -> std::io::Result<Outcome> {
    let (numbers, request) = (Arc::new(AtomicU64::new(0)), Arc::new(request));
    let started = Instant::now();
    let mut senders = Vec::new();
    for _ in 0..connections {
        let (numbers, request) = (numbers.clone(), request.clone());
        senders.push(tokio::spawn(async move {
            let mut connection = BufReader::new(TcpStream::connect(address).await?);
            connection.get_ref().set_nodelay(true)?;
            let mut outcome = Outcome::default();
            while started.elapsed() < time {
                let text = request(numbers.fetch_add(1, Ordering::Relaxed));
                match exchange(&mut connection, text.as_bytes()).await?.0 {
                    200..=299 => outcome.good += 1,
                    _ => outcome.bad += 1,
                }
            }
            std::io::Result::Ok(outcome)
        }));
    }
    let mut all = Outcome::default();
    for sender in senders {
        all += sender.await.map_err(std::io::Error::other)??;
    }
    Ok(Outcome { seconds: started.elapsed().as_secs_f64(), ..all })
}

/// Sends one request on a connection of its own; status and body.
pub async fn send(address: SocketAddr, head: &str, body: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
    let mut connection = BufReader::new(TcpStream::connect(address).await?);
    let head = format!("{head}\r\ncontent-length: {}\r\n\r\n", body.len());
    connection.write_all(head.as_bytes()).await?;
    exchange(&mut connection, body).await
}

pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

pub fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Writes a request and reads its answer, whose body has a length or comes in chunks.
async fn exchange(connection: &mut BufReader<TcpStream>, request: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
    connection.write_all(request).await?;
    let mut line = String::new();
    connection.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other(format!("no answer: {line}")))?;
    let mut length = None;
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse::<usize>().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            connection.read_exact(&mut body).await?;
        }
        None => loop {
            line.clear();
            connection.read_line(&mut line).await?;
            let size = usize::from_str_radix(line.trim_end(), 16).map_err(std::io::Error::other)?;
            let start = body.len();
            body.resize(start + size + 2, 0);
            connection.read_exact(&mut body[start..]).await?;
            body.truncate(start + size);
            if size == 0 {
                break;
            }
        },
    }
    Ok((status, body))
}
