//! What the client wants an answer to look like.

use axum::http::{HeaderMap, StatusCode, header};

use crate::error::Problem;

/// How rows are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowFormat {
    /// One JSON object with rows and figures.
    Json,
    /// One JSON object a line; the figures are in headers.
    Ndjson,
    /// Arrow's streaming format; the figures are in headers.
    Arrow,
}

impl RowFormat {
    const ALL: [RowFormat; 3] = [RowFormat::Json, RowFormat::Ndjson, RowFormat::Arrow];

    /// The media type sent.
    pub(crate) fn media_type(self) -> &'static str {
        self.names()[0]
    }

    /// What it is called by clients.
    fn names(self) -> &'static [&'static str] {
        match self {
            RowFormat::Json => &["application/json"],
            RowFormat::Ndjson => &["application/x-ndjson", "application/jsonl", "application/ndjson"],
            RowFormat::Arrow => &["application/vnd.apache.arrow.stream"],
        }
    }

    /// What `Accept` prefers; JSON when it leaves the choice.
    pub(crate) fn of(headers: &HeaderMap) -> Result<RowFormat, Problem> {
        let accepted = Accepted::of(headers);
        // The first of the best: `max_by` would take the last, and JSON comes first.
        let mut best = (0, None);
        for format in RowFormat::ALL {
            let quality = accepted.quality(format.names());
            if quality > best.0 {
                best = (quality, Some(format));
            }
        }
        best.1.ok_or_else(not_acceptable)
    }
}

/// What `Accept` says (RFC 9110, 12.5.1).
pub(crate) struct Accepted(Vec<Range>);

impl Accepted {
    pub(crate) fn of(headers: &HeaderMap) -> Accepted {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        Accepted(values.flat_map(|value| value.split(',')).filter_map(Range::parse).collect())
    }

    /// How much a type is wanted, in thousandths, as the most specific range that covers one of its names says. Without any
    /// range everything is as welcome as can be.
    pub(crate) fn quality(&self, names: &[&str]) -> u16 {
        if self.0.is_empty() {
            return 1000;
        }
        let covering = self.0.iter().filter_map(|range| Some((range.covers(names)?, range.quality)));
        covering.max().map_or(0, |(_, quality)| quality)
    }

    /// Whether it is asked for by name.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.0.iter().any(|range| range.name == name && range.quality > 0)
    }
}

struct Range {
    name: String,
    quality: u16,
}

impl Range {
    /// Whether it covers a type of these names, and how specifically.
    fn covers(&self, names: &[&str]) -> Option<u8> {
        let kind = self.name.strip_suffix("/*");
        match self.name.as_str() {
            "*/*" => Some(0),
            name if names.contains(&name) => Some(2),
            _ if kind.is_some_and(|kind| names.iter().any(|name| name.split('/').next() == Some(kind))) => Some(1),
            _ => None,
        }
    }

    fn parse(text: &str) -> Option<Range> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok()).unwrap_or(0.0).clamp(0.0, 1.0);
        Some(Range { name, quality: (quality * 1000.0).round() as u16 })
    }
}

fn not_acceptable() -> Problem {
    Problem::new(StatusCode::NOT_ACCEPTABLE, "none of the types in Accept can be sent")
        .hint("accept application/json, application/x-ndjson or application/vnd.apache.arrow.stream")
}

/// Arrow was asked for, and this answer has no Arrow form.
pub(crate) fn no_such_encoding() -> Problem {
    Problem::new(StatusCode::NOT_ACCEPTABLE, "this answer cannot be sent in that form")
        .hint("accept application/json or application/x-ndjson")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences() {
        let check = |accept: &str, expected: Option<RowFormat>| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().expect("value"))]);
            assert_eq!(RowFormat::of(&headers).ok(), expected, "{accept}");
        };
        assert_eq!(RowFormat::of(&HeaderMap::new()).ok(), Some(RowFormat::Json));
        check("", Some(RowFormat::Json));
        check("*/*", Some(RowFormat::Json));
        check("application/*", Some(RowFormat::Json));
        check("application/json", Some(RowFormat::Json));
        check("application/x-ndjson", Some(RowFormat::Ndjson));
        check("Application/JSONL", Some(RowFormat::Ndjson));
        check("application/vnd.apache.arrow.stream, */*;q=0.1", Some(RowFormat::Arrow));
        check("application/json;q=0.5, application/x-ndjson;q=0.9", Some(RowFormat::Ndjson));
        check("application/json;q=0.5, application/x-ndjson;q=0.5", Some(RowFormat::Json));
        check("*/*, application/json;q=0", Some(RowFormat::Ndjson));
        check("text/html, */*;q=0.8", Some(RowFormat::Json));
        check("text/html", None);
        check("application/json;q=0", None);
        check("application/xml;q=x", None);
    }
}
