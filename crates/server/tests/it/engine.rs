//! An engine without DataFusion: it follows the lake and asks the reference evaluator.

use std::sync::Arc;
use std::time::Duration;

use ask::reference::Table;
use ask::{
    Answer, AsOf, Column, ColumnKind, Cost, Encoding, Engine, Error, FieldSummary, OwnedCell, PlainRows, Question, Rows, Scope,
};
use async_trait::async_trait;
use lake::{Fresh, Lake};
use tokio::sync::{Mutex, broadcast};

pub(crate) struct ReferenceEngine {
    seen: Mutex<(broadcast::Receiver<Fresh>, Vec<Fresh>)>,
}

impl ReferenceEngine {
    pub(crate) fn new(lake: &Lake) -> Arc<ReferenceEngine> {
        Arc::new(ReferenceEngine { seen: Mutex::new((lake.subscribe(), Vec::new())) })
    }

    async fn search(&self, query: &ask::Query, scope: &Scope) -> Result<Answer, Error> {
        let mut seen = self.seen.lock().await;
        while let Ok(fresh) = seen.0.try_recv() {
            seen.1.push(fresh);
        }
        let pattern_of = |message: &str| OwnedCell::Int(pattern::pattern_id(message).0.cast_signed());
        let mut table = Table::with_patterns(pattern_of, |_| Vec::new());
        for fresh in &seen.1 {
            table.add_with_ids(&fresh.batch, |index| fresh.record_id(index));
        }
        ask::reference::run(query, scope, &table)
    }
}

/// What SQL means here: each text makes the engine answer in one of the ways it may.
async fn sql(text: &str, scope: &Scope) -> Result<Answer, Error> {
    let what = || text.to_owned();
    match text {
        "invalid" => Err(Error::Invalid { message: what(), position: Some(3), hint: Some("a hint".to_owned()) }),
        "not found" => Err(Error::NotFound(what())),
        "over budget" => Err(Error::OverBudget { what: "memory", limit: "1 MiB".to_owned() }),
        "unavailable" => Err(Error::Unavailable { what: what(), source: None }),
        "broken" => Err(Error::Broken { what: "a secret".to_owned(), source: None }),
        "panic" => panic!("a bug, made on purpose"),
        "slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok(numbers(1, scope))
        }
        "for ever" => std::future::pending().await,
        count => Ok(numbers(count.parse().expect("a number of rows"), scope)),
    }
}

fn numbers(count: usize, scope: &Scope) -> Answer {
    let kept = count.min(scope.budget.rows_max);
    let rows = (0..kept as i64).map(|n| vec![OwnedCell::Int(n)]).collect();
    let rows = Bare(PlainRows::new(vec![Column { name: "n".to_owned(), kind: ColumnKind::Int }], rows));
    let incomplete = (kept < count).then_some(ask::Incomplete::Rows);
    Answer {
        rows: Box::new(rows),
        cost: Cost { rows_scanned: count as u64, ..Cost::default() },
        incomplete,
        damage: Vec::new(),
        version: 7,
    }
}

/// Rows with a form in Arrow's place.
struct Bare(PlainRows);

impl Rows for Bare {
    fn columns(&self) -> &[Column] {
        self.0.columns()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn cell(&self, row: usize, column: usize) -> ask::Cell<'_> {
        self.0.cell(row, column)
    }

    fn encode(&self, encoding: Encoding) -> Option<Vec<u8>> {
        match encoding {
            Encoding::ArrowIpc => Some(b"ARROW".to_vec()),
            encoding => self.0.encode(encoding),
        }
    }
}

#[async_trait]
impl Engine for ReferenceEngine {
    async fn answer(&self, scope: &Scope, question: &Question, as_of: Option<AsOf>) -> Result<Answer, Error> {
        if let Some(AsOf::Version(version @ 100..)) = as_of {
            return Err(Error::NotFound(format!("there is no version {version}")));
        }
        match question {
            Question::Search(query) => self.search(query, scope).await,
            Question::Sql(text) => sql(text, scope).await,
        }
    }

    async fn fields(&self, _: &Scope) -> Result<Vec<FieldSummary>, Error> {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        Ok(vec![
            FieldSummary { column: column("timestamp", ColumnKind::Time), present: Some(3) },
            FieldSummary { column: column("http.status_code", ColumnKind::Int), present: None },
        ])
    }
}
