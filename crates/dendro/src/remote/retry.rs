use std::time::{Duration, Instant};

use reqwest::Response;
use reqwest::header::RETRY_AFTER;

use crate::exit::Failure;
use crate::ingest::PATIENCE;

/// First and longest pause between two attempts; it doubles in between.
const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Repeats a request until it is answered with anything but "come again". Safe because the request carries a key.
///
/// The server's `Retry-After` is obeyed; without it, and when there is no connection, the pause doubles.
pub(crate) async fn until_answered<F>(mut attempt: impl FnMut() -> F) -> Result<Response, Failure>
where
    F: Future<Output = Result<Response, Failure>>,
{
    let since = Instant::now();
    let mut pause = PAUSE_FIRST;
    loop {
        let outcome = attempt().await;
        let wait = match &outcome {
            Ok(response) if matches!(response.status().as_u16(), 408 | 429 | 502 | 503 | 504) => {
                asked_for(response).unwrap_or(pause)
            }
            Ok(_) => return outcome,
            Err(failure) if failure.kind().retryable() => pause,
            Err(_) => return outcome,
        };
        if since.elapsed() + wait > PATIENCE {
            return outcome;
        }
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Seconds; a date, the other form that HTTP knows, is not what our server writes.
fn asked_for(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(PATIENCE))
}
