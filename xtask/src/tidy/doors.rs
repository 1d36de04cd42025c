//! Every room opens with four answers: what comes in, what goes out, what never happens, where to begin.

use std::fs;

use crate::workspace::Workspace;

const ANSWERS: [&str; 4] = ["//! In:", "Out:", "Never:", "Begin with"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for room in workspace.rooms() {
        let lib = ["src/lib.rs", "src/main.rs"].map(|file| room.dir.join(file)).into_iter().find(|path| path.exists());
        let Some(lib) = lib else {
            problems.push(format!("`{}` has neither src/lib.rs nor src/main.rs", room.name));
            continue;
        };
        let text = fs::read_to_string(&lib).map_err(|error| format!("{}: {error}", lib.display()))?;
        problems.extend(missing(&text).map(|answer| format!("`{}` does not open with `{answer}`", room.name)));
    }
    Ok(problems)
}

fn missing(text: &str) -> impl Iterator<Item = &'static str> {
    let opening: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
    let opening = opening.join("\n");
    ANSWERS.into_iter().filter(move |answer| !opening.contains(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opening_without_an_answer_is_found() {
        let check = |text: &str, expected: &[&str]| assert_eq!(missing(text).collect::<Vec<_>>(), expected);
        check("//! Words.\n//!\n//! In: x. Out: y.\n//! Never: z.\n//! Begin with w.\nmod a;", &[]);
        check("//! In: x. Out: y.\n//! Begin with w.\nmod a; // Never:", &["Never:"]);
        check("mod a;", &ANSWERS);
    }
}
