use futures::future::try_join_all;
use object_store::ObjectStoreExt;

use super::*;

fn store() -> (tempfile::TempDir, DurableLocal, Path) {
    let folder = tempfile::tempdir().expect("folder");
    let location = Path::from_absolute_path(folder.path().join("table/date=2026-01-01/seg-1.parquet")).expect("path");
    (folder, DurableLocal::new(), location)
}

fn files(folder: &FsPath) -> Vec<String> {
    let entries = fs::read_dir(folder.join("table/date=2026-01-01")).expect("folder");
    entries.map(|entry| entry.expect("entry").file_name().into_string().expect("name")).collect()
}

#[tokio::test]
async fn parts_written_in_any_order_make_one_file() {
    let (folder, store, location) = store();
    let mut upload = store.put_multipart(&location).await.expect("begin");
    let parts = ["first ", "second ", "third"].map(|part| upload.put_part(part.into()));
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.reverse();
    assert!(store.get(&location).await.is_err(), "there before it is whole");
    try_join_all(parts).await.expect("parts");
    upload.complete().await.expect("complete");
    drop(upload);
    let read = store.get(&location).await.expect("get").bytes().await.expect("bytes");
    assert_eq!(read, "first second third");
    assert_eq!(files(folder.path()), ["seg-1.parquet"]);
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() {
    let (folder, store, location) = store();
    let mut upload = store.put_multipart(&location).await.expect("begin");
    upload.put_part("part".into()).await.expect("part");
    assert_eq!(files(folder.path()).len(), 1, "nothing was written aside");
    drop(upload);
    assert!(files(folder.path()).is_empty());
}

#[tokio::test]
async fn only_what_was_left_half_written_is_swept() {
    let (folder, store, location) = store();
    store.put(&location, "whole".into()).await.expect("put");
    let beside = folder.path().join("table/date=2026-01-01");
    fs::write(beside.join("seg-2.parquet#4711"), "half").expect("write");
    fs::write(beside.join("notes#of mine"), "kept").expect("write");
    assert_eq!(sweep_staged(folder.path()).expect("sweep"), 1);
    let mut left = files(folder.path());
    left.sort();
    assert_eq!(left, ["notes#of mine", "seg-1.parquet"]);
}
