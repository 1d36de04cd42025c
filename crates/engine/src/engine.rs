use std::sync::Arc;
use std::time::Instant;

use ask::{Answer, AsOf, Engine, Error, FieldSummary, Question, Scope};
use async_trait::async_trait;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::parser::Statement;
use lake::{Lake, Snapshot};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::damage::DamagedSegments;
use crate::error::{Stage, broken, from_lake, over_time, translate};
use crate::lower::{Lowered, Shape, lower};
use crate::run::{Computed, Failed, run};
use crate::session::{Base, Session};
use crate::{cost, rows, sql, views};

/// How much all questions together may use.
#[derive(Debug, Clone)]
pub struct Config {
    /// Bytes that all questions together may hold while computing.
    pub memory_bytes: usize,
    /// Threads that compute, and parts a question is cut into.
    pub partitions: usize,
    /// Questions computed at the same time; more wait, on their own time.
    pub questions_max: usize,
    /// Bytes of segment footers kept between questions.
    pub footer_cache_bytes: usize,
    /// Bytes of segment indexes and rollups kept between questions.
    pub index_cache_bytes: usize,
}

/// Answers questions over a lake. Computes on threads of its own, so that a heavy question does not keep the
/// caller's from answering others.
pub struct LakeEngine {
    inner: Arc<Inner>,
    /// `None` only while being dropped.
    threads: Option<Runtime>,
}

struct Inner {
    lake: Lake,
    base: Base,
    turns: Semaphore,
}

impl LakeEngine {
    /// An engine over this lake.
    pub fn new(lake: Lake, config: Config) -> Result<LakeEngine, Error> {
        let base = Base::new(&config).map_err(|error| broken(&format!("starting the query engine: {error}")))?;
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(config.partitions.max(1))
            .thread_name("query")
            .enable_all()
            .build()
            .map_err(|source| Error::Unavailable { what: "starting the query threads".into(), source: Some(source.into()) })?;
        let turns = Semaphore::new(config.questions_max.max(1));
        Ok(LakeEngine { inner: Arc::new(Inner { lake, base, turns }), threads: Some(threads) })
    }
}

impl Drop for LakeEngine {
    /// A runtime must not be waited for on a thread of another one.
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

/// A task that ends when nobody waits for it any more.
struct Watched(JoinHandle<Result<Answer, Error>>);

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[async_trait]
impl Engine for LakeEngine {
    async fn answer(&self, scope: &Scope, question: &Question, as_of: Option<AsOf>) -> Result<Answer, Error> {
        let threads = self.threads.as_ref().expect("BUG: the engine is used while it is dropped");
        let (inner, limit) = (Arc::clone(&self.inner), scope.budget.time_max);
        let (scope, question) = (scope.clone(), question.clone());
        let mut task = Watched(threads.spawn(async move { inner.answer(&scope, &question, as_of).await }));
        match tokio::time::timeout(limit, &mut task.0).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(broken("the query engine stopped")),
            Err(_) => Err(over_time(limit)),
        }
    }

    async fn fields(&self, scope: &Scope) -> Result<Vec<FieldSummary>, Error> {
        let snapshot = self.inner.lake.snapshot(&scope.tenant);
        Ok(snapshot.tables.get("logs").map(|logs| crate::fields::of(logs, scope.time)).unwrap_or_default())
    }
}

