//! Connections: the limit on their number, the limits on how long each may keep the server waiting, and the choice of the
//! one to close when there is no room. Probes are answered even when every connection is busy.

use crate::server::guard::is_probe;
use crate::wire::AppError;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tower::ServiceExt;

/// The limits on connections: their number, and how long each may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections: usize,
    /// The time for the head of a request, from its first byte, and for the first request of a connection.
    pub head: Duration,
    /// The time between requests. Longer than the minute after which common proxies close a connection themselves.
    pub idle: Duration,
    /// The time for room to write into, when the client does not read.
    pub write: Duration,
}

impl Limits {
    pub fn new(connections: usize) -> Self {
        let [head, idle, write] = [10, 75, 30].map(Duration::from_secs);
        Self { connections, head, idle, write }
    }

    /// Returns the pause between looks for overdue connections, short enough that none is closed late by more than a tenth.
    fn sweep(&self) -> Duration {
        (self.head.min(self.idle).min(self.write) / 10).max(Duration::from_millis(5))
    }
}

/// Connections beyond the limit, on which only probes are answered.
const SPARE: usize = 16;
/// The most bytes of a request's head.
const MAX_HEAD: usize = 64 * 1024;
/// The pause after accepting a connection failed, for example for lack of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(20);

/// Serves until `ending` is done, and then until the requests under way are answered.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, ending: impl Future<Output = ()>) {
    let held = Arc::new(Held::default());
    let (end, _) = watch::channel(false);
    let mut sweep = tokio::time::interval(limits.sweep());
    let mut ending = pin!(ending);
    loop {
        let has_room = held.count() < limits.connections + SPARE;
        tokio::select! {
            () = &mut ending => break,
            _ = sweep.tick() => held.close_overdue(&limits),
            () = held.one_left.notified(), if !has_room => {}
            accepted = listener.accept(), if has_room => match accepted {
                Ok((stream, address)) => {
                    // The connection that is closed leaves a moment later. The spare places bridge that moment.
                    let is_spare = held.count() >= limits.connections && !held.close_longest_waiting();
                    let place = held.clone().place();
                    tokio::spawn(serve_connection(stream, address, router.clone(), place, is_spare, end.subscribe()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    held.close_longest_waiting();
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            },
        }
    }
    drop(listener);
    end.send_replace(true);
    while held.count() > 0 {
        tokio::select! { () = held.one_left.notified() => {}, _ = sweep.tick() => held.close_overdue(&limits) }
    }
}

async fn serve_connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    place: Place,
    is_spare: bool,
    mut end: watch::Receiver<bool>,
) {
    let watched = place.watched.clone();
    let answer = service_fn(|request: Request<Incoming>| {
        let (router, answering) = (router.clone(), Answering::begin(&watched));
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(address));
            let response = match is_spare {
                true => answer_sparely(router, request).await,
                false => answer(router, request).await,
            };
            Ok::<_, Infallible>(response.map(|body| AnswerBody { body, _answering: answering }))
        }
    });
    let socket = TokioIo::new(Socket { stream, watched: watched.clone() });
    let mut connection = pin!(http1::Builder::new().max_buf_size(MAX_HEAD).serve_connection(socket, answer));
    loop {
        tokio::select! {
            _ = connection.as_mut() => break,
            () = watched.close.notified() => break,
            Ok(()) = end.changed() => connection.as_mut().graceful_shutdown(),
        }
    }
}

