//! A record of each call: which model, what it cost and what became of it, never what was said. It is a record like any
//! other, screened and durable, of a source of its own; the SQL table `llm_calls` shows these records as rows. Attributes are
//! named as OpenTelemetry's conventions for generative AI have them, where they have a name.

use analysis::{PROMPT_VERSION, Prompt};
use ask::{Budget, Cell, Question, Scope};
use intake::{Context, Format};
use privacy::OWN_SOURCE;
use record::{TimeRange, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Call, ModelConfig, ModelRooms};

/// Tokens of the calls.
const USED: &str =
    "source:=\"dendro-models\" | stats sum(gen_ai.usage.input_tokens) as used_in, sum(gen_ai.usage.output_tokens) as used_out";

/// Keeps a record of a call.
pub(super) async fn keep(rooms: &ModelRooms, config: &ModelConfig, call: &Call) -> Result<(), lake::Error> {
    let now = rooms.clock.now();
    let record = json!({
        "timestamp": now.to_string(),
        "severity": if call.outcome == "narrated" { "INFO" } else { "WARN" },
        "message": format!("call of a language model: {}", call.outcome),
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": config.kind.as_str(),
        "gen_ai.request.model": config.model,
        "gen_ai.usage.input_tokens": call.tokens.0,
        "gen_ai.usage.output_tokens": call.tokens.1,
        "llm.purpose": "analyze",
        "llm.prompt_version": PROMPT_VERSION,
        "llm.prompt_digest": call.prompt_digest,
        "llm.duration_ms": call.took.as_millis() as u64,
        "llm.outcome": call.outcome,
        "llm.sentences_kept": call.checked.sentences.len(),
        "llm.sentences_dropped": call.checked.dropped_count(),
    });
    let context =
        Context { tenant: rooms.tenant.clone(), source: Some(OWN_SOURCE), received_at: now, limits: intake::Limits::default() };
    let batch = intake::decode(Format::Json, record.to_string().as_bytes(), &context);
    rooms.lake.append(rooms.gateway.admit_own(batch), None).await.map(drop)
}

/// What tells two prompts apart without telling what they say.
pub(super) fn digest(prompt: &Prompt) -> String {
    let digest = Sha256::new().chain_update(prompt.instructions).chain_update(prompt.example.evidence);
    let digest = digest.chain_update(prompt.example.answer).chain_update(prompt.evidence.as_str()).finalize();
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Tokens of today's calls, of earlier processes too. What cannot be counted is told in the log and taken for none: a day's
/// budget is then that of this process.
pub(super) async fn used_today(rooms: &ModelRooms) -> u64 {
    match sum(rooms).await {
        Ok(used) => used,
        Err(error) => {
            tracing::warn!(%error, "the tokens that language models used today cannot be counted");
            0
        }
    }
}

async fn sum(rooms: &ModelRooms) -> Result<u64, ask::Error> {
    let now = rooms.clock.now();
    let midnight: Timestamp = Timestamp::parse(&format!("{}T00:00:00Z", &now.to_string()[..10])).map_or(now, |(at, _)| at);
    let time = TimeRange::new(midnight, TimeRange::ALL.end);
    let query = ask::parse(USED, now)?;
    let answer = rooms.engine.answer(&scope(rooms, time), &Question::Search(query), None).await?;
    let cell = |column| match answer.rows.cell(0, column) {
        Cell::Int(value) => u64::try_from(value).unwrap_or(0),
        Cell::Float(value) => value as u64,
        _ => 0,
    };
    Ok(if answer.rows.is_empty() { 0 } else { cell(0).saturating_add(cell(1)) })
}

fn scope(rooms: &ModelRooms, time: TimeRange) -> Scope {
    let budget = Budget {
        rows_max: 1,
        answer_bytes_max: 64 << 10,
        memory_bytes_max: 64 << 20,
        time_max: std::time::Duration::from_secs(5),
    };
    Scope { tenant: rooms.tenant.clone(), time, budget }
}
