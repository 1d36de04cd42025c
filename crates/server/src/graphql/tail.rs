use async_graphql::{Context, Object, Result, Subscription};
use futures::Stream;
use serde_json::json;

use super::session::Session;
use super::types::{LogRecord, Long, form};
use crate::routes::tail::{Event, Tail};

/// What goes on.
pub(super) struct Subscription;

/// What goes on.
#[Subscription]
impl Subscription {
    /// Follows records as they come in: each is sent after it is on disk. Comes as server-sent events.
    async fn tail(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "A filter of the search language, without pipes: `severity:>=error`. It cannot look at `record_id` and `pattern_id`."
        )]
        query: Option<String>,
        #[graphql(desc = "Only this source.")] source: Option<String>,
    ) -> Result<impl Stream<Item = TailEvent> + 'static> {
        let app = &Session::of(context).app;
        let tail = Tail::open(form([("query", json!(query)), ("source", json!(source))]), app)?;
        Ok(futures::stream::unfold(tail, |mut tail| async move { Some((TailEvent(tail.next().await?), tail)) }))
    }
}

/// A record that came in, or word that some were left out because the reader was too slow.
struct TailEvent(Event);

/// A record that came in, or word that some were left out because the reader was too slow.
#[Object]
impl TailEvent {
    /// The record; null when this event tells of records left out.
    async fn record(&self) -> Option<LogRecord> {
        serde_json::from_slice(self.0.json()?).ok().map(LogRecord)
    }

    /// Records that were left out at this place.
    async fn dropped_records(&self) -> Long {
        match self.0 {
            Event::Dropped { records, .. } => Long(records),
            Event::Record(_) => Long(0),
        }
    }

    /// Batches of records that were left out at this place and never looked at.
    async fn dropped_batches(&self) -> Long {
        match self.0 {
            Event::Dropped { batches, .. } => Long(batches),
            Event::Record(_) => Long(0),
        }
    }
}
