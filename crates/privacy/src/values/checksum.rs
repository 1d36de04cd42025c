/// The Luhn sum of ISO/IEC 7812-1, annex B.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, &d)| u32::from(if i % 2 == 1 { doubled(d) } else { d })).sum();
    sum.is_multiple_of(10)
}

/// The remainder by 97 of digits and letters, letters as 10 to 35 (ISO 7064, and ISO 13616 for IBAN).
pub(super) fn mod97(letters: impl Iterator<Item = u8>) -> u32 {
    letters.fold(0, |rest, letter| match letter {
        b'0'..=b'9' => (rest * 10 + u32::from(letter - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.to_ascii_uppercase().saturating_sub(b'A')) + 10) % 97,
    })
}

/// The sum of the digits times their weights; the shorter of the two decides how far.
pub(super) fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, &weight)| u32::from(digit) * u32::from(weight)).sum()
}

/// ISO 7064 MOD 11,10, the check digit last.
pub(super) fn mod11_10(digits: &[u8]) -> bool {
    let Some((&check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |product, &digit| {
        let sum = (u32::from(digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(check)
}

/// Verhoeff's sum (J. Verhoeff, "Error Detecting Decimal Codes", 1969), the check digit last.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    /// The permutation applied once for each place; the rest of the method is arithmetic in the dihedral group.
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut sum = 0;
    for (place, &digit) in digits.iter().rev().enumerate() {
        let permuted = (0..place % 8).fold(digit, |digit, _| PERMUTED[usize::from(digit % 10)]);
        sum = dihedral(sum, permuted);
    }
    sum == 0
}

/// The product of two elements of the dihedral group of the pentagon: 0 to 4 turn, 5 to 9 mirror.
fn dihedral(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

#[cfg(test)]
mod tests;
