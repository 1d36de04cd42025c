use std::io::Write;

use crate::args::Folder;
use crate::exit::Failure;
use crate::place::{alone_config, name_the_server};
use crate::print;

/// `dendro check`
pub(crate) async fn run(folder: Folder) -> Result<(), Failure> {
    let config = alone_config(&folder)?;
    let report = lake::check(&config.lake).await.map_err(|error| name_the_server(error.into(), &config))?;
    let mut out = print::stdout();
    for finding in &report.findings {
        let (colour, word) = if finding.expected { ("\x1b[2m", "note") } else { ("\x1b[1;31m", "damage") };
        writeln!(out, "{colour}{word}:\x1b[0m {} at byte {}: {}", finding.file, finding.offset, finding.what)?;
    }
    if report.unverified > 0 {
        let files = print::counted(report.unverified as u64, "file");
        writeln!(out, "\x1b[2mnote:\x1b[0m {files} of Delta logs were written by others or just before a crash: not verified")?;
    }
    let damage = report.findings.iter().filter(|finding| !finding.expected).count();
    let (segments, rows) = (print::counted(report.segments as u64, "segment"), print::counted(report.rows, "row"));
    writeln!(
        out,
        "read {segments} with {rows}, the write-ahead log, the Delta logs and the ledger: {}",
        match damage {
            0 => "no damage".to_owned(),
            1 => "1 fault".to_owned(),
            _ => format!("{damage} faults"),
        }
    )?;
    out.flush()?;
    if report.clean() { Ok(()) } else { Err(Failure::Damaged) }
}
