use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::settings::SETTINGS;

/// The settings that were given as flags. Derived from the declarations, so that none can be forgotten.
#[derive(Debug, Clone, Default)]
pub(crate) struct SettingFlags {
    given: BTreeMap<&'static str, String>,
}

impl SettingFlags {
    /// What was given.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&'static str, &String)> {
        self.given.iter().map(|(name, value)| (*name, value))
    }

    /// Gives one, as if by its flag.
    pub(crate) fn give(&mut self, name: &'static str, value: String) {
        self.given.insert(name, value);
    }
}

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().fold(command, |command, setting| {
            let default = if setting.default.is_empty() { "none" } else { setting.default };
            let arg = Arg::new(setting.name)
                .long(setting.name.replace('_', "-"))
                .value_name(setting.unit)
                .help(format!("{} [default: {default}]", setting.help))
                .help_heading("Settings");
            command.arg(arg)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<SettingFlags, clap::Error> {
        let mut flags = SettingFlags::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for setting in SETTINGS {
            if let Some(value) = matches.get_one::<String>(setting.name) {
                self.give(setting.name, value.clone());
            }
        }
        Ok(())
    }
}
