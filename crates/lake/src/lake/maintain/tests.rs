use record::Timestamp;

use super::*;

/// Sizes in KiB; a letter starts a new day. Answers with the sizes that are merged.
#[track_caller]
fn check(days: &[&[u64]], want: Option<&[u64]>) {
    let mut segments = Vec::new();
    for (day, sizes) in days.iter().enumerate() {
        for (number, size) in sizes.iter().enumerate() {
            let at = Timestamp::from_micros(number as i64);
            let path = format!("{day}/{number}").into();
            let date = day as i32;
            segments.push(Arc::new(Segment { path, size_bytes: size << 10, rows: 1, date, time: (at, at), modified: at }));
        }
    }
    let merged = mergeable(&segments, 128 << 20);
    let sizes = merged.map(|merged| merged.iter().map(|segment| segment.size_bytes >> 10).collect::<Vec<_>>());
    assert_eq!(sizes.as_deref(), want);
}

#[test]
fn eight_of_a_size_and_a_day_are_merged() {
    check(&[], None);
    check(&[&[10; 7]], None);
    check(&[&[10; 8]], Some(&[10; 8]));
    check(&[&[10; 7], &[10; 7]], None);
    check(&[&[10, 10, 10, 10, 50_000, 10, 10, 10]], None);
    check(&[&[10, 90_000, 10, 10, 10, 10, 10, 10, 10]], Some(&[10; 8]));
}

#[test]
fn large_ones_are_merged_when_there_are_many() {
    check(&[&[40 << 10; 32]], None);
    // Three of 40 MiB fill a segment of 128 MiB.
    check(&[&[40 << 10; 33]], Some(&[40 << 10; 3]));
    check(&[&[8 << 10; 33]], Some(&[8 << 10; 16]));
    check(&[&[8 << 10; 16], &[8 << 10; 17]], None);
    check(&[&[70 << 10; 40]], None);
}

#[test]
fn small_ones_are_merged_before_large_ones() {
    let mut sizes = vec![8 << 10; 40];
    sizes.extend([7 << 10; 8]);
    check(&[&sizes], Some(&[7 << 10; 8]));
}
