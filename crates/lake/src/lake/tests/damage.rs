//! I-5, for the Delta log: whatever byte is damaged, it is named, and no answer rests on it.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::CheckReport;
use crate::disk::sim::Chance;

/// Commits of `logs` before the damage: version 0 makes the table, each further one brings ten records.
const COMMITS: usize = 4;

async fn filled() -> TempDir {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    fill(&lake, 1..=COMMITS).await;
    lake.close().await.expect("close");
    dir
}

async fn fill(lake: &Lake, rounds: std::ops::RangeInclusive<usize>) {
    for round in rounds {
        lake.append(some(&format!("round {round}"), 10), None).await.expect("append");
        lake.seal().await.expect("seal");
    }
}

fn delta_log(dir: &TempDir, table: &str) -> PathBuf {
    dir.path().join("tables/default").join(table).join("_delta_log")
}

fn commit(dir: &TempDir, version: usize) -> PathBuf {
    delta_log(dir, "logs").join(format!("{version:020}.json"))
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("read");
    bytes[at] ^= 0x10;
    fs::write(path, bytes).expect("write");
}

async fn check(dir: &TempDir) -> CheckReport {
    for _ in 0..200 {
        match crate::check(&config(dir.path())).await {
            Err(Error::Locked(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            report => return report.expect("check"),
        }
    }
    panic!("the folder stays locked");
}

/// The one finding, which must be in this file.
#[track_caller]
fn offset_in(report: &CheckReport, path: &Path, context: &str) -> u64 {
    let [finding] = report.findings.as_slice() else { panic!("{context}: {:?}", report.findings) };
    assert!(path.ends_with(&finding.file), "{context}: {finding:?}");
    finding.offset
}

#[tokio::test(flavor = "multi_thread")]
async fn any_flipped_byte_of_a_delta_log_is_named() {
    let seed = std::env::var("DENDRO_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut chance = Chance::new(seed);
    let dir = filled().await;
    assert!(check(&dir).await.clean());
    for version in 0..=COMMITS {
        let path = commit(&dir, version);
        let sound = fs::read(&path).expect("commit");
        for _ in 0..10 {
            let at = chance.below(sound.len() as u64) as usize;
            let line = sound[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
            flip(&path, at);
            let context = format!("DENDRO_SEED={seed}, byte {at} of version {version}");
            assert_eq!(offset_in(&check(&dir).await, &path, &context), line as u64, "{context}");
            fs::write(&path, &sound).expect("write");
        }
        let cut = chance.below(sound.len() as u64) as usize;
        fs::write(&path, &sound[..cut]).expect("write");
        assert_eq!(offset_in(&check(&dir).await, &path, "torn"), cut as u64, "DENDRO_SEED={seed}");
        fs::remove_file(&path).expect("remove");
        assert_eq!(offset_in(&check(&dir).await, &path, "missing"), 0);
        fs::write(&path, &sound).expect("write");
    }
    assert!(check(&dir).await.clean());
}

/// Where a digit stands that only changes a number: the line stays JSON, and Delta itself sees nothing.
fn digit_of_row_count(path: &Path) -> usize {
    let text = fs::read_to_string(path).expect("commit");
    text.find("numRecords").expect("statistics") + "numRecords\\\":".len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_table_is_served_as_it_was_and_takes_no_commits_until_it_is_mended() {
    let dir = filled().await;
    let path = commit(&dir, 3);
    let at = digit_of_row_count(&path);
    let sound = fs::read(&path).expect("commit");
    assert!(sound[at].is_ascii_digit());
    let mut wrong = sound.clone();
    wrong[at] ^= 1;
    fs::write(&path, &wrong).expect("write");

    let lake = open_at(&dir).await;
    let view = lake.snapshot(&Tenant::default()).tables["logs"].clone();
    let damage = view.damage.expect("damage is told");
    assert!(damage.contains("logs/_delta_log/00000000000000000003.json is damaged at byte"), "{damage}");
    assert!(damage.contains("--version 2"), "{damage}");
    assert_eq!((view.version, total(&messages(&lake).await)), (2, 20));
    assert_eq!(lake.status().damage, [damage.to_string()]);
    let whole = &lake.snapshot(&Tenant::default()).tables["ledger"];
    assert_eq!((&whole.damage, whole.version), (&None, COMMITS as u64), "the other tables are as they were");

    fill(&lake, 5..=5).await;
    assert_eq!(total(&messages(&lake).await), 30, "what comes meanwhile is there");
    assert_eq!(lake.compact().await.expect("compaction leaves it alone"), (0, 0));
    lake.close().await.expect("close");
    drop(lake);
    assert!(!commit(&dir, COMMITS + 1).exists(), "nothing was committed on top");

    let lake = open_at(&dir).await;
    assert_eq!(total(&messages(&lake).await), 30, "and after a restart");
    drop(lake);
    fs::write(&path, &sound).expect("put back");
    let lake = open_at(&dir).await;
    assert_eq!(total(&messages(&lake).await), 50);
    lake.close().await.expect("close");
    drop(lake);
    let counts = messages(&open_at(&dir).await).await;
    assert_eq!((counts.len(), total(&counts)), (50, 50), "each record once");
    assert!(check(&dir).await.clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_behind_the_damage_can_be_given_up() {
    let dir = filled().await;
    fs::remove_file(commit(&dir, 3)).expect("remove");
    let lake = open_at(&dir).await;
    fill(&lake, 5..=5).await;
    let earlier = lake.restore(&Tenant::default(), "logs", 1).await;
    assert!(matches!(earlier, Err(Error::NoSuchVersion(_))));
    assert_eq!(lake.restore(&Tenant::default(), "logs", 2).await.expect("restore"), 2);
    lake.close().await.expect("close");
    drop(lake);

    let lake = open_at(&dir).await;
    assert!(lake.status().damage.is_empty(), "{:?}", lake.status().damage);
    lake.close().await.expect("close");
    drop(lake);
    let report = check(&dir).await;
    assert!(report.clean(), "{:?}", report.findings);
    let counts = messages(&open_at(&dir).await).await;
    assert_eq!((counts.len(), total(&counts)), (30, 30));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_last_commit_is_missed() {
    let dir = filled().await;
    fs::remove_file(commit(&dir, COMMITS)).expect("remove");
    let lake = open_at(&dir).await;
    let view = lake.snapshot(&Tenant::default()).tables["logs"].clone();
    assert_eq!(view.version, COMMITS as u64 - 1);
    assert!(view.damage.is_some_and(|damage| damage.contains("the file is missing")));
    fill(&lake, 5..=5).await;
    lake.close().await.expect("close");
    assert!(!commit(&dir, COMMITS).exists(), "nothing takes its place");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_certain_version_only_what_is_new_is_served() {
    let dir = filled().await;
    flip(&commit(&dir, 0), 3);
    let lake = open_at(&dir).await;
    fill(&lake, 5..=5).await;
    assert_eq!(total(&messages(&lake).await), 10);
    assert!(lake.snapshot(&Tenant::default()).tables["logs"].damage.is_some());
    lake.close().await.expect("close");
    drop(lake);
    fs::remove_dir_all(dir.path().join("tables/default")).expect("remove");
    let lake = open_at(&dir).await;
    assert_eq!(lake.status().damage.len(), 2, "logs and ledger must be there: {:?}", lake.status().damage);
    assert_eq!(total(&messages(&lake).await), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_checkpoint_is_read_around() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    fill(&lake, 1..=52).await;
    lake.close().await.expect("close");
    drop(lake);
    let files: Vec<PathBuf> =
        fs::read_dir(delta_log(&dir, "logs")).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    let spare = |path: &&PathBuf| path.to_string_lossy().contains("checkpoint");
    let spare: Vec<&PathBuf> = files.iter().filter(spare).collect();
    assert_eq!(spare.len(), 2, "a checkpoint and a hint at it: {files:?}");
    for path in spare {
        let sound = fs::read(path).expect("read");
        flip(path, sound.len() / 2);
        assert_eq!(offset_in(&check(&dir).await, path, "checkpoint"), 0);
        let lake = open_at(&dir).await;
        assert_eq!(total(&messages(&lake).await), 520);
        assert!(lake.snapshot(&Tenant::default()).tables["logs"].damage.is_none());
        assert!(lake.status().damage.concat().contains("nothing is missing"), "{:?}", lake.status().damage);
        drop(lake);
        fs::write(path, sound).expect("write");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_sums_were_not_kept_is_no_damage() {
    let dir = filled().await;
    let state = crate::state::State::open(&dir.path().join("state.db")).expect("state");
    state.forget_delta_sums(&[("default/logs".into(), format!("{COMMITS:020}.json"))]).expect("forget");
    drop(state);
    let report = check(&dir).await;
    assert!(report.clean(), "{:?}", report.findings);
    assert_eq!(report.unverified, 1);
    assert_eq!(total(&messages(&open_at(&dir).await).await), 10 * COMMITS);
}
