use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::Told;

/// Most entries of a list.
const ENTRIES_MAX: usize = 1_000_000;

/// Longest name of a host, in bytes (RFC 1035, section 2.3.4, without the final dot). Hashes are shorter. What is longer is no
/// name, and is not looked for dot by dot: a record may hold a mebibyte of them.
const NAME_BYTES_MAX: usize = 253;

/// Networks by length of their prefix, and names; each leads to a number.
#[derive(Debug, Default)]
pub(super) struct Networks {
    /// Longest prefix last. IPv4 lies in `::ffff:0:0/96`.
    prefixes: BTreeMap<u8, HashMap<u128, usize>>,
    names: HashMap<String, usize>,
    /// Of a list: what each entry is, and its label.
    entries: Vec<(String, Option<String>)>,
}

impl Networks {
    /// A list: an address, a network, a domain or a hash a line, and what stands behind it is its label. `#` begins a comment.
    pub(super) fn of_list(bytes: &[u8]) -> Result<(Networks, Vec<String>), String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "this is not UTF-8".to_owned())?;
        let (mut list, mut told) = (Networks::default(), Told::default());
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            if list.entries.len() == ENTRIES_MAX {
                return Err(format!("at most {ENTRIES_MAX} entries"));
            }
            let (entry, label) =
                line.split_once([' ', '\t', ',', ';']).map_or((line, ""), |(entry, label)| (entry, label.trim()));
            let number = list.entries.len();
            if !list.put_network(entry, number) && !list.put_name(entry, number) {
                told.tell(index + 1, "this is no address, network, domain or hash");
                continue;
            }
            list.entries.push((entry.to_owned(), (!label.is_empty()).then(|| label.to_owned())));
        }
        let told = told.into_lines();
        match list.entries.is_empty() {
            true => Err(told.first().map_or_else(|| "the list is empty".to_owned(), Clone::clone)),
            false => Ok((list, told)),
        }
    }

    /// The entry that holds a key, and its label.
    pub(super) fn find(&self, key: &str) -> Option<(&str, Option<&str>)> {
        let number = self.row(key).or_else(|| self.name(key))?;
        let (entry, label) = &self.entries[number];
        Some((entry, label.as_deref()))
    }

    /// The number of the smallest network that holds an address.
    pub(super) fn row(&self, key: &str) -> Option<usize> {
        if self.prefixes.is_empty() {
            return None;
        }
        let address = bits(key.trim().parse().ok()?);
        self.prefixes.iter().rev().find_map(|(len, networks)| networks.get(&(address & mask(*len))).copied())
    }

    /// Adds an address or a network; `false` when it is none.
    pub(super) fn put_network(&mut self, text: &str, number: usize) -> bool {
        let (address, len) = text.split_once('/').map_or((text, None), |(address, len)| (address, Some(len)));
        let Ok(address) = address.parse::<IpAddr>() else { return false };
        let width = if address.is_ipv4() { 32 } else { 128 };
        let len = match len.map(str::parse::<u8>) {
            None => width,
            Some(Ok(len)) if len <= width => len,
            Some(_) => return false,
        };
        let len = len + (128 - width);
        self.prefixes.entry(len).or_default().entry(bits(address) & mask(len)).or_insert(number);
        true
    }

    fn put_name(&mut self, text: &str, number: usize) -> bool {
        let is_hash = matches!(text.len(), 32 | 40 | 64 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let letters = text.rsplit('.').next().is_some_and(|last| last.chars().any(char::is_alphabetic));
        let is_domain = text.contains('.') && text.len() <= NAME_BYTES_MAX && text.split('.').all(part) && letters;
        if is_hash || is_domain {
            self.names.entry(text.to_lowercase()).or_insert(number);
        }
        is_hash || is_domain
    }

    /// The number of a hash or host, or of a domain that it lies in.
    fn name(&self, key: &str) -> Option<usize> {
        let key = key.trim().trim_end_matches('.');
        if key.len() > NAME_BYTES_MAX {
            return None;
        }
        let key = key.to_lowercase();
        let mut rest = key.as_str();
        loop {
            if let Some(number) = self.names.get(rest) {
                return Some(*number);
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn mask(len: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0)
}
