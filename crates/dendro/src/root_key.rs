//! Where the root key comes from.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use privacy::keys::RootKey;
use record::Kind;

use crate::config::RootKeySource;
use crate::exit::Failure;

/// Holds the root key, for services that are given secrets so.
pub(crate) const VARIABLE: &str = "DENDRO_ROOT_KEY";

/// The root key: from the environment, else from a program, else from its file.
pub(crate) fn load(source: &RootKeySource) -> Result<RootKey, Failure> {
    if let Ok(text) = std::env::var(VARIABLE) {
        return parse(&text, VARIABLE);
    }
    match source {
        RootKeySource::Command(command) => from_command(command),
        RootKeySource::File { path, is_named } => match fs::read_to_string(path) {
            Ok(text) => {
                check_mode("the root key", path)?;
                parse(&text, &path.display().to_string())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => make(path),
            Err(error) => Err(Failure::new(Kind::Invalid, format!("cannot read the root key {}: {error}", path.display()))),
        },
    }
}

/// What is wrong with it is told without it.
fn parse(text: &str, from: &str) -> Result<RootKey, Failure> {
    RootKey::parse(text).map_err(|error| {
        Failure::new(Kind::Invalid, format!("{from}: {error}")).hint("`openssl rand -hex 32` makes one; lose none that was used")
    })
}

fn from_command(command: &str) -> Result<RootKey, Failure> {
    let run = Command::new("sh").args(["-c", command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let failed = |why: String| Failure::new(Kind::Unavailable, format!("root_key_command {why}"));
    let output = run.map_err(|error| failed(format!("cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed: {}", output.status)));
    }
    parse(&String::from_utf8_lossy(&output.stdout), "what root_key_command printed")
}

/// Draws a key, and returns when it is on disk.
fn make(path: &Path) -> Result<RootKey, Failure> {
    let failed = |error: io::Error| Failure::from(error).about(&format!("cannot make the root key {}", path.display()));
    let key = RootKey::draw().map_err(|error| failed(io::Error::other(error.to_string())))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    writeln!(file, "{}", key.to_hex()).and_then(|()| file.sync_all()).map_err(failed)?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    tracing::info!(path = %path.display(), "made a root key; keep a copy of it apart from the data");
    Ok(key)
}

/// A key that others can read is none.
pub(crate) fn check_mode(what: &str, path: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = fs::metadata(path);
        let metadata = metadata.map_err(|error| Failure::from(error).about(&format!("{what} {}", path.display())))?;
        let mode = metadata.permissions().mode();
        if mode & 0o077 != 0 {
            let text = format!("{what} {} can be read by others (mode {:o})", path.display(), mode & 0o777);
            return Err(Failure::new(Kind::Denied, text).hint(format!("chmod 600 {}", path.display())));
        }
    }
    Ok(())
}
