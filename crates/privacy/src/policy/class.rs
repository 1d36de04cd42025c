use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::Kind;
use crate::Policy;
use crate::detect::Detector;

/// How far a field may be shown around.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// To anybody.
    Public,
    /// Within the company.
    Internal,
    /// To those whose work needs it.
    Confidential,
    /// To those who are named.
    Restricted,
}

impl Level {
    /// The name in policies and answers.
    pub fn name(self) -> &'static str {
        match self {
            Level::Public => "public",
            Level::Internal => "internal",
            Level::Confidential => "confidential",
            Level::Restricted => "restricted",
        }
    }
}

/// What a field is about, as a key of a taxonomy: `user.contact.email`, `system.operations`.
pub type Category = String;

/// Who classified a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The policy in force.
    Policy,
    /// What the name is known for.
    Standard,
    /// Nobody yet.
    Unclassified,
}

/// How a field is classified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Classification {
    /// How far it may be shown around.
    pub level: Level,
    /// What it is about.
    pub categories: Vec<Category>,
    /// Who says so.
    pub origin: Origin,
}

/// Fields of every record, and of the usual conventions, that say how machines fare. The names are OpenTelemetry's.
const OPERATIONAL: &[&str] = &[
    "date",
    "error_code",
    "host",
    "observed_at",
    "pattern_id",
    "record_id",
    "severity",
    "severity_number",
    "source",
    "span_id",
    "time_origin",
    "timestamp",
    "timestamp_nanos",
    "trace_id",
    "transaction_id",
    "privacy.found",
    "privacy.policy",
    "timestamp_original",
    "duration_ms",
    "latency_ms",
    "line",
    "logger",
    "region",
    "thread",
    "version",
];

/// Beginnings of names of the same sort.
const OPERATIONAL_SPACES: &[&str] = &[
    "cloud.",
    "code.",
    "container.",
    "deployment.",
    "faas.",
    "host.",
    "k8s.",
    "log.",
    "os.",
    "process.",
    "rpc.",
    "service.",
    "syslog.",
    "telemetry.",
    "thread.",
];

/// Single fields in spaces where others are about persons.
const OPERATIONAL_HTTP: &[&str] =
    &["http.method", "http.request.method", "http.response.status_code", "http.status", "http.status_code", "http.version"];

/// What names are known for.
static NAMES: LazyLock<Detector> = LazyLock::new(|| Detector::new(&Policy::default()));

/// By what a name is known for. A field of an unknown name is confidential.
pub(super) fn by_name(field: &str) -> Classification {
    let of = |level, category: &str| Classification { level, categories: vec![category.to_owned()], origin: Origin::Standard };
    if let Some(kind) = NAMES.kind_of_name(field) {
        return of(kind.level(), kind.category());
    }
    let is_operational = OPERATIONAL.contains(&field)
        || OPERATIONAL_HTTP.contains(&field)
        || OPERATIONAL_SPACES.iter().any(|space| field.starts_with(space));
    if is_operational {
        return of(Level::Internal, "system.operations");
    }
    Classification { level: Level::Confidential, categories: Vec::new(), origin: Origin::Unclassified }
}

impl Kind {
    /// How far what holds it may be shown around.
    pub fn level(self) -> Level {
        match self {
            _ if self.is_secret() => Level::Restricted,
            Kind::CreditCard | Kind::Iban | Kind::UsSsn | Kind::NationalId | Kind::Passport | Kind::DriverLicense => {
                Level::Restricted
            }
            Kind::Ip | Kind::Mac => Level::Internal,
            _ => Level::Confidential,
        }
    }

    /// What it is about, as a key of the open taxonomy fideslang (version 3).
    pub fn category(self) -> &'static str {
        match self {
            Kind::Email => "user.contact.email",
            Kind::Phone => "user.contact.phone_number",
            Kind::Person => "user.name",
            Kind::Address => "user.contact.address",
            Kind::Dob => "user.demographic.date_of_birth",
            Kind::Gps => "user.location.precise",
            Kind::Ip => "user.device.ip_address",
            Kind::Mac => "user.device.device_id",
            Kind::CreditCard => "user.payment.card_number",
            Kind::Iban => "user.financial.bank_account",
            Kind::UsSsn | Kind::NationalId => "user.government_id.national_identification_number",
            Kind::Passport => "user.government_id.passport_number",
            Kind::DriverLicense => "user.government_id.drivers_license_number",
            Kind::Field => "user",
            _ => "user.authorization.credentials",
        }
    }
}
