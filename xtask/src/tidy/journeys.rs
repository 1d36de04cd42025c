//! Every file of journeys is part of their one executable: a forgotten `mod` line would be a test that never runs.

use std::fs;

use crate::workspace::root;

pub(super) fn check() -> Result<Vec<String>, String> {
    let dir = root().join("crates/journeys/tests/it");
    let problem = |error: std::io::Error| format!("{}: {error}", dir.display());
    let main = fs::read_to_string(dir.join("main.rs")).map_err(problem)?;
    let mut problems = Vec::new();
    for entry in fs::read_dir(&dir).map_err(problem)? {
        let name = entry.map_err(problem)?.file_name().to_string_lossy().into_owned();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        if module != "main" && !main.lines().any(|line| line.trim() == format!("mod {module};")) {
            problems.push(format!("journeys: `{name}` is not in main.rs"));
        }
    }
    Ok(problems)
}
