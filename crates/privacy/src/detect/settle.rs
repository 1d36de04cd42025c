use crate::detect::Finding;

/// Puts the findings from `first` on in order and takes away what lies over another: of two that begin together the
/// longer stays, and of one that reaches into the next only its part before.
pub(crate) fn settle(text: &str, found: &mut Vec<Finding>, first: usize) {
    if found.len() == first {
        return;
    }
    for finding in &mut found[first..] {
        finding.end = finding.end.min(text.len());
        while !text.is_char_boundary(finding.start) {
            finding.start -= 1;
        }
        while !text.is_char_boundary(finding.end) {
            finding.end += 1;
        }
    }
    found[first..].sort_by_key(|finding| (finding.start, std::cmp::Reverse(finding.end)));
    let (mut kept, mut end) = (first, 0);
    for at in first..found.len() {
        let mut finding = found[at];
        finding.start = finding.start.max(end);
        if finding.start >= finding.end {
            continue;
        }
        end = finding.end;
        found[kept] = finding;
        kept += 1;
    }
    found.truncate(kept);
}
