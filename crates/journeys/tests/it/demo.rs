use crate::harness::{dendro, folder, run};

/// The first thing a newcomer runs: it stores a day, says how much smaller it is, answers three questions, and does not
/// store the day again the second time.
#[test]
fn the_demo_tells_its_story() {
    let (_temporary, data) = folder();
    let demo = || run(dendro(["demo", "--records", "20000", "--no-serve", "--data"]).arg(&data)).exits(0).out;
    let first = demo();
    assert!(first.contains("20,000 records"), "{first}");
    assert!(first.contains("times smaller"), "{first}");
    assert_eq!(first.matches("$ dendro ").count(), 3, "{first}");
    let second = demo();
    assert!(second.contains("is there already"), "{second}");
    let counted = run(dendro(["sql", "SELECT count(*) FROM logs", "-o", "raw", "--data"]).arg(&data)).exits(0);
    assert_eq!(counted.out, "20000\n");
    let asked = run(dendro(["ask", "why did payments fail at 2 PM?", "--data"]).arg(&data)).exits(0).out;
    assert!(asked.starts_with("ledger-service (connections or workers exhausted)"), "{asked}");
    assert!(
        asked.contains("\n  [1] ") && asked.contains("could not get a connection from pool ledger-db within 5000 ms"),
        "{asked}"
    );
}
