//! Tables that records are joined with: rows by key, networks, and geographic databases.

mod geo;
mod networks;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Datum;
use networks::Networks;
use rows::Rows;

/// Largest file of rows, in bytes.
const ROWS_BYTES_MAX: usize = 64 << 20;

/// Largest geographic database, in bytes; the largest in common use has about 130 MB.
const GEO_BYTES_MAX: usize = 512 << 20;

/// What a table says of a key: names and values.
pub type Row = Vec<(String, Datum<'static>)>;

/// A table, in memory.
#[derive(Debug)]
pub struct Table(Kind);

#[derive(Debug)]
enum Kind {
    /// Rows by key: a field of CSV or JSON.
    Rows(Rows),
    /// A list of addresses, networks, domains and hashes.
    List(Networks),
    /// A database in MaxMind's format.
    Geo(geo::Geo),
}

impl Table {
    /// Reads a table; its name's ending says how: `.csv`, `.json`, `.jsonl`, `.txt` or `.mmdb`. Rows that cannot be used are
    /// left out and told with their line.
    ///
    /// # Errors
    ///
    /// When none of it can be used, and why.
    pub fn read(name: &str, bytes: Vec<u8>, key: Option<&str>) -> Result<(Table, Vec<String>), String> {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let bytes_max = if ending == "mmdb" { GEO_BYTES_MAX } else { ROWS_BYTES_MAX };
        if bytes.len() > bytes_max {
            return Err(format!("at most {bytes_max} bytes, these are {}", bytes.len()));
        }
        let needs_key = || key.ok_or_else(|| "a table needs `key`: the field by which its rows are found".to_owned());
        let (kind, warnings) = match ending {
            "csv" => Rows::of_csv(&bytes, needs_key()?).map(|(rows, told)| (Kind::Rows(rows), told))?,
            "json" | "jsonl" | "ndjson" => Rows::of_json(&bytes, needs_key()?).map(|(rows, told)| (Kind::Rows(rows), told))?,
            "txt" | "list" => Networks::of_list(&bytes).map(|(list, told)| (Kind::List(list), told))?,
            "mmdb" => (Kind::Geo(geo::Geo::read(bytes)?), Vec::new()),
            _ => return Err("unknown ending; there are: .csv, .json, .jsonl, .txt (a list), .mmdb".to_owned()),
        };
        Ok((Table(kind), warnings))
    }

    /// What it says of a key. Of an address, networks that hold it count too, the smallest of them; in a list, domains above a host.
    pub fn find(&self, key: &str) -> Option<Row> {
        match &self.0 {
            Kind::Rows(rows) => rows.find(key),
            Kind::List(list) => list.find(key).map(|(entry, label)| {
                let mut row = vec![("match".to_owned(), Datum::Text(entry.to_owned().into()))];
                row.extend(label.map(|label| ("label".to_owned(), Datum::Text(label.to_owned().into()))));
                row
            }),
            Kind::Geo(geo) => geo.find(key),
        }
    }
}

/// Tables by name.
#[derive(Debug, Default)]
pub struct Tables(BTreeMap<String, Arc<Table>>);

impl Tables {
    /// Adds one.
    pub fn insert(&mut self, name: &str, table: Table) {
        self.0.insert(name.to_owned(), Arc::new(table));
    }

    /// The one of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<Table>> {
        self.0.get(name)
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// What is told of rows that cannot be used: the first ones each, and how many more there are.
#[derive(Debug, Default)]
struct Told {
    lines: Vec<String>,
    more: usize,
}

impl Told {
    /// Most rows that are told one by one.
    const LINES_MAX: usize = 10;

    fn tell(&mut self, line: impl std::fmt::Display, what: &str) {
        if self.lines.len() == Told::LINES_MAX {
            self.more += 1;
            return;
        }
        self.lines.push(format!("line {line}: {what}"));
    }

    fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("{} more rows cannot be used", self.more));
        }
        self.lines
    }
}

#[cfg(test)]
pub(crate) mod tests;
