//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::door::{Door, hold};
use crate::sockets::Seat;
use crate::wire::Wire;

/// Bytes read ahead of a connection. Bodies come in pieces of at most this size; it must hold the headers too.
const READ_AHEAD_BYTES: usize = 256 << 10;
/// How long a client that was refused in mid body may go on sending before the connection is cut. Cutting it at once
/// would make the kernel throw away the answer that it has not read yet.
const LINGER: Duration = Duration::from_secs(2);

/// Requests at once on a connection of HTTP/2: exporters send one or two.
const STREAMS_MAX: u32 = 32;
/// A silent connection of HTTP/2 is asked whether it lives, and given up when it does not answer.
const PING_EVERY: Duration = Duration::from_secs(60);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves requests until either side ends.
///
/// `seat` is its place, which it gives up for somebody else while no request is at work.
pub(crate) async fn serve<S>(door: Arc<Door>, stream: S, seat: Arc<Seat>, stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let is_http2 = door.dialect.is_http2();
    let mut connection = std::pin::pin!(async {
        if is_http2 {
            serve_http2(door, stream, seat.clone(), stopping).await;
        } else {
            serve_http1(door, stream, seat.clone(), stopping).await;
        }
    });
    tokio::select! {
        () = connection.as_mut() => return,
        () = seat.wanted() => {}
    }
    // Its request came when its place had just been given away: it is answered all the same.
    if seat.is_busy() {
        connection.await;
    }
}

/// Requests of a connection that are at work, until the last byte of their answers is on its way.
#[derive(Clone)]
struct AtWork {
    seat: Arc<Seat>,
    count: Arc<AtomicUsize>,
}

impl AtWork {
    fn new(seat: Arc<Seat>) -> AtWork {
        AtWork { seat, count: Arc::default() }
    }

    async fn serve(self, door: Arc<Door>, request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.seat.spoke();
        self.seat.busy(true);
        let ends = Ends(self);
        Ok(hold(door.serve(request.map(Body::new)).await, ends))
    }
}

/// One of them, which ends when this is dropped.
struct Ends(AtWork);

impl Drop for Ends {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.seat.busy(false);
        }
    }
}

async fn serve_http2<S>(door: Arc<Door>, stream: S, seat: Arc<Seat>, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = door.app.limits;
    let at_work = AtWork::new(seat);
    let service = service_fn(move |request: hyper::Request<Incoming>| at_work.clone().serve(door.clone(), request).boxed());
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_TIMEOUT);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let told = async { drop(stopping.wait_for(|&stopping| stopping).await) };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of HTTP/2 ended");
    }
}

async fn serve_http1<S>(door: Arc<Door>, stream: S, seat: Arc<Seat>, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = door.app.limits;
    let wire = Wire::new(stream, door.app.clone());
    let at_work = AtWork::new(seat);
    let service = service_fn(move |request: hyper::Request<Incoming>| at_work.clone().serve(door.clone(), request).boxed());
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_header_size(limits.head_bytes)
        .max_buf_size(READ_AHEAD_BYTES.max(limits.head_bytes))
        .serve_connection(TokioIo::new(wire), service);
    let mut told = false;
    let ended = loop {
        tokio::select! {
            ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended,
            _ = stopping.wait_for(|&stopping| stopping), if !told => {
                told = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let timed_out = ended.is_err_and(|error| error.is_timeout());
    part(connection.into_parts().io.into_inner(), timed_out, limits.head_timeout).await;
}

/// Ends a connection so that the client can read the last answer.
async fn part<S: AsyncRead + AsyncWrite + Unpin>(mut wire: Wire<S>, timed_out: bool, head_timeout: Duration) {
    let farewell = async {
        if timed_out && wire.is_unanswered() {
            let detail = format!("the headers did not come within {} s", head_timeout.as_secs());
            let answer = wire.unreadable(StatusCode::REQUEST_TIMEOUT, detail);
            wire.write_all(&answer).await?;
        }
        wire.shutdown().await?;
        let mut sink = [0; 16 << 10];
        while wire.read(&mut sink).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    // The client may be gone already, or never stop: neither is news.
    let _ = timeout(LINGER, farewell).await;
}
