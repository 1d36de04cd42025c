use std::io;

/// Columns of a query that are shown around its fault; a terminal line holds them.
const WINDOW: usize = 76;

/// Writes the line of the query that is wrong, and a caret under the fault.
pub(crate) fn write(out: &mut impl io::Write, query: &str, position: usize) -> io::Result<()> {
    let position = floor(query, position.min(query.len()));
    let line_start = query[..position].rfind('\n').map_or(0, |at| at + 1);
    let line = query[line_start..].lines().next().unwrap_or("");
    let column = query[line_start..position].chars().count();
    let skipped = column.saturating_sub(WINDOW / 2);
    // A tab or an escape would move the caret away from what it points at.
    let shown: String = line.chars().skip(skipped).take(WINDOW).map(|c| if c.is_control() { ' ' } else { c }).collect();
    writeln!(out, "  {shown}")?;
    writeln!(out, "  {}\x1b[1;31m^\x1b[0m", " ".repeat(column - skipped))
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
