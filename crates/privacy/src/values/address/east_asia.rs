//! Addresses in Chinese, Japanese and Korean: from the largest part to the smallest, each with a word for what it is,
//! and a number at the end (Universal Postal Union, "Addressing systems"; Japan's Act on Indication of Residential Address).

use std::ops::Range;

use crate::values::fold::char_at;

/// As much as is read, in characters; the longest real ones have some fifty.
const CHARS_MAX: usize = 64;

/// What ends the name of a province, a city or a district.
const REGIONS: &str = "省市区區县縣州盟旗都道府町村시도군구읍면";

/// What ends the name of a street or a block.
const STREETS: &str = "路街道巷弄胡同里村镇鎮乡段丁目番地町통로길동";

/// What stands behind the number of a house, and of what is in it.
const HOUSES: &str = "号號番地楼樓栋棟室层階층호번지座单元";

/// The address that begins at `at`: two regions at least, or one and a street, and a number.
pub(super) fn find(text: &[u8], at: usize) -> Option<Range<usize>> {
    let (mut end, mut last_number_end, mut regions, mut streets, mut blank) = (at, None, 0, 0, false);
    for _ in 0..CHARS_MAX {
        let Some(letter) = char_at(text, end) else { break };
        let len = letter.len_utf8();
        match letter {
            '0'..='9' => last_number_end = Some(end + len),
            '-' | '−' | '－' if last_number_end == Some(end) => {}
            // Korean parts words; others write on.
            ' ' if !blank && end > at => {}
            _ if is_ideograph(letter) => {
                regions += usize::from(REGIONS.contains(letter) && end > at);
                streets += usize::from(STREETS.contains(letter) && end > at);
                if last_number_end == Some(end) && HOUSES.contains(letter) {
                    last_number_end = Some(end + len);
                }
            }
            _ => break,
        }
        blank = letter == ' ';
        end += len;
    }
    let end = last_number_end?;
    (regions >= 2 || regions == 1 && streets >= 1).then_some(at..end)
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '々' | '〇')
}