async fn answer(router: Router, request: Request) -> Response {
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// Answers a probe while every other connection is busy, and refuses anything else. The connection ends with this answer.
async fn answer_sparely(router: Router, request: Request) -> Response {
    let mut response = match is_probe(request.uri()) {
        true => answer(router, request).await,
        false => AppError::overloaded().into_response(),
    };
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The connections that are held at the moment.
#[derive(Default)]
struct Held {
    connections: Mutex<Vec<Arc<Watched>>>,
    one_left: Notify,
}

impl Held {
    fn count(&self) -> usize {
        lock(&self.connections).len()
    }

    fn place(self: Arc<Self>) -> Place {
        let watched = Arc::new(Watched {
            waiting: Mutex::new(Waiting { phase: Phase::Head, since: Instant::now(), stalled: None }),
            close: Notify::new(),
        });
        lock(&self.connections).push(watched.clone());
        Place { held: self, watched }
    }

    fn close_overdue(&self, limits: &Limits) {
        let now = Instant::now();
        let connections = lock(&self.connections);
        connections.iter().filter(|watched| lock(&watched.waiting).is_overdue(limits, now)).for_each(|watched| watched.close());
    }

    /// Closes the connection whose client has kept the server waiting longest. Returns false when none keeps it waiting.
    fn close_longest_waiting(&self) -> bool {
        let connections = lock(&self.connections);
        let waiting = connections.iter().filter_map(|watched| Some((lock(&watched.waiting).since()?, watched)));
        let longest = waiting.min_by_key(|(since, _)| *since).map(|(_, watched)| watched);
        longest.inspect(|watched| watched.close()).is_some()
    }
}

/// A connection's place among the held ones, given up when it is dropped.
struct Place {
    held: Arc<Held>,
    watched: Arc<Watched>,
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.held.connections).retain(|watched| !Arc::ptr_eq(watched, &self.watched));
        self.held.one_left.notify_one();
    }
}

/// A connection's state, reported by its socket and its answers.
struct Watched {
    waiting: Mutex<Waiting>,
    close: Notify,
}

impl Watched {
    /// Ends the connection's task. It then counts as waiting for nobody, so that it is not chosen to be closed again.
    fn close(&self) {
        lock(&self.waiting).phase = Phase::Closing;
        self.close.notify_one();
    }
}

/// The thing that the server waits for on a connection.
struct Waiting {
    phase: Phase,
    /// The time when the phase began.
    since: Instant,
    /// The time since which the client takes nothing that is written.
    stalled: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Between two requests.
    Idle,
    /// The head of a request is arriving.
    Head,
    /// A request has arrived, and its answer is not complete yet.
    Answering,
    Closing,
}

impl Waiting {
    /// Returns the time since which the server has waited for the client; `None` when the client waits for the server.
    fn since(&self) -> Option<Instant> {
        match self.phase {
            Phase::Idle | Phase::Head => Some(self.since),
            Phase::Answering => self.stalled,
            Phase::Closing => None,
        }
    }

    fn is_overdue(&self, limits: &Limits, now: Instant) -> bool {
        let is_older = |since: Instant, limit| now.saturating_duration_since(since) > limit;
        match self.phase {
            Phase::Closing => false,
            _ if self.stalled.is_some_and(|since| is_older(since, limits.write)) => true,
            Phase::Idle => is_older(self.since, limits.idle),
            Phase::Head => is_older(self.since, limits.head),
            Phase::Answering => false,
        }
    }

    fn begin(&mut self, phase: Phase) {
        if self.phase != Phase::Closing {
            (self.phase, self.since) = (phase, Instant::now());
        }
    }
}

/// A request that is being answered: held from its head to the end of its answer.
struct Answering(Arc<Watched>);

impl Answering {
    fn begin(watched: &Arc<Watched>) -> Self {
        lock(&watched.waiting).begin(Phase::Answering);
        Self(watched.clone())
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        lock(&self.0.waiting).begin(Phase::Idle);
    }
}

struct AnswerBody {
    body: Body,
    _answering: Answering,
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection's socket, which reports when the client sends something and when it does not take what is written.
struct Socket {
    stream: TcpStream,
    watched: Arc<Watched>,
}

impl Socket {
    fn note_write<T>(&self, written: Poll<std::io::Result<T>>) -> Poll<std::io::Result<T>> {
        let stalled = &mut lock(&self.watched.waiting).stalled;
        match written {
            Poll::Pending => drop(stalled.get_or_insert_with(Instant::now)),
            Poll::Ready(_) => *stalled = None,
        }
        written
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let mut waiting = lock(&self.watched.waiting);
        if buffer.filled().len() > before && waiting.phase == Phase::Idle {
            waiting.begin(Phase::Head);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Locks a mutex, even after a panic: no change under these locks can be left half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
