use record::Kind;

use crate::args::{Folder, Where};
use crate::config::{self, Config};
use crate::exit::Failure;
use crate::house::{self, House};
use crate::note::Note;
use crate::remote::Remote;

/// Where a command works.
pub(crate) enum Place {
    /// In a data folder that this process has opened.
    Folder(House),
    /// Through a server.
    Server(Remote),
}

/// Whether a data folder may be made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It has to be there.
    Refuse,
    /// It is made.
    Create,
}

impl Place {
    /// The server that was named; or the data folder; or, when a server has that folder open, this server.
    pub(crate) async fn find(place: &Where, missing: Missing) -> Result<Place, Failure> {
        if let Some(url) = &place.url {
            return Ok(Place::Server(Remote::new(url, place.token_file.as_deref())?));
        }
        let config = config::for_folder(place.config.as_deref(), place.data.as_deref())?;
        if missing == Missing::Refuse {
            house::must_exist(&config.lake.dir)?;
        }
        match House::open(&config).await {
            Ok(house) => Ok(Place::Folder(house)),
            Err(failure) if failure.kind() == Kind::Conflict => match Note::find(&config.lake.dir) {
                Some(note) => Ok(Place::Server(Remote::new(&note.url, place.token_file.as_deref())?)),
                None => Err(failure.hint("wait until that process is done; if it is a server, name it with --url")),
            },
            Err(failure) => Err(failure),
        }
    }
}

/// Opens a data folder for work that a server does by itself, or that must not run beside one.
pub(crate) async fn open_alone(folder: &Folder) -> Result<(House, Config), Failure> {
    let config = alone_config(folder)?;
    match House::open(&config).await {
        Ok(house) => Ok((house, config)),
        Err(failure) => Err(name_the_server(failure, &config)),
    }
}

/// The settings of an existing folder.
pub(crate) fn alone_config(folder: &Folder) -> Result<Config, Failure> {
    let config = config::for_folder(folder.config.as_deref(), folder.data.as_deref())?;
    house::must_exist(&config.lake.dir)?;
    Ok(config)
}

/// Says which server has the folder open.
pub(crate) fn name_the_server(failure: Failure, config: &Config) -> Failure {
    match Note::find(&config.lake.dir) {
        Some(note) if failure.kind() == Kind::Conflict => {
            failure.hint(format!("the server at {} (process {}) has it open; stop it first", note.url, note.pid))
        }
        _ => failure,
    }
}
