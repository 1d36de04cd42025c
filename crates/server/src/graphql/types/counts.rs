use std::collections::BTreeMap;

use async_graphql::{Object, SimpleObject};
use record::Severity;

use super::told::Told;
use super::{DateTime, Long};
use crate::routes::histogram::{Bin, HistogramAnswer, UNSPECIFIED};

/// Counts over time.
pub(in crate::graphql) struct Counts(pub(in crate::graphql) HistogramAnswer);

/// Counts over time.
#[Object(name = "Histogram")]
impl Counts {
    /// Width of a bin.
    async fn bin_seconds(&self) -> f64 {
        self.0.bin_seconds
    }

    /// All bins of the range, empty ones included. The first and last may reach over its ends.
    async fn bins(&self) -> Vec<OneBin<'_>> {
        self.0.bins.iter().map(OneBin).collect()
    }

    /// Records in all bins.
    async fn total(&self) -> Long {
        Long(self.0.total)
    }

    #[graphql(flatten)]
    async fn told(&self) -> Told {
        let HistogramAnswer { stats, complete, incomplete_reason, version, .. } = &self.0;
        Told::new(*stats, *complete, incomplete_reason.clone(), *version)
    }
}

/// One bin.
struct OneBin<'a>(&'a Bin);

/// A stretch of time.
#[Object(name = "Bin")]
impl OneBin<'_> {
    /// Its first moment.
    async fn start(&self) -> DateTime {
        DateTime(self.0.start.clone())
    }

    /// Records in it.
    async fn total(&self) -> Long {
        Long(self.0.total)
    }

    /// The same by severity.
    async fn by_severity(&self) -> BySeverity {
        BySeverity::of(&self.0.by_severity)
    }
}

/// Records of each severity.
#[derive(Debug, SimpleObject)]
struct BySeverity {
    /// TRACE.
    trace: Long,
    /// DEBUG.
    debug: Long,
    /// INFO.
    info: Long,
    /// NOTICE.
    notice: Long,
    /// WARN.
    warn: Long,
    /// ERROR.
    error: Long,
    /// CRITICAL.
    critical: Long,
    /// ALERT.
    alert: Long,
    /// FATAL.
    fatal: Long,
    /// Without a severity.
    unspecified: Long,
}

impl BySeverity {
    fn of(counts: &BTreeMap<String, u64>) -> BySeverity {
        let named = |name: &str| Long(counts.get(name).copied().unwrap_or_default());
        let of = |severity: Severity| named(severity.as_str());
        BySeverity {
            trace: of(Severity::Trace),
            debug: of(Severity::Debug),
            info: of(Severity::Info),
            notice: of(Severity::Notice),
            warn: of(Severity::Warn),
            error: of(Severity::Error),
            critical: of(Severity::Critical),
            alert: of(Severity::Alert),
            fatal: of(Severity::Fatal),
            unspecified: named(UNSPECIFIED),
        }
    }
}
