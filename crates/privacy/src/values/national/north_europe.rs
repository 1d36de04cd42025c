//! Sweden, Norway, Denmark, Finland, Iceland.

use super::west_europe::is_luhn;
use super::{Scheme, is_month_day, number, two};
use crate::values::checksum::weighted;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        rule: "id.se_pnr",
        alone: &["########-####", "######-####", "######+####"],
        cued: &["############", "##########"],
        check: se_pnr,
    },
    Scheme { rule: "id.no_fnr", alone: &["###########", "###### #####"], cued: &["######-#####"], check: no_fnr },
    Scheme {
        rule: "id.fi_hetu",
        alone: &["######-####", "######-###A", "######A###?", "######+###?"],
        cued: &[],
        check: fi_hetu,
    },
    Scheme { rule: "id.dk_cpr", alone: &[], cued: &["######-####", "##########"], check: |v| is_month_day(two(v, 2), two(v, 0)) },
    Scheme { rule: "id.is_kt", alone: &[], cued: &["######-####", "##########"], check: is_kt },
];

/// Skatteverket, SKV 704: Luhn over ten digits; 60 is added to the day of a co-ordination number.
fn se_pnr(value: &[u8]) -> bool {
    let ten = &value[value.len() - 10..];
    let day = two(ten, 4);
    let is_century = value.len() == 10 || matches!(two(value, 0), 18..=20);
    is_luhn(ten) && is_century && is_month_day(two(ten, 2), if day > 60 { day - 60 } else { day })
}

/// Skatteetaten: two sums mod 11; 40 is added to the day of a D-number.
fn no_fnr(value: &[u8]) -> bool {
    let first = weighted(&value[..10], &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11;
    let second = weighted(&value[..11], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11;
    let day = two(value, 0);
    first == 0 && second == 0 && is_month_day(two(value, 2), if day > 40 { day - 40 } else { day })
}

/// Digital and Population Data Services Agency: the nine digits mod 31 give the last character.
fn fi_hetu(value: &[u8]) -> bool {
    const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let (check, six, order) = match value {
        [six @ .., b'A', a, b, c, check] if six.len() == 6 => (check, six, [*a, *b, *c]),
        [six @ .., a, b, c, check] if six.len() == 6 => (check, six, [*a, *b, *c]),
        _ => return false,
    };
    let mut body = [0; 9];
    body[..6].copy_from_slice(six);
    body[6..].copy_from_slice(&order);
    let check = if *check < 10 { check + b'0' } else { *check };
    body.iter().all(|&digit| digit < 10)
        && CHECKS[(number(&body) % 31) as usize] == check
        && is_month_day(two(&body, 2), two(&body, 0))
}

/// Þjóðskrá: weights 3 2 7 6 5 4 3 2, mod 11, in the ninth place.
fn is_kt(value: &[u8]) -> bool {
    let check = (11 - weighted(&value[..8], &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    check == u32::from(value[8]) && is_month_day(two(value, 2), two(value, 0))
}
