use std::borrow::Cow;

use record::Timestamp;

use crate::{Error, Filter, Query};

mod cursor;
mod filter;
mod pipes;
mod regular;
mod suggest;
mod value;

use cursor::Cursor;

pub(crate) use pipes::{column_name, key_name};
pub use regular::{REGEX_SIZE_MAX_BYTES, compile_regex};

/// Length of a query's text. Nobody types more, and no part of the work on it is then worth bounding by itself.
pub const QUERY_MAX_BYTES: usize = 8 << 10;
/// Brackets and NOTs within each other. The filter is walked by recursion, here and in every reader of it.
pub const NESTING_MAX: usize = 64;
/// Steps after the filter.
pub const PIPES_MAX: usize = 16;
/// Aggregates in one `stats`: each costs memory per group.
pub const AGGREGATES_MAX: usize = 32;
/// Keys of one `stats ... by` or `sort`.
pub const KEYS_MAX: usize = 8;
/// Columns named in one `fields`. As wide as an answer can be read.
pub const FIELDS_MAX: usize = 256;
/// Regular expressions in one query: together with [`REGEX_SIZE_MAX_BYTES`] they bound the memory of compiled ones.
pub const REGEXES_MAX: usize = 16;

/// The field that bare words and phrases search.
pub(crate) const MESSAGE: &str = "message";

/// Understands the text of a search. `now` is what `now-1h` counts from.
///
/// The grammar; spaces may stand between all parts, except where two parts are written together here within `<>`:
///
/// ```text
/// query     = [ filter ] { "|" pipe } ;                       (* no filter: every record *)
/// filter    = all { "OR" all } ;
/// all       = unary { [ "AND" ] unary } ;                     (* neighbours: AND *)
/// unary     = "NOT" unary | <"-" unary> | primary ;
/// primary   = "(" filter ")" | "*" | <field ":" value> | text ;
/// field     = name | "`" any "`" | '"' any '"' ;
/// value     = "*"                                             (* the field is there *)
///           | text
///           | <"=" ( bare | phrase )>                         (* exactly this text *)
///           | ( ">" | ">=" | "<" | "<=" | "==" | "!=" ) bound
///           | ( "[" | "{" ) bound "TO" bound ( "]" | "}" )    (* [ ] with the bound, { } without, * no bound *)
///           | <[ bound ] ".." [ bound ]>                      (* both inside *)
///           | "(" list ")" ;                                  (* a filter of values without field names *)
/// text      = bare | <bare "*"> | phrase | <phrase "*"> | "/" regex "/" ;
/// bound     = number | time | severity | phrase | bare ;
/// time      = RFC 3339 | "now" | <"now" ( "+" | "-" ) duration> ;
/// duration  = < digits ( "ms" | "s" | "m" | "h" | "d" | "w" ) { duration } > ;
/// phrase    = '"' characters '"' ;                            (* \" and \\ within *)
///
/// pipe      = "stats" aggregate { "," aggregate } [ "by" key { "," key } ]
///           | "sort" order { "," order }
///           | ( "head" | "limit" ) [ number ]                 (* 10 *)
///           | "where" condition                               (* a filter, in which <column op value> may be spaced *)
///           | "fields" column { "," column }
///           | "top" [ number ] column                         (* 10 *)
///           | "pattern" ;
/// aggregate = function "(" [ column ] ")" [ "as" column ] ;
/// function  = "count" | "distinct" | "dc" | "sum" | "avg" | "min" | "max" | "median" | <"p" number> ;
/// key       = column | "bin" "(" duration ")" ;
/// order     = [ "-" ] column [ "asc" | "desc" ] ;
/// ```
///
/// `AND`, `OR`, `NOT` and `TO` are operators in upper case only. `docs/search-language.md` says it with examples.
///
/// ```
/// # use record::Timestamp;
/// let query = ask::parse("timeout severity:>=error | stats count() by source", Timestamp::default())?;
/// assert_eq!(query.to_string(), "timeout AND severity:>=ERROR | stats count() by source");
/// # Ok::<(), ask::Error>(())
/// ```
pub fn parse(text: &str, now: Timestamp) -> Result<Query, Error> {
    if text.len() > QUERY_MAX_BYTES {
        return Err(fail(QUERY_MAX_BYTES, format!("the query is longer than {QUERY_MAX_BYTES} bytes"), None));
    }
    let mut parser = Parser { cursor: Cursor::new(text), now, depth: 0, regexes: 0, columns: None, bin: false };
    let filter = parser.main_filter()?;
    let pipes = parser.pipes()?;
    Ok(Query { filter, pipes })
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    now: Timestamp,
    /// Brackets and NOTs that are open.
    depth: usize,
    /// Regular expressions met so far.
    regexes: usize,
    /// The columns at this point; `None` as long as the rows are records, which may have any field.
    columns: Option<Vec<String>>,
    /// Whether the column `bin` is a time made by `stats`.
    bin: bool,
}

impl Parser<'_> {
    fn main_filter(&mut self) -> Result<Filter, Error> {
        self.cursor.skip_space();
        if self.cursor.at_end() || (self.cursor.sees("|") && !self.cursor.sees("||")) {
            return Ok(Filter::All);
        }
        let filter = self.filter()?;
        self.ends_here()?;
        Ok(filter)
    }

    /// After a filter or pipe there is a `|` or nothing.
    fn ends_here(&mut self) -> Result<(), Error> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        match self.cursor.peek() {
            None => Ok(()),
            Some('|') if !self.cursor.sees("||") => Ok(()),
            Some('|') => Err(fail(at, "expected one `|`", "write OR between two alternatives")),
            Some(')') => Err(fail(at, "this bracket was not opened", "add a `(`, or put the text in double quotes")),
            Some(_) => Err(fail(at, "expected `|` or the end of the query", None)),
        }
    }

    /// Runs `inside` one level deeper.
    fn nested<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth == NESTING_MAX {
            return Err(fail(self.cursor.at(), format!("more than {NESTING_MAX} brackets or NOTs within each other"), None));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// Whether values of the field are times.
    fn is_time(&self, field: &str) -> bool {
        matches!(field, "timestamp" | "observed_at") || (self.bin && field == "bin")
    }

    /// Records may have any field; after `stats`, `top`, `fields` and `pattern` the columns are known.
    fn check_column(&self, name: &str, at: usize) -> Result<(), Error> {
        let Some(columns) = &self.columns else { return Ok(()) };
        if columns.iter().any(|column| column == name) {
            return Ok(());
        }
        let hint = suggest::did_you_mean(name, columns.iter().map(String::as_str))
            .unwrap_or_else(|| format!("there are: {}", columns.join(", ")));
        Err(fail(at, format!("there is no column `{name}` at this point"), hint))
    }
}

/// An error in the question. The hint says what may have been meant.
fn fail<'h>(position: usize, message: impl Into<String>, hint: impl Into<Hint<'h>>) -> Error {
    Error::Invalid { message: message.into(), position: Some(position), hint: hint.into().0.map(Cow::into_owned) }
}

/// A text, or none.
struct Hint<'h>(Option<Cow<'h, str>>);

impl<'h> From<&'h str> for Hint<'h> {
    fn from(hint: &'h str) -> Hint<'h> {
        Hint(Some(hint.into()))
    }
}

impl From<String> for Hint<'_> {
    fn from(hint: String) -> Self {
        Hint(Some(hint.into()))
    }
}

impl From<Option<String>> for Hint<'_> {
    fn from(hint: Option<String>) -> Self {
        Hint(hint.map(Cow::Owned))
    }
}

#[cfg(test)]
mod tests;
