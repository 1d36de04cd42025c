use proptest::prelude::*;
use record::Timestamp;

use crate::{Filter, Query, parse, sample};

proptest! {
    #[test]
    fn what_is_spelled_is_read_back(query in sample::query()) {
        let text = query.to_string();
        prop_assert_eq!(parse(&text, Timestamp::default()).unwrap(), query, "{}", text);
    }
}

#[test]
fn filters_of_no_and_one_part_are_spelled_too() {
    let spelled = |filter: Filter| Query { filter, pipes: Vec::new() }.to_string();
    assert_eq!(spelled(Filter::And(Vec::new())), "*");
    assert_eq!(spelled(Filter::Or(Vec::new())), "NOT *");
    assert_eq!(spelled(Filter::And(vec![Filter::Exists { field: "a".to_owned() }])), "a:*");
}

#[test]
fn a_histogram_is_a_query_like_others() {
    let query = Query::histogram(Filter::All, std::time::Duration::from_secs(90));
    assert_eq!(query.to_string(), "* | stats count() by bin(1m30s) | sort bin");
    assert_eq!(parse(&query.to_string(), Timestamp::default()).unwrap(), query);
}
