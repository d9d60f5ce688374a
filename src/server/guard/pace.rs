//! The least pace at which bodies must arrive, so that nobody keeps a request open by sending next to nothing.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// The time that the server waits for a body, all pauses added up. Time spent working on the received bytes does not count.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The time that every body gets.
    pub patience: Duration,
    /// The bytes that buy a body one second more.
    pub rate: u64,
    /// The most time that any body gets.
    pub deadline: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), rate: 4096, deadline: Duration::from_secs(3600) }
    }
}

impl Pace {
    /// Returns the time that a body gets after `bytes` bytes of it have arrived.
    fn allows(&self, bytes: u64) -> Duration {
        (self.patience + Duration::from_millis(bytes.saturating_mul(1000) / self.rate.max(1))).min(self.deadline)
    }
}

/// Holds each request's body to the least pace, no matter who reads it.
pub async fn keep_pace(State(pace): State<Pace>, request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(Paced { body, pace, bytes: 0, waited: Duration::ZERO, pause: None }))).await
}

struct Paced {
    body: Body,
    pace: Pace,
    bytes: u64,
    /// The sum of all pauses that have ended.
    waited: Duration,
    /// The current pause, as (its beginning, a timer for the end of the sender's time).
    pause: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if let Some((begun, _)) = this.pause.take() {
                this.waited += begun.elapsed();
            }
            if let Some(Ok(data)) = frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref)) {
                this.bytes += data.map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame);
        }
        let left = this.pace.allows(this.bytes).saturating_sub(this.waited);
        let pause = this.pause.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
        match pause.1.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                let Pace { patience, rate, .. } = this.pace;
                let text =
                    format!("it came too slowly: pauses may add up to {patience:?}, and one second more for every {rate} bytes");
                Poll::Ready(Some(Err(axum::Error::new(std::io::Error::new(std::io::ErrorKind::TimedOut, text)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
