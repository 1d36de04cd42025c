//! Real logs, where they lie beside the checkout. They are no part of the project.

use std::path::Path;

use record::{Batch, TimeOrigin, Timestamp};

use crate::{Context, Format, decode};

/// The shared data beside the checkout, if it is there.
fn shared(path: &str) -> Option<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    let bytes = std::fs::read(&root).ok();
    if bytes.is_none() {
        announce_absence(&root);
    }
    bytes
}

#[allow(clippy::print_stderr, reason = "a test that checks nothing has to say so")]
fn announce_absence(path: &Path) {
    eprintln!("no samples at {}: not checked", path.display());
}

/// Decoded as if received shortly after the last line was written.
fn read_at(bytes: &[u8], received_at: &str) -> Batch {
    let received_at = Timestamp::parse(received_at).expect("a time").0;
    decode(Format::Auto, bytes, &Context { received_at, ..super::context() })
}

#[test]
fn every_line_of_real_logs_becomes_a_record_with_its_time() {
    let check = |name: &str, received_at: &str, severities: usize, sources_min: usize| {
        let Some(bytes) = shared(&format!("loghub/{name}/{name}_2k.log")) else { return };
        let batch = read_at(&bytes, received_at);
        let count = |holds: fn(&record::Record) -> bool| batch.records().iter().filter(|record| holds(record)).count();
        assert_eq!((batch.records().len(), batch.rejected().len()), (2000, 0), "{name}");
        assert_eq!(count(|record| record.origin == TimeOrigin::Event), 2000, "{name}: times");
        assert_eq!(count(|record| record.severity.is_some()), severities, "{name}: severities");
        assert!(count(|record| record.source.is_present()) >= sources_min, "{name}: sources");
        assert_eq!(count(|record| record.message.is_present()), 2000, "{name}: messages");
    };
    check("Apache", "2005-12-06T00:00:00Z", 2000, 0);
    check("BGL", "2006-01-05T00:00:00Z", 2000, 0);
    check("HDFS", "2008-11-12T00:00:00Z", 2000, 0);
    check("HealthApp", "2017-12-25T00:00:00Z", 0, 0);
    check("Linux", "2005-08-01T00:00:00Z", 0, 1990);
    check("Mac", "2017-07-09T00:00:00Z", 0, 1990);
    check("OpenSSH", "2016-12-11T00:00:00Z", 0, 2000);
    check("Spark", "2017-06-10T00:00:00Z", 2000, 0);
}
