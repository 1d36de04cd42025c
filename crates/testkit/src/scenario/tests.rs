use super::*;

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed| Scenario::incident(seed, Fault::PoolExhausted).run();
    assert_eq!(story(5).lines, story(5).lines);
    assert_ne!(story(5).lines, story(6).lines);
}

#[test]
fn every_fault_is_felt_while_it_lasts() {
    for (seed, fault) in Fault::ALL.into_iter().enumerate() {
        let story = Scenario::incident(seed as u64, fault).run();
        let truth = story.truth.expect("a fault");
        let complaints = |from: Timestamp, to: Timestamp| {
            story.lines.iter().filter(|line| line.severity >= Severity::Error && (from..to).contains(&line.at)).count()
        };
        let (length, during) = (truth.end.since(truth.start), complaints(truth.start, truth.end));
        let before = complaints(truth.start.minus(length), truth.start);
        assert!(
            fault == Fault::SlowOnly || during > 3 * before + 10,
            "{fault:?} of {}: {during} errors, {before} before",
            truth.root
        );
    }
}
