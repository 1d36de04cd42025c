use std::time::Duration;

use ask::{Budget, Error};
use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;

use crate::budget::bytes_in_words;

/// Texts taken over from the library end here: longer ones list every column there is.
const MESSAGE_BYTES_MAX: usize = 300;

/// How far a question had come. Before it runs, no record has been read, so messages can only quote the question.
/// Afterwards a message may quote a value ("cannot cast string 'alice@…'"), so none is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Planning,
    Running,
}

/// What went wrong, in the words of `ask`.
pub(crate) fn translate(error: DataFusionError, stage: Stage, budget: &Budget, question: Option<&str>) -> Error {
    match error {
        DataFusionError::Context(_, inner) => translate(*inner, stage, budget, question),
        DataFusionError::Diagnostic(diagnostic, inner) => {
            let position = question
                .zip(diagnostic.span)
                .and_then(|(question, span)| byte_position(question, span.start.line, span.start.column));
            match translate(*inner, stage, budget, question) {
                Error::Invalid { message, position: known, hint } => {
                    Error::Invalid { message, position: known.or(position), hint }
                }
                other => other,
            }
        }
        DataFusionError::Shared(shared) => match std::sync::Arc::try_unwrap(shared) {
            Ok(inner) => translate(inner, stage, budget, question),
            Err(shared) => translate_shared(&shared, stage, budget),
        },
        DataFusionError::Collection(mut errors) if !errors.is_empty() => {
            translate(errors.swap_remove(0), stage, budget, question)
        }
        DataFusionError::External(source) => match source.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(source) => match source.downcast::<DataFusionError>() {
                Ok(inner) => translate(*inner, stage, budget, question),
                Err(_) => broken("a part of the query failed"),
            },
        },
        DataFusionError::SchemaError(error, _) => schema(*error),
        DataFusionError::SQL(error, _) => parse(&error, question),
        DataFusionError::ResourcesExhausted(_) => over_memory(budget),
        DataFusionError::ObjectStore(source) => Error::Unavailable { what: "reading a segment".into(), source: Some(source) },
        DataFusionError::IoError(source) => Error::Unavailable { what: "reading a segment".into(), source: Some(source.into()) },
        DataFusionError::ParquetError(source) => parquet(*source),
        DataFusionError::ArrowError(error, _) => arrow(*error, stage, budget, question),
        DataFusionError::NotImplemented(message) if stage == Stage::Planning => invalid(format!("not supported: {message}")),
        DataFusionError::Plan(message) | DataFusionError::Configuration(message) if stage == Stage::Planning => invalid(message),
        DataFusionError::Execution(message) if stage == Stage::Planning => invalid(message),
        DataFusionError::Plan(_) | DataFusionError::NotImplemented(_) | DataFusionError::Configuration(_) => {
            invalid("the query asks for something that is not supported".into())
        }
        DataFusionError::Execution(_) => invalid(VALUE_DOES_NOT_FIT.into()),
        DataFusionError::Internal(message) if stage == Stage::Planning => {
            broken(&format!("planning failed: {}", first_line(&message)))
        }
        _ => broken("the query engine failed"),
    }
}

/// A value met while running does not fit the function or type. Which one is not said: it is a record's content.
const VALUE_DOES_NOT_FIT: &str = "a value does not fit the function or type it is given to; try_cast makes such values null";

fn translate_shared(error: &DataFusionError, stage: Stage, budget: &Budget) -> Error {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => over_memory(budget),
        DataFusionError::Plan(message) if stage == Stage::Planning => invalid(message.clone()),
        DataFusionError::Execution(_) | DataFusionError::ArrowError(..) => invalid(VALUE_DOES_NOT_FIT.into()),
        _ => broken("the query engine failed"),
    }
}

pub(crate) fn invalid(message: String) -> Error {
    Error::Invalid { message: first_line(&message).to_owned(), position: None, hint: None }
}

pub(crate) fn broken(what: &str) -> Error {
    Error::Broken { what: what.to_owned(), source: None }
}

pub(crate) fn over_memory(budget: &Budget) -> Error {
    Error::OverBudget { what: "memory", limit: bytes_in_words(budget.memory_bytes_max) }
}

