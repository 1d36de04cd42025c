//! A server under test, with its lake in a folder that goes when it goes.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lake::Lake;
use privacy::{Gateway, Policy};
use record::{Clock, Tenant, Timestamp};
use server::{Config, CursorKey, Limits, Listener, ModelConfig, ModelRooms, Models, Policies, PolicyRefused, Rooms, Sockets};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Ask, Told};
use crate::engine::ReferenceEngine;

/// The time in these tests stands still.
pub(crate) const NOW: &str = "2026-02-08T00:00:00Z";

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::parse(NOW).expect("time").0
    }
}

/// The clock that stands still.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(Still)
}

pub(crate) struct House {
    pub(crate) address: SocketAddr,
    /// Addresses of the dialects that were given a port.
    pub(crate) ports: Vec<server::Port>,
    pub(crate) lake: Lake,
    stored: tokio::sync::broadcast::Receiver<lake::Fresh>,
    sockets: Vec<Listener>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

pub(crate) fn config() -> Config {
    Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ports: Vec::new(),
        tls: None,
        token_file: None,
        tenant: Tenant::default(),
        cursor_key: CursorKey([1; 32]),
        limits: Limits::STANDARD,
        sockets: Sockets::none(),
        kafka: None,
        hooks: Vec::new(),
    }
}

pub(crate) fn lake_config(dir: &Path) -> lake::Config {
    lake::Config {
        dir: dir.to_owned(),
        tables: lake::Location::Local,
        node: 1,
        seal_after: Duration::from_secs(3600),
        seal_bytes: 64 << 20,
        memtable_limit_bytes: 256 << 20,
        disk_reserve_bytes: 0,
        columns_max: 100,
        segment_target_bytes: 64 << 20,
        key_memory: Duration::from_secs(3600),
        retention: None,
        vacuum_after: Duration::from_secs(3600),
        maintain: false,
    }
}

pub(crate) async fn rooms(lake: Lake) -> Rooms {
    let engine = ReferenceEngine::new(&lake);
    Rooms {
        engine,
        lake,
        transforms: Arc::default(),
        gateway: Arc::new(Gateway::new(Policy::default())),
        clock: Arc::new(Still),
        policies: Arc::new(PolicyInMemory::default()),
        models: None,
    }
}

pub(crate) fn model_rooms(rooms: &Rooms) -> ModelRooms {
    ModelRooms {
        lake: rooms.lake.clone(),
        engine: rooms.engine.clone(),
        gateway: rooms.gateway.clone(),
        clock: rooms.clock.clone(),
        tenant: Tenant::default(),
    }
}

/// Keeps the policy's text for as long as the test runs.
#[derive(Default)]
struct PolicyInMemory(Mutex<String>);

impl Policies for PolicyInMemory {
    fn text(&self) -> String {
        self.0.lock().expect("held by nobody who panicked").clone()
    }

    fn replace(&self, text: &str, gateway: &Gateway) -> Result<String, PolicyRefused> {
        let policy = Policy::parse(text).map_err(|error| PolicyRefused::Invalid(error.to_string()))?;
        let version = policy.version.clone();
        gateway.enforce(policy);
        text.clone_into(&mut self.0.lock().expect("held by nobody who panicked"));
        Ok(version)
    }
}

impl House {
    pub(crate) async fn new() -> House {
        House::with(|_| {}, |_| {}).await
    }

    pub(crate) async fn limited(limit: impl FnOnce(&mut Limits)) -> House {
        House::with(|config| limit(&mut config.limits), |_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config), change_lake: impl FnOnce(&mut lake::Config)) -> House {
        House::built(change, change_lake, Gateway::new(Policy::default())).await
    }

    pub(crate) async fn screened_by(gateway: Gateway) -> House {
        House::built(|_| {}, |_| {}, gateway).await
    }

    /// With a language model.
    pub(crate) async fn with_model(model: ModelConfig) -> House {
        House::built_with(|_| {}, |_| {}, Gateway::new(Policy::default()), Some(model)).await
    }

