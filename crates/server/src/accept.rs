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
        match self {
            RowFormat::Json => "application/json",
            RowFormat::Ndjson => "application/x-ndjson",
            RowFormat::Arrow => "application/vnd.apache.arrow.stream",
        }
    }

    fn is_called(self, name: &str) -> bool {
        name == self.media_type() || (self == RowFormat::Ndjson && matches!(name, "application/jsonl" | "application/ndjson"))
    }

    /// What `Accept` prefers (RFC 9110, 12.5.1); JSON when it leaves the choice.
    pub(crate) fn of(headers: &HeaderMap) -> Result<RowFormat, Problem> {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<Range> = values.flat_map(|value| value.split(',')).filter_map(Range::parse).collect();
        if ranges.is_empty() {
            return Ok(RowFormat::Json);
        }
        // The first of the best: `max_by` would take the last, and JSON comes first.
        let mut best = (0, None);
        for format in RowFormat::ALL {
            let quality = format.quality(&ranges);
            if quality > best.0 {
                best = (quality, Some(format));
            }
        }
        best.1.ok_or_else(not_acceptable)
    }

    /// In thousandths: of the most specific range that covers this format.
    fn quality(self, ranges: &[Range]) -> u16 {
        let specific = |range: &&Range| match range.name.as_str() {
            "*/*" => Some(0),
            "application/*" => Some(1),
            name if self.is_called(name) => Some(2),
            _ => None,
        };
        let covering = ranges.iter().filter_map(|range| Some((specific(&range)?, range.quality)));
        covering.max().map_or(0, |(_, quality)| quality)
    }
}

struct Range {
    name: String,
    quality: u16,
}

impl Range {
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
