//! The byte stream under a connection. It gives up on readers that take nothing, and lends words to the bare answers
//! that the protocol engine sends by itself when it cannot even read a request's head.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::app::App;
use crate::error::Problem;

/// Longest bare answer: status line, `connection`, `content-length` and `date`.
const BARE_MAX_BYTES: usize = 256;

pub(crate) struct Wire<S> {
    stream: S,
    app: Arc<App>,
    write_timeout: Duration,
    /// Runs while the reader takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
    /// The last write went out whole: the next one begins with the head of an answer, or with a piece of a body that
    /// this server wrote. (In the middle of a body a record's text could look like a head.)
    at_piece: bool,
    /// Words that take the place of a bare answer.
    words: Option<Words>,
    /// Bytes came in since the last answer.
    unanswered: bool,
}

struct Words {
    bytes: Vec<u8>,
    written: usize,
    /// Length of what they take the place of.
    stands_for: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S, app: Arc<App>) -> Wire<S> {
        let write_timeout = app.limits.write_timeout;
        Wire { stream, app, write_timeout, stuck: None, at_piece: true, words: None, unanswered: false }
    }

    /// Whether a request has begun and got no answer.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.unanswered
    }

    /// An answer to a request whose head cannot be read.
    pub(crate) fn unreadable(&self, status: StatusCode, detail: String) -> Vec<u8> {
        self.app.metrics.unreadable(status.as_u16());
        let id = self.app.ids.fresh();
        let body = Problem::new(status, detail).body(&id);
        let reason = status.canonical_reason().unwrap_or_default();
        let mut answer = format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\
             cache-control: no-store\r\nx-content-type-options: nosniff\r\nx-request-id: {id}\r\n\r\n",
            status.as_u16(),
            body.len()
        )
        .into_bytes();
        answer.extend(body);
        answer
    }

    fn words_for(&self, bytes: &[u8]) -> Option<Words> {
        let status = bare_status(bytes)?;
        let detail = match status {
            StatusCode::URI_TOO_LONG => format!("the URL is longer than {} bytes", self.app.limits.url_bytes),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                format!("the headers are larger than {} bytes, or too many", self.app.limits.head_bytes)
            }
            _ => "this is not a request of HTTP/1.1".to_owned(),
        };
        Some(Words { bytes: self.unreadable(status, detail), written: 0, stands_for: bytes.len() })
    }

    fn poll_words(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        while let Some(words) = &mut self.words {
            let Some(rest) = words.bytes.get(words.written..).filter(|rest| !rest.is_empty()) else {
                let stands_for = words.stands_for;
                self.words = None;
                return Poll::Ready(Ok(stands_for));
            };
            words.written += ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
        }
        Poll::Ready(Ok(0))
    }

    /// Notes how a write went; one that waits too long fails.
    fn settle(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<usize>>, offered: usize) -> Poll<io::Result<usize>> {
        match wrote {
            Poll::Ready(wrote) => {
                self.stuck = None;
                self.unanswered = false;
                self.at_piece = wrote.as_ref().is_ok_and(|&written| written == offered);
                Poll::Ready(wrote)
            }
            Poll::Pending => {
                let timeout = self.write_timeout;
                let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(timeout)));
                ready!(stuck.as_mut().poll(cx));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
            }
        }
    }
}

/// The status of an answer that the protocol engine made: all of ours carry a request id, and have a body.
fn bare_status(bytes: &[u8]) -> Option<StatusCode> {
    if bytes.len() > BARE_MAX_BYTES || !bytes.starts_with(b"HTTP/1.1 4") || !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let head = std::str::from_utf8(bytes).ok()?;
    let is_bare = head.contains("\r\ncontent-length: 0\r\n") && !head.contains("\r\nx-request-id:");
    let status = StatusCode::from_bytes(&bytes[9..12]).ok()?;
    is_bare.then_some(status)
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, into))?;
        self.unanswered |= into.filled().len() > before;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.words.is_none() && self.at_piece {
            self.words = self.words_for(bytes);
        }
        let wrote = match self.words {
            Some(_) => self.poll_words(cx),
            None => Pin::new(&mut self.stream).poll_write(cx, bytes),
        };
        self.settle(cx, wrote, bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut filled = slices.iter().filter(|slice| !slice.is_empty());
        if let (Some(only), None) = (filled.next(), filled.next()) {
            return self.poll_write(cx, only);
        }
        let offered = slices.iter().map(|slice| slice.len()).sum();
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.settle(cx, wrote, offered)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
