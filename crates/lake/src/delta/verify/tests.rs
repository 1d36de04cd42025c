use super::*;

fn verified(present: &[&str], damaged: &[&str], expected: &[&str]) -> Verified {
    let mut verified = Verified::default();
    for name in present {
        verified.add(name, true, damaged.contains(name).then_some((7, "wrong")));
    }
    let present = present.iter().map(|name| (*name).to_owned()).collect();
    verified.add_missing(expected.iter().map(|name| (*name).to_owned()).collect(), &present);
    verified
}

fn names(versions: std::ops::RangeInclusive<u64>) -> Vec<String> {
    versions.map(commit_name).collect()
}

const CHECKPOINT_2: &str = "00000000000000000002.checkpoint.parquet";

#[track_caller]
fn check(present: &[&str], damaged: &[&str], expected: &[&str], in_the_way: Option<u64>) {
    assert_eq!(verified(present, damaged, expected).in_the_way().map(|(version, _)| version), in_the_way);
}

#[test]
fn only_what_the_present_state_rests_on_is_in_the_way() {
    let commits = names(0..=4);
    let all: Vec<&str> = commits.iter().map(String::as_str).collect();
    let with_checkpoint = [&all[..], &[CHECKPOINT_2]].concat();
    check(&all, &[], &all, None);
    check(&all, &[all[3]], &all, Some(3));
    check(&all, &[all[1], all[3]], &all, Some(1));
    check(&with_checkpoint, &[all[1]], &all, None); // the checkpoint says it again
    check(&with_checkpoint, &[all[2], all[3]], &all, Some(3));
    check(&with_checkpoint, &[CHECKPOINT_2], &all, None); // the commits say it again
    check(&with_checkpoint, &[CHECKPOINT_2, all[1]], &all, Some(1));
    check(&all[..4], &[], &all, Some(4)); // the last commit is missing
    check(&[all[0], all[2]], &[], &[], Some(1)); // a gap, though nothing is remembered
    check(&[CHECKPOINT_2, all[4]], &[], &[], Some(3));
    check(&[all[4], CHECKPOINT_2, all[3]], &[], &[], None); // old commits were dropped
}

#[test]
fn what_is_no_json_is_named_by_its_byte() {
    let check = |text: &str, at: Option<u64>| assert_eq!(first_bad_line(text.as_bytes()), at, "{text}");
    check("{\"a\":1}\n{\"b\":2}\n", None);
    check("{\"a\":1}\n\n{\"b\":2}", None);
    check("", Some(0));
    check("\u{1}\"a\":1}\n", Some(0));
    check("{\"a\":1}\n{\"b\":x}\n", Some(13));
    check("{\"a\":1}\n[2]\n", Some(8));
}
