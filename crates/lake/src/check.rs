//! Whether a data folder is whole: every byte of the write-ahead log and of the segments, the Delta logs, and the books.

use std::path::Path;
use std::sync::Arc;

use arrow::array::Int64Array;
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use record::Tenant;

use crate::columns::Table;
use crate::delta::DeltaLog;
use crate::disk::{Disk, RealDisk};
use crate::lake::{FolderLock, WAL_DIR};
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
    let root = Root::open(config)?;
    for name in root.tenants().await? {
        if let Ok(tenant) = Tenant::new(&name) {
            check_tenant(&root, &tenant, &mut report).await?;
        }
    }
    Ok(report)
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
    let mut rows = [0_i64; Table::ALL.len()];
    let mut sums = None;
    for (index, table) in Table::ALL.into_iter().enumerate() {
        let place = format!("tables/{tenant}/{}", table.name());
        let log = match DeltaLog::open(root, tenant.as_str(), table.name()).await {
            Ok(Some(log)) => log,
            Ok(None) => continue,
            Err(error) => {
                report.findings.push(damaged_log(root, tenant, table, &error).await);
                continue;
            }
        };
        let before = report.findings.len();
        let segments = log.segments(&[])?;
        for segment in &segments {
            rows[index] += segment.rows as i64;
            check_segment(&place, &log, segment, report).await?;
        }
        if table == Table::Ledger && report.findings.len() == before {
            sums = Some(ledger_sums(&log, &segments).await?);
        }
    }
    if let Some(sums) = sums {
        compare(tenant, sums, (rows[0], rows[1]), report);
    }
    Ok(())
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

/// Which file of a Delta log cannot be read, and where.
async fn damaged_log(root: &Root, tenant: &Tenant, table: Table, error: &Error) -> Finding {
    let place = format!("tables/{tenant}/{}/_delta_log", table.name());
    let url = root.table_url(tenant.as_str(), table.name());
    if let Ok(store) = root.within(&url)
        && let Ok(mut files) = store.list(Some(&"_delta_log".into())).try_collect::<Vec<_>>().await
    {
        files.sort_by(|a, b| a.location.cmp(&b.location));
        for file in files.iter().filter(|file| file.location.extension() == Some("json")) {
            let Ok(found) = store.get(&file.location).await else { continue };
            let Ok(bytes) = found.bytes().await else { continue };
            if let Some(offset) = first_bad_line(&bytes) {
                let what = "this line of the Delta log is not JSON".to_owned();
                return Finding {
                    file: format!("tables/{tenant}/{}/{}", table.name(), file.location),
                    offset,
                    what,
                    expected: false,
                };
            }
        }
    }
    Finding { file: place, offset: 0, what: format!("the Delta log cannot be read: {error}"), expected: false }
}

/// The byte at which the first line that is not a JSON object begins to be wrong.
fn first_bad_line(bytes: &[u8]) -> Option<u64> {
    let mut start = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if let Err(error) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line)
            && !line.trim_ascii().is_empty()
        {
            return Some((start + error.column().saturating_sub(1)) as u64);
        }
        start += line.len();
    }
    (start == 0).then_some(0)
}

/// Sums of `received`, of all outcomes, of `stored` and of `quarantined`.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    received: i64,
    outcomes: i64,
    stored: i64,
    quarantined: i64,
}

async fn ledger_sums(log: &DeltaLog, segments: &[Arc<Segment>]) -> Result<Sums, Error> {
    let mut sums = Sums::default();
    for segment in segments {
        let parquet = |source| Error::Parquet { doing: format!("reading {}", segment.path), source };
        let store = |source| Error::Store { doing: format!("reading {}", segment.path), source };
        let bytes = log.store().get(&segment.path).await.map_err(store)?.bytes().await.map_err(store)?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|builder| builder.build()).map_err(parquet)?;
        for batch in reader {
            let batch = batch.map_err(|source| Error::Arrow { doing: "reading the ledger", source })?;
            let sum = |name: &str| -> i64 {
                let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<Int64Array>());
                column.map_or(0, |column| column.iter().flatten().sum())
            };
            sums.received += sum("received");
            sums.outcomes +=
                ["stored", "quarantined", "duplicates", "sampled_out", "erased", "expired"].map(sum).iter().sum::<i64>();
            sums.stored += sum("stored");
            sums.quarantined += sum("quarantined");
        }
    }
    Ok(sums)
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
