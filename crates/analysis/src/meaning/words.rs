use std::collections::HashMap;
use std::sync::OnceLock;

static CONCEPTS: &str = include_str!("concepts.txt");

/// Words without a meaning of their own.
const STOP: [&str; 61] = [
    "a",
    "an",
    "the",
    "of",
    "to",
    "in",
    "on",
    "at",
    "is",
    "was",
    "are",
    "were",
    "be",
    "been",
    "by",
    "for",
    "from",
    "with",
    "and",
    "or",
    "not",
    "that",
    "this",
    "it",
    "its",
    "as",
    "we",
    "our",
    "while",
    "whose",
    "which",
    "has",
    "have",
    "had",
    "does",
    "did",
    "do",
    "how",
    "much",
    "what",
    "why",
    "who",
    "when",
    "where",
    "there",
    "their",
    "they",
    "than",
    "then",
    "into",
    "about",
    "some",
    "someone",
    "something",
    "different",
    "another",
    "got",
    "wants",
    "because",
    "i",
    "my",
];

/// The stems of a text's words, in order: holes, numbers and words without a meaning left out, `camelCase` taken apart.
pub(super) fn stems(text: &str) -> Vec<String> {
    let mut stems = Vec::new();
    for piece in text.split(|c: char| !c.is_alphanumeric()) {
        for word in parts(piece) {
            let word = word.to_lowercase();
            let is_word = word.chars().count() > 1 && word.chars().any(char::is_alphabetic);
            if is_word && !STOP.contains(&word.as_str()) {
                stems.push(stem(&word));
            }
        }
    }
    stems
}

/// `getBinderPackageName` as four words; `DNSLookup` as two.
fn parts(piece: &str) -> Vec<String> {
    let letters: Vec<char> = piece.chars().collect();
    let mut parts = vec![String::new()];
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let next = letters.get(index + 1);
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || (before.is_uppercase() && next.is_some_and(|next| next.is_lowercase()))
            });
        if starts {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    if parts.len() > 1 {
        parts.push(piece.to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// A word without its ending, roughly: the endings that English puts on words of the trade.
fn stem(word: &str) -> String {
    const ENDINGS: [(&str, &str); 20] = [
        ("ications", "ic"),
        ("ication", "ic"),
        ("izations", "iz"),
        ("ization", "iz"),
        ("ations", "at"),
        ("ation", "at"),
        ("ements", ""),
        ("ement", ""),
        ("ings", ""),
        ("ing", ""),
        ("ied", "i"),
        ("ies", "i"),
        ("ed", ""),
        ("sses", "ss"),
        ("ers", "er"),
        ("ions", ""),
        ("ion", ""),
        ("ly", ""),
        ("es", ""),
        ("s", ""),
    ];
    let mut stem = word.to_owned();
    for (ending, replaced) in ENDINGS {
        if word.ends_with("ss") && ending == "s" {
            break;
        }
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| rest.chars().count() >= 3) {
            stem = format!("{rest}{replaced}");
            break;
        }
    }
    // `stopped` and `stop`, `delete` and `deleting`, `retry` and `retries`.
    let letters: Vec<char> = stem.chars().collect();
    if let [.., a, b] = letters.as_slice() {
        let doubled = a == b && !matches!(a, 's' | 'l' | 'e');
        if letters.len() > 3 && (doubled || matches!(b, 'e' | 'y' | 'i')) {
            stem.pop();
        }
    }
    stem
}

/// Groups of words that mean the same.
pub(super) struct Concepts {
    /// Phrases by their first stem: the other stems, and the group.
    phrases: HashMap<String, Vec<(Vec<String>, u16)>>,
}

impl Concepts {
    pub(super) fn shared() -> &'static Concepts {
        static SHARED: OnceLock<Concepts> = OnceLock::new();
        SHARED.get_or_init(|| Concepts::read(CONCEPTS))
    }

    fn read(text: &str) -> Concepts {
        let mut phrases: HashMap<String, Vec<(Vec<String>, u16)>> = HashMap::new();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        for (group, line) in lines.enumerate() {
            for phrase in line.split(',') {
                let mut stems = stems(phrase).into_iter();
                if let Some(first) = stems.next() {
                    phrases.entry(first).or_default().push((stems.collect(), group as u16));
                }
            }
        }
        Concepts { phrases }
    }

    /// The groups that stand in a text, once each; named so that they can be terms.
    pub(super) fn of(&self, stems: &[String]) -> Vec<String> {
        let mut groups: Vec<u16> = Vec::new();
        for (index, stem) in stems.iter().enumerate() {
            for (rest, group) in self.phrases.get(stem).into_iter().flatten() {
                if stems[index + 1..].starts_with(rest) && !groups.contains(group) {
                    groups.push(*group);
                }
            }
        }
        groups.into_iter().map(|group| group.to_string()).collect()
    }
}
