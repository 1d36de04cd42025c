//! Britain, Ireland, Germany, Austria, Switzerland, France, Belgium, the Netherlands.

use super::{Scheme, is_month_day, number, two};
use crate::values::checksum::{luhn, mod11_10, weighted};

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        rule: "id.uk_nino",
        alone: &["AA######A", "AA ## ## ## A"],
        cued: &["AA-##-##-##-A", "AA ######A", "AA ###### A", "AA######", "AA ## ## ##"],
        check: uk_nino,
    },
    Scheme { rule: "id.uk_nhs", alone: &[], cued: &["##########", "### ### ####", "###-###-####"], check: uk_nhs },
    Scheme { rule: "id.ie_pps", alone: &[], cued: &["#######A", "#######AA"], check: ie_pps },
    Scheme { rule: "id.de_tin", alone: &[], cued: &["###########", "## ### ### ###", "## ###-###-###"], check: de_tin },
    Scheme { rule: "id.de_pension", alone: &["## ###### A ###"], cued: &["########A###"], check: de_pension },
    Scheme { rule: "id.at_svnr", alone: &[], cued: &["##########", "#### ######", "####-######"], check: at_svnr },
    Scheme { rule: "id.ch_ahv", alone: &["###.####.####.##"], cued: &["#############"], check: ch_ahv },
    Scheme {
        rule: "id.fr_nir",
        alone: &["###############", "# ## ## ## ### ### ##", "# ## ## #? ### ### ##", "#####?? ### ### ##", "######?########"],
        cued: &["#############", "# ## ## ## ### ###", "#############-##", "############# ##"],
        check: fr_nir,
    },
    Scheme { rule: "id.be_nn", alone: &["##.##.##-###.##"], cued: &["###########", "######-###-##"], check: be_nn },
    Scheme { rule: "id.nl_bsn", alone: &[], cued: &["#########", "####.##.###", "#### ## ###", "### ### ###"], check: nl_bsn },
];

/// HM Revenue & Customs, National Insurance Manual NIM39110: letters that are not given, and prefixes that are not.
fn uk_nino(value: &[u8]) -> bool {
    let (first, second) = (value[0], value[1]);
    let is_given = !b"DFIQUV".contains(&first) && !b"DFIQUVO".contains(&second);
    let is_taken = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&[first, second]);
    is_given && !is_taken && value.get(8).is_none_or(|suffix| (b'A'..=b'D').contains(suffix))
}

/// NHS Data Dictionary, "NHS Number": weights 10 to 2, mod 11.
fn uk_nhs(value: &[u8]) -> bool {
    let check = (11 - weighted(&value[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    check == u32::from(value[9]) && value[0] > 3
}

/// Department of Social Protection: weights 8 to 2, the second letter times 9, mod 23 gives the first letter.
fn ie_pps(value: &[u8]) -> bool {
    let second = value.get(8).map_or(0, |letter| u32::from(letter % 32) % 23 * 9);
    let sum = (weighted(&value[..7], &[8, 7, 6, 5, 4, 3, 2]) + second) % 23;
    value[7] == if sum == 0 { b'W' } else { b'A' + sum as u8 - 1 }
}

/// Bundeszentralamt für Steuern: ISO 7064 MOD 11,10; among the first ten digits one comes two or three times and at
/// least one never.
fn de_tin(value: &[u8]) -> bool {
    let mut times = [0u8; 10];
    value[..10].iter().for_each(|&digit| times[usize::from(digit)] += 1);
    let repeated = times.iter().filter(|&&times| times > 1).count();
    value[0] != 0 && repeated <= 2 && times.iter().all(|&times| times <= 3) && mod11_10(value)
}

/// Deutsche Rentenversicherung, Versicherungsnummer: the letter as two digits, weights 2 1 2 5 7 1 2 1 2 1 2 1, cross sums.
fn de_pension(value: &[u8]) -> bool {
    let letter = value[8] - b'A' + 1;
    let mut digits = [0; 13];
    digits[..8].copy_from_slice(&value[..8]);
    digits[8..10].copy_from_slice(&[letter / 10, letter % 10]);
    digits[10..13].copy_from_slice(&value[9..12]);
    let products = digits.iter().zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(digit, weight)| digit * weight);
    let sum: u8 = products.map(|product| product / 10 + product % 10).sum();
    sum % 10 == digits[12] && is_month_day(two(value, 4), two(value, 2))
}

/// Sozialversicherung Österreich: weights 3 7 9 5 8 4 2 1 6, the check digit in the fourth place.
fn at_svnr(value: &[u8]) -> bool {
    let sum = weighted(&value[..3], &[3, 7, 9]) + weighted(&value[4..], &[5, 8, 4, 2, 1, 6]);
    sum % 11 == u32::from(value[3]) && value[0] != 0 && is_month_day(two(value, 6).min(12), two(value, 4))
}

/// Zentrale Ausgleichsstelle: country 756 and the check digit of EAN-13.
fn ch_ahv(value: &[u8]) -> bool {
    value.starts_with(&[7, 5, 6]) && weighted(value, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// INSEE: sex, year, month, place and order, key 97 - n mod 97; on Corsica 2A counts as 19 and 2B as 18.
fn fr_nir(value: &[u8]) -> bool {
    let mut digits = [0; 15];
    digits[..value.len()].copy_from_slice(value);
    match digits[6] {
        b'A' if digits[5] == 2 => digits[5..7].copy_from_slice(&[1, 9]),
        b'B' if digits[5] == 2 => digits[5..7].copy_from_slice(&[1, 8]),
        10.. => return false,
        _ => {}
    }
    let is_month = matches!(two(&digits, 3), 1..=12 | 20..=42 | 50..=99);
    let is_key = value.len() == 13 || 97 - number(&digits[..13]) % 97 == number(&digits[13..]);
    matches!(digits[0], 1..=4 | 7 | 8) && digits[5] < 10 && is_month && is_key
}

/// Rijksregister: 97 - n mod 97 over nine digits, with a 2 before them for those born since 2000.
fn be_nn(value: &[u8]) -> bool {
    let (n, check) = (number(&value[..9]), number(&value[9..]));
    let is_check = [n, n + 2_000_000_000].iter().any(|n| 97 - n % 97 == check);
    is_check && two(value, 2) <= 52 && two(value, 4) <= 31
}

/// Rijksdienst voor Identiteitsgegevens, "elfproef": weights 9 to 2, then -1, mod 11.
fn nl_bsn(value: &[u8]) -> bool {
    let sum = weighted(&value[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum > 0 && sum % 11 == u32::from(value[8])
}

/// Sums that several countries share.
pub(super) fn is_luhn(value: &[u8]) -> bool {
    luhn(value) && number(value) > 0
}
