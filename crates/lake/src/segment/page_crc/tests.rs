use std::sync::Arc;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::tests::{batch, bytes_of, rows_of, store, view, written};
use super::*;

#[test]
fn the_checksum_becomes_the_fourth_field() {
    let check = |header: &[u8], crc: u32, expected: Option<&[u8]>| {
        assert_eq!(add_crc(header, crc).map(|(header, _)| header).as_deref(), expected, "{header:x?}");
    };
    // type 0, sizes 1 and 64 (zigzag 0x80 0x01), then field 5, a struct.
    check(&[0x15, 0, 0x15, 2, 0x15, 0x80, 1, 0x2c, 7], 1, Some(&[0x15, 0, 0x15, 2, 0x15, 0x80, 1, 0x15, 2, 0x1c, 7]));
    // Field 7 of a dictionary page.
    check(&[0x15, 4, 0x15, 2, 0x15, 2, 0x4c, 7], u32::MAX, Some(&[0x15, 4, 0x15, 2, 0x15, 2, 0x15, 1, 0x3c, 7]));
    // A header that has a checksum already, one that is cut, one of another form.
    check(&[0x15, 0, 0x15, 2, 0x15, 2, 0x15, 2, 0x1c, 7], 1, None);
    check(&[0x15, 0, 0x15, 0x80], 1, None);
    check(&[0x18, 0, 0x15, 2, 0x15, 2, 0x2c], 1, None);
}

/// The number of a zigzag field.
fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[test]
fn every_page_of_a_file_carries_the_checksum_of_its_bytes() {
    let batch = batch(&(0..20_000).collect::<Vec<_>>());
    let store = store();
    let segment = written(&store, "1", vec![rows_of(&batch, 0, &view(9, &[&batch]))]).remove(0);
    let bytes = bytes_of(&store, &segment);
    let metadata = Arc::clone(ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).expect("Parquet").metadata());
    let (mut dictionaries, mut data_pages) = (0, 0);
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let (start, len) = chunk.byte_range();
        let (mut at, end) = (start as usize, (start + len) as usize);
        while at < end {
            let (page_type, next) = i32_field(&bytes, at).expect("type");
            let (_, next) = i32_field(&bytes, next).expect("size");
            let (size, next) = i32_field(&bytes, next).expect("compressed size");
            let (crc, next) = i32_field(&bytes, next).expect("checksum");
            let data = next + struct_len(&bytes[next..]);
            let size = unzigzag(size) as usize;
            let crc = unzigzag(crc) as i32;
            assert_eq!(crc.cast_unsigned(), crc32fast::hash(&bytes[data..data + size]), "{}", chunk.column_path());
            at = data + size;
            if page_type >> 1 == DICTIONARY_PAGE { dictionaries += 1 } else { data_pages += 1 }
        }
        assert_eq!(at, end, "the pages of {} fill their chunk", chunk.column_path());
    }
    assert!(dictionaries >= 5 && data_pages > 20, "{dictionaries} {data_pages}");
}

/// Length of the rest of a page header: one struct of numbers and booleans, and the end of the header.
fn struct_len(rest: &[u8]) -> usize {
    assert_eq!(rest[0] & 0x0f, 0x0c, "a struct");
    let mut at = 1;
    while rest[at] != 0 {
        let number = rest[at] & 0x0f == 5;
        at += 1;
        if number {
            at += rest[at..].iter().position(|byte| byte & 0x80 == 0).expect("a number") + 1;
        }
    }
    at + 2
}
