use super::text::Exposition;
use crate::models::Figures;

/// What calls of the language model have cost and brought.
pub(super) fn write(out: &mut Exposition, figures: &Figures) {
    out.family("dendro_model_calls_total", "counter", "Calls of the language model, by what became of them.");
    for (outcome, count) in figures.calls.lock().iter() {
        out.sample("", &[("outcome", outcome)], *count as f64);
    }
    out.family("dendro_model_sentences_total", "counter", "Sentences of the language model: kept, or why they were left out.");
    for (verdict, count) in figures.sentences.lock().iter() {
        out.sample("", &[("verdict", verdict)], *count as f64);
    }
    let (prompt, answer) = *figures.tokens.lock();
    out.family("dendro_model_tokens_total", "counter", "Tokens, as the model's server counts them.");
    out.sample("", &[("of", "prompt")], prompt as f64);
    out.sample("", &[("of", "answer")], answer as f64);
    out.one("dendro_model_seconds_total", "counter", "Time spent on calls.", *figures.seconds.lock());
}
