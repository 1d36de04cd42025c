use std::ops::ControlFlow;

use ask::{AsOf, Error};
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, ObjectName, ObjectNamePart, Statement, TableFactor, Value, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Word};
use record::Timestamp;

use crate::error::byte_position;

/// The table that keeps earlier versions.
const LOGS: &str = "logs";

/// The function form of the same: `logs_at(12)`, `logs_at('2026-02-06T12:00:00Z')`.
const LOGS_AT: &str = "logs_at";

/// Name of the schema in which an earlier version stands.
pub(crate) fn schema_of(at: AsOf) -> String {
    match at {
        AsOf::Version(version) => format!("version_{version}"),
        AsOf::Time(at) => format!("time_{}", at.as_micros()),
    }
}

/// Writes `logs FOR VERSION AS OF 12` and its like (`FOR` may be missing, `SYSTEM_TIME` stands for `TIMESTAMP`) as
/// `logs_at(12)`, which every SQL parser reads.
pub(super) fn rewrite(tokens: Vec<TokenWithSpan>, text: &str) -> Result<Vec<TokenWithSpan>, Error> {
    let solid: Vec<usize> = (0..tokens.len()).filter(|&index| !matches!(tokens[index].token, Token::Whitespace(_))).collect();
    let mut changes = Vec::new();
    let mut start = 0;
    while start < solid.len() {
        start += 1;
        if let Some((found, len)) = version_at(&tokens, &solid[start - 1..]) {
            start += len - 1;
            let table = &tokens[found.table];
            if !named(&table.token, LOGS) {
                let position = byte_position(text, table.span.start.line, table.span.start.column);
                return Err(wrong("only the table logs keeps earlier versions", position));
            }
            changes.push(found);
        }
    }
    let mut rewritten = Vec::with_capacity(tokens.len());
    let mut done = 0;
    for change in changes {
        rewritten.extend_from_slice(&tokens[done..change.table]);
        let table = &tokens[change.table];
        let with = |token| TokenWithSpan { token, span: table.span };
        let name =
            Word { value: LOGS_AT.into(), quote_style: None, keyword: datafusion::sql::sqlparser::keywords::Keyword::NoKeyword };
        rewritten.extend([with(Token::Word(name)), with(Token::LParen), tokens[change.literal].clone(), with(Token::RParen)]);
        done = change.literal + 1;
    }
    rewritten.extend_from_slice(&tokens[done..]);
    Ok(rewritten)
}

/// Where in the tokens a version is asked for.
struct Found {
    table: usize,
    literal: usize,
}

/// The version asked for by the first tokens, and how many these are.
fn version_at(tokens: &[TokenWithSpan], solid: &[usize]) -> Option<(Found, usize)> {
    let token = |at: usize| solid.get(at).map(|&index| &tokens[index].token);
    let word = |at: usize, name: &str| token(at).is_some_and(|token| named(token, name));
    let Some(Token::Word(_)) = token(0) else { return None };
    let at = if word(1, "for") { 2 } else { 1 };
    let by_version = word(at, "version") || word(at, "system_version");
    let by_time = word(at, "timestamp") || word(at, "system_time");
    if !(by_version || by_time) || !word(at + 1, "as") || !word(at + 2, "of") {
        return None;
    }
    let literal = if by_time && word(at + 3, "timestamp") { at + 4 } else { at + 3 };
    let fits = match token(literal)? {
        Token::Number(..) => by_version,
        Token::SingleQuotedString(_) => by_time,
        _ => false,
    };
    fits.then(|| (Found { table: solid[0], literal: solid[literal] }, literal + 1))
}

fn named(token: &Token, name: &str) -> bool {
    matches!(token, Token::Word(word) if if word.quote_style.is_some() { word.value == name } else { word.value.eq_ignore_ascii_case(name) })
}

/// Puts a table of the version's schema wherever `logs_at(...)` stands, and tells which versions these are.
pub(super) fn resolve(statement: &mut Statement) -> Result<Vec<AsOf>, Error> {
    let mut resolver = Resolver::default();
    match statement.visit(&mut resolver) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(resolver.versions),
    }
}

#[derive(Default)]
struct Resolver {
    versions: Vec<AsOf>,
}

impl VisitorMut for Resolver {
    type Break = Error;

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Error> {
        let TableFactor::Table { name, args: args @ Some(_), .. } = factor else { return ControlFlow::Continue(()) };
        if !is_logs_at(name) {
            return ControlFlow::Continue(());
        }
        let given = args.take().map(|args| args.args).unwrap_or_default();
        let Some(at) = version_of(&given) else {
            return ControlFlow::Break(wrong("logs_at takes a version number, or a time such as '2026-02-06T12:00:00Z'", None));
        };
        if !self.versions.contains(&at) {
            self.versions.push(at);
        }
        let part = |text: String| ObjectNamePart::Identifier(Ident::with_quote('"', text));
        *name = ObjectName(vec![part(schema_of(at)), part(LOGS.into())]);
        ControlFlow::Continue(())
    }
}

fn is_logs_at(name: &ObjectName) -> bool {
    matches!(name.0.as_slice(), [ObjectNamePart::Identifier(ident)] if ident.value.eq_ignore_ascii_case(LOGS_AT))
}

fn version_of(args: &[FunctionArg]) -> Option<AsOf> {
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))] = args else { return None };
    match &value.value {
        Value::Number(number, _) => number.to_string().parse().ok().map(AsOf::Version),
        Value::SingleQuotedString(text) => Timestamp::parse(text).ok().map(|(at, _)| AsOf::Time(at)),
        _ => None,
    }
}

fn wrong(message: &str, position: Option<usize>) -> Error {
    Error::Invalid { message: message.to_owned(), position, hint: None }
}
