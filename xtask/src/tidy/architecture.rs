//! ARCHITECTURE.md: the table of rooms against cargo, the paths it names against the disk, the invariants against tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::workspace::{Workspace, root};

/// Longest the map may be: what one reads in five minutes.
const LINES_MAX: usize = 300;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).map_err(|error| format!("ARCHITECTURE.md: {error}"))?;
    let mut problems = Vec::new();
    if text.lines().count() >= LINES_MAX {
        problems.push(format!("ARCHITECTURE.md has {LINES_MAX} lines or more"));
    }
    let actual = workspace.rooms().map(|package| (package.name.clone(), package.rooms.clone())).collect();
    problems.extend(compare(&rooms(&text), &actual));
    problems.extend(
        paths(&text)
            .filter(|path| !root().join(path).exists())
            .map(|path| format!("ARCHITECTURE.md names `{path}`, which does not exist")),
    );
    problems.extend(uncited(&text)?);
    Ok(problems)
}

/// Rows of the table of rooms: name, and the rooms it may use.
fn rooms(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = text.lines().skip_while(|line| !line.starts_with("| room |")).skip(2).take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let may_use = cells.get(4)?.split(',').map(str::trim).filter(|name| !matches!(*name, "" | "-"));
        Some((cells.get(1)?.trim_matches('`').to_owned(), may_use.map(str::to_owned).collect()))
    })
    .collect()
}

/// Rooms that are missing on either side, and edges that the table does not allow.
fn compare(drawn: &BTreeMap<String, BTreeSet<String>>, actual: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut problems = Vec::new();
    for room in drawn.keys().filter(|room| !actual.contains_key(*room)) {
        problems.push(format!("the table has a room `{room}` that is no crate"));
    }
    for (room, uses) in actual {
        let Some(may_use) = drawn.get(room) else {
            problems.push(format!("crate `{room}` is missing in the table of rooms"));
            continue;
        };
        for used in uses.difference(may_use) {
            problems.push(format!("`{room}` uses `{used}`, which the table does not allow"));
        }
    }
    problems
}

/// What stands in backticks and looks like a path of this checkout.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    const TOPS: [&str; 6] = ["crates/", "xtask/", "docs/", ".ci/", ".cargo/", "Cargo."];
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|word| TOPS.iter().any(|top| word.starts_with(top)) && !word.contains([' ', '*', '<', '{']))
}

/// Invariants (`**I-1**`) that no test names.
fn uncited(text: &str) -> Result<Vec<String>, String> {
    let invariants: BTreeSet<&str> = text.split("**").filter(|word| number(word).is_some()).collect();
    let mut tests = String::new();
    gather(&root().join("crates"), &mut tests)?;
    let cited: BTreeSet<&str> =
        tests.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|word| number(word).is_some()).collect();
    let missing = invariants.difference(&cited).map(|name| format!("no test cites invariant {name}"));
    let unknown = cited.difference(&invariants).map(|name| format!("a test cites {name}, which ARCHITECTURE.md does not have"));
    Ok(missing.chain(unknown).collect())
}

fn number(word: &str) -> Option<u32> {
    word.strip_prefix("I-")?.parse().ok()
}

/// The text of all files that hold tests.
fn gather(dir: &Path, into: &mut String) -> Result<(), String> {
    let problem = |error: std::io::Error| format!("{}: {error}", dir.display());
    for entry in fs::read_dir(dir).map_err(problem)? {
        let path = entry.map_err(problem)?.path();
        if path.is_dir() {
            gather(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).map_err(problem)?;
            if text.contains("#[test]") || text.contains("#[tokio::test") || text.contains("proptest!") {
                into.push_str(&text);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
