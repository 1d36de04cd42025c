//! The lock file: one version of what the whole house must agree on, and DataFusion behind its wall.

use std::collections::BTreeMap;

use crate::workspace::Workspace;

/// Two versions of one of these would be two table formats that do not fit together.
const ONCE: [&str; 3] = ["arrow", "parquet", "object_store"];

/// What is fenced in, and who may reach it.
const FENCED: &str = "datafusion";
const MAY_REACH: [&str; 2] = ["engine", "dendro"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in workspace.packages.values() {
        *versions.entry(&package.name).or_default() += 1;
    }
    let many = ONCE.iter().filter(|name| versions.get(**name) != Some(&1));
    let many =
        many.map(|name| format!("{name} must occur once in Cargo.lock, it occurs {} times", versions.get(name).unwrap_or(&0)));
    let reaches = |room: &&str| workspace.reach(room).contains(FENCED);
    let outside = workspace.rooms().map(|room| room.name.as_str()).filter(|room| !MAY_REACH.contains(room)).filter(reaches);
    let outside = outside.map(|room| format!("`{room}` reaches {FENCED}; only {} may", MAY_REACH.join(" and ")));
    // The fence would also be whole if the name were misspelt here.
    let inside = MAY_REACH.into_iter().filter(|room| !reaches(room)).map(|room| format!("`{room}` does not reach {FENCED}"));
    Ok(many.chain(outside).chain(inside).collect())
}
