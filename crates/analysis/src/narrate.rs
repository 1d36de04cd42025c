//! What a language model may add to an analysis: the same evidence in flowing words, each sentence checked.
//!
//! The model sees counted facts (`F1`) and cited records (`1`), nothing else, cleared by the privacy gateway. Of its answer
//! remains what the evidence bears. Three rules make that so, and none of them has to recognise an attack:
//!
//! 1. its own words come from a fixed list, from what counting wrote in the cited facts, and from the question;
//! 2. its own numbers and names come from what was counted in the cited facts and records;
//! 3. words that somebody logged stand in quotation marks, word by word as they were cited, and as something that was said.
//!
//! So a record can make a model say no more than what the record's own quotation shows.

mod answer;
mod check;
mod evidence;
mod own;
mod sentences;
mod shown;
mod vocabulary;

use std::collections::BTreeMap;

use privacy::{Cleared, Gateway};

use crate::write::Analysis;
use evidence::Evidence;

/// Version of the prompt; recorded with each call.
pub const PROMPT_VERSION: &str = "narrate-2";

/// What a model is told to do. It holds nothing of anybody.
const INSTRUCTIONS: &str = include_str!("narrate/prompt-2.txt");

/// An example, as a question and an answer before ours. Within the instructions small models take it for the evidence, and
/// say it again.
const EXAMPLE: Example =
    Example { evidence: include_str!("narrate/example-2-evidence.txt"), answer: include_str!("narrate/example-2-answer.json") };

/// Characters of one text of an answer, as models are asked for: two lines of a page. Small models that say the same again and
/// again end there.
pub const TEXT_CHARS_MAX: usize = 300;

/// Sentences of an answer that are looked at. More than this is no summary.
const SENTENCES_MAX: usize = 12;

/// What a language model is given.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What it shall do: a constant.
    pub instructions: &'static str,
    /// How it is done: a constant.
    pub example: Example,
    /// The question and the evidence, with what is private masked.
    pub evidence: Cleared,
    /// What a sentence may cite: the ids of facts and records, as `F1` and `1`.
    pub citable: Vec<String>,
}

/// A question that was never asked, and the answer that it was to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// In the form of [`Prompt::evidence`].
    pub evidence: &'static str,
    /// JSON, as it is asked for.
    pub answer: &'static str,
}

/// A narration that is under way: the prompt, and what an answer is held against.
#[derive(Debug)]
pub struct Narrator {
    prompt: Prompt,
    evidence: Evidence,
    /// Ends the evidence in the prompt; an answer that repeats it repeats its instructions.
    fence: String,
}

/// A sentence of a model that the evidence bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// In the model's words.
    pub text: String,
    /// Numbers of [`Analysis::citations`].
    pub citations: Vec<usize>,
    /// Which counted facts it cites, as `F1`.
    pub facts: Vec<String>,
}

/// Why a sentence was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// It cites nothing, or something that is not there.
    Uncited,
    /// It has a link, markup or control characters, is too long, or has no end.
    Form,
    /// What it quotes does not stand in what it cites.
    Quotation,
    /// It has a number that what it cites does not count.
    Number,
    /// It has words or names of its own.
    Words,
    /// It speaks of nothing that it cites.
    Hollow,
    /// It names another cause than the one that was counted.
    Cause,
}

/// What is left of a model's answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Sentences that hold, in the model's order.
    pub sentences: Vec<Told>,
    /// The facts that they cite: `F1` and its text.
    pub facts: Vec<(String, String)>,
    /// How many sentences were left out, by reason.
    pub dropped: BTreeMap<Dropped, usize>,
    /// Whether the answer was a whole JSON object.
    pub whole: bool,
}

/// The sentences that a model added to an analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narration {
    /// Which model.
    pub model: String,
    /// What of its answer holds.
    pub checked: Checked,
    /// Tokens of prompt and answer, as the model's server counted them.
    pub tokens: (u64, u64),
    /// How long it took.
    pub millis: u64,
}

impl Dropped {
    /// Name in metrics and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Dropped::Uncited => "uncited",
            Dropped::Form => "form",
            Dropped::Quotation => "quotation",
            Dropped::Number => "number",
            Dropped::Words => "words",
            Dropped::Hollow => "hollow",
            Dropped::Cause => "cause",
        }
    }
}

impl Checked {
    /// Sentences left out.
    pub fn dropped_count(&self) -> usize {
        self.dropped.values().sum()
    }
}

impl Narrator {
    /// Makes the prompt. `None` when nothing points to a failure (then there is nothing to narrate), or when clearing left no
    /// evidence that sentences could be held against.
    ///
    /// `fence` must be a word that nobody who writes records can know, such as a digest with a secret key.
    pub fn new(analysis: &Analysis, gateway: &Gateway, fence: &str) -> Option<Narrator> {
        analysis.root_cause.as_ref()?;
        let lines = evidence::lines(analysis);
        let question = shown::in_one_line(&analysis.question, shown::QUESTION_CHARS);
        let body: String = lines.iter().map(|line| format!("{} {}\n", line.id, line.text)).collect();
        let citable = lines.iter().map(|line| line.id.clone()).collect();
        let text = format!("Question: {question}\n<<<{fence}\n{body}{fence}>>>\nSentences as JSON:");
        // Cleared whole: what is private may be recognised only by what stands around it.
        let cleared = gateway.clear(&text);
        let evidence = Evidence::new(analysis, lines, cleared.as_str(), &question)?;
        let prompt = Prompt { instructions: INSTRUCTIONS, example: EXAMPLE, evidence: cleared, citable };
        Some(Narrator { prompt, evidence, fence: fence.to_owned() })
    }

    /// What the model is to be given.
    pub fn prompt(&self) -> &Prompt {
        &self.prompt
    }

    /// Keeps of an answer what holds. Half an answer, or one with other text around it, is read as far as it goes.
    pub fn check(&self, answer: &str) -> Checked {
        let (claims, whole) = answer::claims(answer, SENTENCES_MAX);
        let mut checked = Checked { whole, ..Checked::default() };
        // Whoever repeats the code word passes on what it was told to keep apart.
        let is_leak = answer.contains(&self.fence);
        for claim in claims.iter().flat_map(answer::Claim::sentences).take(SENTENCES_MAX) {
            let verdict = if is_leak { Err(Dropped::Form) } else { check::check(&self.evidence, &claim) };
            match verdict {
                Ok(told) if checked.sentences.contains(&told) => {}
                Ok(told) => checked.sentences.push(told),
                Err(why) => *checked.dropped.entry(why).or_default() += 1,
            }
        }
        checked.facts = self.evidence.facts_of(&checked.sentences);
        checked
    }
}

#[cfg(test)]
mod tests;
