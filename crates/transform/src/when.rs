use record::Severity;

use crate::Event;
use crate::glob::Glob;

/// Which records a rule is for. All that is said must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct When {
    /// One of these; none: any.
    pub(crate) sources: Vec<Glob>,
    /// One of these; none: any, also records that do not say.
    pub(crate) severities: Vec<Severity>,
    /// Each of these fields is there, and its text is so.
    pub(crate) fields: Vec<(String, Glob)>,
    /// None of these fields is there with such a text.
    pub(crate) unless: Vec<(String, Glob)>,
}

impl When {
    pub(crate) fn holds(&self, event: &Event<'_>) -> bool {
        let is = |(name, glob): &(String, Glob)| event.get(name).is_some_and(|datum| glob.matches(&datum.text()));
        self.source_holds(event)
            && (self.severities.is_empty() || event.record().severity.is_some_and(|severity| self.severities.contains(&severity)))
            && self.fields.iter().all(is)
            && !self.unless.iter().any(is)
    }

    fn source_holds(&self, event: &Event<'_>) -> bool {
        self.sources.is_empty() || event.place(0).is_some_and(|source| self.sources.iter().any(|glob| glob.matches(source)))
    }
}
