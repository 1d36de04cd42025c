use std::ops::Range;

use super::keys::{self, KeyClass, Reading};
use super::person::{self, Key};
use super::run::is_wordy;
use super::{Hit, Memory, address};
use crate::Kind;

/// What a key says about the persons and addresses in its value; read once for all values of a key.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sense {
    reading: Reading,
}

impl Sense {
    pub(crate) fn of(key: &[u8]) -> Sense {
        Sense { reading: keys::of_key(key) }
    }

    /// Whether the whole value is probably a name or an address.
    pub(crate) fn is_of_somebody(&self) -> bool {
        matches!(self.reading.class, Some(KeyClass::Person | KeyClass::Name | KeyClass::Address))
    }

    /// Whether the value is probably an address, which has commas.
    pub(crate) fn is_of_place(&self) -> bool {
        self.reading.class == Some(KeyClass::Address)
    }

    /// What kind of thing the key says its values are.
    pub(crate) fn kind(&self) -> Option<Kind> {
        Some(match self.reading.class? {
            KeyClass::Email => Kind::Email,
            KeyClass::Phone => Kind::Phone,
            KeyClass::Person => Kind::Person,
            KeyClass::Name => return None,
            KeyClass::Address => Kind::Address,
            KeyClass::Dob => Kind::Dob,
            KeyClass::Latitude | KeyClass::Longitude | KeyClass::Location => Kind::Gps,
            KeyClass::Ip => Kind::Ip,
            KeyClass::Mac => Kind::Mac,
            KeyClass::Card => Kind::CreditCard,
            KeyClass::Iban => Kind::Iban,
            KeyClass::UsSsn => Kind::UsSsn,
            KeyClass::NationalId => Kind::NationalId,
            KeyClass::Passport => Kind::Passport,
            KeyClass::DriverLicense => Kind::DriverLicense,
        })
    }

    /// Whether the key says what its value is.
    pub(crate) fn is_known(&self) -> bool {
        self.reading.class.is_some()
    }
}

/// The person or address that is all of a value.
pub(crate) fn whole(text: &[u8], range: Range<usize>, sense: &Sense) -> Option<Hit> {
    let lettered = text[range.clone()].iter().any(|&byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    let person = || person::value(text, range.clone(), Key::of(&sense.reading));
    lettered.then(|| person().or_else(|| address::value(text, range.clone(), &sense.reading))).flatten()
}

/// How far behind the beginning of a street its number may stand.
pub(crate) const NUMBER_AHEAD_MAX: usize = 64;

/// The person or address that begins with the word at `at`; nothing behind `end` belongs to it. `has_number` says whether
/// a digit is among the next [`NUMBER_AHEAD_MAX`] bytes; `memory` is that of this text.
pub(crate) fn at_word(text: &[u8], at: usize, end: usize, sense: &Sense, has_number: bool, memory: &mut Memory) -> Option<Hit> {
    match text[at] {
        _ if !begins(text, at) => None,
        b'0'..=b'9' => address::from_number(text, at, end, &mut memory.streets),
        b'a'..=b'z' if has_number => address::from_small(text, at, end, &mut memory.streets),
        b'_' | b'a'..=b'z' => None,
        _ => {
            let address = if has_number { address::from_capital(text, at, end, &mut memory.streets) } else { None };
            address.or_else(|| person::find(text, at, end, Key::of(&sense.reading), &mut memory.names))
        }
    }
}

/// Whether a word of a sentence begins here, rather than a part of a path, a mail address or a name of a machine.
fn begins(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [.., before, b'.' | b'-' | b'/' | b'\\' | b':'] if is_wordy(before) => false,
        [.., b'.' | b'-' | b'/' | b'\\' | b'@' | b'$' | b'%' | b'~'] => false,
        _ => true,
    }
}
