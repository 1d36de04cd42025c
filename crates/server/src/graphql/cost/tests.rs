use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;

fn code(document: &str, variables: Value) -> Option<String> {
    let parsed = parse_query(document).unwrap_or_else(|error| panic!("{error}"));
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let error = super::check(&parsed, &variables).err()?;
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code")).cloned();
    Some(code.expect("a code").into_json().expect("JSON").as_str().expect("a text").to_owned())
}

fn check(document: &str, expected: Option<&str>) {
    let shown: String = document.chars().take(200).collect();
    assert_eq!(code(document, json!({})).as_deref(), expected, "{shown}");
}

const COMPLEX: Option<&str> = Some("QUERY_TOO_COMPLEX");
const DEEP: Option<&str> = Some("QUERY_TOO_DEEP");
const ALIASES: Option<&str> = Some("TOO_MANY_ALIASES");
const CYCLE: Option<&str> = Some("FRAGMENT_CYCLE");

#[test]
fn fields_of_lists_cost_as_often_as_they_come() {
    // 1 for logs, 1 for records, and 998 for the messages.
    check("{ logs(limit: 998) { records { message } } }", None);
    check("{ logs(limit: 999) { records { message } } }", COMPLEX);
    // What stands beside the list comes once.
    check("{ logs(limit: 997) { records { message } complete } }", None);
    check("{ logs(limit: 998) { records { message } complete } }", COMPLEX);
    let fields = |count: usize| (0..count).map(|n| format!("f{n} ")).collect::<String>();
    check(&format!("{{ logs {{ records {{ {} }} }} }}", fields(19)), None);
    check(&format!("{{ logs {{ records {{ {} }} }} }}", fields(20)), COMPLEX);
    check(&format!("{{ {} }}", fields(1000)), None);
    check(&format!("{{ {} }}", fields(1001)), COMPLEX);
    check("{ histogram(limit: 300) { bins { start total bySeverity { error } } } }", COMPLEX);
    check("{ histogram(limit: 240) { bins { start total bySeverity { error } } } }", None);
    check("{ fields { fields { name kind level present } } }", None);
    check("{ fields(limit: 250) { fields { name kind level present } } }", COMPLEX);
    check("{ rows(limit: 900) { columns { name kind level } rows } }", None);
    check("{ sql(query: \"\", limit: 1000000000) { rows } }", None);
    check("mutation { ingest(records: []) { accepted } }", None);
}

#[test]
fn limits_in_variables_count_too() {
    let document = "query($n: Int! = 500) { logs(limit: $n) { records { message severity } } }";
    let coded = |variables| code(document, variables);
    assert_eq!(coded(json!({ "n": 499 })), None);
    assert_eq!(coded(json!({ "n": 500 })).as_deref(), COMPLEX);
    assert_eq!(coded(json!({})).as_deref(), COMPLEX, "its default");
    assert_eq!(coded(json!({ "n": -1 })).as_deref(), COMPLEX, "no number of items: as many as there may be");
    assert_eq!(coded(json!({ "n": "1" })).as_deref(), COMPLEX);
    assert_eq!(coded(json!({ "n": 1e30 })).as_deref(), COMPLEX);
    check("query($n: Int!) { logs(limit: $n) { records { message severity } } }", COMPLEX);
}

#[test]
fn all_operations_and_directives_count() {
    let one = "logs(limit: 400) { records { message } }";
    check(&format!("query a {{ {one} }} query b {{ {one} }}"), None);
    check(&format!("query a {{ {one} }} query b {{ {one} }} query c {{ {one} }}"), COMPLEX);
    let directives = "@include(if: true) ".repeat(1000);
    check(&format!("{{ logs {{ complete {directives} }} }}"), COMPLEX);
    check(&format!("query q {directives} {{ logs {{ complete }} }}"), COMPLEX);
    check(&format!("{{ ... {directives} {{ logs {{ complete }} }} }}"), COMPLEX);
}

#[test]
fn fields_are_not_nested_without_end() {
    let nested = |depth: usize| format!("{{ {} x {} }}", "a {".repeat(depth - 1), "}".repeat(depth - 1));
    check(&nested(DEPTH_MAX), None);
    check(&nested(DEPTH_MAX + 1), DEEP);
    check(&nested(20), DEEP);
    let spread = "{ a { b { c { ...f } } } } fragment f on T { d { e { f { g { h { i { j { k { l { m } } } } } } } } } }";
    check(spread, DEEP);
}

#[test]
fn questions_about_the_schema_have_bounds_of_their_own() {
    let types = |depth: usize| {
        format!("{{ __schema {{ types {{ fields {{ type {} name {} }} }} }} }}", "{ ofType".repeat(depth), "}".repeat(depth))
    };
    check(&types(9), None);
    check(&types(30), DEEP);
    check("{ __schema { types { fields { type { fields { name } } } } } }", None);
    check("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", DEEP);
    check("{ __type(name: \"Query\") { possibleTypes { interfaces { possibleTypes { name } } } } }", DEEP);
}

#[test]
fn aliases_are_counted_wherever_they_are_spread() {
    let aliases = |count: usize| (0..count).map(|n| format!("a{n}: x ")).collect::<String>();
    check(&format!("{{ {} }}", aliases(ALIASES_MAX)), None);
    check(&format!("{{ {} }}", aliases(ALIASES_MAX + 1)), ALIASES);
    check(&format!("{{ {} }}", aliases(1000)), ALIASES);
    check(&format!("{{ x {{ ...f }} y {{ ...f }} }} fragment f on T {{ {} }}", aliases(ALIASES_MAX / 2)), None);
    check(&format!("{{ x {{ ...f }} y {{ ...f }} z {{ ...f }} }} fragment f on T {{ {} }}", aliases(ALIASES_MAX / 2)), ALIASES);
}

#[test]
fn fragments_neither_go_round_nor_explode() {
    check("{ ...a } fragment a on Query { ...a }", CYCLE);
    check("{ ...a } fragment a on Query { x { ...b } } fragment b on Query { y { ...c } } fragment c on Query { ...a }", CYCLE);
    check("{ ...a ...a } fragment a on Query { x }", None);
    check("{ ...unknown }", None);
    // Each spreads the next one ten times: 10^30 fields.
    let bomb = |count: usize| {
        let fragment = |n: usize| format!("fragment f{n} on Query {{ {} }} ", format!("...f{} ", n + 1).repeat(10));
        format!("{{ ...f0 }} {} fragment f{count} on Query {{ x }}", (0..count).map(fragment).collect::<String>())
    };
    check(&bomb(30), COMPLEX);
    check(&bomb(40), DEEP);
}

#[test]
fn a_subscription_is_one_field() {
    check("subscription { tail { record { message } } }", None);
    check("subscription { a: tail { dropped } b: tail { dropped } }", Some("GRAPHQL_VALIDATION_FAILED"));
    check("subscription { ...f } fragment f on Subscription { tail { dropped } }", Some("GRAPHQL_VALIDATION_FAILED"));
}
