//! Spain, Portugal, Italy, Greece, Turkey.

use super::west_europe::is_luhn;
use super::{Scheme, is_month_day, number, two};
use crate::values::checksum::weighted;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        rule: "id.es_dni",
        alone: &["########A", "########-A", "##.###.###-A"],
        cued: &["######## A", "##.###.###A"],
        check: es_dni,
    },
    Scheme {
        rule: "id.es_nie",
        alone: &["A#######A", "A-#######-A"],
        cued: &["A-#######A", "A #######A", "A ####### A"],
        check: es_nie,
    },
    Scheme { rule: "id.pt_nif", alone: &[], cued: &["#########", "### ### ###"], check: pt_nif },
    Scheme { rule: "id.it_cf", alone: &["AAAAAA##A##A###A", "AAA AAA ##A##A ###A"], cued: &["AAAAAA##A##A????"], check: it_cf },
    Scheme {
        rule: "id.gr_amka",
        alone: &[],
        cued: &["###########"],
        check: |v| is_luhn(v) && is_month_day(two(v, 2), two(v, 0)),
    },
    Scheme { rule: "id.gr_afm", alone: &[], cued: &["#########"], check: gr_afm },
    Scheme { rule: "id.tr_tckn", alone: &[], cued: &["###########"], check: tr_tckn },
];

/// The letters by the number mod 23 (Real Decreto 1553/2005; Agencia Tributaria).
const DNI_LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn es_dni(value: &[u8]) -> bool {
    value[8] == DNI_LETTERS[(number(&value[..8]) % 23) as usize]
}

/// As [`es_dni`], with X, Y, Z as 0, 1, 2 in front.
fn es_nie(value: &[u8]) -> bool {
    let Some(front) = value[0].checked_sub(b'X').filter(|&front| front < 3) else { return false };
    let n = u64::from(front) * 10_000_000 + number(&value[1..8]);
    value[8] == DNI_LETTERS[(n % 23) as usize]
}

/// Autoridade Tributária: weights 9 to 2, mod 11.
fn pt_nif(value: &[u8]) -> bool {
    let check = 11 - weighted(&value[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    u32::from(value[8]) == if check > 9 { 0 } else { check } && matches!(value[0], 1..=9)
}

/// Decreto ministeriale 23 dicembre 1976: values of the characters in odd places, those in even places are their order.
fn it_cf(value: &[u8]) -> bool {
    const ODD: [u8; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let order = |letter: u8| usize::from(if letter < 10 { letter } else { letter - b'A' });
    let Some((&check, body)) = value.split_last().filter(|(check, _)| **check > 9) else { return false };
    let values =
        body.iter().enumerate().map(|(i, &letter)| if i % 2 == 0 { usize::from(ODD[order(letter)]) } else { order(letter) });
    values.sum::<usize>() % 26 == order(check) && b"ABCDEHLMPRST".contains(&value[8]) && matches!(two(value, 9), 1..=31 | 41..=71)
}

/// AADE: the digits times powers of two, mod 11, mod 10.
fn gr_afm(value: &[u8]) -> bool {
    let sum = value[..8].iter().fold(0, |sum, &digit| (sum + u32::from(digit)) * 2);
    sum > 0 && sum % 11 % 10 == u32::from(value[8])
}

/// Nüfus ve Vatandaşlık İşleri: the tenth digit from the odd and even places, the eleventh from all.
fn tr_tckn(value: &[u8]) -> bool {
    let sum = |from: usize| value[from..9].iter().step_by(2).map(|&digit| i32::from(digit)).sum::<i32>();
    let tenth = (sum(0) * 7 - sum(1)).rem_euclid(10);
    let all: i32 = value[..10].iter().map(|&digit| i32::from(digit)).sum();
    value[0] != 0 && tenth == i32::from(value[9]) && all % 10 == i32::from(value[10])
}
