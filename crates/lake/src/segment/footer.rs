use std::sync::Arc;

use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::checksum;
use crate::{Error, Segment};

/// How much of the end of a file is read at first. Footers of segments are some 20 KiB; reading a little too much costs
/// less than a second round trip.
const FIRST_READ_BYTES: u64 = 64 << 10;

/// Length of the footer, and "PAR1".
const TRAILER_BYTES: u64 = 8;

/// The footer of a segment, checked and parsed.
pub(super) struct Footer {
    /// What it says. Without the page indexes.
    pub(super) metadata: Arc<ParquetMetaData>,
    /// Where in the file it begins.
    pub(super) start: u64,
    /// Its checksums, if it is one of ours.
    pub(super) checksums: Option<checksum::Tail>,
}

/// Reads the footer of a segment.
pub(super) async fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Footer, Error> {
    let size = segment.size_bytes;
    let mut end = range(store, segment, size.saturating_sub(FIRST_READ_BYTES)..size).await?;
    let len = len_of(&end).ok_or_else(|| damaged(segment, size.saturating_sub(TRAILER_BYTES), "no Parquet footer at its end"))?;
    let whole = u64::from(len) + TRAILER_BYTES;
    let start =
        size.checked_sub(whole).ok_or_else(|| damaged(segment, size - TRAILER_BYTES, "the footer is longer than the file"))?;
    if whole > end.len() as u64 {
        end = range(store, segment, start..size).await?;
    }
    parse(segment, start, &end.slice(end.len() - whole as usize..))
}

/// The value of a key of the footer.
pub(super) fn value<'a>(metadata: &'a ParquetMetaData, key: &str) -> Option<&'a str> {
    let pair = metadata.file_metadata().key_value_metadata()?.iter().find(|pair| pair.key == key)?;
    pair.value.as_deref()
}

/// The error of a store that could not give what was asked.
pub(super) fn failed(segment: &Segment, source: object_store::Error) -> Error {
    Error::Store { doing: format!("reading {}", segment.path), source }
}

async fn range(store: &Arc<dyn ObjectStore>, segment: &Segment, range: std::ops::Range<u64>) -> Result<Bytes, Error> {
    let expected = range.end - range.start;
    let bytes = store.get_range(&segment.path, range.clone()).await.map_err(|source| failed(segment, source))?;
    if bytes.len() as u64 != expected {
        return Err(damaged(segment, range.start + bytes.len() as u64, "the file ends early"));
    }
    Ok(bytes)
}

fn len_of(end: &[u8]) -> Option<u32> {
    let (len, magic) = end.last_chunk::<8>()?.split_at(4);
    (magic == b"PAR1").then(|| u32::from_le_bytes([len[0], len[1], len[2], len[3]]))
}

/// Checks before parsing, so that the parser sees nothing it was not written for.
fn parse(segment: &Segment, start: u64, footer: &[u8]) -> Result<Footer, Error> {
    let checksums = checksum::claimed(footer);
    if checksums.is_some_and(|claimed| claimed.footer != checksum::of_footer(footer)) {
        return Err(damaged(segment, start, "the footer differs from its checksum"));
    }
    if checksums.is_none() && is_ours(segment) {
        return Err(damaged(segment, start, "the footer has lost its checksum"));
    }
    let thrift = &footer[..footer.len() - TRAILER_BYTES as usize];
    let metadata = ParquetMetaDataReader::decode_metadata(thrift)
        .map_err(|source| Error::Parquet { doing: format!("reading the footer of {}", segment.path), source })?;
    Ok(Footer { metadata: Arc::new(metadata), start, checksums })
}

/// Whether the file was written here, as its name tells; files of other writers carry no checksums.
fn is_ours(segment: &Segment) -> bool {
    segment.path.filename().is_some_and(|name| name.starts_with(super::output::PREFIX))
}

fn damaged(segment: &Segment, offset: u64, what: &'static str) -> Error {
    Error::Corrupt { file: segment.path.to_string(), offset, what }
}
