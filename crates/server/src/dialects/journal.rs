//! What `systemd-journal-upload` sends: the entries of a journal as one stream, which ends when it will.
//!
//! Entries are stored while the stream goes on, and each once: the sender begins again where its last whole upload ended,
//! so most of what it sends after a break is here already. How far each run of a journal is stored is remembered beside
//! its records, by the number that each entry's cursor has.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::post;
use bytes::Bytes;
use futures::StreamExt;
use intake::journal::{JournalStream, Place};
use intake::{Flaw, Frames, decode_frames};
use lake::BatchKey;
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::decompress::{ContentEncoding, full};
use crate::error::Problem;
use crate::media;
use crate::store::{Decoded, Work, context, store};

/// The path, which the sender appends to its URL.
pub(super) const PATH: &str = "/upload";

const MEDIA_TYPE: &str = "application/vnd.fdo.journal";

/// Bytes of entries that are stored together, and what a stream may hold beside the largest entry.
const BATCH_BYTES: usize = 1 << 20;

/// What a stream holds at most: a batch, the entry that makes it full, and the text of both.
const STREAM_BYTES: usize = 16 << 20;

/// A stream that rests so long has told what it had to tell for now.
const REST: Duration = Duration::from_millis(200);

/// Between two looks whether the lake takes records again.
const ROOM_PAUSE: Duration = Duration::from_millis(100);

/// Runs of journals told apart in one stream: a machine has one, a collector of journals one for each machine.
const RUNS_MAX: usize = 1024;

/// The route of the dialect.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, post(upload))
}

