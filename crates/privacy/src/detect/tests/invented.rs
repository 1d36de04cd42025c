//! Records in many formats and languages; what they are is said in `invented.txt`.

use super::check_by;
use crate::Policy;

#[test]
fn records_of_other_formats_and_languages_are_read() {
    let lines = include_str!("invented.txt").lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        check_by(&Policy::default(), &line.replace("\\n", "\n").replace("\\t", "\t"));
    }
}
