//! Finds where the message of a raw line begins.
//!
//! In: some lines of one source. Out: a [`Header`], when the lines begin with columns that a logging library wrote: times,
//! numbers, levels, names, and the tag of a program. Never: a message cut short because it looks like a header by itself;
//! what counts is what nearly all lines have in the same column.

mod field;

use field::{Field, fields};

/// Lines looked at. A thousand are enough to tell a column from chance.
const MAX_LINES: usize = 1_000;

/// Columns looked at. The longest headers in use, those of supercomputers, have nine.
const MAX_COLUMNS: usize = 14;

/// Columns without structure that may stand between two that have it.
const MAX_GAP: usize = 4;

/// Bytes of a line that are looked at.
const MAX_HEAD: usize = 512;

/// Words of a tag: `com.apple.launchd[1] (helper):`.
const MAX_TAG: usize = 3;

/// How the lines of a source begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    separator: Separator,
    columns: usize,
    tag: Option<Tag>,
}

/// What stands between columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Space,
    Bar,
}

/// The name of a program with a colon behind it, and the words before it: `host sshd[4711]:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tag {
    before: usize,
}

impl Header {
    /// The header that nearly all of the lines have. `None` when they have none, and for fewer than ten lines.
    pub fn detect<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<Header> {
        let lines: Vec<&str> = lines.into_iter().take(MAX_LINES).map(head).collect();
        if lines.len() < 10 {
            return None;
        }
        let bars = lines.iter().filter(|line| line.contains('|')).count();
        let separator = if nearly_all(bars, lines.len()) { Separator::Bar } else { Separator::Space };
        let rows: Vec<Vec<Field>> = lines.iter().map(|line| fields(line, separator).take(MAX_COLUMNS).collect()).collect();
        let (columns, leveled) = columns(&rows, separator)?;
        let rests: Vec<&str> = lines.iter().map(|line| after(line, separator, columns)).collect();
        Some(Header { separator, columns, tag: Tag::detect(&rests, leveled) })
    }

    /// The message of a line.
    pub fn message<'a>(&self, line: &'a str) -> &'a str {
        let rest = after(line, self.separator, self.columns);
        self.tag.map_or(rest, |tag| tag.message(rest))
    }
}

/// The beginning of a long line.
fn head(line: &str) -> &str {
    &line[..line.floor_char_boundary(MAX_HEAD)]
}

fn nearly_all(some: usize, all: usize) -> bool {
    some * 20 >= all * 19
}

/// What follows the first columns.
fn after(line: &str, separator: Separator, columns: usize) -> &str {
    let end = fields(line, separator).take(columns).last().map_or(0, |field| field.end);
    line[end..].trim_start_matches([' ', '\t'])
}

/// How many columns nearly all rows have, up to the last with structure, and whether a level is among them. `None`
/// without a time or a level.
fn columns(rows: &[Vec<Field>], separator: Separator) -> Option<(usize, bool)> {
    let all = |column: usize, is: fn(&Field<'_>) -> bool| {
        nearly_all(rows.iter().filter(|row| row.get(column).is_some_and(is)).count(), rows.len())
    };
    let (mut columns, mut stamped, mut leveled) = (0, false, false);
    for column in 0..MAX_COLUMNS {
        let gap = column - columns;
        let stamp = all(column, |field| field.is_stamp());
        // A number after a time may be all that varies in the message, but bars end in a message.
        let number = separator == Separator::Bar && all(column, |field| field.is_number());
        let structured = number || all(column, |field| field.is_structured());
        let padded = all(column, |field| field.is_padded());
        if stamp && gap <= MAX_GAP || structured && gap <= 1 || padded && gap == 0 {
            columns = column + 1;
        }
        stamped |= stamp && columns == column + 1;
        leveled |= all(column, |field| field.is_level());
    }
    stamped.then_some((columns, leveled))
}

impl Tag {
    /// The tag that most of the lines have, alone or, where no level stands before it, behind the name of a host. A tag
    /// that never changes may as well be the beginning of the only message.
    fn detect(rests: &[&str], leveled: bool) -> Option<Tag> {
        let tags = |before: usize| {
            rests.iter().filter_map(move |rest| rest.split_whitespace().nth(before).filter(|word| ends_tag(word)))
        };
        let usual = |before: &usize| tags(*before).count() * 5 >= rests.len() * 4;
        let before = (0..if leveled { 1 } else { 2 }).find(usual)?;
        let first = tags(before).next()?;
        tags(before).any(|tag| tag != first).then_some(Tag { before })
    }

    fn message(self, rest: &str) -> &str {
        let mut end = 0;
        for (index, word) in rest.split_whitespace().take(self.before + MAX_TAG).enumerate() {
            let start = end + rest[end..].find(word).unwrap_or(0);
            end = start + word.len();
            if index >= self.before && ends_tag(word) {
                return rest[end..].trim_start();
            }
        }
        let hosts = rest.split_whitespace().take(self.before).map(str::len).sum::<usize>();
        rest[hosts..].trim_start()
    }
}

fn ends_tag(word: &str) -> bool {
    word.len() > 1 && word.ends_with(':')
}

#[cfg(test)]
mod tests;
