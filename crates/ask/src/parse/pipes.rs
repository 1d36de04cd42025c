use std::time::Duration;

use record::parse_duration;

use crate::{Aggregate, Error, Function, GroupKey, Pipe, SortKey, WEIGHT_FIELD};

use super::filter::is_name_char;
use super::{AGGREGATES_MAX, FIELDS_MAX, KEYS_MAX, PIPES_MAX, Parser, fail, suggest};

/// What `head` and `top` show when they are not told how many.
const ROWS_DEFAULT: u64 = 10;

const PIPES: [&str; 8] = ["stats", "sort", "head", "limit", "where", "fields", "top", "pattern"];

/// What other languages call these steps.
const PIPES_ELSEWHERE: [(&str, &str); 17] = [
    ("filter", "where"),
    ("search", "where"),
    ("count", "stats count()"),
    ("summarize", "stats"),
    ("aggregate", "stats"),
    ("group", "stats count() by"),
    ("timechart", "stats count() by bin(1m)"),
    ("select", "fields"),
    ("project", "fields"),
    ("keep", "fields"),
    ("table", "fields"),
    ("order", "sort"),
    ("first", "head"),
    ("take", "head"),
    ("uniq", "top"),
    ("patterns", "pattern"),
    ("cluster", "pattern"),
];

const FUNCTIONS: [&str; 13] =
    ["count", "weighted", "distinct", "dc", "sum", "avg", "min", "max", "median", "p50", "p90", "p95", "p99"];

const FUNCTIONS_ELSEWHERE: [(&str, &str); 6] = [
    ("mean", "avg"),
    ("average", "avg"),
    ("uniq", "distinct"),
    ("count_distinct", "distinct"),
    ("percentile", "p99"),
    ("quantile", "p99"),
];

