//! Every dependency may be used under a licence that deny.toml allows.

use std::collections::BTreeSet;
use std::fs;

use crate::workspace::{Workspace, root};

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(root().join("deny.toml")).map_err(|error| format!("deny.toml: {error}"))?;
    let allowed = allowed(&text);
    let problems = workspace.packages.values().filter_map(|package| match &package.license {
        None => Some(format!("{} names no licence", package.name)),
        Some(license) if !satisfied(license, &allowed) => Some(format!("{}: licence `{license}` is not allowed", package.name)),
        Some(_) => None,
    });
    Ok(problems.collect())
}

/// The list `allow = [...]` in deny.toml, one licence a line.
fn allowed(text: &str) -> BTreeSet<&str> {
    let list = text.lines().skip_while(|line| !line.starts_with("allow = [")).skip(1).take_while(|line| !line.starts_with(']'));
    list.map(|line| line.trim().trim_end_matches(',').trim_matches('"')).collect()
}

/// Evaluates an SPDX expression: `OR` binds weakest, then `AND`; `/` is an old spelling of `OR`.
fn satisfied(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any(&mut words, allowed)
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &BTreeSet<&str>) -> bool {
    let mut holds = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        holds |= all(words, allowed);
    }
    holds
}

fn all(words: &mut Words<'_>, allowed: &BTreeSet<&str>) -> bool {
    let mut holds = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        holds &= one(words, allowed);
    }
    holds
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<&str>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let holds = any(words, allowed);
        words.next_if_eq(&")");
        return holds;
    }
    let Some(license) = words.next() else { return false };
    match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
        Some(exception) => allowed.contains(format!("{license} WITH {exception}").as_str()),
        None => allowed.contains(license),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        let allowed = allowed("[licenses]\nallow = [\n    \"MIT\",\n    \"Zlib\",\n    \"Apache-2.0 WITH LLVM-exception\",\n]\n");
        let check = |expression: &str, expected| assert_eq!(satisfied(expression, &allowed), expected, "{expression}");
        check("MIT", true);
        check("GPL-3.0", false);
        check("GPL-3.0 OR MIT", true);
        check("MIT/GPL-3.0", true);
        check("MIT AND GPL-3.0", false);
        check("(GPL-3.0 OR MIT) AND Zlib", true);
        check("(GPL-3.0 OR MIT) AND (GPL-3.0 OR Apache-2.0)", false);
        check("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true);
        check("Apache-2.0", false);
        check("", false);
    }
}
