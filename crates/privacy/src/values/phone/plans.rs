use std::ops::RangeInclusive;

/// Country codes and how many digits follow them: ITU-T "List of E.164 assigned country codes" and the national plans
/// deposited with it. Codes that are not here have plans of seven to eleven digits.
const PLANS: &[(u16, RangeInclusive<usize>)] = &[
    (1, 10..=10),
    (7, 10..=10),
    (20, 8..=10),
    (27, 9..=9),
    (30, 10..=10),
    (31, 9..=9),
    (32, 8..=9),
    (33, 9..=9),
    (34, 9..=9),
    (36, 8..=9),
    (39, 6..=11),
    (40, 9..=9),
    (41, 9..=9),
    (43, 7..=13),
    (44, 9..=10),
    (45, 8..=8),
    (46, 7..=10),
    (47, 8..=8),
    (48, 9..=9),
    (49, 6..=12),
    (51, 8..=9),
    (52, 10..=11),
    (53, 6..=8),
    (54, 10..=11),
    (55, 10..=11),
    (56, 9..=9),
    (57, 8..=10),
    (58, 10..=10),
    (60, 8..=10),
    (61, 9..=9),
    (62, 8..=12),
    (63, 8..=10),
    (64, 8..=10),
    (65, 8..=8),
    (66, 8..=9),
    (81, 9..=10),
    (82, 8..=10),
    (84, 9..=10),
    (86, 10..=11),
    (90, 10..=10),
    (91, 10..=10),
    (92, 9..=10),
    (93, 9..=9),
    (94, 9..=9),
    (95, 7..=10),
    (98, 10..=10),
    (351, 9..=9),
    (353, 7..=9),
    (354, 7..=9),
    (358, 5..=12),
    (370, 8..=8),
    (371, 8..=8),
    (372, 7..=8),
    (380, 9..=9),
    (385, 8..=9),
    (420, 9..=9),
    (421, 9..=9),
    (852, 8..=8),
    (886, 8..=9),
    (966, 8..=9),
    (971, 8..=9),
    (972, 8..=9),
];

/// The first two digits of the codes with three.
const THREE: &[u8] = &[21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99];

/// How long the country's code is, and how many digits may follow.
pub(super) fn national_len(digits: &[u8]) -> Option<(usize, RangeInclusive<usize>)> {
    let &[first, second, third, ..] = digits else { return None };
    let two = first * 10 + second;
    let (len, code) = match first {
        0 => return None,
        1 | 7 => (1, u16::from(first)),
        _ if THREE.contains(&two) => (3, u16::from(two) * 10 + u16::from(third)),
        _ => (2, u16::from(two)),
    };
    match PLANS.binary_search_by_key(&code, |(code, _)| *code) {
        Ok(place) => Some((len, PLANS[place].1.clone())),
        Err(_) if len == 3 => Some((len, 7..=11)),
        Err(_) => None,
    }
}
