//! Which other sources a text names: `ledger-service did not answer`, `dial tcp inventory:8080`.

use std::collections::HashMap;
use std::sync::Arc;

/// What is often hung onto the name of a service, and left out where it is spoken of.
const SUFFIXES: [&str; 14] = [
    "-service",
    "_service",
    "-svc",
    "_svc",
    "-server",
    "-api",
    "-prod",
    "-production",
    "-app",
    "-worker",
    "-deployment",
    ".service",
    "service",
    "svc",
];

/// Before these words a short name is the name of a service, and not the thing it deals with.
const BEFORE: [&str; 21] = [
    "to",
    "from",
    "calling",
    "call",
    "upstream",
    "downstream",
    "with",
    "host",
    "service",
    "dependency",
    "backend",
    "against",
    "via",
    "by",
    "at",
    "peer",
    "http",
    "https",
    "tcp",
    "grpc",
    "target",
];

/// Behind a short name, these say the same.
const BEHIND: [&str; 12] = [
    "service",
    "svc",
    "did",
    "is",
    "answered",
    "returned",
    "unavailable",
    "unreachable",
    "timed",
    "responded",
    "refused",
    "timeout",
];

/// Shortest name that is looked for without its suffix.
const SHORT_NAME_MIN: usize = 3;

/// The sources that can be named.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Names in lower case.
    full: Vec<(String, Arc<str>)>,
    /// Names without what is hung on, of one source each.
    short: HashMap<String, Arc<str>>,
}

impl Names {
    pub(crate) fn of<'a>(sources: impl Iterator<Item = &'a Arc<str>>) -> Names {
        let mut full: Vec<(String, Arc<str>)> =
            sources.filter(|source| !source.is_empty()).map(|source| (source.to_lowercase(), source.clone())).collect();
        full.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        full.dedup();
        let mut short: HashMap<String, Option<Arc<str>>> = HashMap::new();
        for (name, source) in &full {
            let stem = stem(name);
            if stem.len() >= SHORT_NAME_MIN && stem != name {
                short.entry(stem.to_owned()).and_modify(|known| *known = None).or_insert_with(|| Some(source.clone()));
            }
        }
        Names { full, short: short.into_iter().filter_map(|(stem, source)| Some((stem, source?))).collect() }
    }

    /// The sources that a text of `speaker` names, without itself.
    pub(crate) fn in_text(&self, text: &str, speaker: &str) -> Vec<Arc<str>> {
        let text = text.to_lowercase();
        let mut found: Vec<Arc<str>> = Vec::new();
        let mut add = |source: &Arc<str>| {
            if **source != *speaker && !found.contains(source) {
                found.push(source.clone());
            }
        };
        for (name, source) in &self.full {
            if stands_in(&text, name) {
                add(source);
            }
        }
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        for (index, word) in words.iter().enumerate() {
            let Some(source) = self.short.get(*word).filter(|_| !is_in_path(&text, word)) else { continue };
            let before = index.checked_sub(1).and_then(|before| words.get(before));
            let behind = words.get(index + 1);
            if before.is_some_and(|word| BEFORE.contains(word))
                || behind.is_some_and(|word| BEHIND.contains(word))
                || has_port(&text, word)
            {
                add(source);
            }
        }
        found
    }

    /// The sources that a question means: it may say `payments` of `payment-service`.
    pub(crate) fn in_question(&self, question: &str) -> Vec<Arc<str>> {
        let question = question.to_lowercase();
        let words: Vec<&str> = question
            .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_' && c != '.')
            .filter(|word| !word.is_empty())
            .collect();
        let meant = |name: &str| {
            stands_in(&question, name) || {
                let stem = stem(name);
                stem.len() >= SHORT_NAME_MIN && words.iter().any(|word| same_stem(word.trim_matches('.'), stem))
            }
        };
        self.full.iter().filter(|(name, _)| meant(name)).map(|(_, source)| source.clone()).collect()
    }
}

/// The name without what is hung onto it.
fn stem(name: &str) -> &str {
    let mut stem = name;
    while let Some(shorter) =
        SUFFIXES.iter().find_map(|suffix| stem.strip_suffix(suffix)).filter(|shorter| shorter.len() >= SHORT_NAME_MIN)
    {
        stem = shorter.trim_end_matches(['-', '_', '.']);
    }
    stem
}

/// Whether a word is the stem or its plural.
fn same_stem(word: &str, stem: &str) -> bool {
    word == stem || word.strip_suffix('s') == Some(stem) || stem.strip_suffix('s') == Some(word)
}

/// Whether it stands in a text only as a part of a path: `GET /api/v1/search`.
fn is_in_path(text: &str, name: &str) -> bool {
    text.match_indices(name).all(|(at, _)| text[..at].ends_with('/') && !text[..at].ends_with("//"))
}

/// Whether `name:8080` stands in a text.
fn has_port(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        text[at + name.len()..].strip_prefix(':').is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Whether a name stands in a text, and is not a part of a longer word.
fn stands_in(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + name.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_')
            && !behind.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let sources: Vec<Arc<str>> =
            ["payment-service", "ledger-service", "inventory", "order-api", "postgres-orders"].map(Arc::from).to_vec();
        Names::of(sources.iter())
    }

    #[test]
    fn texts_name_sources() {
        let check = |text: &str, expected: &[&str]| {
            let found = names().in_text(text, "payment-service");
            assert_eq!(found.iter().map(|name| &**name).collect::<Vec<_>>(), expected, "{text}");
        };
        check("Payment timeout for t-1: ledger-service did not answer", &["ledger-service"]);
        check("dial tcp inventory:8080: connection refused", &["inventory"]);
        check("call to ledger failed", &["ledger-service"]);
        check("order 17 was rejected", &[]); // an order, not the order-api
        check("upstream order returned 503", &["order-api"]);
        check("the ledger-services are many", &[]);
        check("GET /api/v1/order answered 500", &[]); // a path
        check("payment-service started", &[]); // itself
    }

    #[test]
    fn questions_name_sources() {
        let check = |text: &str, expected: &[&str]| {
            let found = names().in_question(text);
            assert_eq!(found.iter().map(|name| &**name).collect::<Vec<_>>(), expected, "{text}");
        };
        check("Why did payments fail at 2 PM?", &["payment-service"]);
        check("what happened to Ledger-Service", &["ledger-service"]);
        check("is the weather fine?", &[]);
    }
}
