//! Says what differs, and where it came from.
//!
//! In: counts of patterns over time and few records, through [`Evidence`]; a question in words. Out: [`Finding`]s, each
//! with what was expected and what was seen; an [`Analysis`] whose sentences cite records.
//! Never: the lake, the query engine itself, the clock; a training run; a sentence that no finding stands behind.
//! Begin with [`analyze`]; what is compared is in `detect`, where it came from in `cause`, how it is told in `write`, and what a
//! language model may add to that in `narrate`, which makes the prompt and checks the answer; others send it.

mod analyze;
mod anomalies;
mod cause;
mod counts;
mod detect;
mod evidence;
mod find;
mod held;
mod locate;
mod meaning;
mod mentions;
mod narrate;
mod over_engine;
mod question;
mod statistics;
pub mod wording;
mod write;

pub use analyze::{Ask, analyze};
pub use anomalies::{Anomalies, anomalies};
pub use cause::{Candidate, Reason};
pub use detect::{ALARM_SCORE, Difference, Finding};
pub use evidence::{Count, Durations, Evidence, Hop, Impact, Known, NO_BINS, Sample, Text, Wanted};
pub use find::{ByMeaning, FindAsk, Finder, is_identifier};
pub use held::{Held, HeldRecord};
pub use meaning::Meaning;
pub use narrate::{Checked, Dropped, Example, Narration, Narrator, PROMPT_VERSION, Prompt, TEXT_CHARS_MAX, Told};
pub use over_engine::{GROUPS_MAX, OverEngine};
pub use question::{QUESTION_MAX_BYTES, When, when};
pub use write::{Analysis, Event, Sentence, impact_text, reason, supports};
