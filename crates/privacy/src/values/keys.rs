/// What the values of a key are, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyClass {
    Email,
    Phone,
    /// A person's name, by all that the key says.
    Person,
    /// A name of somebody or something: only a value that looks like a person's is one.
    Name,
    Address,
    Dob,
    Latitude,
    Longitude,
    /// Both coordinates together, or an address.
    Location,
    Ip,
    Mac,
    Card,
    Iban,
    UsSsn,
    NationalId,
    Passport,
    DriverLicense,
}

/// What a key says about its values; nothing when its last word speaks of something else (`phone_model`).
pub(crate) fn class_of(key: &[u8]) -> Option<KeyClass> {
    match key {
        b"card" | b"card_number" | b"credit_card" => Some(KeyClass::Card),
        _ => None,
    }
}
