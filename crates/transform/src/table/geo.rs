use std::fmt;
use std::net::IpAddr;

use maxminddb::Reader;
use serde_json::Value as Json;

use super::Row;
use super::rows::flatten;

/// A database in MaxMind's format: networks, and what is known of them.
/// Source: MaxMind DB file format specification, version 2.0.
pub(super) struct Geo(Reader<Vec<u8>>);

/// Where the databases in common use keep what people ask for, and what it is called in a record.
const KNOWN: [(&str, &str); 11] = [
    ("/country/iso_code", "country"),
    ("/country/names/en", "country_name"),
    ("/registered_country/iso_code", "registered_country"),
    ("/continent/code", "continent"),
    ("/subdivisions/0/iso_code", "region"),
    ("/city/names/en", "city"),
    ("/location/latitude", "latitude"),
    ("/location/longitude", "longitude"),
    ("/location/time_zone", "time_zone"),
    ("/autonomous_system_number", "asn"),
    ("/autonomous_system_organization", "as_organization"),
];

/// Most fields that a database of another kind may add to a record.
const OTHER_FIELDS_MAX: usize = 32;

impl Geo {
    pub(super) fn read(bytes: Vec<u8>) -> Result<Geo, String> {
        Reader::from_source(bytes).map(Geo).map_err(|_| "this is no database in MaxMind's format, or it is damaged".to_owned())
    }

    /// Damaged places in the database read as nothing.
    pub(super) fn find(&self, key: &str) -> Option<Row> {
        let address: IpAddr = key.trim().parse().ok()?;
        let found: Json = self.0.lookup(address).ok()?.decode().ok()??;
        let mut row = Row::new();
        for (path, name) in KNOWN {
            if let Some(value) = found.pointer(path) {
                flatten(name, value, &mut row);
            }
        }
        if row.is_empty() {
            found.as_object()?.iter().for_each(|(name, value)| flatten(name, value, &mut row));
            row.truncate(OTHER_FIELDS_MAX);
        }
        Some(row)
    }
}

impl fmt::Debug for Geo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Geo").field(&self.0.metadata().database_type).finish()
    }
}
