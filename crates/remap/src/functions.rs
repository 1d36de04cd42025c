//! The functions that programs may call: those of VRL that depend on nothing outside, and two of Dendro.

mod lookup;
mod sample;

use std::sync::Arc;

use transform::Tables;
use vrl::compiler::Function;

pub(crate) use sample::{RECORD_HASH, SAMPLED_OUT};

/// Functions of VRL that look at the outside (network, files, environment, clock, chance) or write to a log. Programs have none
/// of them: the same record always becomes the same, and nothing of it goes anywhere but on. Three stay though they look at the
/// clock, for the year of a time that has none: `parse_syslog`, `parse_klog` and `parse_linux_authorization`.
const OUTSIDE: [&str; 19] = [
    "dns_lookup",
    "encode_proto",
    "get_env_var",
    "get_hostname",
    "get_timezone_name",
    "http_request",
    "log",
    "now",
    "parse_etld",
    "parse_groks",
    "parse_proto",
    "random_bool",
    "random_bytes",
    "random_float",
    "random_int",
    "reverse_dns",
    "uuid_v4",
    "uuid_v7",
    "validate_json_schema",
];

/// All of them. Tables are those of the rules.
pub(crate) fn all(tables: &Arc<Tables>) -> Vec<Box<dyn Function>> {
    let mut functions = vrl::stdlib::all();
    functions.retain(|function| !OUTSIDE.contains(&function.identifier()));
    functions.push(Box::new(lookup::Lookup::new(tables)));
    functions.push(Box::new(sample::Sample));
    functions
}
