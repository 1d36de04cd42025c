use std::num::NonZero;
use std::sync::Arc;

use lake::Lake;
use privacy::Gateway;
use record::{Clock, Tenant, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use transform::Transforms;

use crate::budget::ByteBudget;
use crate::config::{Config, CursorKey, Limits};
use crate::dialects::{Acks, Journals};
use crate::error::Problem;
use crate::hooks::Hooks;
use crate::key_watch::KeyWatch;
use crate::metrics::Metrics;
use crate::models::Models;
use crate::policies::Policies;
use crate::request_id::RequestIds;
use crate::tokens::Tokens;

/// The rooms behind the doors.
#[derive(Clone)]
pub struct Rooms {
    /// Answers questions.
    pub engine: Arc<dyn ask::Engine>,
    /// Keeps records.
    pub lake: Lake,
    /// Filters, changes and enriches records before they are screened.
    pub transforms: Arc<Transforms>,
    /// Screens records.
    pub gateway: Arc<Gateway>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Keeps the privacy policy.
    pub policies: Arc<dyn Policies>,
    /// Puts analyses into words; `None` leaves them as they were counted.
    pub models: Option<Arc<Models>>,
}

/// Answers kept in memory for slow readers, in multiples of the largest answer.
const ANSWERS_AT_ONCE: usize = 4;

/// What all requests share.
pub(crate) struct App {
    pub(crate) rooms: Rooms,
    pub(crate) tenant: Tenant,
    pub(crate) limits: Limits,
    pub(crate) cursor_key: CursorKey,
    /// `None`: everybody may come in (loopback only).
    pub(crate) tokens: Option<Tokens>,
    pub(crate) over_tls: bool,
    pub(crate) ids: RequestIds,
    pub(crate) acks: Acks,
    pub(crate) hooks: Hooks,
    pub(crate) journals: Journals,
    pub(crate) metrics: Metrics,
    pub(crate) key_watch: KeyWatch,
    /// Finds patterns by meaning.
    pub(crate) finder: analysis::Finder,
    /// Bytes of bodies at work.
    pub(crate) bodies: ByteBudget,
    /// Bytes of answers on their way.
    pub(crate) answers: ByteBudget,
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) questions: Arc<Semaphore>,
    pub(crate) tails: Arc<Semaphore>,
    /// As many as there are cores: decoding more bodies at once makes none of them faster.
    pub(crate) decoders: Arc<Semaphore>,
    /// Becomes true when the server shuts down.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl App {
    pub(crate) fn new(
        config: &Config,
        rooms: Rooms,
        tokens: Option<Tokens>,
        hooks: Hooks,
        stopping: watch::Receiver<bool>,
    ) -> App {
        let limits = config.limits;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        App {
            ids: RequestIds::new(rooms.clock.now()),
            acks: Acks::new(rooms.clock.now().as_micros().unsigned_abs() / 1000),
            hooks,
            journals: Journals::new(),
            rooms,
            tenant: config.tenant.clone(),
            limits,
            cursor_key: config.cursor_key,
            tokens,
            over_tls: config.tls.is_some(),
            metrics: Metrics::default(),
            key_watch: KeyWatch::default(),
            finder: analysis::Finder::default(),
            bodies: ByteBudget::new(limits.bodies_bytes),
            answers: ByteBudget::new(limits.answer_bytes.saturating_mul(ANSWERS_AT_ONCE)),
            requests: Arc::new(Semaphore::new(limits.requests)),
            questions: Arc::new(Semaphore::new(limits.questions)),
            tails: Arc::new(Semaphore::new(limits.tails)),
            decoders: Arc::new(Semaphore::new(cores)),
            stopping,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.rooms.clock.now()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

/// A place, or the answer that there is none.
pub(crate) fn place(places: &Arc<Semaphore>, full: &'static str) -> Result<OwnedSemaphorePermit, Problem> {
    places.clone().try_acquire_owned().map_err(|_| Problem::shedding(full))
}
