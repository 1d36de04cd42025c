use server::{Hook, HookSecret, Profile};

use super::raw::Raw;

const EXPECTED: &str = "expected NAME=PROFILE@file:PATH or NAME=PROFILE@env:VARIABLE";

/// Longest name of a hook.
const NAME_BYTES_MAX: usize = 64;

/// Where other programs may send webhooks. All problems are noted in `raw`.
pub(super) fn meant(raw: &mut Raw) -> Vec<Hook> {
    let written = raw.get("hooks").0.to_owned();
    let mut hooks: Vec<Hook> = Vec::new();
    for text in written.split([',', ' ']).filter(|text| !text.is_empty()) {
        match hook(text) {
            Ok(hook) if hooks.iter().any(|known| known.name == hook.name) => {
                raw.problem(format!("hooks: `{}` stands there twice", hook.name));
            }
            Ok(hook) => hooks.push(hook),
            Err(problem) => raw.problem(format!("hooks: {problem}")),
        }
    }
    hooks
}

fn hook(text: &str) -> Result<Hook, String> {
    let parts = text.split_once('=').and_then(|(name, rest)| Some((name, rest.split_once('@')?)));
    // What was written may be the secret itself, in the wrong place.
    let (name, (profile, place)) = parts.ok_or_else(|| EXPECTED.to_owned())?;
    let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(is_name) {
        return Err(format!("a name is 1 to {NAME_BYTES_MAX} lower-case letters, digits, - and _"));
    }
    let profile: Profile = profile.parse().map_err(|error| format!("{name}: {error} in front of the @"))?;
    let secret = match place.split_once(':') {
        Some(("file", path)) if !path.is_empty() => HookSecret::File(path.into()),
        Some(("env", variable)) => HookSecret::Given(
            std::env::var(variable).map_err(|_| format!("{name}: there is no such environment variable, or it is no text"))?,
        ),
        _ => return Err(format!("{name}: {EXPECTED}")),
    };
    Ok(Hook { name: name.to_owned(), profile, secret })
}
