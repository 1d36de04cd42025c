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
fn large_ones_are_merged_as_soon_as_they_fill_a_segment() {
    // Three of 40 MiB fill a segment of 128 MiB; the fourth shows that the run is full.
    check(&[&[40 << 10; 4]], Some(&[40 << 10; 3]));
    check(&[&[40 << 10; 3]], None);
    check(&[&[70 << 10; 9]], None);
}
