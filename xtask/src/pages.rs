//! The web pages: built again and compared with what is committed, and travelled through in a browser.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::python::target;
use crate::test::step;
use crate::{say, workspace};

/// What the pages' tools need at least.
const NODE_MIN: (u32, u32) = (20, 19);
const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// Whether the tools for the pages are here. Without them the pages are as they are committed; that is said.
pub(crate) fn tools_are_here() -> bool {
    let here = node_version().is_some_and(|version| version >= NODE_MIN) && runs("npm");
    if !here {
        say(&format!("\n== pages: not built and compared, as there is no Node {}.{} or later with npm", NODE_MIN.0, NODE_MIN.1));
    }
    here
}

/// Builds the pages from their sources, and finds out whether that is what `web/dist` holds.
pub(crate) fn compare() -> Result<(), String> {
    let web = workspace::root().join("web");
    install(&web)?;
    step("pages: unit tests", npm(&web, &["run", "--silent", "unit"]))?;
    let fresh = target()?.join("web-dist");
    let fresh_text = fresh.to_str().ok_or("the target folder's name is no UTF-8")?;
    step(
        "pages: build",
        npm(&web, &["run", "--silent", "build", "--", "--emptyOutDir", "--logLevel", "warn", "--outDir", fresh_text]),
    )?;
    match differences(&files(&web.join("dist"))?, &files(&fresh)?)[..] {
        [] => Ok(()),
        ref names => {
            Err(format!("web/dist is not what web/ builds: {}\nrun `npm run build` in web and commit it", names.join(", ")))
        }
    }
}

/// Travels through the pages in a browser, against the binary that was built.
pub(crate) fn travel() -> Result<(), String> {
    let Some(browser) = BROWSERS.into_iter().find(|path| Path::new(path).exists()) else {
        say("\n== pages: no journeys, as there is no Chromium: apt-get install chromium");
        return Ok(());
    };
    let mut journeys = Command::new("node");
    journeys.arg("tests/journeys.mjs").current_dir(workspace::root().join("web"));
    journeys.env("JOURNEY_CHROMIUM", browser).env("JOURNEY_BINARY", target()?.join("debug/dendro"));
    step("pages: journeys", journeys)
}

/// Installs what `package-lock.json` names. Done before, it is a matter of reading one file.
fn install(web: &Path) -> Result<(), String> {
    let read = |path: PathBuf| fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()));
    let wanted = read(web.join("package-lock.json"))?;
    let stamp = web.join("node_modules/installed.json");
    if fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(());
    }
    step("pages: npm ci", npm(web, &["ci", "--no-audit", "--no-fund"]))?;
    // Written last: what was left half-way has no stamp and is installed anew.
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn npm(web: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(args).current_dir(web);
    command
}

fn runs(program: &str) -> bool {
    let quiet = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn node_version() -> Option<(u32, u32)> {
    let told = Command::new("node").arg("--version").output().ok()?;
    version(&String::from_utf8_lossy(&told.stdout))
}

/// `v20.19.2` -> 20, 19.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// All files below a folder, by path.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(within) = folders.pop() {
        let told = |error: std::io::Error| format!("{}: {error}", within.display());
        for entry in fs::read_dir(&within).map_err(told)? {
            let path = entry.map_err(told)?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                found.insert(name, fs::read(&path).map_err(told)?);
            }
        }
    }
    Ok(found)
}

/// Names of files that only one side has, or that differ.
fn differences(committed: &BTreeMap<String, Vec<u8>>, fresh: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut names: Vec<&String> = committed.keys().chain(fresh.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| committed.get(*name) != fresh.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests;
