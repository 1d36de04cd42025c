use std::fmt;
use std::io;
use std::process::ExitCode;

use record::Kind;

use crate::caret;

/// What a command that fails tells the person, and its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something went wrong.
    Told(Told),
    /// `check` found damage, and has printed it.
    Damaged,
    /// Whoever reads our output went away. They know; nothing is said.
    BrokenPipe,
}

/// A failure in words.
#[derive(Debug)]
pub(crate) struct Told {
    kind: Kind,
    text: String,
    hint: Option<String>,
    /// The byte at which the query is wrong.
    position: Option<usize>,
    /// The query.
    query: Option<String>,
}

/// How to read the exit code, for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   `check` found damage
  2   wrong usage, wrong setting, or a query that cannot be understood
  3   not allowed
  4   what was named does not exist
  5   not possible at present (overloaded, in use, no server, disk full); try again later
  70  damage or a bug; please report it";

impl Failure {
    /// A failure of a kind.
    pub(crate) fn new(kind: Kind, text: impl Into<String>) -> Failure {
        Failure::Told(Told { kind, text: text.into(), hint: None, position: None, query: None })
    }

    /// Something a person can try.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Failure {
        if let Failure::Told(told) = &mut self {
            told.hint = Some(hint.into());
        }
        self
    }

    /// Says what it is about (a file's name), in front.
    pub(crate) fn about(mut self, what: &str) -> Failure {
        if let Failure::Told(told) = &mut self {
            told.text = format!("{what}: {}", told.text);
        }
        self
    }

    /// Says at which byte the query is wrong.
    pub(crate) fn positioned(mut self, position: Option<usize>) -> Failure {
        if let Failure::Told(told) = &mut self {
            told.position = position;
        }
        self
    }

    /// Says which query it was, so that the place in it can be shown.
    pub(crate) fn of_query(mut self, query: &str) -> Failure {
        if let Failure::Told(told) = &mut self {
            told.query = Some(query.to_owned());
        }
        self
    }

    /// What the caller may do about it.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Failure::Told(told) => told.kind,
            Failure::Damaged | Failure::BrokenPipe => Kind::Broken,
        }
    }

    /// What went wrong, in words.
    pub(crate) fn text(&self) -> &str {
        match self {
            Failure::Told(told) => &told.text,
            Failure::Damaged | Failure::BrokenPipe => "",
        }
    }

    /// Tells the person, and returns the exit code. The one place where a kind becomes a number.
    pub(crate) fn report(self) -> ExitCode {
        let told = match self {
            Failure::BrokenPipe => return ExitCode::SUCCESS,
            Failure::Damaged => return ExitCode::from(1),
            Failure::Told(told) => told,
        };
        // When even standard error is closed there is nobody left to tell.
        let _ = told.write(&mut anstream::stderr().lock());
        ExitCode::from(match told.kind {
            Kind::Invalid => 2,
            Kind::Denied => 3,
            Kind::NotFound => 4,
            Kind::Conflict | Kind::Overloaded | Kind::Unavailable => 5,
            Kind::Broken => 70,
        })
    }
}

impl Told {
    fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        writeln!(out, "\x1b[1;31merror:\x1b[0m {}", self.text)?;
        if let (Some(query), Some(position)) = (&self.query, self.position) {
            caret::write(out, query, position)?;
        }
        match &self.hint {
            Some(hint) => writeln!(out, "\x1b[1;36mhint:\x1b[0m {hint}"),
            None => Ok(()),
        }
    }
}

/// The error and its causes, outermost first.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        // Some libraries repeat their cause in their own text.
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        cause = error.source();
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failure::Told(told) => &told.text,
            Failure::Damaged => "damage was found",
            Failure::BrokenPipe => "the reader went away",
        })
    }
}

impl From<lake::Error> for Failure {
    fn from(error: lake::Error) -> Failure {
        let failure = Failure::new(error.kind(), chain(&error));
        match error {
            lake::Error::DiskFull => failure.hint("free some space; nothing that was acknowledged is lost"),
            lake::Error::OtherRootKey => failure.hint(
                "bring back the folder's root.key (or what root_key_file or root_key_command had); it cannot be made again",
            ),
            lake::Error::NodeTaken(_) => failure.hint("give this folder a number of its own with --node"),
            lake::Error::Corrupt { .. } => failure.hint("`dendro check` lists all damage; everything else can still be read"),
            _ => failure,
        }
    }
}

impl From<ask::Error> for Failure {
    fn from(error: ask::Error) -> Failure {
        let failure = Failure::new(error.kind(), chain(&error));
        match error {
            ask::Error::Invalid { position, hint, .. } => {
                let failure = failure.positioned(position);
                if let Some(hint) = hint { failure.hint(hint) } else { failure }
            }
            ask::Error::OverBudget { .. } => failure.hint("ask for a shorter time (--since) or for fewer groups"),
            _ => failure,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            io::ErrorKind::NotFound => Failure::new(Kind::NotFound, error.to_string()),
            io::ErrorKind::PermissionDenied => Failure::new(Kind::Denied, error.to_string()),
            _ => Failure::new(Kind::Unavailable, error.to_string()),
        }
    }
}
