//! Payment cards: issuer prefix, length, Luhn sum (ISO/IEC 7812-1). Prefixes and lengths are those of Wikipedia's table
//! "Payment card number", which follows the issuers' own publications.

use super::checksum::luhn;
use super::context::Context;
use super::keys::KeyClass;
use super::run::{Run, may_end};
use super::{Hit, Kind};

/// First and last prefix, how many digits a prefix has, shortest and longest number.
struct Issuer(u32, u32, u32, usize, usize);

/// By the prefix's first digit, so that few lines are compared.
const ISSUERS: &[Issuer] = &[
    Issuer(2200, 2205, 4, 16, 19),     // Mir
    Issuer(2221, 2720, 4, 16, 16),     // Mastercard
    Issuer(300, 305, 3, 14, 14),       // Diners Club
    Issuer(34, 34, 2, 15, 15),         // American Express
    Issuer(3528, 3589, 4, 16, 19),     // JCB
    Issuer(36, 36, 2, 14, 14),         // Diners Club International
    Issuer(37, 37, 2, 15, 15),         // American Express
    Issuer(38, 39, 2, 14, 16),         // Diners Club
    Issuer(4, 4, 1, 13, 19),           // Visa: 13, 16 or 19
    Issuer(5018, 5020, 4, 13, 19),     // Maestro, Dankort
    Issuer(5038, 5038, 4, 13, 19),     // Maestro
    Issuer(506099, 506198, 6, 16, 19), // Verve
    Issuer(5067, 5067, 4, 16, 16),     // Elo
    Issuer(508, 509, 3, 16, 16),       // RuPay, Elo
    Issuer(51, 55, 2, 16, 16),         // Mastercard
    Issuer(56, 58, 2, 13, 19),         // Maestro
    Issuer(60, 60, 2, 16, 19),         // Discover, RuPay, Hipercard
    Issuer(62, 62, 2, 16, 19),         // UnionPay
    Issuer(6304, 6304, 4, 13, 19),     // Maestro
    Issuer(636, 639, 3, 16, 19),       // Elo, InstaPayment, Maestro
    Issuer(644, 659, 3, 16, 19),       // Discover, RuPay, Troy
    Issuer(67, 67, 2, 13, 19),         // Maestro
    Issuer(81, 82, 2, 16, 19),         // UnionPay, RuPay
    Issuer(9792, 9792, 4, 16, 16),     // Troy
];

/// How cards are written in groups.
const GROUPINGS: [&[usize]; 5] = [&[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 4, 3], &[4, 4, 4, 1]];

/// The card number a run begins with.
pub(super) fn find(text: &[u8], run: &Run, context: &dyn Fn() -> Context) -> Option<Hit> {
    if (13..=19).contains(&run.len(0)) {
        let digits = run.digits(1);
        return (may_end(text, run.end(1)) && is_card(digits) && stands_alone(digits, &context()))
            .then(|| Hit::new(run.start..run.end(1), Kind::CreditCard, "card.plain"));
    }
    if run.groups < 3 || run.len(0) != 4 {
        return None;
    }
    let separator = run.separator(1);
    let grouping = GROUPINGS.into_iter().rev().find(|lengths| {
        matches!(separator, b' ' | b'-' | b'.')
            && run.begins_with(lengths, separator)
            && may_end(text, run.end(lengths.len()))
            && is_card(run.digits(lengths.len()))
    })?;
    Some(Hit::new(run.start..run.end(grouping.len()), Kind::CreditCard, "card.grouped"))
}

/// One in ten numbers passes the sum by chance. Among numbers as long as cards mostly are, few begin as cards do; among
/// those of 13, 14 and 17 to 19 digits are times, ids and counters without end, which need a word that speaks of cards.
/// Where a key speaks of something else (`order_id`), only what most cards begin with counts: a card in the wrong field
/// is worse than an order's number masked.
fn stands_alone(digits: &[u8], context: &Context) -> bool {
    let is_common = matches!(digits, [4, ..] | [5, 1..=5, ..] | [3, 4 | 7, ..] | [6, 0, 1, 1, ..]);
    match context.class {
        Some(KeyClass::Card) => true,
        None | Some(KeyClass::Name | KeyClass::Person) => matches!(digits.len(), 15 | 16) && (is_common || !context.is_other),
        Some(_) => false,
    }
}

/// Whether prefix, length and sum are those of a card.
fn is_card(digits: &[u8]) -> bool {
    let is_length = |issuer: &Issuer| {
        (issuer.3..=issuer.4).contains(&digits.len()) && (issuer.0 != 4 || matches!(digits.len(), 13 | 16 | 19))
    };
    let is_prefix = |issuer: &Issuer| {
        let prefix = digits[..issuer.2 as usize].iter().fold(0, |number, &digit| number * 10 + u32::from(digit));
        (issuer.0..=issuer.1).contains(&prefix)
    };
    digits.len() >= 13
        && ISSUERS.iter().any(|issuer| is_prefix(issuer) && is_length(issuer))
        && luhn(digits)
        && digits.iter().any(|&digit| digit != digits[0])
}
