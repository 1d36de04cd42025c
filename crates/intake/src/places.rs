/// The fixed places of a record that a name can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Place {
    Source,
    Host,
    Message,
    TraceId,
    SpanId,
    TransactionId,
    ErrorCode,
    Time,
    Severity,
}

impl Place {
    /// The places that hold text, in the order of [`record::Record::texts_mut`].
    pub(crate) const TEXTS: [Place; 7] =
        [Place::Source, Place::Host, Place::Message, Place::TraceId, Place::SpanId, Place::TransactionId, Place::ErrorCode];
    pub(crate) const COUNT: usize = Place::TEXTS.len() + 2;
}

/// What a name means, and how its numbers are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) place: Place,
    /// The lower one wins when several names of a record stand for the same place.
    pub(crate) rank: u8,
    pub(crate) scale: Scale,
}

/// How a number is read as a severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// By its size: syslog's 0 to 7, pino's and bunyan's 10 to 60, logback's 5000 to 40000.
    Guess,
    /// OpenTelemetry's 1 to 24.
    OpenTelemetry,
    /// Syslog's 0 to 7.
    Syslog,
    /// Python's 10 to 50.
    Python,
}

/// Ranks from here on count only in a record whose severity is a number of pino's or bunyan's.
pub(crate) const BUNYAN_RANK: u8 = 100;

/// Names by place, the winner first. Upper and lower case, `_`, `-`, `.` and `@` make no difference, so that one
/// spelling here stands for `trace_id`, `traceId`, `trace.id` and an object `trace` with an `id`.
const SPELLINGS: [(Place, &[&str]); Place::COUNT] = [
    (
        Place::Time,
        &[
            "timestamp",
            "timeunixnano",
            "eventtime",
            "time",
            "ts",
            "datetime",
            "date",
            "t",
            "asctime",
            "timemillis",
            "instantepochsecond",
            "t$date",
            "timestamp$date",
            "sourcerealtimetimestamp",
            "realtimetimestamp",
            "eventcreated",
            "observedtimeunixnano",
            "observedtimestamp",
        ],
    ),
    (
        Place::Severity,
        &[
            "severitytext",
            "severity",
            "loglevel",
            "level",
            "levelname",
            "lvl",
            "severitynumber",
            "syslogseverity",
            "sysloglevel",
            "logsyslogseveritycode",
            "priority",
            "levelno",
            "levelvalue",
            "@l",
        ],
    ),
    (
        Place::Source,
        &[
            "source",
            "service",
            "servicename",
            "resourceservicename",
            "app",
            "application",
            "appname",
            "applicationname",
            "syslogidentifier",
            "containername",
            "kubernetescontainername",
            "k8scontainername",
            "program",
            "programname",
            "component",
            "systemdunit",
            "logger",
            "loggername",
            "loglogger",
        ],
    ),
    (
        Place::Host,
        &["host", "hostname", "computer", "computername", "machinename", "nodename", "kubernetesnodename", "k8snodename"],
    ),
    (
        Place::Message,
        &[
            "message",
            "msg",
            "body",
            "bodystringvalue",
            "shortmessage",
            "log",
            "text",
            "@m",
            "renderedmessage",
            "logmessage",
            "event",
            "eventoriginal",
            "fullmessage",
        ],
    ),
    (Place::TraceId, &["traceid", "oteltraceid", "ddtraceid", "xb3traceid", "logginggoogleapiscom/trace"]),
    (Place::SpanId, &["spanid", "otelspanid", "ddspanid", "xb3spanid", "logginggoogleapiscom/spanid"]),
    (Place::TransactionId, &["transactionid", "txnid", "txid"]),
    (Place::ErrorCode, &["errorcode", "errcode"]),
];

/// Longest spelling, with room for separators; longer names are attributes without a look.
const WELL_KNOWN_BYTES_MAX: usize = 48;

/// The place that a dotted name stands for.
pub(crate) fn role_of(name: &str) -> Option<Role> {
    let mut buffer = [0; WELL_KNOWN_BYTES_MAX];
    let spelling = without_style(name, &mut buffer)?;
    if spelling == b"name" {
        return Some(Role { place: Place::Source, rank: BUNYAN_RANK, scale: Scale::Guess });
    }
    SPELLINGS.iter().find_map(|(place, names)| {
        let rank = names.iter().position(|known| known.as_bytes() == spelling)?;
        Some(Role { place: *place, rank: rank as u8 + 1, scale: scale_of(names[rank]) })
    })
}

fn scale_of(spelling: &str) -> Scale {
    match spelling {
        "severitynumber" => Scale::OpenTelemetry,
        "priority" | "syslogseverity" | "sysloglevel" | "logsyslogseveritycode" => Scale::Syslog,
        "levelno" => Scale::Python,
        _ => Scale::Guess,
    }
}

/// Lower case, without separators. Serilog's one-letter names keep their `@`, which is all that marks them.
fn without_style<'b>(name: &str, buffer: &'b mut [u8; WELL_KNOWN_BYTES_MAX]) -> Option<&'b [u8]> {
    if name.len() > WELL_KNOWN_BYTES_MAX {
        return None;
    }
    let marked = matches!(name, "@l" | "@m");
    let mut len = 0;
    for byte in name.bytes().filter(|&b| !matches!(b, b'_' | b'-' | b'.') && (b != b'@' || marked)) {
        buffer[len] = byte.to_ascii_lowercase();
        len += 1;
    }
    Some(&buffer[..len])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_find_their_place() {
        let check = |names: &[&str], place| {
            for name in names {
                assert_eq!(role_of(name).map(|role| role.place), Some(place), "{name}");
            }
        };
        check(&["timestamp", "@timestamp", "ts", "time", "t", "@t", "datetime", "date", "eventTime", "_time"], Place::Time);
        check(&["__REALTIME_TIMESTAMP", "timeUnixNano", "observedTimeUnixNano", "t.$date"], Place::Time);
        check(
            &["severity", "level", "lvl", "log.level", "severityText", "severityNumber", "loglevel", "PRIORITY"],
            Place::Severity,
        );
        check(&["source", "service", "service.name", "service_name", "app", "application", "logger"], Place::Source);
        check(&["container.name", "SYSLOG_IDENTIFIER", "name"], Place::Source);
        check(&["host", "hostname", "host.name", "_HOSTNAME"], Place::Host);
        check(&["message", "msg", "body", "log", "short_message", "MESSAGE", "text", "event.original"], Place::Message);
        check(&["trace_id", "traceId", "trace.id", "otelTraceID", "dd.trace_id"], Place::TraceId);
        check(&["span_id", "spanId", "span.id"], Place::SpanId);
        check(&["transaction_id", "transaction.id"], Place::TransactionId);
        check(&["error_code", "errorCode", "error.code"], Place::ErrorCode);
    }

    #[test]
    fn others_are_attributes() {
        for name in ["", "m", "l", "user", "message_id", "http.host.name.x", "timestamps", &"_".repeat(49)] {
            assert_eq!(role_of(name), None, "{name}");
        }
    }

    #[test]
    fn spellings_are_written_without_style() {
        for (_, names) in SPELLINGS {
            for name in names {
                let mut buffer = [0; WELL_KNOWN_BYTES_MAX];
                assert_eq!(without_style(name, &mut buffer), Some(name.as_bytes()));
            }
            assert!(names.len() < BUNYAN_RANK as usize);
        }
    }
}
