//! Bank account numbers after ISO 13616: country, check digits by mod 97, and the country's structure, as in the IBAN
//! registry that SWIFT publishes.

use super::checksum::mod97;
use super::run::is_wordy;
use super::{Hit, Kind};

/// Longest number: two letters, two check digits, thirty more.
const LEN_MAX: usize = 34;

/// Country, and its account part as the registry writes it: how many, and whether digits (n), capital letters (a) or
/// either (c).
const COUNTRIES: &[(&[u8; 2], &str)] = &[
    (b"AD", "8n12c"),
    (b"AE", "19n"),
    (b"AL", "8n16c"),
    (b"AT", "16n"),
    (b"AZ", "4a20c"),
    (b"BA", "16n"),
    (b"BE", "12n"),
    (b"BG", "4a6n8c"),
    (b"BH", "4a14c"),
    (b"BI", "23n"),
    (b"BR", "23n1a1c"),
    (b"BY", "4c4n16c"),
    (b"CH", "5n12c"),
    (b"CR", "18n"),
    (b"CY", "8n16c"),
    (b"CZ", "20n"),
    (b"DE", "18n"),
    (b"DJ", "23n"),
    (b"DK", "14n"),
    (b"DO", "4c20n"),
    (b"EE", "16n"),
    (b"EG", "25n"),
    (b"ES", "20n"),
    (b"FI", "14n"),
    (b"FK", "2a12n"),
    (b"FO", "14n"),
    (b"FR", "10n11c2n"),
    (b"GB", "4a14n"),
    (b"GE", "2a16n"),
    (b"GI", "4a15c"),
    (b"GL", "14n"),
    (b"GR", "7n16c"),
    (b"GT", "24c"),
    (b"HN", "4a20n"),
    (b"HR", "17n"),
    (b"HU", "24n"),
    (b"IE", "4a14n"),
    (b"IL", "19n"),
    (b"IQ", "4a15n"),
    (b"IS", "22n"),
    (b"IT", "1a10n12c"),
    (b"JO", "4a4n18c"),
    (b"KW", "4a22c"),
    (b"KZ", "3n13c"),
    (b"LB", "4n20c"),
    (b"LC", "4a24c"),
    (b"LI", "5n12c"),
    (b"LT", "16n"),
    (b"LU", "3n13c"),
    (b"LV", "4a13c"),
    (b"LY", "21n"),
    (b"MC", "10n11c2n"),
    (b"MD", "20c"),
    (b"ME", "18n"),
    (b"MK", "3n10c2n"),
    (b"MN", "16n"),
    (b"MR", "23n"),
    (b"MT", "4a5n18c"),
    (b"MU", "4a19n3a"),
    (b"NI", "4a20n"),
    (b"NL", "4a10n"),
    (b"NO", "11n"),
    (b"OM", "3n16c"),
    (b"PK", "4a16c"),
    (b"PL", "24n"),
    (b"PS", "4a21c"),
    (b"PT", "21n"),
    (b"QA", "4a21c"),
    (b"RO", "4a16c"),
    (b"RS", "18n"),
    (b"RU", "14n15c"),
    (b"SA", "2n18c"),
    (b"SC", "4a20n3a"),
    (b"SD", "14n"),
    (b"SE", "20n"),
    (b"SI", "15n"),
    (b"SK", "20n"),
    (b"SM", "1a10n12c"),
    (b"SO", "19n"),
    (b"ST", "21n"),
    (b"SV", "4a20n"),
    (b"TL", "19n"),
    (b"TN", "20n"),
    (b"TR", "6n16c"),
    (b"UA", "6n19c"),
    (b"VA", "18n"),
    (b"VG", "4a16n"),
    (b"XK", "16n"),
    (b"YE", "4a4n18c"),
];

/// The account number that begins at `at`: in either case, whole or in groups.
pub(super) fn find(text: &[u8], at: usize) -> Option<Hit> {
    let &[a, b, check @ b'0'..=b'9', other @ b'0'..=b'9', ..] = &text[at..] else { return None };
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let place = COUNTRIES.binary_search_by_key(&&country, |(country, _)| country).ok()?;
    let mut number = [0; LEN_MAX];
    number[..4].copy_from_slice(&[country[0], country[1], check, other]);
    let mut len = 4;
    let mut end = at + 4;
    for part in parts(COUNTRIES[place].1) {
        for _ in 0..part.0 {
            end += usize::from(is_gap(text, end));
            let letter = text.get(end)?.to_ascii_uppercase();
            if !fits(letter, part.1) || len == LEN_MAX {
                return None;
            }
            number[len] = letter;
            len += 1;
            end += 1;
        }
    }
    let number = &number[..len];
    let turned = number[4..].iter().chain(&number[..4]).copied();
    (!text.get(end).copied().is_some_and(is_wordy) && mod97(turned) == 1).then(|| Hit::new(at..end, Kind::Iban, "iban.mod97"))
}

/// A single blank or dash between two letters or digits.
fn is_gap(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b' ' | b'-')) && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
}

fn fits(letter: u8, class: u8) -> bool {
    match class {
        b'n' => letter.is_ascii_digit(),
        b'a' => letter.is_ascii_uppercase(),
        _ => letter.is_ascii_alphanumeric(),
    }
}

/// The counts and classes of a structure.
fn parts(structure: &str) -> impl Iterator<Item = (u32, u8)> {
    let mut count = 0;
    structure.bytes().filter_map(move |byte| match byte {
        b'0'..=b'9' => {
            count = count * 10 + u32::from(byte - b'0');
            None
        }
        class => Some((std::mem::take(&mut count), class)),
    })
}
