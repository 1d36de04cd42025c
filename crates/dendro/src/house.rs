use std::path::Path;
use std::sync::Arc;

use lake::Lake;
use privacy::Gateway;
use privacy::keys::Keyring;
use record::{Clock, Kind, SystemClock, TimeRange};
use transform::Transforms;

use crate::config::Config;
use crate::exit::Failure;
use crate::policy_file::PolicyFile;
use crate::root_key;
use crate::rule_files::RuleFiles;

/// The rooms that hold data, opened on a folder that no other process has open.
pub(crate) struct House {
    /// The store.
    pub lake: Lake,
    /// What operators want done with records on the way.
    pub transforms: Arc<Transforms>,
    /// The rules' files; nothing of them is in force until [`RuleFiles::start`].
    pub rules: Arc<RuleFiles>,
    /// The way into it.
    pub gateway: Arc<Gateway>,
    /// The policy's file.
    pub policies: Arc<PolicyFile>,
    /// The way to answers.
    pub engine: Arc<dyn ask::Engine>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// What one question may cost.
    pub budget: ask::Budget,
}

impl House {
    /// Opens the rooms against the data's direction: lake first. Creates the folder if it does not exist.
    pub(crate) async fn open(config: &Config) -> Result<House, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let lake = Lake::open(config.lake.clone(), clock.clone()).await?;
        let engine = engine::LakeEngine::new(lake.clone(), config.engine.clone())?;
        let root_key = root_key::load(&config.privacy.root_key)?;
        let keys = Arc::new(Keyring::new(root_key, Some(lake.subject_keys())));
        lake.check_root_key(&keys.fingerprint())?;
        let (policies, policy) = PolicyFile::open(&config.privacy, &config.lake.dir)?;
        let gateway = Arc::new(Gateway::with_keys(policy, keys));
        let policies = Arc::new(policies);
        let (transforms, rules) = (Arc::default(), Arc::new(RuleFiles::new(&config.transforms)));
        Ok(House { lake, transforms, rules, gateway, policies, engine: Arc::new(engine), clock, budget: config.budget })
    }

    /// A scope within the budget, for at most so many rows.
    pub(crate) fn scope(&self, time: TimeRange, rows_max: usize) -> ask::Scope {
        let budget = ask::Budget { rows_max: rows_max.min(self.budget.rows_max), ..self.budget };
        ask::Scope { tenant: record::Tenant::default(), time, budget }
    }

    /// Commits everything and lets go of the folder.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        Ok(self.lake.close().await?)
    }
}

/// Says so when there is no such data folder: a person who only asks does not want one made from a typing slip.
pub(crate) fn must_exist(dir: &Path) -> Result<(), Failure> {
    if dir.is_dir() {
        return Ok(());
    }
    Err(Failure::new(Kind::NotFound, format!("there is no data folder {}", dir.display()))
        .hint("name it with --data, or make one: `dendro ingest FILE --data DIR`, `dendro serve`, `dendro demo`"))
}
