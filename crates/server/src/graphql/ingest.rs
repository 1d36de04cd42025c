use async_graphql::{Context, ID, Object, Result};
use intake::Format;
use serde_json::{Map, Value, json};

use super::session::Session;
use super::types::Long;
use crate::app::App;
use crate::body::Plain;
use crate::error::Problem;
use crate::form::Form;
use crate::idempotency::{is_key, no_key};
use crate::routes::ingest::{Acknowledgement, Delivery, SOURCE_MAX_BYTES};
use crate::store::{Work, store};

/// What changes something.
pub(super) struct Mutation;

/// What changes something.
#[Object]
impl Mutation {
    /// Takes in log records, and answers after they are on disk. They go the same way as those of `POST /api/v1/ingest`, which is
    /// the door for many: a request of GraphQL has at most 1 MiB. Errors with the codes TOO_MANY_REQUESTS and SERVICE_UNAVAILABLE
    /// say that nothing was stored, and after how many seconds the same request is worth repeating.
    async fn ingest(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "JSON objects, each a record, with fields of any names. Best given as a variable.")] records: Vec<Value>,
        #[graphql(desc = "The service the records come from, for those that do not say it themselves.")] source: Option<String>,
        #[graphql(desc = "1 to 256 visible ASCII characters; repeat it when repeating the request: it is stored once.")]
        idempotency_key: Option<ID>,
    ) -> Result<Option<Stored>> {
        let app = &Session::of(context).app;
        // Records that cannot be stored need not be looked at.
        if let Some(error) = app.rooms.lake.refuses() {
            return Err(Problem::from(error).into());
        }
        let key = idempotency_key.map(|key| key.0);
        if key.as_ref().is_some_and(|key| !is_key(key.as_bytes())) {
            return Err(no_key("idempotencyKey").into());
        }
        let mut form = Form::of_object(Map::from_iter([("source".to_owned(), json!(source))]));
        let source = form.text("source", SOURCE_MAX_BYTES);
        form.finish()?;
        let bytes = lines(&records)?;
        drop(records);
        let mut reservation = app.bodies.open();
        reservation.reach(bytes.len()).map_err(|_| Problem::shedding("too many bytes of bodies are at work"))?;
        let (wire_bytes, plain) = (bytes.len(), Plain { bytes, reservation });
        let delivery = Delivery { source, format: Format::Json, key };
        let decode = move |app: &App, received_at| delivery.decode(app, plain, received_at);
        let stored = store(app, wire_bytes, Work::of_plain(wire_bytes), decode).await?;
        Ok(Some(Stored(stored.into())))
    }
}

/// The records as lines of JSON, in the order and with the names that they came with.
fn lines(records: &[Value]) -> Result<Vec<u8>, Problem> {
    let mut lines = Vec::new();
    for (index, record) in records.iter().enumerate() {
        if !record.is_object() {
            return Err(Problem::bad_request(format!("record {index} is no JSON object")).hint("write {\"message\": \"...\"}"));
        }
        serde_json::to_writer(&mut lines, record).expect("BUG: JSON is always JSON");
        lines.push(b'\n');
    }
    Ok(lines)
}

/// What became durable.
struct Stored(Acknowledgement);

/// What became durable.
#[Object(name = "Acknowledgement")]
impl Stored {
    /// Records made durable, quarantined ones included.
    async fn accepted(&self) -> Long {
        Long(self.0.accepted)
    }

    /// Of these, pieces that could not become a record: kept with their reason in the table `quarantine`.
    async fn quarantined(&self) -> Long {
        Long(self.0.quarantined)
    }

    /// Records that the privacy policy wants dropped.
    async fn dropped(&self) -> Long {
        Long(self.0.dropped)
    }

    /// Records that a filter does not want.
    async fn filtered(&self) -> Long {
        Long(self.0.filtered)
    }

    /// Records that stand aside for others, which say for how many they stand.
    async fn sampled_out(&self) -> Long {
        Long(self.0.sampled_out)
    }

    /// The same records (by `idempotencyKey`) were acknowledged before; nothing was stored again.
    async fn duplicate(&self) -> bool {
        self.0.duplicate
    }
}