impl Inner {
    async fn answer(&self, scope: &Scope, question: &Question, as_of: Option<AsOf>) -> Result<Answer, Error> {
        let _turn = self.turns.acquire().await.map_err(|_| broken("the query engine stopped"))?;
        let started = Instant::now();
        let asked = Asked { scope, text: text_of(question) };
        let snapshot = self.snapshot(scope, as_of).await?;
        let mut damaged = DamagedSegments::default();
        // What comes out of a segment before its damaged byte may be rows of the answer already, or part of a sum: so the
        // whole question is asked again, without the segment.
        loop {
            let session = self.base.open(&scope.budget, damaged.clone()).map_err(|error| asked.failed(error, Stage::Planning))?;
            let plan = match question {
                Question::Search(query) => asked.search(&session, &snapshot, query)?,
                Question::Sql(text) => self.sql(&asked, &session, &snapshot, text).await?,
            };
            let Computed { rows, incomplete, plans } = match run(&session.state, &plan.plan, &scope.budget).await {
                Ok(computed) => computed,
                Err(_) if damaged.add(&snapshot) => continue,
                Err(Failed::Planning(error)) => return Err(asked.failed(error, Stage::Planning)),
                Err(Failed::Running(error)) => return Err(asked.failed(error, Stage::Running)),
            };
            let looked = session.looked();
            return Ok(Answer {
                rows: Box::new(rows::shape(&rows, &plan.shape)),
                cost: cost::of(&plans, &looked, started.elapsed()),
                incomplete,
                damage: looked.damage.into_iter().collect(),
                version: snapshot.tables.get("logs").map_or(0, |logs| logs.version),
            });
        }
    }

    async fn snapshot(&self, scope: &Scope, as_of: Option<AsOf>) -> Result<Arc<Snapshot>, Error> {
        match as_of {
            None => Ok(self.lake.snapshot(&scope.tenant)),
            Some(AsOf::Version(version)) => self.lake.snapshot_at_version(&scope.tenant, version).await.map_err(from_lake),
            Some(AsOf::Time(at)) => self.lake.snapshot_at_time(&scope.tenant, at).await.map_err(from_lake),
        }
    }

    async fn sql(&self, asked: &Asked<'_>, session: &Session, snapshot: &Snapshot, text: &str) -> Result<Lowered, Error> {
        let planning = |error| asked.failed(error, Stage::Planning);
        let sql = sql::parse(text)?;
        session.register(snapshot, asked.scope.time, None).map_err(planning)?;
        let logs = snapshot.tables.get("logs");
        let has = |name: &str| logs.is_some_and(|logs| logs.schema.field_with_name(name).is_ok());
        views::register(session, text, has).await.map_err(planning)?;
        for at in sql.versions {
            let earlier = self.snapshot(asked.scope, Some(at)).await?;
            session.register(&earlier, asked.scope.time, Some(&sql::schema_of(at))).map_err(planning)?;
        }
        let plan = session.state.statement_to_plan(Statement::Statement(Box::new(sql.statement))).await.map_err(planning)?;
        // The parser let only reading statements through; this looks into what they have become.
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)
            .map_err(planning)?;
        let plan = bounded(plan, asked.rows_wanted()).map_err(planning)?;
        Ok(Lowered { plan, shape: Shape::Plain })
    }
}

/// What was asked, for whoever has to say what is wrong with it.
struct Asked<'q> {
    scope: &'q Scope,
    text: Option<&'q str>,
}

impl Asked<'_> {
    fn failed(&self, error: DataFusionError, stage: Stage) -> Error {
        translate(error, stage, &self.scope.budget, self.text)
    }

    /// One more than the answer may have, to learn whether there are more.
    fn rows_wanted(&self) -> usize {
        self.scope.budget.rows_max.saturating_add(1)
    }

    fn search(&self, session: &Session, snapshot: &Snapshot, query: &ask::Query) -> Result<Lowered, Error> {
        let logs = session.table(snapshot, "logs", self.scope.time, None);
        logs.and_then(|logs| lower(query, logs, self.rows_wanted())).map_err(|error| self.failed(error, Stage::Planning))
    }
}

fn text_of(question: &Question) -> Option<&str> {
    match question {
        Question::Sql(text) => Some(text),
        Question::Search(_) => None,
    }
}

/// A bound in the plan itself: with it, an ORDER BY keeps only so many rows, and a scan stops early.
fn bounded(plan: LogicalPlan, rows: usize) -> Result<LogicalPlan, DataFusionError> {
    match plan {
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => Ok(plan),
        query => LogicalPlanBuilder::from(query).limit(0, Some(rows))?.build(),
    }
}