impl Parser<'_> {
    pub(super) fn pipes(&mut self) -> Result<Vec<Pipe>, Error> {
        let mut pipes = Vec::new();
        while !self.cursor.at_end() {
            let at = self.cursor.at();
            self.cursor.eat("|");
            if pipes.len() == PIPES_MAX {
                return Err(fail(at, format!("more than {PIPES_MAX} steps"), None));
            }
            pipes.push(self.pipe()?);
            self.ends_here()?;
        }
        Ok(pipes)
    }

    fn pipe(&mut self) -> Result<Pipe, Error> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        let name = self.cursor.take_while(|c| c.is_alphanumeric() || c == '_').to_owned();
        match name.as_str() {
            "stats" => self.stats(),
            "sort" => self.sort(),
            "head" | "limit" => Ok(Pipe::Head(self.count()?.unwrap_or(ROWS_DEFAULT))),
            "where" => Ok(Pipe::Where(self.condition()?)),
            "fields" => self.fields(),
            "top" => self.top(),
            "pattern" => self.pattern(at),
            "" => Err(fail(at, "expected a step after `|`", format!("there are: {}", PIPES.join(", ")))),
            _ => Err(fail(at, format!("there is no step `{name}`"), known(&name, &PIPES, &PIPES_ELSEWHERE))),
        }
    }

    fn stats(&mut self) -> Result<Pipe, Error> {
        let (mut aggregates, mut by): (Vec<Aggregate>, Vec<GroupKey>) = (Vec::new(), Vec::new());
        let mut names: Vec<(String, usize)> = Vec::new();
        loop {
            let at = self.next_item(aggregates.len(), AGGREGATES_MAX, "aggregates")?;
            let aggregate = self.aggregate(at)?;
            names.push((aggregate.name.clone(), at));
            aggregates.push(aggregate);
            if !self.comma() {
                break;
            }
        }
        let mut keys: Vec<(String, usize)> = Vec::new();
        while (by.is_empty() && self.cursor.eat_word("by")) || (!by.is_empty() && self.comma()) {
            let at = self.next_item(by.len(), KEYS_MAX, "keys")?;
            let key = self.key(at)?;
            keys.push((key_name(&key).to_owned(), at));
            by.push(key);
        }
        keys.extend(names);
        self.bin = by.iter().any(|key| matches!(key, GroupKey::Bin(_)));
        self.columns = Some(distinct_names(keys, "give one of them another name: `... as name`")?);
        Ok(Pipe::Stats { aggregates, by })
    }

    fn aggregate(&mut self, at: usize) -> Result<Aggregate, Error> {
        let name = self.cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).to_owned();
        if name == "by" {
            return Err(fail(at, "expected an aggregate before `by`", "write `stats count() by field`"));
        }
        let (function, spelled) = function(&name, at)?;
        let field = self.arguments(&name, matches!(function, Function::Count | Function::Weighted))?;
        self.cursor.skip_space();
        let name = match self.cursor.eat_word("as") {
            true => {
                self.cursor.skip_space();
                self.name("a name after `as`")?.0
            }
            false => column_name(&spelled, field.as_deref()),
        };
        let field = field.or_else(|| (function == Function::Weighted).then(|| WEIGHT_FIELD.to_owned()));
        Ok(Aggregate { function, field, name })
    }

    /// `(field)`, and for `count` and `weighted` also `()`, `(*)` or nothing.
    fn arguments(&mut self, function: &str, may_be_empty: bool) -> Result<Option<String>, Error> {
        self.cursor.skip_space();
        let opened = self.cursor.at();
        if !self.cursor.eat("(") {
            let hint = format!("write `{function}(field)`");
            return if may_be_empty { Ok(None) } else { Err(fail(opened, format!("expected `(` after `{function}`"), hint)) };
        }
        self.cursor.skip_space();
        if may_be_empty && self.cursor.eat("*") {
            self.cursor.skip_space();
        }
        let field = match self.cursor.sees(")") {
            true if may_be_empty => None,
            true => return Err(fail(self.cursor.at(), format!("expected a field in `{function}()`"), None)),
            false => Some(self.column()?),
        };
        self.close(opened)?;
        Ok(field)
    }

    fn close(&mut self, opened: usize) -> Result<(), Error> {
        self.cursor.skip_space();
        match self.cursor.eat(")") {
            true => Ok(()),
            false => Err(fail(opened, "this bracket is not closed", "add a `)`")),
        }
    }

    fn key(&mut self, at: usize) -> Result<GroupKey, Error> {
        let is_bin = self.cursor.rest().strip_prefix("bin").is_some_and(|rest| rest.trim_start().starts_with('('));
        if !is_bin {
            return Ok(GroupKey::Field(self.column()?));
        }
        self.check_column("timestamp", at)?;
        self.cursor.eat("bin");
        self.cursor.skip_space();
        let opened = self.cursor.at();
        self.cursor.eat("(");
        self.cursor.skip_space();
        let length_at = self.cursor.at();
        let text = self.cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let length = parse_duration(text).filter(|&length| length > Duration::ZERO && length <= BIN_MAX);
        let length = length.ok_or_else(|| {
            fail(length_at, "expected a length of time", "write `bin(1m)`; there are ms, s, m, h, d, w, and sums: 1h30m")
        })?;
        self.close(opened)?;
        Ok(GroupKey::Bin(length))
    }

    fn sort(&mut self) -> Result<Pipe, Error> {
        let mut keys = Vec::new();
        loop {
            self.next_item(keys.len(), KEYS_MAX, "keys")?;
            let minus = self.cursor.eat("-");
            let field = self.column()?;
            self.cursor.skip_space();
            let ascending = self.cursor.eat_word("asc");
            let descending = !ascending && (self.cursor.eat_word("desc") || minus);
            keys.push(SortKey { field, descending });
            if !self.comma() {
                return Ok(Pipe::Sort(keys));
            }
        }
    }

    fn fields(&mut self) -> Result<Pipe, Error> {
        let mut names = Vec::new();
        loop {
            let at = self.next_item(names.len(), FIELDS_MAX, "columns")?;
            names.push((self.column()?, at));
            if !self.comma() {
                break;
            }
        }
        let names = distinct_names(names, "name each column once")?;
        self.columns = Some(names.clone());
        Ok(Pipe::Fields(names))
    }

    fn top(&mut self) -> Result<Pipe, Error> {
        let limit = self.count()?.unwrap_or(ROWS_DEFAULT);
        self.cursor.skip_space();
        let at = self.cursor.at();
        let field = self.column()?;
        self.columns =
            Some(distinct_names(vec![(field.clone(), at), ("count".to_owned(), at)], "`top` makes a column `count` itself")?);
        Ok(Pipe::Top { limit, field })
    }

    fn pattern(&mut self, at: usize) -> Result<Pipe, Error> {
        if self.columns.is_some() {
            let hint = "put `pattern` before `stats`, `top` and `fields`";
            return Err(fail(at, "`pattern` groups records, and there are none any more at this point", hint));
        }
        self.columns = Some(["pattern_id", "pattern", "count"].map(str::to_owned).to_vec());
        Ok(Pipe::Pattern)
    }

    /// A number, if one stands here as a word of its own.
    fn count(&mut self) -> Result<Option<u64>, Error> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        let digits = self.cursor.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() && !self.cursor.sees("-") {
            return Ok(None);
        }
        match digits.parse() {
            Ok(count) if self.cursor.at_term_end() => Ok(Some(count)),
            _ => Err(fail(at, "expected a whole number", None)),
        }
    }

    /// Goes to the next item of a list, if one more is allowed.
    fn next_item(&mut self, have: usize, max: usize, what: &str) -> Result<usize, Error> {
        self.cursor.skip_space();
        match have < max {
            true => Ok(self.cursor.at()),
            false => Err(fail(self.cursor.at(), format!("more than {max} {what}"), None)),
        }
    }

    fn comma(&mut self) -> bool {
        self.cursor.skip_space();
        self.cursor.eat(",")
    }

    /// The name of a column that is there at this point.
    fn column(&mut self) -> Result<String, Error> {
        self.cursor.skip_space();
        let (name, at) = self.name("a field name")?;
        if self.cursor.sees("(") {
            let hint = "aggregates belong to `stats`; later steps use the column's name: `count`, `p99_field`, or what `as` says";
            return Err(fail(at, format!("expected a field name, not a call of `{name}`"), hint));
        }
        self.check_column(&name, at)?;
        Ok(name)
    }

    fn name(&mut self, what: &str) -> Result<(String, usize), Error> {
        let at = self.cursor.at();
        let name = match self.cursor.peek() {
            Some(quote @ ('`' | '"')) => self.cursor.quoted(quote)?,
            _ => self.cursor.take_while(is_name_char).to_owned(),
        };
        match name.is_empty() {
            true => Err(fail(at, format!("expected {what}"), "put a name with other characters in `backquotes`")),
            false => Ok((name, at)),
        }
    }
}

