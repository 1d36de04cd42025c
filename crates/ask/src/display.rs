use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::number::float_text;
use crate::parse::{MESSAGE, column_name};
use crate::{Aggregate, Bound, Comparison, Filter, Function, GroupKey, Pipe, Query, SortKey};

/// The canonical spelling: [`crate::parse`] reads it back to the same query.
impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.filter.fmt(f)?;
        self.pipes.iter().try_for_each(|pipe| write!(f, " | {pipe}"))
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Filter::All => f.write_str("*"),
            Filter::And(parts) => joined(f, parts, " AND ", "*"),
            Filter::Or(parts) => joined(f, parts, " OR ", "NOT *"),
            Filter::Not(inner) => {
                f.write_str("NOT ")?;
                operand(f, inner, matches!(**inner, Filter::And(_) | Filter::Or(_)))
            }
            Filter::Phrase { field, text } => {
                searched(f, field)?;
                if is_bare(text, field) { f.write_str(text) } else { quoted(f, text, '"') }
            }
            Filter::Prefix { field, prefix } => {
                searched(f, field)?;
                if is_bare(prefix, field) {
                    f.write_str(prefix)?
                } else {
                    quoted(f, prefix, '"')?
                }
                f.write_str("*")
            }
            Filter::Regex { field, pattern } => {
                searched(f, field)?;
                write!(f, "/{}/", Slashed(pattern))
            }
            Filter::Exact { field, text } => {
                write!(f, "{}:=", Name(field))?;
                if is_bare(text, field) { f.write_str(text) } else { quoted(f, text, '"') }
            }
            Filter::Compare { field, comparison, bound } => write!(f, "{}:{comparison}{bound}", Name(field)),
            Filter::Exists { field } => write!(f, "{}:*", Name(field)),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
        })
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Number(number) => f.write_str(float_text(*number).trim_end_matches(".0")),
            Bound::Time(time) => time.fmt(f),
            Bound::Severity(severity) => f.write_str(severity.as_str()),
            Bound::Text(text) => quoted(f, text, '"'),
        }
    }
}

impl Display for Pipe {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Pipe::Stats { aggregates, by } => {
                f.write_str("stats ")?;
                listed(f, aggregates)?;
                if !by.is_empty() {
                    f.write_str(" by ")?;
                }
                listed(f, by)
            }
            Pipe::Sort(keys) => {
                f.write_str("sort ")?;
                listed(f, keys)
            }
            Pipe::Head(count) => write!(f, "head {count}"),
            Pipe::Where(filter) => write!(f, "where {filter}"),
            Pipe::Fields(names) => {
                f.write_str("fields ")?;
                listed(f, names.iter().map(|name| Name(name)))
            }
            Pipe::Top { limit, field } => write!(f, "top {limit} {}", Name(field)),
            Pipe::Pattern => f.write_str("pattern"),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.function)?;
        if let Some(field) = &self.field {
            Name(field).fmt(f)?;
        }
        f.write_str(")")?;
        if self.name != column_name(&self.function.to_string(), self.field.as_deref()) {
            write!(f, " as {}", Name(&self.name))?;
        }
        Ok(())
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Function::Count => f.write_str("count"),
            Function::Weighted => f.write_str("weighted"),
            Function::Distinct => f.write_str("distinct"),
            Function::Sum => f.write_str("sum"),
            Function::Avg => f.write_str("avg"),
            Function::Min => f.write_str("min"),
            Function::Max => f.write_str("max"),
            Function::Percentile(percent) => write!(f, "p{percent}"),
        }
    }
}

impl Display for GroupKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            GroupKey::Field(name) => Name(name).fmt(f),
            GroupKey::Bin(length) => write!(f, "bin({})", Length(*length)),
        }
    }
}

impl Display for SortKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, Name(&self.field))
    }
}

/// Part of a filter, in brackets where they are needed to keep it one part.
fn operand(f: &mut Formatter<'_>, filter: &Filter, brackets: bool) -> fmt::Result {
    if brackets { write!(f, "({filter})") } else { write!(f, "{filter}") }
}

fn joined(f: &mut Formatter<'_>, parts: &[Filter], operator: &str, none: &str) -> fmt::Result {
    match parts {
        [] => f.write_str(none),
        [one] => one.fmt(f),
        _ => parts.iter().enumerate().try_for_each(|(index, part)| {
            f.write_str(if index == 0 { "" } else { operator })?;
            let binds_less = operator == " AND " && matches!(part, Filter::And(_));
            operand(f, part, binds_less || matches!(part, Filter::Or(_)))
        }),
    }
}

fn listed<T: Display>(f: &mut Formatter<'_>, items: impl IntoIterator<Item = T>) -> fmt::Result {
    items.into_iter().enumerate().try_for_each(|(index, item)| write!(f, "{}{item}", if index == 0 { "" } else { ", " }))
}

/// The field, unless it is the one that is searched anyway.
fn searched(f: &mut Formatter<'_>, field: &str) -> fmt::Result {
    if field == MESSAGE { Ok(()) } else { write!(f, "{}:", Name(field)) }
}

const OPERATORS: [&str; 3] = ["AND", "OR", "NOT"];
const NAMES_WITH_A_MEANING: [&str; 8] = ["AND", "OR", "NOT", "TO", "as", "asc", "by", "desc"];

/// Whether a text can stand without quotes and means itself.
fn is_bare(text: &str, field: &str) -> bool {
    let starts = |c: char| c == '_' || c.is_alphanumeric();
    let goes_on = |c: char| starts(c) || (field != MESSAGE && matches!(c, '-' | '.' | '@'));
    text.starts_with(starts) && text.chars().all(goes_on) && !text.contains("..") && !OPERATORS.contains(&text)
}

fn quoted(f: &mut Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        if c == quote || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push(quote);
    f.write_str(&out)
}

/// A field's name, in backquotes if it needs them.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let starts = |c: char| c.is_alphabetic() || matches!(c, '_' | '@' | '$');
        let goes_on = |c: char| starts(c) || c.is_alphanumeric() || matches!(c, '.' | '-');
        let bare = self.0.starts_with(starts) && self.0.chars().all(goes_on) && !NAMES_WITH_A_MEANING.contains(&self.0);
        if bare { f.write_str(self.0) } else { quoted(f, self.0, '`') }
    }
}

/// A regular expression with its slashes escaped.
struct Slashed<'a>(&'a str);

impl Display for Slashed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut out = String::with_capacity(self.0.len());
        let mut escaped = false;
        for c in self.0.chars() {
            if c == '/' && !escaped {
                out.push('\\');
            }
            escaped = c == '\\' && !escaped;
            out.push(c);
        }
        f.write_str(&out)
    }
}

/// A length of time in whole milliseconds, largest unit first: `1h30m`.
struct Length(Duration);

impl Display for Length {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_millis();
        for (unit, millis) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            if rest >= millis {
                write!(f, "{}{unit}", rest / millis)?;
                rest %= millis;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
