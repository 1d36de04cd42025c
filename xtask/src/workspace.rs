use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Rooms that compile without DataFusion: what `cargo test` alone tests.
pub(crate) const LEAN: [&str; 10] =
    ["record", "intake", "transform", "privacy", "pattern", "lake", "ask", "server", "testkit", "xtask"];

/// The checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("BUG: xtask lies in the workspace")
}

/// What `cargo metadata` says, as far as it is needed here.
pub(crate) struct Workspace {
    /// Packages by id.
    pub packages: BTreeMap<String, Package>,
    /// Ids of our own packages.
    pub members: Vec<String>,
    /// By id: what a normal build needs directly (normal and build dependencies with the features in use).
    needs: BTreeMap<String, Vec<String>>,
}

/// A package.
pub(crate) struct Package {
    /// Its name.
    pub name: String,
    /// Its licence expression.
    pub license: Option<String>,
    /// Folder of its manifest.
    pub dir: PathBuf,
    /// Names of the workspace members that it names as normal dependencies.
    pub rooms: BTreeSet<String>,
}

impl Workspace {
    /// Asks cargo, for this machine's platform: what only others need is not on this disk.
    pub(crate) fn read() -> Result<Workspace, String> {
        let platform = host()?;
        let args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", &platform];
        let json = stdout(Command::new(env!("CARGO")).args(args).current_dir(root()))?;
        let json: Value = serde_json::from_str(&json).map_err(|error| format!("cargo metadata: {error}"))?;
        Ok(Workspace::of(&json))
    }

    fn of(json: &Value) -> Workspace {
        let members = array(&json["workspace_members"]).map(text).collect();
        let packages = array(&json["packages"]).map(|package| (text(&package["id"]), Package::of(package))).collect();
        let needs = array(&json["resolve"]["nodes"]).map(|node| (text(&node["id"]), needs_of(node))).collect();
        Workspace { packages, members, needs }
    }

    /// Our own packages.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = &Package> {
        self.members.iter().map(|id| &self.packages[id])
    }

    /// Names of all packages that a normal build of a member needs, itself included.
    pub(crate) fn reach(&self, room: &str) -> BTreeSet<&str> {
        let start = self.members.iter().find(|id| self.packages[*id].name == room);
        let mut waiting: Vec<&String> = start.into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                waiting.extend(self.needs.get(id).into_iter().flatten());
            }
        }
        seen.into_iter().map(|id| self.packages[id].name.as_str()).collect()
    }
}

impl Package {
    fn of(package: &Value) -> Package {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        // A dependency by path has no source; those are our own.
        let ours = |dependency: &&Value| dependency["kind"].is_null() && dependency["source"].is_null();
        Package {
            name: text(&package["name"]),
            license: package["license"].as_str().map(str::to_owned),
            dir: manifest.parent().unwrap_or(&manifest).to_owned(),
            rooms: array(&package["dependencies"]).filter(ours).map(|dependency| text(&dependency["name"])).collect(),
        }
    }
}

fn host() -> Result<String, String> {
    let version = stdout(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV does not name its host".to_owned())
}

fn stdout(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{command:?}: {error}"))
}

fn needs_of(node: &Value) -> Vec<String> {
    let in_build = |dep: &&Value| array(&dep["dep_kinds"]).any(|kind| kind["kind"].as_str() != Some("dev"));
    array(&node["deps"]).filter(in_build).map(|dep| text(&dep["pkg"])).collect()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
