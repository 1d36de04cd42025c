use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::checksum::STRETCH_BYTES;
use super::footer::{self, Footer};
use super::index::{self, SegmentIndex};
use crate::{Error, Segment};

/// Something wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Path in the table's store.
    pub(crate) file: String,
    /// Where in it: the place itself, or the start of the stretch that differs from its checksum.
    pub(crate) offset: u64,
    /// What is wrong, and in which column.
    pub(crate) what: String,
}

/// Reads a segment whole: checksums of all its bytes, then every page. Returns what is wrong; an error only if the
/// store cannot be asked.
pub(crate) async fn check(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Vec<Finding>, Error> {
    let finding = |offset, what: String| Finding { file: segment.path.to_string(), offset, what };
    let bytes = match store.get(&segment.path).await {
        Ok(found) => collect(found, segment).await?,
        Err(object_store::Error::NotFound { .. }) => return Ok(vec![finding(0, "the file is missing".into())]),
        Err(source) => return Err(footer::failed(segment, source)),
    };
    if bytes.len() as u64 != segment.size_bytes {
        let what = format!("the file has {} bytes, the Delta log says {}", bytes.len(), segment.size_bytes);
        return Ok(vec![finding((bytes.len() as u64).min(segment.size_bytes), what)]);
    }
    let footer = match footer::load(store, segment).await {
        Ok(footer) => footer,
        Err(Error::Corrupt { offset, what, .. }) => return Ok(vec![finding(offset, what.into())]),
        Err(error @ Error::Parquet { .. }) => return Ok(vec![finding(0, error.to_string())]),
        Err(error) => return Err(error),
    };
    let mut wrong = checksums(&footer, &bytes);
    if wrong.is_empty() {
        // Pages that differ from their checksum are not worth decoding, and may be made to do anything.
        wrong = pages(segment, &footer, bytes).await;
    }
    Ok(wrong.into_iter().map(|(offset, what)| finding(offset, what)).collect())
}

async fn collect(found: object_store::GetResult, segment: &Segment) -> Result<Bytes, Error> {
    let mut bytes = Vec::with_capacity(segment.size_bytes.min(MAX_RESERVE) as usize);
    let mut stream = found.into_stream();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part.map_err(|source| footer::failed(segment, source))?);
    }
    Ok(bytes.into())
}

/// What is reserved for a file before its first byte is seen, so that a wrong size in the Delta log reserves no more.
const MAX_RESERVE: u64 = 256 << 20;

/// Where the bytes differ from their checksums. Foreign files have none.
fn checksums(footer: &Footer, bytes: &Bytes) -> Vec<(u64, String)> {
    let Some(claimed) = footer.checksums else { return Vec::new() };
    let Some(place) = index::place(&footer.metadata).filter(|place| place.end <= footer.start) else {
        return vec![(footer.start, "the footer names no index".into())];
    };
    let (start, end) = (place.start as usize, place.end as usize);
    let index = match SegmentIndex::decode(bytes.slice(start..end)) {
        Ok(index) => index,
        Err(what) => return vec![(place.start, what.into())],
    };
    let mut wrong = Vec::new();
    let stretches = bytes[..start].chunks(STRETCH_BYTES);
    if stretches.len() != index.checksums().len() {
        wrong.push((place.start, "the index has checksums for another length".into()));
    }
    for (number, (stretch, &checksum)) in stretches.zip(index.checksums()).enumerate() {
        if crc32fast::hash(stretch) != checksum {
            let at = (number * STRETCH_BYTES) as u64;
            wrong.push((
                at,
                format!(
                    "{} bytes differ from their checksum ({})",
                    stretch.len(),
                    columns_at(&footer.metadata, at, stretch.len() as u64)
                ),
            ));
        }
    }
    if crc32fast::hash(&bytes[end..footer.start as usize]) != claimed.page_indexes {
        wrong.push((place.end, "the page indexes differ from their checksum".into()));
    }
    wrong
}

/// Names of the columns that lie in a stretch of the file.
fn columns_at(metadata: &ParquetMetaData, at: u64, len: u64) -> String {
    let touches = |chunk: &&ColumnChunkMetaData| {
        let (start, bytes) = chunk.byte_range();
        start < at + len && at < start + bytes
    };
    let mut names: Vec<String> = Vec::new();
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()).filter(touches) {
        let name = chunk.column_path().string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "no column".into() } else { names.join(", ") }
}

/// Decodes every page of every column.
async fn pages(segment: &Segment, footer: &Footer, bytes: Bytes) -> Vec<(u64, String)> {
    let (metadata, expected) = (Arc::clone(&footer.metadata), segment.rows);
    let columns = metadata.file_metadata().schema_descr().num_columns();
    let decode = move || {
        (0..columns)
            .filter_map(|column| {
                let what = decode_column(&metadata, &bytes, column, expected)?;
                let offset = metadata.row_groups().first().map_or(0, |group| group.column(column).byte_range().0);
                Some((offset, format!("column {}: {what}", metadata.file_metadata().schema_descr().column(column).path())))
            })
            .collect()
    };
    match tokio::task::spawn_blocking(decode).await {
        Ok(wrong) => wrong,
        // The decoder of a foreign file may meet what nobody thought of.
        Err(_) => vec![(0, "a page cannot be decoded".into())],
    }
}

/// What is wrong with a column, if anything.
fn decode_column(metadata: &Arc<ParquetMetaData>, bytes: &Bytes, column: usize, expected: u64) -> Option<String> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = match ArrowReaderMetadata::try_new(Arc::clone(metadata), options) {
        Ok(metadata) => metadata,
        Err(_) => return Some("the schema cannot be read".into()),
    };
    let only = ProjectionMask::leaves(metadata.parquet_schema(), [column]);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), metadata).with_projection(only).build();
    let Ok(reader) = reader else { return Some("its pages cannot be found".into()) };
    let mut rows = 0;
    for batch in reader {
        match batch {
            Ok(batch) => rows += batch.num_rows() as u64,
            // The decoder's own words may quote a value.
            Err(_) => return Some(format!("a page after row {rows} cannot be decoded")),
        }
    }
    (rows != expected).then(|| format!("{rows} rows, the Delta log says {expected}"))
}
