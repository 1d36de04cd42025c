use record::{Severity, TimeRange, Timestamp, parse_duration, words};

use crate::number::Number;
use crate::{Bound, Comparison, Error, Filter};

use super::{Parser, fail, suggest};

const TIME_HINT: &str = "write 2026-02-06, 2026-02-06T14:00:00Z or now-1h";
const ONE_DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// Longest first, so that `>=` is not read as `>`.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("!=", Comparison::NotEqual),
    ("==", Comparison::Equal),
    (">=", Comparison::GreaterOrEqual),
    ("<=", Comparison::LessOrEqual),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
];

/// A text as it stands in a query.
struct Written {
    text: String,
    quoted: bool,
    at: usize,
}

impl Parser<'_> {
    /// What follows `field:`, and what stands in a list.
    pub(super) fn value(&mut self, field: &str) -> Result<Filter, Error> {
        let at = self.cursor.at();
        match self.cursor.peek() {
            Some('(') => return self.list(field),
            Some('/') => return self.not_for_times(field, at)?.regex(field),
            Some('[' | '{') => return self.range(field),
            Some('"') => {
                let text = self.cursor.quoted('"')?;
                return self.after_phrase(field, text, at);
            }
            _ => {}
        }
        if let Some((operator, comparison)) = COMPARISONS.into_iter().find(|(operator, _)| self.cursor.sees(operator)) {
            self.cursor.eat(operator);
            return self.compare(field, comparison);
        }
        if self.cursor.eat("=") {
            return self.exact(field);
        }
        let text = self.take_bare();
        if text.is_empty() {
            return Err(fail(
                at,
                format!("expected a value after `{field}:`"),
                "there is no space between the colon and the value",
            ));
        }
        match text.as_str() {
            "*" => Ok(Filter::Exists { field: field.to_owned() }),
            _ => match self.dots(field, &text, at)? {
                Some(range) => Ok(range),
                None => self.bare(field, &text, at),
            },
        }
    }

    /// What follows a column in `where`: here `=` means what people expect of it, and spaces may stand around.
    pub(super) fn compared(&mut self, column: &str) -> Result<Filter, Error> {
        if let Some((operator, comparison)) = COMPARISONS.into_iter().find(|(operator, _)| self.cursor.sees(operator)) {
            self.cursor.eat(operator);
            return self.compare(column, comparison);
        }
        self.cursor.eat("=");
        let here = self.cursor.at();
        self.cursor.skip_space();
        let number = self.bound_text(column)?;
        if !number.quoted && Number::parse(&number.text).is_some() {
            return self.compare_with(column, Comparison::Equal, number);
        }
        self.cursor.go_back(here);
        self.exact(column)
    }

    /// A word without quotes: a phrase, or with `*` at its end a prefix.
    pub(super) fn bare(&mut self, field: &str, text: &str, at: usize) -> Result<Filter, Error> {
        match text.find('*') {
            None => self.phrase(field, text.to_owned(), at),
            Some(star) if star + 1 == text.len() => self.prefix(field, text[..star].to_owned(), at),
            Some(star) => {
                let hint = "use a regular expression: /begin.*end/; to search for `*`, use double quotes";
                Err(fail(at + star, "`*` can only stand at the end of a word", hint))
            }
        }
    }

    /// What was quoted: a phrase, or with `*` behind it a prefix.
    pub(super) fn after_phrase(&mut self, field: &str, text: String, at: usize) -> Result<Filter, Error> {
        if self.cursor.eat("*") { self.prefix(field, text, at) } else { self.phrase(field, text, at) }
    }

    fn phrase(&mut self, field: &str, mut text: String, at: usize) -> Result<Filter, Error> {
        if text.is_empty() {
            return Err(fail(at, "the phrase is empty", "write `field:*` for any value, `field:=\"\"` for an empty one"));
        }
        if self.is_time(field) {
            return self.at_time(field, &text, at);
        }
        if field == "severity" {
            let severity = severity(&text, at)?;
            if Severity::parse(&text).is_none() {
                severity.as_str().clone_into(&mut text);
            }
        }
        Ok(Filter::Phrase { field: field.to_owned(), text })
    }

    fn prefix(&mut self, field: &str, prefix: String, at: usize) -> Result<Filter, Error> {
        if prefix.is_empty() {
            return Err(fail(at, "expected the beginning of a word before `*`", "write `field:*` for any value"));
        }
        self.not_for_times(field, at)?;
        Ok(Filter::Prefix { field: field.to_owned(), prefix })
    }

    /// A moment, or all of a day.
    fn at_time(&self, field: &str, text: &str, at: usize) -> Result<Filter, Error> {
        let start = self.time(text, at)?;
        let compare = |comparison, bound| Filter::Compare { field: field.to_owned(), comparison, bound: Bound::Time(bound) };
        let is_day = text.len() == 10 && text.as_bytes()[4] == b'-';
        Ok(match is_day {
            true => Filter::And(vec![
                compare(Comparison::GreaterOrEqual, start),
                compare(Comparison::Less, start.plus(ONE_DAY).min(Timestamp::MAX)),
            ]),
            false => compare(Comparison::Equal, start),
        })
    }

    fn not_for_times(&mut self, field: &str, at: usize) -> Result<&mut Self, Error> {
        if self.is_time(field) {
            return Err(fail(
                at,
                format!("`{field}` is a time, not a text"),
                "write `timestamp:>now-1h`, or a day: `timestamp:2026-02-06`",
            ));
        }
        Ok(self)
    }

    fn exact(&mut self, field: &str) -> Result<Filter, Error> {
        self.cursor.skip_space();
        let Written { text, quoted, at } = self.bound_text(field)?;
        if self.is_time(field) {
            let bound = Bound::Time(self.time(&text, at)?);
            return Ok(Filter::Compare { field: field.to_owned(), comparison: Comparison::Equal, bound });
        }
        if !quoted && text.contains('*') {
            return Err(fail(at, "after `=` a `*` is no wildcard", "drop the `=`, or put the text in double quotes"));
        }
        let text = if field == "severity" { severity(&text, at)?.as_str().to_owned() } else { text };
        Ok(Filter::Exact { field: field.to_owned(), text })
    }

    fn compare(&mut self, field: &str, comparison: Comparison) -> Result<Filter, Error> {
        self.cursor.skip_space();
        let written = self.bound_text(field)?;
        self.compare_with(field, comparison, written)
    }

    fn compare_with(&self, field: &str, comparison: Comparison, written: Written) -> Result<Filter, Error> {
        Ok(Filter::Compare { field: field.to_owned(), comparison, bound: self.bound(field, written)? })
    }

    /// `[200 TO 299]`; the cursor stands on the bracket.
    fn range(&mut self, field: &str) -> Result<Filter, Error> {
        let opened = self.cursor.at();
        let low_inside = self.cursor.eat("[") || !self.cursor.eat("{");
        let low = self.range_end(opened)?;
        self.cursor.skip_space();
        if !self.cursor.eat_word("TO") {
            return Err(fail(
                self.cursor.at(),
                "expected TO between the two ends of the range",
                "write `field:[200 TO 299]`, with * for no bound",
            ));
        }
        let high = self.range_end(opened)?;
        self.cursor.skip_space();
        let high_inside = self.cursor.eat("]");
        if !high_inside && !self.cursor.eat("}") {
            return Err(fail(opened, "this range is not closed", "add a `]` (with the bound) or `}` (without it)"));
        }
        let low = low.map(|end| self.end(field, low_inside, Comparison::GreaterOrEqual, Comparison::Greater, end)).transpose()?;
        let high = high.map(|end| self.end(field, high_inside, Comparison::LessOrEqual, Comparison::Less, end)).transpose()?;
        Ok(between(field, low, high))
    }

    fn end(&self, field: &str, inside: bool, with: Comparison, without: Comparison, end: Written) -> Result<Filter, Error> {
        self.compare_with(field, if inside { with } else { without }, end)
    }

    /// One end of a range; `None` for `*`.
    fn range_end(&mut self, opened: usize) -> Result<Option<Written>, Error> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        if self.cursor.sees("\"") {
            return Ok(Some(Written { text: self.cursor.quoted('"')?, quoted: true, at }));
        }
        let text = self.cursor.take_while(|c| !c.is_whitespace() && !matches!(c, ']' | '}' | ')' | '|' | '"'));
        if text.is_empty() {
            return Err(fail(opened, "this range is not complete", "write `field:[200 TO 299]`, with * for no bound"));
        }
        Ok((text != "*").then(|| Written { text: text.to_owned(), quoted: false, at }))
    }

    /// `200..299`, both inside. A text with dots that is no range of numbers, times or severities is just a text.
    fn dots(&self, field: &str, text: &str, at: usize) -> Result<Option<Filter>, Error> {
        let Some((low, high)) = text.split_once("..") else { return Ok(None) };
        let ordered = self.is_time(field) || field == "severity";
        let fits = |end: &str| end.is_empty() || ordered || Number::parse(end).is_some();
        if (low.is_empty() && high.is_empty()) || !fits(low) || !fits(high) {
            return Ok(None);
        }
        let end = |text: &str, at, comparison| {
            let written = Written { text: text.to_owned(), quoted: false, at };
            (!text.is_empty()).then(|| self.compare_with(field, comparison, written)).transpose()
        };
        let first = end(low, at, Comparison::GreaterOrEqual)?;
        let last = end(high, at + low.len() + 2, Comparison::LessOrEqual)?;
        Ok(Some(between(field, first, last)))
    }

    /// What follows a comparison.
    fn bound_text(&mut self, field: &str) -> Result<Written, Error> {
        let at = self.cursor.at();
        if self.cursor.sees("\"") {
            return Ok(Written { text: self.cursor.quoted('"')?, quoted: true, at });
        }
        let text = self.take_bare();
        if text.is_empty() {
            return Err(fail(at, format!("expected a value to compare `{field}` with"), None));
        }
        Ok(Written { text, quoted: false, at })
    }

    /// Up to a space, a bracket, a quote or `|`.
    fn take_bare(&mut self) -> String {
        self.cursor.take_while(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '|' | '"' | '`')).to_owned()
    }

    fn bound(&self, field: &str, Written { text, quoted, at }: Written) -> Result<Bound, Error> {
        if self.is_time(field) {
            return Ok(Bound::Time(self.time(&text, at)?));
        }
        if field == "severity" {
            return Ok(Bound::Severity(severity(&text, at)?));
        }
        if quoted {
            return Ok(Bound::Text(text));
        }
        match Number::parse(&text) {
            Some(number) if number.as_f64().is_finite() => Ok(Bound::Number(number.as_f64())),
            Some(_) => Err(fail(at, "this number is too large", None)),
            None if may_be_text(&text) => Ok(Bound::Text(text)),
            None => Err(fail(at, "expected a number", "numbers have no unit; to compare with a text, put it in double quotes")),
        }
    }

    /// RFC 3339, a date, or `now` and a duration.
    fn time(&self, text: &str, at: usize) -> Result<Timestamp, Error> {
        let time = match text.strip_prefix("now") {
            None => Timestamp::parse(text).map(|(time, _)| time).map_err(|_| fail(at, "expected a time", TIME_HINT))?,
            Some("") => self.now,
            Some(shift) => {
                let bad =
                    |offset: usize, what: &str| fail(at + offset, what, "durations are written 90s, 5m, 2h, 7d, 1w, or 1h30m");
                let (later, duration) = match (shift.strip_prefix('+'), shift.strip_prefix('-')) {
                    (Some(rest), _) => (true, rest),
                    (_, Some(rest)) => (false, rest),
                    _ => return Err(fail(at + 3, "expected `-` or `+` after now", TIME_HINT)),
                };
                let duration = parse_duration(duration).ok_or_else(|| bad(4, "expected a duration"))?;
                if later { self.now.plus(duration) } else { self.now.minus(duration) }
            }
        };
        let known = TimeRange::new(Timestamp::MIN, Timestamp::MAX);
        if !known.contains(time) && time != Timestamp::MAX {
            return Err(fail(at, "this time lies outside the years 1 to 9999", None));
        }
        Ok(time)
    }
}

/// What is compared as text needs no quotes unless it looks like a number gone wrong; times of other fields are texts.
fn may_be_text(text: &str) -> bool {
    Timestamp::parse(text).is_ok()
        || (words(text).next().is_some() && !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '*')))
}

fn severity(text: &str, at: usize) -> Result<Severity, Error> {
    let from_number = || text.parse().ok().and_then(Severity::from_number);
    Severity::parse(text).or_else(from_number).ok_or_else(|| {
        let names = Severity::ALL.map(Severity::as_str);
        let hint = suggest::did_you_mean(text, names).unwrap_or_else(|| format!("there are: {}", names.join(", ")));
        fail(at, "expected a severity", hint)
    })
}

fn between(field: &str, low: Option<Filter>, high: Option<Filter>) -> Filter {
    match (low, high) {
        (Some(low), Some(high)) => Filter::And(vec![low, high]),
        (Some(end), None) | (None, Some(end)) => end,
        (None, None) => Filter::Exists { field: field.to_owned() },
    }
}
