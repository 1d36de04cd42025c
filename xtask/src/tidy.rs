//! The house against its drawing. Each check returns what is wrong, in words; an empty list is a tidy house.

mod architecture;
mod doors;
mod journeys;
mod licences;
mod lock;

use crate::say;
use crate::workspace::Workspace;

/// Runs every check and tells all problems together.
pub(crate) fn run() -> Result<(), String> {
    let problems = problems()?;
    if problems.is_empty() {
        say("tidy");
        return Ok(());
    }
    Err(format!("not tidy:\n  - {}", problems.join("\n  - ")))
}

fn problems() -> Result<Vec<String>, String> {
    let workspace = Workspace::read()?;
    let lists = [
        architecture::check(&workspace)?,
        doors::check(&workspace)?,
        journeys::check()?,
        licences::check(&workspace)?,
        lock::check(&workspace)?,
    ];
    Ok(lists.concat())
}

#[cfg(test)]
mod tests;