    /// The same under a policy of its own.
    pub(crate) async fn with_model_under(policy: &str, model: ModelConfig) -> House {
        let gateway = Gateway::new(Policy::parse(policy).expect("a policy"));
        House::built_with(|_| {}, |_| {}, gateway, Some(model)).await
    }

    async fn built(change: impl FnOnce(&mut Config), change_lake: impl FnOnce(&mut lake::Config), gateway: Gateway) -> House {
        House::built_with(change, change_lake, gateway, None).await
    }

    async fn built_with(
        change: impl FnOnce(&mut Config),
        change_lake: impl FnOnce(&mut lake::Config),
        gateway: Gateway,
        model: Option<ModelConfig>,
    ) -> House {
        let folder = tempfile::tempdir().expect("folder");
        let mut lake_config = lake_config(folder.path());
        change_lake(&mut lake_config);
        let mut config = config();
        change(&mut config);
        let lake = Lake::open(lake_config, Arc::new(Still)).await.expect("lake");
        let mut rooms = Rooms { gateway: Arc::new(gateway), ..rooms(lake.clone()).await };
        rooms.models = model.map(|config| Arc::new(Models::new(config, model_rooms(&rooms)).expect("a client")));
        let server = server::bind(config, rooms).await.expect("server");
        let (address, ports, sockets) = (server.local_addr(), server.ports().collect(), server.sockets());
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        House { address, ports, stored: lake.subscribe(), lake, sockets, stop: Some(stop), running, _folder: folder }
    }

    pub(crate) async fn send(&self, ask: Ask) -> Told {
        ask.send(self.address).await
    }

    /// Sends lines of JSON and expects them to be taken.
    pub(crate) async fn ingest(&self, lines: &str) {
        let told = self.send(Ask::post("/api/v1/ingest", lines)).await;
        assert_eq!(told.status, 200, "{}", told.text());
    }

    /// How many records and quarantined pieces the lake has taken, and how many batches came again.
    pub(crate) fn taken(&self) -> (u64, u64, u64) {
        let status = self.lake.status();
        (status.stored_total, status.quarantined_total, status.duplicate_batches_total)
    }

    /// All text of the next batch that was stored, quarantine and names of fields included.
    pub(crate) fn stored_text(&mut self) -> String {
        self.stored.try_recv().expect("a batch").batch.parts().arena.clone()
    }

    /// Where the first of the sockets is.
    pub(crate) fn socket(&self) -> SocketAddr {
        self.socket_at(0)
    }

    /// Where one of the sockets is.
    pub(crate) fn socket_at(&self, index: usize) -> SocketAddr {
        self.sockets[index].endpoint.address().expect("no path")
    }

    /// Waits until so many records and rejected pieces are stored. The texts of the records, `host|source|message`, and
    /// behind an exclamation mark those of the pieces.
    pub(crate) async fn stored(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            let fresh = tokio::time::timeout(Duration::from_secs(30), self.stored.recv()).await;
            let batch = fresh.unwrap_or_else(|_| panic!("{} of {count}: {texts:?}", texts.len())).expect("a batch").batch;
            let text = |span| batch.text(span).to_owned();
            let record = |record: &record::Record| [record.host, record.source, record.message].map(text).join("|");
            texts.extend(batch.records().iter().map(record));
            texts.extend(batch.rejected().iter().map(|rejected| format!("!{}", batch.text(rejected.raw))));
        }
        assert_eq!(texts.len(), count, "{texts:?}");
        texts
    }

    /// The sample of a metric, 0 when there is none.
    pub(crate) async fn metric(&self, sample: &str) -> f64 {
        let told = self.send(Ask::get("/metrics")).await;
        let line = told.text().lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' ').map(str::to_owned));
        line.map_or(0.0, |value| value.parse().expect("a number"))
    }

    /// Waits until the sample of a metric is this.
    pub(crate) async fn until_metric(&self, sample: &str, value: f64) {
        for _ in 0..3000 {
            if self.metric(sample).await == value {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{sample} is {}, not {value}", self.metric(sample).await);
    }

    /// Asks for a graceful end.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) async fn stopped(&mut self) {
        self.stop();
        (&mut self.running).await.expect("server");
    }
}
