use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use ask::{Filter, Matcher};
use axum::body::Body;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use lake::Fresh;
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tokio::time::timeout;
use utoipa::IntoParams;

use crate::app::{App, place};
use crate::error::Problem;
use crate::form::Form;
use crate::routes::histogram::only_a_filter;
use crate::routes::query::and;

mod event;
mod queue;

pub(crate) use event::Event;
use queue::{Queue, Queued};

/// Longest name of a source.
const SOURCE_MAX_BYTES: usize = 256;
/// Records looked at before others get a turn.
const MATCHES_AT_ONCE: usize = 1024;

/// What to follow.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `tail` reads")]
pub(crate) struct TailParams {
    /// A filter of the search language, without pipes.
    #[param(example = "severity:>=error")]
    query: Option<String>,
    /// Only this source.
    #[param(max_length = 256)]
    source: Option<String>,
}

/// Follows records as they come in.
///
/// Server-sent events: `record` with a record as JSON; `dropped` with `{"records":N}` when the reader was too slow and
/// records were left out at this place; a comment every 15 seconds when nothing happens. A record is sent after it is
/// on disk. The query cannot look at `record_id` and `pattern_id`.
#[utoipa::path(
    get,
    path = "/api/v1/tail",
    tag = "ask",
    params(TailParams),
    responses(
        (status = 200, description = "Events, until either side ends.", body = String, content_type = "text/event-stream"),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn tail(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    let tail = Tail::open(Form::from_url(&uri)?, &app)?;
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    Ok((headers, Body::from_stream(events(tail, app.limits.tail_heartbeat))).into_response())
}

/// A live tail: what waits to be read, and the place it takes among all tails.
pub(crate) struct Tail {
    queued: Queued,
    _place: OwnedSemaphorePermit,
}

impl Tail {
    /// Reads `query` and `source`, and follows what comes in from now on.
    pub(crate) fn open(mut form: Form, app: &Arc<App>) -> Result<Tail, Problem> {
        let text = form.text("query", ask::QUERY_MAX_BYTES).unwrap_or_default();
        let source = form.text("source", SOURCE_MAX_BYTES);
        form.finish()?;
        let matcher = matcher(&text, source, app)?;
        let place = place(&app.tails, "too many live tails are open")?;
        let batches = app.rooms.lake.subscribe();
        let (queue, queued) = queue::queue(app.limits.tail_queue_records, app.limits.tail_queue_bytes);
        tokio::spawn(follow(app.clone(), batches, matcher, queue));
        Ok(Tail { queued, _place: place })
    }

    /// What happened next; none when the server ends.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        self.queued.next().await
    }
}

fn matcher(text: &str, source: Option<String>, app: &App) -> Result<Matcher, Problem> {
    let query = ask::parse(text, app.now())?;
    if !query.pipes.is_empty() {
        return Err(only_a_filter());
    }
    let source = source.map_or(Filter::All, |text| Filter::Exact { field: "source".to_owned(), text });
    Ok(Matcher::new(&and(query.filter, source))?)
}

/// Reads batches as fast as they come and never waits for the client, until the client or the server ends.
async fn follow(app: Arc<App>, mut batches: broadcast::Receiver<Fresh>, matcher: Matcher, mut queue: Queue) {
    let mut stopping = app.stopping.clone();
    loop {
        let batch = tokio::select! {
            batch = batches.recv() => batch,
            () = queue.closed() => break,
            _ = stopping.wait_for(|&stopping| stopping) => break,
        };
        match batch {
            Ok(fresh) if *fresh.batch.tenant() == app.tenant => offer(&app, &fresh, &matcher, &mut queue).await,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(missed)) => queue.missed_batches(missed),
            Err(broadcast::error::RecvError::Closed) => break,
        }
    }
}

async fn offer(app: &App, fresh: &Fresh, matcher: &Matcher, queue: &mut Queue) {
    let batch = &*fresh.batch;
    for (chunk, records) in batch.records().chunks(MATCHES_AT_ONCE).enumerate() {
        let (mut sent, mut dropped) = (0, 0);
        for (index, record) in records.iter().enumerate().filter(|(_, record)| matcher.matches(batch, record)) {
            let id = || fresh.record_id(chunk * MATCHES_AT_ONCE + index);
            match queue.offer(|| event::record(batch, record, id())) {
                true => sent += 1,
                false => dropped += 1,
            }
        }
        app.metrics.tail(sent, dropped);
        tokio::task::yield_now().await;
    }
}

/// What goes out. The first piece opens the stream at once, so that the client sees that it is connected.
fn events(tail: Tail, heartbeat: Duration) -> impl futures::Stream<Item = Result<Bytes, Infallible>> {
    let open = futures::stream::once(async { Ok(Bytes::from_static(event::OPEN)) });
    let rest = futures::stream::unfold(tail, move |mut tail| async move {
        let piece = match timeout(heartbeat, tail.next()).await {
            Ok(event) => event?.into_text(),
            Err(_) => Bytes::from_static(event::HEARTBEAT),
        };
        Some((Ok(piece), tail))
    });
    futures::StreamExt::chain(open, rest)
}

#[cfg(test)]
mod tests;
