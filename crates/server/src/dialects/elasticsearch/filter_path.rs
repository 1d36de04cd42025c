use axum::http::Uri;

use crate::dialects::parameter;

/// Most patterns read of a `filter_path`; the rest would only cost time.
const PATTERNS_MAX: usize = 32;

/// Which parts of an answer the client wants (`filter_path=errors,items.*.status`).
#[derive(Debug, Clone, Default)]
pub(super) struct FilterPath {
    wanted: Vec<Vec<String>>,
    unwanted: Vec<Vec<String>>,
}

impl FilterPath {
    pub(super) fn of(uri: &Uri) -> FilterPath {
        FilterPath::parse(&parameter(uri, "filter_path").unwrap_or_default())
    }

    fn parse(text: &str) -> FilterPath {
        let mut filter = FilterPath::default();
        for pattern in text.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()).take(PATTERNS_MAX) {
            let (list, pattern) = match pattern.strip_prefix('-') {
                Some(pattern) => (&mut filter.unwanted, pattern),
                None => (&mut filter.wanted, pattern),
            };
            list.push(pattern.split('.').map(str::to_owned).collect());
        }
        filter
    }

    /// Whether the value at a path is to be sent, whole.
    pub(super) fn wants(&self, path: &[&str]) -> bool {
        let named = |list: &[Vec<String>]| list.iter().any(|pattern| covers(pattern, path));
        (self.wanted.is_empty() || named(&self.wanted)) && !named(&self.unwanted)
    }
}

/// Whether a pattern names a path or something above it.
fn covers(pattern: &[String], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], _) => true,
        ([any, rest @ ..], _) if any == "**" => (0..=path.len()).any(|skipped| covers(rest, &path[skipped..])),
        ([first, rest @ ..], [name, below @ ..]) => matches(first.as_bytes(), name.as_bytes()) && covers(rest, below),
        (_, []) => false,
    }
}

/// `*` stands for any letters.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => matches(rest, name) || (!name.is_empty() && matches(pattern, &name[1..])),
        ([p, rest @ ..], [n, more @ ..]) => p == n && matches(rest, more),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let check = |filter: &str, path: &str, expected| {
            let path: Vec<&str> = path.split('.').collect();
            assert_eq!(FilterPath::parse(filter).wants(&path), expected, "{filter} {path:?}");
        };
        check("", "took", true);
        check("errors", "errors", true);
        check("errors", "took", false);
        check("errors, items.*.status", "items.create.status", true);
        check("errors,items.*.status", "items.create._id", false);
        check("items", "items.create._id", true);
        check("items.*.error.type", "items.create.status", false);
        check("**.status", "items.create.status", true);
        check("items.cr*te._i?", "items.create._id", false);
        check("items.cr*te._i*", "items.create._id", true);
        check("-items", "items.create._id", false);
        check("-items", "took", true);
        check("took,-took", "took", false);
    }
}
