use std::path::Path;
use std::sync::Arc;

use super::directory::Directory;
use super::recover::FileRead;
use super::{Damage, Finding};
use crate::Error;
use crate::disk::Disk;

/// Verifies every file and frame of a log and says what does not hold. Changes nothing, and may run beside a log that
/// is being written: what is not finished then looks like the torn end of a crash, and is told as expected.
pub fn check(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Vec<Finding>, Error> {
    let directory = Directory::new(disk.clone(), dir.to_path_buf());
    let names = directory.files()?;
    let (mut findings, mut before) = (Vec::new(), None);
    for (index, &name) in names.iter().enumerate() {
        let Some(mut file) = FileRead::read(&directory, name, before)? else { continue };
        let is_last = index + 1 == names.len();
        let mut found: Vec<Finding> = file.damage.drain(..).map(fault).collect();
        found.extend(file.scan.frames.iter().filter_map(|frame| file.batch(&directory, frame).err()).map(fault));
        found.extend(
            file.holes()
                .map(|hole| Finding { damage: file.damage_at(&directory, hole), expected: is_last && file.scan.is_torn(hole) }),
        );
        found.sort_by_key(|finding| finding.damage.offset);
        findings.append(&mut found);
        before = Some(file.end());
    }
    Ok(findings)
}

fn fault(damage: Damage) -> Finding {
    Finding { damage, expected: false }
}
