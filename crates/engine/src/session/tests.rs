use arrow::datatypes::{DataType, TimeUnit};
use record::Timestamp;

use super::*;

#[test]
fn an_open_side_of_a_range_is_no_bound() {
    let column = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let at = Timestamp::from_micros(5);
    let check = |range: TimeRange, want: usize| {
        let filter = within(range, &column).expect("a filter").to_string();
        assert_eq!(filter.matches("timestamp").count(), want, "{filter}");
    };
    check(TimeRange::new(at, TimeRange::ALL.end), 1);
    check(TimeRange::new(TimeRange::ALL.start, at), 1);
    check(TimeRange::new(at, Timestamp::from_micros(9)), 2);
}
