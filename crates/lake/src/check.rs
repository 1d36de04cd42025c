//! Whether a data folder is whole: every byte of the write-ahead log and of the segments, the Delta logs, and the books.

use std::path::Path;
use std::sync::Arc;

use record::Tenant;

use crate::columns::Table;
use crate::delta::{self, Damage, DeltaLog, Opened};
use crate::disk::{Disk, RealDisk};
use crate::lake::{FolderLock, STATE_FILE, WAL_DIR};
use crate::ledger::{self, Sums};
use crate::state::State;
use crate::store::Root;
use crate::{Config, Error, Segment, segment, wal};

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which file, relative to the data folder or the table; or which table, when no single file is to blame.
    pub file: String,
    /// Byte in the file, where known.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
    /// It is the trace of a crash that recovery will clear away by itself, and no fault.
    pub expected: bool,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// Live segments read whole.
    pub segments: usize,
    /// Rows in them.
    pub rows: u64,
    /// Files of Delta logs of which it is not known what was written: those of other writers, and those written the
    /// moment before a crash.
    pub unverified: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// Whether nothing is damaged.
    pub fn clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.expected)
    }
}

/// Reads a whole data folder. Nothing is changed; no lake may have it open.
pub async fn check(config: &Config) -> Result<CheckReport, Error> {
    if !config.dir.is_dir() {
        let source = std::io::ErrorKind::NotFound.into();
        return Err(Error::Io { doing: format!("opening the data folder {}", config.dir.display()), source });
    }
    let _lock = FolderLock::take(&config.dir)?;
    let mut report = CheckReport::default();
    check_wal(&config.dir, &mut report)?;
    let root = root(config)?;
    for name in root.tenants().await? {
        if let Ok(tenant) = Tenant::new(&name) {
            check_tenant(&root, &tenant, &mut report).await?;
        }
    }
    Ok(report)
}

/// The tables, with what is remembered of their Delta logs, if there is a state database.
fn root(config: &Config) -> Result<Root, Error> {
    let root = Root::open(config)?;
    let state = config.dir.join(STATE_FILE);
    if state.is_file() { root.summed(Arc::new(State::open(&state)?)) } else { Ok(root) }
}

fn check_wal(dir: &Path, report: &mut CheckReport) -> Result<(), Error> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let wal_dir = dir.join(WAL_DIR);
    if !wal_dir.is_dir() {
        return Ok(());
    }
    let found = wal::check(&disk, &wal_dir)?.into_iter();
    report.findings.extend(found.map(|finding| Finding {
        file: finding.damage.file,
        offset: finding.damage.offset,
        what: finding.damage.what.to_owned(),
        expected: finding.expected,
    }));
    Ok(())
}

async fn check_tenant(root: &Root, tenant: &Tenant, report: &mut CheckReport) -> Result<(), Error> {
    let before = report.findings.len();
    let mut rows = [0_i64; Table::ALL.len()];
    let mut sums = None;
    for (index, table) in Table::ALL.into_iter().enumerate() {
        let Some(log) = check_log(root, tenant, table, report).await? else { continue };
        let segments = log.segments(&[])?;
        for segment in &segments {
            rows[index] += segment.rows as i64;
            check_segment(&place_of(tenant, table), &log, segment, report).await?;
        }
        if table == Table::Ledger && report.findings.len() == before {
            sums = Some(ledger::committed(&log).await?);
        }
    }
    // With damage the books cannot agree, and to say so would only hide where it is.
    if let Some(sums) = sums {
        compare(tenant, sums, (rows[0], rows[1]), report);
    }
    Ok(())
}

/// Compares every file of a Delta log, and opens the table as it is served.
async fn check_log(root: &Root, tenant: &Tenant, table: Table, report: &mut CheckReport) -> Result<Option<DeltaLog>, Error> {
    let place = place_of(tenant, table);
    let verified = delta::verify(root, tenant.as_str(), table.name()).await?;
    report.unverified += verified.unverified;
    for file in &verified.damaged {
        let finding = Finding {
            file: format!("{place}/_delta_log/{}", file.name),
            offset: file.offset,
            what: file.what.to_owned(),
            expected: false,
        };
        report.findings.push(finding);
    }
    match DeltaLog::open_certain(root, tenant.as_str(), table.name()).await? {
        Opened::Absent => Ok(None),
        Opened::Whole(log, _) => Ok(Some(log)),
        Opened::Damaged(log, damage) => {
            if verified.damaged.is_empty() {
                let Damage { file, offset, what, .. } = damage.as_ref().clone();
                report.findings.push(Finding { file, offset, what, expected: false });
            }
            Ok(log)
        }
    }
}

fn place_of(tenant: &Tenant, table: Table) -> String {
    format!("tables/{tenant}/{}", table.name())
}

async fn check_segment(place: &str, log: &DeltaLog, segment: &Segment, report: &mut CheckReport) -> Result<(), Error> {
    report.segments += 1;
    report.rows += segment.rows;
    for finding in segment::check(log.store(), segment).await? {
        let file = format!("{place}/{}", finding.file);
        report.findings.push(Finding { file, offset: finding.offset, what: finding.what, expected: false });
    }
    Ok(())
}

fn compare(tenant: &Tenant, sums: Sums, (logs, quarantine): (i64, i64), report: &mut CheckReport) {
    let mut wrong = |what: String| {
        report.findings.push(Finding { file: format!("tables/{tenant}/ledger"), offset: 0, what, expected: false });
    };
    if sums.received != sums.outcomes {
        wrong(format!("the ledger received {} records and accounts for {}", sums.received, sums.outcomes));
    }
    if sums.stored != logs {
        wrong(format!("the ledger says that {} records are stored, the table has {logs}", sums.stored));
    }
    if sums.quarantined != quarantine {
        wrong(format!("the ledger says that {} lines are in quarantine, the table has {quarantine}", sums.quarantined));
    }
}
