//! A meter for a file's bytes: it counts and limits them, and stops the reading when nobody waits for it any more.

use crate::domain::import::{MAX_UNPACKED_BYTES, MAX_UPLOAD_ROWS};
use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};

/// The most bytes of a row. A quote that is never closed would make the rest of a file one row.
const MAX_ROW_BYTES: u64 = 1024 * 1024;
/// The most times by which a file may grow when it is unpacked, beyond [`UNPACKED_ANYWAY`]. Rows by people and systems grow
/// 5 to 30 times.
const MAX_RATIO: u64 = 100;
const UNPACKED_ANYWAY: u64 = 16 * 1024 * 1024;

/// The most bytes and rows to read of a file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    unpacked_bytes: u64,
    rows: u64,
}

impl Limits {
    /// No limits, for a file that its owner reads on their own machine.
    pub const NONE: Self = Self { unpacked_bytes: u64::MAX, rows: u64::MAX };

    /// Returns the limits of an upload of `size` bytes.
    pub fn of_upload(size: u64) -> Self {
        let unpacked_bytes = MAX_UNPACKED_BYTES.min(UNPACKED_ANYWAY + size.saturating_mul(MAX_RATIO));
        Self { unpacked_bytes, rows: MAX_UPLOAD_ROWS }
    }
}

/// The progress of reading a file, and whether to go on.
#[derive(Clone, Default)]
pub struct Meter {
    counts: Arc<Counts>,
    is_stopped: Arc<AtomicBool>,
}

#[derive(Default)]
struct Counts {
    /// Bytes read of the file on disk.
    read: AtomicU64,
    /// Bytes read of the unpacked content.
    unpacked: AtomicU64,
    /// Bytes read since the last complete row.
    row: AtomicU64,
    rows: AtomicU64,
}

/// A guard that stops the reading when it is dropped.
pub struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl Meter {
    /// Returns the part of the file that was read, in percent.
    pub fn percent(&self, size: u64) -> i64 {
        (self.counts.read.load(Relaxed) * 100 / size.max(1)).min(100) as i64
    }

    pub fn stop_on_drop(&self) -> StopOnDrop {
        StopOnDrop(self.is_stopped.clone())
    }

    /// Returns a meter for reading the file again from its beginning. Both are stopped together.
    pub fn again(&self) -> Self {
        Self { counts: Arc::default(), is_stopped: self.is_stopped.clone() }
    }

    pub fn row_read(&self) {
        self.counts.row.store(0, Relaxed);
        self.counts.rows.fetch_add(1, Relaxed);
    }

    /// Returns the file as a reader whose bytes are counted.
    pub fn read_file(&self, file: File) -> impl AsyncRead + Unpin + use<> {
        Ready(Metered { file, meter: self.clone() })
    }

    /// Returns a reader of unpacked bytes that fails at the limits.
    pub fn limit<R: Read>(&self, inner: R, limits: Limits) -> impl Read + use<R> {
        Limited { inner, meter: self.clone(), limits }
    }

    /// Returns the reason why no more may be read, if there is one.
    fn check(&self, limits: Limits) -> Result<(), String> {
        let elsewhere = "The command line takes it: customer-health import FILE";
        let Counts { unpacked, row, rows, .. } = &*self.counts;
        if self.is_stopped.load(Relaxed) {
            return Err("nobody waits for it any more".into());
        }
        if row.load(Relaxed) > MAX_ROW_BYTES {
            return Err("a row is longer than 1 MiB; perhaps a quote is not closed".into());
        }
        if unpacked.load(Relaxed) > limits.unpacked_bytes {
            let mib = limits.unpacked_bytes / 1024 / 1024;
            return Err(format!(
                "unpacked it has more than {mib} MiB, the most that this page takes of a file of its size. {elsewhere}"
            ));
        }
        if rows.load(Relaxed) > limits.rows {
            return Err(format!("it has more than {} lines, the most that this page takes. {elsewhere}", limits.rows));
        }
        Ok(())
    }
}

struct Metered {
    file: File,
    meter: Meter,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.meter.counts.read.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

/// A reader that fails on a row that does not end, beyond the limits, and once it is stopped.
struct Limited<R> {
    inner: R,
    meter: Meter,
    limits: Limits,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.meter.check(self.limits).map_err(io::Error::other)?;
        let read = self.inner.read(buffer)?;
        self.meter.counts.row.fetch_add(read as u64, Relaxed);
        self.meter.counts.unpacked.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

/// A blocking reader for decoders that want an asynchronous one. It must be polled only where blocking is allowed.
struct Ready<R>(R);

impl<R: Read + Unpin> AsyncRead for Ready<R> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = self.0.read(buffer.initialize_unfilled());
        Poll::Ready(read.map(|read| buffer.advance(read)))
    }
}
