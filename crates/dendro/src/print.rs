//! How answers look.

mod records;
mod size;
pub(crate) mod text;

use std::io::{self, IsTerminal, Write};

use comfy_table::{CellAlignment, ContentArrangement, TableComponent, presets};
use serde_json::Value;

pub(crate) use records::Records;
pub(crate) use size::{bytes, count, counted, duration};
pub(crate) use text::shown_text;

use crate::args::Output;
use crate::exit::Failure;
use crate::table::{Footing, Table};

/// Prints an answer to standard output, and below it, on standard error, what it cost.
pub(crate) fn answer(table: &Table, output: Output) -> Result<(), Failure> {
    let mut out = stdout();
    rows(&mut out, table, output)?;
    out.flush()?;
    if output == Output::Table {
        footing(&mut anstream::stderr(), table.rows.len(), &table.footing)?;
    }
    Ok(())
}

/// Standard output: buffered, with colours only where somebody sees them.
pub(crate) fn stdout() -> impl Write {
    io::BufWriter::new(anstream::stdout())
}

/// Prints rows.
pub(crate) fn rows(out: &mut impl Write, table: &Table, output: Output) -> io::Result<()> {
    match output {
        Output::Json => table.rows.iter().try_for_each(|row| json_line(out, &table.columns, row)),
        Output::Raw => table.rows.iter().try_for_each(|row| raw_line(out, table.column("message"), row)),
        Output::Table => match Records::of(&table.columns) {
            Some(records) => table.rows.iter().try_for_each(|row| records.line(out, row)),
            None => grid(out, table),
        },
    }
}

/// One object; fields without a value are left out.
pub(crate) fn json_line(out: &mut impl Write, columns: &[String], row: &[Option<Value>]) -> io::Result<()> {
    let mut separator = '{';
    for (name, value) in columns.iter().zip(row) {
        if let Some(value) = value {
            write!(out, "{separator}{}:{value}", Value::from(name.as_str()))?;
            separator = ',';
        }
    }
    out.write_all(if separator == '{' { b"{}\n" } else { b"}\n" })
}

/// The message, or all values with tabs between them. On a terminal, control characters are spelled out.
pub(crate) fn raw_line(out: &mut impl Write, message: Option<usize>, row: &[Option<Value>]) -> io::Result<()> {
    let spell = if io::stdout().is_terminal() { text::shown } else { text::raw };
    let cell = |value: &Option<Value>| value.as_ref().map(spell).unwrap_or_default();
    match message {
        Some(index) => writeln!(out, "{}", cell(&row[index])),
        None => writeln!(out, "{}", row.iter().map(cell).collect::<Vec<_>>().join("\t")),
    }
}

fn grid(out: &mut impl Write, table: &Table) -> io::Result<()> {
    if table.columns.is_empty() {
        return Ok(());
    }
    let mut grid = comfy_table::Table::new();
    grid.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    grid.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
    grid.set_header(table.columns.iter().map(|name| text::shown_text(name)));
    for row in &table.rows {
        grid.add_row(row.iter().map(|value| value.as_ref().map(text::shown).unwrap_or_default()));
    }
    for (index, numeric) in table.numeric.iter().enumerate() {
        if let (true, Some(column)) = (numeric, grid.column_mut(index)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out, "{grid}")
}

/// What was read for the answer, and whether it is all.
pub(crate) fn footing(out: &mut impl Write, shown: usize, footing: &Footing) -> io::Result<()> {
    let files = footing.files_scanned + footing.files_pruned;
    write!(out, "\x1b[2m{} in {}", counted(shown as u64, "row"), duration(footing.elapsed_ms / 1e3))?;
    write!(out, "; read {}, {}", counted(footing.rows_scanned, "record"), bytes(footing.bytes_scanned))?;
    write!(out, " in {} of {}", footing.files_scanned, counted(files, "file"))?;
    writeln!(out, "; table version {}\x1b[0m", footing.version)?;
    match &footing.incomplete {
        Some(why) => writeln!(out, "\x1b[33mNot all: {why}\x1b[0m"),
        None => Ok(()),
    }
}
