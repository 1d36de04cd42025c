//! Poland, Czechia and Slovakia, Hungary, Romania, Bulgaria, Croatia and its neighbours, the Baltic states, Russia, Ukraine.

use super::{Scheme, is_month_day, number, two};
use crate::values::checksum::{mod11_10, weighted};

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme { rule: "id.pl_pesel", alone: &[], cued: &["###########"], check: pl_pesel },
    Scheme { rule: "id.pl_nip", alone: &[], cued: &["##########", "###-###-##-##", "###-##-##-###"], check: pl_nip },
    Scheme { rule: "id.pl_card", alone: &[], cued: &["AAA######", "AAA ######"], check: pl_card },
    Scheme { rule: "id.cz_rc", alone: &["######/####"], cued: &["##########", "######/###", "#########"], check: cz_rc },
    Scheme { rule: "id.hu_tax", alone: &[], cued: &["##########"], check: hu_tax },
    Scheme { rule: "id.ro_cnp", alone: &[], cued: &["#############"], check: ro_cnp },
    Scheme { rule: "id.bg_egn", alone: &[], cued: &["##########"], check: bg_egn },
    Scheme { rule: "id.hr_oib", alone: &[], cued: &["###########"], check: mod11_10 },
    Scheme { rule: "id.jmbg", alone: &[], cued: &["#############"], check: jmbg },
    Scheme { rule: "id.baltic", alone: &[], cued: &["###########"], check: baltic },
    Scheme { rule: "id.lv_code", alone: &[], cued: &["######-#####"], check: lv_code },
    Scheme { rule: "id.ru_snils", alone: &["###-###-### ##"], cued: &["###########", "###-###-###-##"], check: ru_snils },
    Scheme { rule: "id.ru_inn", alone: &[], cued: &["############"], check: ru_inn },
    Scheme { rule: "id.ua_rnokpp", alone: &[], cued: &["##########"], check: ua_rnokpp },
];

/// PESEL (Ustawa o ewidencji ludności): weights 1 3 7 9; the century is in the month.
fn pl_pesel(value: &[u8]) -> bool {
    weighted(value, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10) && is_month_day(two(value, 2) % 20, two(value, 4))
}

/// Ministerstwo Finansów: weights 6 5 7 2 3 4 5 6 7, mod 11.
fn pl_nip(value: &[u8]) -> bool {
    weighted(&value[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == u32::from(value[9])
}

/// Identity card: letters as 10 to 35, weights 7 3 1 9 7 3 1 7 3, mod 10.
fn pl_card(value: &[u8]) -> bool {
    let plain = value.iter().map(|&letter| if letter < 10 { letter } else { letter - b'A' + 10 });
    plain.zip([7, 3, 1, 9, 7, 3, 1, 7, 3]).map(|(value, weight)| u32::from(value) * weight).sum::<u32>() % 10 == 0
}

/// Rodné číslo (zákon č. 133/2000 Sb.): divisible by 11, 50 added to the month of women, 20 when a day is full; nine
/// digits without check until 1953.
fn cz_rc(value: &[u8]) -> bool {
    let month = two(value, 2) % 50;
    let is_check = value.len() == 9 || number(value).is_multiple_of(11) || number(&value[..9]) % 11 == 10 && value[9] == 0;
    is_check && is_month_day(if month > 20 { month - 20 } else { month }, two(value, 4))
}

/// Adóazonosító jel: begins with 8; the digits times their place, mod 11.
fn hu_tax(value: &[u8]) -> bool {
    value[0] == 8 && weighted(&value[..9], &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == u32::from(value[9])
}

/// Cod numeric personal: weights 279146358279, mod 11, 10 becomes 1.
fn ro_cnp(value: &[u8]) -> bool {
    let rest = weighted(&value[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    value[0] != 0 && u32::from(value[12]) == if rest == 10 { 1 } else { rest } && is_month_day(two(value, 3), two(value, 5))
}

/// ЕГН: weights 2 4 8 5 10 9 7 3 6, mod 11, mod 10; 20 or 40 added to the month for other centuries.
fn bg_egn(value: &[u8]) -> bool {
    let check = weighted(&value[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    check == u32::from(value[9]) && is_month_day(two(value, 2) % 20, two(value, 4))
}

/// JMBG of the former Yugoslavia, EMŠO in Slovenia: weights 7 to 2 twice, mod 11.
fn jmbg(value: &[u8]) -> bool {
    let check = 11 - weighted(&value[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    u32::from(value[12]) == if check > 9 { 0 } else { check } && is_month_day(two(value, 2), two(value, 0))
}

/// Estonia and Lithuania: weights 1 to 9, 1; when that is 10, weights 3 to 9, 1 to 3 (EVS 585:2007).
fn baltic(value: &[u8]) -> bool {
    let first = weighted(&value[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&value[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10;
    let check = if first < 10 { first } else { second };
    check == u32::from(value[10]) && matches!(value[0], 1..=6) && is_month_day(two(value, 3), two(value, 5))
}

/// Personas kods: 1 + the weighted sum by 1 6 3 7 9 10 5 8 4 2, mod 11; codes since 2017 begin with 32 and have none.
fn lv_code(value: &[u8]) -> bool {
    let rest = (1101 - weighted(&value[..10], &[1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11;
    value.starts_with(&[3, 2]) || rest == u32::from(value[10]) && is_month_day(two(value, 2), two(value, 0))
}

/// СНИЛС (Pension Fund of Russia): weights 9 to 1, mod 101.
fn ru_snils(value: &[u8]) -> bool {
    let sum = weighted(&value[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
    sum > 0 && u64::from(sum % 101 % 100) == number(&value[9..])
}

/// ИНН of a person (Federal Tax Service): two sums, mod 11, mod 10.
fn ru_inn(value: &[u8]) -> bool {
    let first = weighted(&value[..10], &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    let second = weighted(&value[..11], &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    first == u32::from(value[10]) && second == u32::from(value[11])
}

/// РНОКПП: weights -1 5 7 9 4 6 10 5 7, mod 11, mod 10. Ten stands for minus one.
fn ua_rnokpp(value: &[u8]) -> bool {
    weighted(&value[..9], &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == u32::from(value[9])
}
