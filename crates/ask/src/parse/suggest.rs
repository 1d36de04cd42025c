/// `did you mean ...` with the candidate nearest to what was written, if one is near enough to be a slip.
pub(super) fn did_you_mean<'c>(written: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let written = written.to_lowercase();
    let near_enough = 1 + written.chars().count() / 4;
    candidates
        .into_iter()
        .map(|candidate| (distance(&written, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= near_enough && distance < candidate.chars().count())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// How many letters must be added, dropped, changed or swapped with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (a, b, want) in
            [("stats", "stats", 0), ("stast", "stats", 1), ("stat", "stats", 1), ("", "top", 3), ("sort", "fort", 1)]
        {
            assert_eq!(distance(a, b), want, "{a} {b}");
        }
        assert_eq!(did_you_mean("Stast", ["sort", "stats"]).as_deref(), Some("did you mean `stats`?"));
        assert_eq!(did_you_mean("banana", ["sort", "stats"]), None);
        assert_eq!(did_you_mean("x", ["y"]), None); // everything is near to one letter
    }
}