pub(crate) fn over_time(limit: Duration) -> Error {
    Error::OverBudget { what: "time", limit: format!("{} s", limit.as_secs_f64()) }
}

/// What the lake could not do.
pub(crate) fn from_lake(error: lake::Error) -> Error {
    match error.kind() {
        record::Kind::NotFound => Error::NotFound(error.to_string()),
        record::Kind::Unavailable | record::Kind::Overloaded => {
            Error::Unavailable { what: error.to_string(), source: Some(error.into()) }
        }
        _ => Error::Broken { what: error.to_string(), source: Some(error.into()) },
    }
}

fn schema(error: SchemaError) -> Error {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => Error::Invalid {
            message: format!("there is no column {}", quoted(&field.name)),
            position: None,
            hint: nearest_column(&field, &valid_fields).map(|name| format!("did you mean {}?", quoted(name))),
        },
        other => invalid(other.to_string()),
    }
}

/// A name as it must be written in SQL.
fn quoted(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if name.bytes().all(plain) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn nearest_column<'a>(field: &Column, valid: &'a [Column]) -> Option<&'a str> {
    nearest(&field.name, valid.iter().map(|column| column.name.as_str()))
}

/// The name that takes the fewest changes, if they are few enough that it may have been meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .map(|candidate| (changes(&name, &candidate.to_lowercase()), candidate))
        .filter(|(changes, candidate)| changes * 2 <= name.chars().count().max(candidate.chars().count()))
        .min_by_key(|&(changes, _)| changes)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, one row at a time.
fn changes(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

/// The parser's messages end in ` at Line: 1, Column: 8`.
pub(crate) fn parse(error: &ParserError, question: Option<&str>) -> Error {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => "the query is nested too deeply",
    };
    let (message, place) = text.rsplit_once(" at Line: ").unwrap_or((text, ""));
    let position = place
        .split_once(", Column: ")
        .and_then(|(line, column)| Some((line.trim().parse().ok()?, column.trim().parse().ok()?)))
        .and_then(|(line, column)| byte_position(question?, line, column))
        .or_else(|| question.filter(|_| message.ends_with("found: EOF")).map(str::len));
    Error::Invalid { message: first_line(message).to_owned(), position, hint: None }
}

/// The byte at a line and column, both counted from 1, columns in characters.
pub(crate) fn byte_position(text: &str, line: u64, column: u64) -> Option<usize> {
    let start = match line {
        0 => return None,
        1 => 0,
        _ => text.match_indices('\n').nth(usize::try_from(line).ok()? - 2)?.0 + 1,
    };
    let ahead = usize::try_from(column.checked_sub(1)?).ok()?;
    Some(text[start..].char_indices().nth(ahead).map_or(text.len(), |(at, _)| start + at))
}

fn parquet(source: datafusion::parquet::errors::ParquetError) -> Error {
    use datafusion::parquet::errors::ParquetError;
    match source {
        ParquetError::External(inner) => match inner.downcast::<object_store::Error>() {
            Ok(store) => Error::Unavailable { what: "reading a segment".into(), source: Some(store) },
            Err(inner) => Error::Broken { what: "reading a segment".into(), source: Some(inner) },
        },
        other => Error::Broken { what: "reading a segment".into(), source: Some(other.into()) },
    }
}

fn arrow(error: arrow::error::ArrowError, stage: Stage, budget: &Budget, question: Option<&str>) -> Error {
    use arrow::error::ArrowError;
    match error {
        ArrowError::ExternalError(source) => translate(DataFusionError::External(source), stage, budget, question),
        ArrowError::DivideByZero => invalid("division by zero".into()),
        ArrowError::ArithmeticOverflow(_) => invalid("a number became too large for its type".into()),
        ArrowError::IoError(..) => broken("reading a segment"),
        ArrowError::ParquetError(_) => broken("reading a segment"),
        other if stage == Stage::Planning => invalid(other.to_string()),
        _ => invalid(VALUE_DOES_NOT_FIT.into()),
    }
}

fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    let mut end = line.len().min(MESSAGE_BYTES_MAX);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}

#[cfg(test)]
mod tests;