/// Longest stretch of a bin: a thousand years and some, so that counting in microseconds never overflows.
const BIN_MAX: Duration = Duration::from_secs(1_000 * 366 * 86_400);

/// What a column is called that nobody named: `count`, `count_field`, `p99_field`.
pub(crate) fn column_name(function: &str, field: Option<&str>) -> String {
    match field {
        Some(field) => format!("{function}_{field}"),
        None => function.to_owned(),
    }
}

/// What a key's column is called.
pub(crate) fn key_name(key: &GroupKey) -> &str {
    match key {
        GroupKey::Field(name) => name,
        GroupKey::Bin(_) => "bin",
    }
}

/// The function, and how its columns are called.
fn function(name: &str, at: usize) -> Result<(Function, String), Error> {
    let function = match name {
        "" => return Err(fail(at, "expected an aggregate", "write `stats count(), p99(field) by field`")),
        "count" => Function::Count,
        "weighted" => Function::Weighted,
        "distinct" | "dc" => return Ok((Function::Distinct, "distinct".to_owned())),
        "sum" => Function::Sum,
        "avg" => Function::Avg,
        "min" => Function::Min,
        "max" => Function::Max,
        "median" => Function::Percentile(50.0),
        _ => match name.strip_prefix('p').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            Some(percent) => {
                let percent = percent.parse::<f64>().ok().filter(|percent| (0.0..=100.0).contains(percent));
                let percent =
                    percent.ok_or_else(|| fail(at + 1, "expected a percentage from 0 to 100", "write p50, p95, p99.9"))?;
                return Ok((Function::Percentile(percent), format!("p{percent}")));
            }
            None => {
                return Err(fail(at, format!("there is no function `{name}`"), known(name, &FUNCTIONS, &FUNCTIONS_ELSEWHERE)));
            }
        },
    };
    Ok((function, name.to_owned()))
}

fn known(name: &str, names: &[&str], elsewhere: &[(&str, &str)]) -> String {
    let lower = name.to_lowercase();
    match elsewhere.iter().find(|(other, _)| *other == lower) {
        Some((_, ours)) => format!("did you mean `{ours}`?"),
        None => suggest::did_you_mean(name, names.iter().copied()).unwrap_or_else(|| format!("there are: {}", names.join(", "))),
    }
}

fn distinct_names(names: Vec<(String, usize)>, hint: &str) -> Result<Vec<String>, Error> {
    let mut seen: Vec<String> = Vec::with_capacity(names.len());
    for (name, at) in names {
        if seen.contains(&name) {
            return Err(fail(at, format!("there are two columns `{name}`"), hint));
        }
        seen.push(name);
    }
    Ok(seen)
}
