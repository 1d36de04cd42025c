use super::*;

const BUDGET: Budget = Budget { rows_max: 1, answer_bytes_max: 1, memory_bytes_max: 64 << 20, time_max: Duration::from_secs(30) };

#[test]
fn nothing_of_a_record_stands_in_an_error() {
    let secret = "alice@example.com";
    let errors = [
        DataFusionError::Execution(format!("bad value {secret}")),
        DataFusionError::Internal(format!("bad value {secret}")),
        DataFusionError::Plan(format!("bad value {secret}")),
        DataFusionError::ArrowError(Box::new(arrow::error::ArrowError::CastError(format!("cannot cast '{secret}'"))), None),
        DataFusionError::Context(secret.into(), Box::new(DataFusionError::Execution(secret.into()))),
        DataFusionError::Shared(std::sync::Arc::new(DataFusionError::Execution(secret.into()))),
        DataFusionError::External(secret.into()),
    ];
    for error in errors {
        let translated = translate(error, Stage::Running, &BUDGET, None);
        assert!(!format!("{translated:?}").contains(secret), "{translated:?}");
    }
}

#[test]
fn memory_is_over_budget_wherever_it_is_said() {
    let inner = || DataFusionError::ResourcesExhausted("x".into());
    for error in [inner(), DataFusionError::Context("x".into(), Box::new(inner())), DataFusionError::Collection(vec![inner()])] {
        let translated = translate(error, Stage::Running, &BUDGET, None);
        assert_eq!(translated.to_string(), "the query needs more than its 64 MiB of memory");
    }
}

#[test]
fn a_place_in_the_question_is_a_byte() {
    let check = |text, line, column, byte| assert_eq!(byte_position(text, line, column), byte, "{line}:{column}");
    check("select x", 1, 8, Some(7));
    check("select\n  x", 2, 3, Some(9));
    check("ä b", 1, 3, Some(3));
    check("a", 1, 9, Some(1)); // behind the end
    check("a", 2, 1, None);
    check("a", 0, 0, None);
}

#[test]
fn a_misspelt_name_is_recognised() {
    let known = ["timestamp", "severity", "http.status_code"];
    let check = |name, hint| assert_eq!(nearest(name, known.into_iter()), hint, "{name}");
    check("timestmp", Some("timestamp"));
    check("Severity", Some("severity"));
    check("http.status", Some("http.status_code"));
    check("customer", None);
}