async fn upload(State(app): State<Arc<App>>, request: Request) -> Result<(StatusCode, &'static str), Problem> {
    let (head, body) = request.into_parts();
    if media::essence(&head.headers).as_deref() != Some(MEDIA_TYPE) {
        return Err(media::unsupported(MEDIA_TYPE, "only systemd-journal-upload sends here"));
    }
    if ContentEncoding::of(&head.headers)? != ContentEncoding::Identity {
        let problem = media::unsupported(MEDIA_TYPE, "send the stream without Content-Encoding");
        return Err(problem.header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")));
    }
    let mut reservation = app.bodies.open();
    reservation.reach(STREAM_BYTES).map_err(|_| full())?;
    let mut upload = Upload { app, stream: JournalStream::default(), batch: Frames::default(), run: None, seen: HashMap::new() };
    upload.take(body.into_data_stream()).await?;
    Ok((StatusCode::ACCEPTED, "OK.\n"))
}

struct Upload {
    app: Arc<App>,
    stream: JournalStream,
    /// Entries that are not stored yet, all of one run.
    batch: Frames,
    /// The run of the batch, and the numbers of its entries; none for entries without a cursor.
    run: Option<(String, Vec<Number>)>,
    /// The last number that came of each run.
    seen: HashMap<String, u64>,
}

/// An entry's number, and whether the numbers before it were all smaller: only then does a number that is stored say
/// that the entry is.
#[derive(Debug, Clone, Copy)]
struct Number {
    number: u64,
    in_order: bool,
}

impl Upload {
    async fn take(&mut self, mut pieces: BodyDataStream) -> Result<(), Problem> {
        while let Some(piece) = self.next(&mut pieces).await? {
            let mut rest = &piece[..];
            loop {
                match self.stream.next(&mut rest) {
                    Ok(None) => break,
                    Ok(Some(entry)) => self.add(entry.place(), &entry.json()).await?,
                    Err(error) => {
                        self.flush().await?;
                        return Err(Problem::bad_request(error.to_string()));
                    }
                }
            }
        }
        let stream = std::mem::take(&mut self.stream);
        // What came whole stays, whether or not the rest did.
        let last = stream.finish();
        if let Ok(Some(entry)) = &last {
            self.add(entry.place(), &entry.json()).await?;
        }
        self.flush().await?;
        last.map(drop).map_err(|error| Problem::bad_request(error.to_string()))
    }

    /// The next piece of the body. What was read is stored when the stream rests.
    async fn next(&mut self, pieces: &mut BodyDataStream) -> Result<Option<Bytes>, Problem> {
        loop {
            let mut stopping = self.app.stopping.clone();
            // Between entries a stream may rest for as long as nothing happens; within one it may not.
            let patience = match (self.batch.is_empty(), self.stream.is_between()) {
                (false, _) => REST,
                (true, false) => self.app.limits.body_idle,
                (true, true) => Duration::MAX,
            };
            let piece = tokio::select! {
                piece = timeout(patience, pieces.next()) => piece,
                () = async { drop(stopping.wait_for(|stops| *stops).await) } => {
                    self.flush().await?;
                    return Err(Problem::shedding("the server ends; what came whole is stored"));
                }
            };
            match piece {
                Ok(None) => return Ok(None),
                Ok(Some(Ok(piece))) => return Ok(Some(piece)),
                Ok(Some(Err(_))) => {
                    self.flush().await?;
                    return Err(Problem::bad_request("the stream is cut off; what came whole is stored"));
                }
                Err(_) if self.batch.is_empty() => {
                    return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "no more of an entry came"));
                }
                Err(_) => self.flush().await?,
            }
        }
    }

    async fn add(&mut self, place: Option<Place>, json: &str) -> Result<(), Problem> {
        let same_run = self.run.as_ref().map(|(run, _)| run.as_str()) == place.as_ref().map(|place| place.run.as_str());
        if !self.batch.is_empty() && (!same_run || self.batch.bytes() >= BATCH_BYTES) {
            self.flush().await?;
        }
        if let Some(Place { run, number }) = place {
            if self.seen.len() >= RUNS_MAX && !self.seen.contains_key(&run) {
                self.seen.clear();
            }
            let last = self.seen.insert(run.clone(), number);
            let number = Number { number, in_order: last.is_none_or(|last| last < number) };
            match &mut self.run {
                Some((_, numbers)) => numbers.push(number),
                None => self.run = Some((run, vec![number])),
            }
        }
        self.batch.push(json.as_bytes(), None, Flaw::None);
        Ok(())
    }

    /// Stores what was read.
    async fn flush(&mut self) -> Result<(), Problem> {
        let (mut frames, run) = (std::mem::take(&mut self.batch), self.run.take());
        if frames.is_empty() {
            return Ok(());
        }
        while self.app.rooms.lake.refuses().is_some() && !self.app.is_stopping() {
            sleep(ROOM_PAUSE).await;
        }
        let Some((run, numbers)) = run else { return self.store(frames, None).await };
        let stream = format!("journal:{run}");
        // A sender that comes again may do so before its old connection is known to be gone.
        let app = self.app.clone();
        let _turn = app.journals.turn(&stream).await;
        let stored = app.rooms.lake.position(&app.tenant, &stream)?.unwrap_or(0);
        let is_new = |number: &Number| !number.in_order || number.number >= stored;
        frames.retain(|index| is_new(&numbers[index]));
        if frames.is_empty() {
            return Ok(());
        }
        let next = numbers.iter().map(|number| number.number.saturating_add(1)).max().filter(|next| *next > stored);
        self.store(frames, next.map(|next| BatchKey::position(&stream, next))).await
    }

    async fn store(&self, frames: Frames, key: Option<BatchKey>) -> Result<(), Problem> {
        let bytes = frames.bytes();
        let decode = move |app: &App, received_at| {
            let batch = decode_frames(intake::Dialect::Object, &frames, &context(app, None, received_at));
            Ok(Decoded { batch, key, bytes, reservation: None, answer: () })
        };
        store::<(), Problem, _>(&self.app, bytes, Work::of_plain(bytes), decode).await.map(drop)
    }
}

/// One at a time stores entries of a journal's run.
#[derive(Debug)]
pub(crate) struct Journals {
    turns: [tokio::sync::Mutex<()>; Journals::TURNS],
}

impl Journals {
    /// Some runs share a turn by chance, which costs them a little time.
    const TURNS: usize = 64;

    pub(crate) fn new() -> Journals {
        Journals { turns: std::array::from_fn(|_| tokio::sync::Mutex::new(())) }
    }

    async fn turn(&self, stream: &str) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        stream.hash(&mut hasher);
        self.turns[(hasher.finish() % Journals::TURNS as u64) as usize].lock().await
    }
}
