use std::sync::Arc;

use async_graphql::Context;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::app::App;
use crate::ask_engine::Turn;
use crate::error::Problem;

/// Questions that one request puts to the engine at once, whatever it asks for: the others' turns are not its to take.
const QUESTIONS_AT_ONCE: usize = 2;

/// What all fields of a request share.
pub(super) struct Session {
    pub(super) app: Arc<App>,
    questions: Semaphore,
}

impl Session {
    pub(super) fn new(app: Arc<App>) -> Arc<Session> {
        Arc::new(Session { app, questions: Semaphore::new(QUESTIONS_AT_ONCE) })
    }

    /// Of the request that is answered.
    pub(super) fn of<'a>(context: &Context<'a>) -> &'a Session {
        context.data_unchecked::<Arc<Session>>()
    }

    /// Waits until the request's other questions are answered, and then for a turn at the engine.
    pub(super) async fn turn(&self) -> Result<(SemaphorePermit<'_>, Turn), Problem> {
        let own = self.questions.acquire().await.map_err(|_| Problem::shedding("too many questions are at work"))?;
        Ok((own, self.app.turn().await?))
    }
}
