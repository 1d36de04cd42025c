//! Puts questions to the engine: each with a scope, a budget, its turn and a clock.

use std::time::Duration;

use ask::{Answer, AsOf, Budget, FieldSummary, Question, Scope};
use record::TimeRange;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::app::App;
use crate::error::Problem;

/// The engine keeps to its time itself; whoever does not within this much more is stopped from outside.
const GRACE: Duration = Duration::from_secs(2);

/// A turn at the engine. Held until the answer is written down.
pub(crate) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl App {
    /// A scope of this server's tenant.
    pub(crate) fn scope(&self, time: TimeRange, rows_max: usize) -> Scope {
        let budget = Budget {
            rows_max,
            answer_bytes_max: self.limits.answer_bytes,
            memory_bytes_max: self.limits.question_memory_bytes,
            time_max: self.limits.question_time,
        };
        Scope { tenant: self.tenant.clone(), time, budget }
    }

    /// Waits for a turn, for a moment.
    pub(crate) async fn turn(&self) -> Result<Turn, Problem> {
        match timeout(self.limits.question_wait, self.questions.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn(permit)),
            _ => Err(Problem::shedding("too many questions are at work")),
        }
    }

    /// Asks. Whoever asks holds a turn.
    pub(crate) async fn ask(&self, _: &Turn, scope: &Scope, question: &Question, as_of: Option<AsOf>) -> Result<Answer, Problem> {
        let answer = self.in_time(scope, self.rooms.engine.answer(scope, question, as_of)).await?;
        self.metrics.question(&answer.cost);
        Ok(answer)
    }

    /// The columns of `logs`.
    pub(crate) async fn fields(&self, _: &Turn, scope: &Scope) -> Result<Vec<FieldSummary>, Problem> {
        self.in_time(scope, self.rooms.engine.fields(scope)).await
    }

    pub(crate) async fn in_time<T>(
        &self,
        scope: &Scope,
        asked: impl Future<Output = Result<T, ask::Error>>,
    ) -> Result<T, Problem> {
        match timeout(scope.budget.time_max + GRACE, asked).await {
            Ok(answer) => Ok(answer?),
            Err(_) => {
                let limit = format!("{:?}", scope.budget.time_max);
                Err(ask::Error::OverBudget { what: "time", limit }.into())
            }
        }
    }
}
