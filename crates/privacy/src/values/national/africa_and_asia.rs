//! India, Pakistan, China, Hong Kong, Taiwan, Korea, Japan, Singapore, Malaysia, Thailand, Indonesia, Vietnam; Israel,
//! the Emirates, Saudi Arabia; South Africa, Egypt; Australia and New Zealand.

use super::west_europe::is_luhn;
use super::{Scheme, is_month_day, number, two};
use crate::values::checksum::{verhoeff, weighted};

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        rule: "id.in_aadhaar",
        alone: &["#### #### ####", "####-####-####"],
        cued: &["############"],
        check: |v| v[0] > 1 && verhoeff(v),
    },
    Scheme { rule: "id.in_pan", alone: &["AAAAA####A"], cued: &[], check: in_pan },
    Scheme { rule: "id.pk_cnic", alone: &["#####-#######-#"], cued: &["#############"], check: |v| matches!(v[0], 1..=7) },
    Scheme { rule: "id.cn_id", alone: &["##################", "#################A"], cued: &[], check: cn_id },
    Scheme { rule: "id.hk_id", alone: &["A######(#)", "A######(A)"], cued: &["A#######", "A######A"], check: hk_id },
    Scheme { rule: "id.tw_id", alone: &[], cued: &["A#########"], check: tw_id },
    Scheme { rule: "id.kr_rrn", alone: &["######-#######"], cued: &["#############"], check: kr_rrn },
    Scheme {
        rule: "id.jp_mynumber",
        alone: &[],
        cued: &["############", "#### #### ####", "####-####-####"],
        check: jp_mynumber,
    },
    Scheme { rule: "id.sg_nric", alone: &["A#######A"], cued: &[], check: sg_nric },
    Scheme {
        rule: "id.my_nric",
        alone: &["######-##-####"],
        cued: &["############"],
        check: |v| is_month_day(two(v, 2), two(v, 4)),
    },
    Scheme { rule: "id.th_id", alone: &["#-####-#####-##-#", "# #### ##### ## #"], cued: &["#############"], check: th_id },
    Scheme { rule: "id.id_nik", alone: &[], cued: &["################"], check: |v| is_month_day(two(v, 8), two(v, 6) % 40) },
    Scheme { rule: "id.vn_cccd", alone: &[], cued: &["############"], check: |v| v[0] == 0 && v[3] < 4 },
    Scheme { rule: "id.il_tz", alone: &[], cued: &["#########", "########-#"], check: is_luhn },
    Scheme {
        rule: "id.ae_id",
        alone: &["###-####-#######-#"],
        cued: &["###############"],
        check: |v| v.starts_with(&[7, 8, 4]) && is_luhn(v),
    },
    Scheme { rule: "id.sa_id", alone: &[], cued: &["##########"], check: |v| matches!(v[0], 1 | 2) && is_luhn(v) },
    Scheme { rule: "id.za_id", alone: &[], cued: &["#############", "###### #### ###", "###### #### ## #"], check: za_id },
    Scheme {
        rule: "id.eg_nid",
        alone: &[],
        cued: &["##############"],
        check: |v| matches!(v[0], 2 | 3) && is_month_day(two(v, 3), two(v, 5)),
    },
    Scheme { rule: "id.au_tfn", alone: &[], cued: &["### ### ###", "#########", "###-###-###"], check: au_tfn },
    Scheme {
        rule: "id.au_medicare",
        alone: &[],
        cued: &["#### ##### #", "##########", "#### ##### #-#", "###########"],
        check: au_medicare,
    },
    Scheme { rule: "id.nz_ird", alone: &[], cued: &["###-###-###", "#########", "##-###-###"], check: nz_ird },
];

/// Income Tax Department: the fourth letter is the kind of holder; letters are given, so only kinds in use pass.
fn in_pan(value: &[u8]) -> bool {
    value[..5].iter().all(u8::is_ascii_uppercase) && b"ABCFGHJLPTKE".contains(&value[3]) && number(&value[5..9]) > 0
}

