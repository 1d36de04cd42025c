//! Brazil, Argentina, Chile, Mexico, Ecuador, Uruguay, Canada, Australia's neighbours are with Asia.

use super::west_europe::is_luhn;
use super::{Scheme, is_month_day, number, two};
use crate::values::checksum::weighted;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        rule: "id.br_cpf",
        alone: &["###.###.###-##"],
        cued: &["###########", "#########-##", "### ### ### ##"],
        check: br_cpf,
    },
    Scheme { rule: "id.br_cnpj", alone: &["##.###.###/####-##"], cued: &["##############"], check: br_cnpj },
    Scheme { rule: "id.ar_cuit", alone: &["##-########-#"], cued: &["###########"], check: ar_cuit },
    Scheme {
        rule: "id.cl_rut",
        alone: &["##.###.###-#", "##.###.###-A", "#.###.###-#", "#.###.###-A"],
        cued: &["########-?", "#######-?", "#########", "########A"],
        check: cl_rut,
    },
    Scheme { rule: "id.mx_curp", alone: &["AAAA######AAAAAA##", "AAAA######AAAAAAA#"], cued: &[], check: mx_curp },
    Scheme { rule: "id.mx_rfc", alone: &[], cued: &["AAAA######???"], check: |v| is_month_day(two(v, 6), two(v, 8)) },
    Scheme { rule: "id.ec_cedula", alone: &[], cued: &["##########"], check: |v| is_luhn_wide(v) && two(v, 0) <= 30 },
    Scheme { rule: "id.uy_ci", alone: &[], cued: &["#.###.###-#", "########"], check: uy_ci },
    Scheme { rule: "id.co_cedula", alone: &[], cued: &["#.###.###.###", "##.###.###"], check: |_| true },
    Scheme {
        rule: "id.ca_sin",
        alone: &[],
        cued: &["### ### ###", "###-###-###", "#########"],
        check: |v| is_luhn(v) && v[0] != 8,
    },
];

/// The check digit 11 - sum mod 11, where 10 and 11 become 0.
fn mod11_zero(sum: u32) -> u8 {
    if sum % 11 < 2 { 0 } else { (11 - sum % 11) as u8 }
}

/// Receita Federal: two check digits mod 11; all the same digit is no number.
fn br_cpf(value: &[u8]) -> bool {
    let first = mod11_zero(weighted(&value[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = mod11_zero(weighted(&value[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    first == value[9] && second == value[10] && value.iter().any(|digit| *digit != value[0])
}

/// Receita Federal: as the CPF, with other weights.
fn br_cnpj(value: &[u8]) -> bool {
    let first = mod11_zero(weighted(&value[..12], &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = mod11_zero(weighted(&value[..13], &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    first == value[12] && second == value[13] && value.iter().any(|digit| *digit != value[0])
}

/// AFIP: kinds of persons in front, weights 5 4 3 2 7 6 5 4 3 2, mod 11.
fn ar_cuit(value: &[u8]) -> bool {
    let rest = weighted(&value[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(two(value, 0), 20 | 23 | 24 | 27 | 30 | 33 | 34) && (11 - rest) % 11 == u32::from(value[10])
}

/// Registro Civil: weights 2 to 7 from the right, mod 11, 10 is written K.
fn cl_rut(value: &[u8]) -> bool {
    let Some((&check, body)) = value.split_last().filter(|(_, body)| body.iter().all(|&digit| digit < 10)) else { return false };
    let sum: u32 =
        body.iter().rev().zip([2, 3, 4, 5, 6, 7].into_iter().cycle()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    match 11 - sum % 11 {
        11 => check == 0,
        10 => check == b'K',
        digit => u32::from(check) == digit,
    }
}

/// RENAPO: letters by their place in the alphabet with Ñ, weights 18 to 2, mod 10.
fn mx_curp(value: &[u8]) -> bool {
    let order = |letter: u8| match letter {
        0..10 => u32::from(letter),
        b'O'.. => u32::from(letter - b'A') + 11,
        _ => u32::from(letter - b'A') + 10,
    };
    let sum: u32 = value[..17].iter().zip((2..=18).rev()).map(|(&letter, weight)| order(letter) * weight).sum();
    (10 - sum % 10) % 10 == u32::from(value[17])
        && matches!(value[10], b'H' | b'M' | b'X')
        && is_month_day(two(value, 6), two(value, 8))
}

/// Ecuador's Registro Civil: Luhn as of a number with ten digits.
fn is_luhn_wide(value: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u8 = value[..9].iter().enumerate().map(|(i, &digit)| if i % 2 == 0 { doubled(digit) } else { digit }).sum();
    (10 - sum % 10) % 10 == value[9]
}

/// Dirección Nacional de Identificación Civil: weights 2 9 8 7 6 3 4, mod 10.
fn uy_ci(value: &[u8]) -> bool {
    number(value) > 0 && (10 - weighted(&value[..7], &[2, 9, 8, 7, 6, 3, 4]) % 10) % 10 == u32::from(value[7])
}
