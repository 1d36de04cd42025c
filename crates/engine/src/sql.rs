//! SQL text, as far as it is ours: which statements are taken, and how earlier versions of `logs` are asked for.

mod versions;

use ask::{AsOf, Error};
use datafusion::sql::sqlparser::ast::{Query, SetExpr, Statement};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Tokenizer;

use crate::error::{invalid, parse as parse_error};

pub(crate) use versions::schema_of;

/// Longest text of a statement. Longer ones are made by programs gone wrong; planning takes memory in proportion.
pub(crate) const SQL_MAX_BYTES: usize = 256 << 10;

/// A statement that only reads.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) statement: Statement,
    /// Earlier versions of `logs` it asks for. They stand in it as tables of the schema that [`schema_of`] names.
    pub(crate) versions: Vec<AsOf>,
}

/// Parses one statement and refuses all that do more than read.
pub(crate) fn parse(text: &str) -> Result<Sql, Error> {
    if text.len() > SQL_MAX_BYTES {
        return Err(invalid(format!("the statement is longer than {SQL_MAX_BYTES} bytes")));
    }
    let fail = |error| parse_error(&error, Some(text));
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location().map_err(|error| fail(error.into()))?;
    let tokens = versions::rewrite(tokens, text)?;
    let mut statements = Parser::new(&GenericDialect {}).with_tokens_with_locations(tokens).parse_statements().map_err(fail)?;
    let (Some(mut statement), true) = (statements.pop(), statements.is_empty()) else {
        return Err(invalid("expected one statement".into()));
    };
    if !only_reads(&statement) {
        return Err(Error::Invalid {
            message: "only queries are answered here".into(),
            position: None,
            hint: Some("begin with SELECT, WITH, EXPLAIN, DESCRIBE or SHOW TABLES".into()),
        });
    }
    let versions = versions::resolve(&mut statement)?;
    Ok(Sql { statement, versions })
}

fn only_reads(statement: &Statement) -> bool {
    match statement {
        Statement::Query(query) => body_reads(query),
        Statement::Explain { statement, .. } => matches!(&**statement, Statement::Query(query) if body_reads(query)),
        Statement::ExplainTable { .. } | Statement::ShowTables { .. } | Statement::ShowColumns { .. } => true,
        _ => false,
    }
}

fn body_reads(query: &Query) -> bool {
    !matches!(&*query.body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_))
}

#[cfg(test)]
mod tests;