/// GB 11643-1999: date in places 7 to 14, ISO 7064 MOD 11-2 with X for ten.
fn cn_id(value: &[u8]) -> bool {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let check = b"\x01\x00X\x09\x08\x07\x06\x05\x04\x03\x02"[(weighted(&value[..17], &weights) % 11) as usize];
    check == value[17] && matches!(two(value, 6), 19 | 20) && is_month_day(two(value, 10), two(value, 12)) && value[0] > 0
}

/// Immigration Department: weights 9 to 1, a blank as 36, letters as 10 to 35, mod 11, ten is written A.
fn hk_id(value: &[u8]) -> bool {
    let letter = u32::from(value[0] - b'A') + 10;
    let check = if value[7] == b'A' { 10 } else { u32::from(value[7]) };
    (36 * 9 + letter * 8 + weighted(&value[1..7], &[7, 6, 5, 4, 3, 2]) + check).is_multiple_of(11)
}

/// Ministry of the Interior: the letter as two digits, weights 1 9 8 7 6 5 4 3 2 1 1, mod 10.
fn tw_id(value: &[u8]) -> bool {
    const ORDER: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let place = ORDER.iter().position(|&letter| letter == value[0]).unwrap_or(0) as u32 + 10;
    let sum = place / 10 + place % 10 * 9 + weighted(&value[1..], &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(value[1], 1 | 2 | 8 | 9) && sum.is_multiple_of(10)
}

/// Resident registration: date, sex and century; the sum by 2 to 9, 2 to 5 held until October 2020, so it may fail.
fn kr_rrn(value: &[u8]) -> bool {
    is_month_day(two(value, 2), two(value, 4)) && matches!(value[6], 1..=8)
}

/// Ministry of Internal Affairs, ordinance 85 of 2014: weights 6 5 4 3 2 7 6 5 4 3 2, mod 11.
fn jp_mynumber(value: &[u8]) -> bool {
    let rest = weighted(&value[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    u32::from(value[11]) == if rest < 2 { 0 } else { 11 - rest }
}

/// Singapore: weights 2 7 6 5 4 3 2, 4 more for T and G, 3 for M; the rest by 11 gives a letter by series.
fn sg_nric(value: &[u8]) -> bool {
    let (letters, more): (&[u8; 11], u32) = match value[0] {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"KLJNPQRTUWX", 3),
        _ => return false,
    };
    let rest = (weighted(&value[1..8], &[2, 7, 6, 5, 4, 3, 2]) + more) % 11;
    let place = if value[0] == b'M' { 10 - rest } else { rest };
    letters[place as usize] == value[8]
}

/// Department of Provincial Administration: weights 13 to 2, mod 11, mod 10.
fn th_id(value: &[u8]) -> bool {
    let rest = weighted(&value[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    value[0] > 0 && (11 - rest) % 10 == u32::from(value[12])
}

/// Department of Home Affairs: birth date, citizenship 0 to 2, Luhn.
fn za_id(value: &[u8]) -> bool {
    is_luhn(value) && is_month_day(two(value, 2), two(value, 4)) && value[10] < 3
}

/// Australian Taxation Office: weights 1 4 3 7 5 8 6 9 10, mod 11.
fn au_tfn(value: &[u8]) -> bool {
    number(value) > 0 && weighted(value, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// Services Australia: begins with 2 to 6, weights 1 3 7 9 1 3 7 9, mod 10 in the ninth place.
fn au_medicare(value: &[u8]) -> bool {
    matches!(value[0], 2..=6) && weighted(&value[..8], &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == u32::from(value[8])
}

/// Inland Revenue, NZ: weights 3 2 7 6 5 4 3 2 and, when that gives ten, 7 4 3 2 5 2 7 6, mod 11.
fn nz_ird(value: &[u8]) -> bool {
    let mut nine = [0; 9];
    nine[9 - value.len()..].copy_from_slice(value);
    let check = |weights: &[u8]| (11 - weighted(&nine[..8], weights) % 11) % 11;
    let first = check(&[3, 2, 7, 6, 5, 4, 3, 2]);
    let check = if first == 10 { check(&[7, 4, 3, 2, 5, 2, 7, 6]) } else { first };
    check == u32::from(nine[8]) && matches!(number(&nine), 10_000_000..=150_000_000)
}
