//! The language model that is configured, with its key.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use record::{Kind, Tenant};
use server::{ModelConfig, ModelKey, ModelRooms, Models};

use crate::config::ModelSettings;
use crate::exit::{Failure, chain};
use crate::house::House;
use crate::root_key::check_mode;

/// A client of the model, if one is configured.
pub(crate) fn of(settings: Option<&ModelSettings>, house: &House) -> Result<Option<Arc<Models>>, Failure> {
    let Some(settings) = settings else { return Ok(None) };
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).expect("BUG: the operating system has no randomness");
    let config = ModelConfig {
        kind: settings.kind,
        url: settings.url.clone(),
        model: settings.model.clone(),
        key: key(settings)?,
        timeout: settings.timeout,
        tokens_a_day: settings.tokens_a_day,
        calls_a_minute: settings.calls_a_minute,
        secret,
    };
    let rooms = ModelRooms {
        lake: house.lake.clone(),
        engine: house.engine.clone(),
        gateway: house.gateway.clone(),
        clock: house.clock.clone(),
        tenant: Tenant::default(),
    };
    let models = Models::new(config, rooms).map_err(|error| Failure::new(error.kind(), chain(&error)))?;
    tracing::info!(model = settings.model, kind = settings.kind.as_str(), "a language model puts analyses into words");
    Ok(Some(Arc::new(models)))
}

/// What is wrong with it is told without it.
fn key(settings: &ModelSettings) -> Result<Option<ModelKey>, Failure> {
    let (key, from) = match (&settings.key_env, &settings.key_file) {
        (Some(name), _) => {
            let key = std::env::var(name);
            (key.map_err(|_| invalid(format!("model_key_env: there is no environment variable {name}")))?, "model_key_env")
        }
        (None, Some(path)) => (read(path)?, "model_key_file"),
        (None, None) => return Ok(None),
    };
    let key = key.trim();
    match !key.is_empty() && key.len() <= 4096 && key.bytes().all(|b| b.is_ascii_graphic()) {
        true => Ok(Some(ModelKey(key.to_owned()))),
        false => Err(invalid(format!("{from}: a key is one line of visible ASCII characters"))),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    check_mode("the key of the language model", path)?;
    fs::read_to_string(path).map_err(|error| invalid(format!("model_key_file: {}: {error}", path.display())))
}

fn invalid(text: String) -> Failure {
    Failure::new(Kind::Invalid, text)
}
