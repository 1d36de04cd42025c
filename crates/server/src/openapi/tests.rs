use serde_json::Value;

use super::*;

fn described() -> Value {
    serde_json::from_str(&document()).expect("JSON")
}

/// Every operation: path, method and description.
fn operations(api: &Value) -> Vec<(String, String, Value)> {
    let paths = api["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("item").clone();
        let path = path.clone();
        methods.into_iter().map(move |(method, operation)| (path.clone(), method, operation))
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn every_door_is_described() {
    let api = described();
    assert!(api["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let doors: Vec<String> =
        operations(&api).iter().map(|(path, method, _)| format!("{} {path}", method.to_uppercase())).collect();
    let expected = [
        "GET /",
        "POST /analyze",
        "GET /api/v1/anomalies",
        "GET /api/v1/context/{record_id}",
        "GET /api/v1/fields",
        "GET /api/v1/histogram",
        "POST /api/v1/ingest",
        "POST /api/v1/privacy/explain",
        "GET /api/v1/privacy/inventory",
        "GET /api/v1/privacy/policy",
        "PUT /api/v1/privacy/policy",
        "POST /api/v1/privacy/trial",
        "POST /api/v1/query",
        "POST /api/v1/sql",
        "GET /api/v1/tail",
        "GET /graphql",
        "POST /graphql",
        "GET /graphql/schema",
        "GET /healthz",
        "GET /livez",
        "GET /metrics",
        "GET /openapi.json",
        "GET /readyz",
        "POST /search",
        "GET /summary",
        "POST /v1/hooks/{name}",
    ];
    assert_eq!(doors, expected);
}

#[test]
fn every_operation_has_words_and_the_common_errors() {
    for (path, method, operation) in operations(&described()) {
        assert!(operation["summary"].is_string(), "{method} {path}");
        let responses = operation["responses"].as_object().expect("responses");
        for status in ["200", "400", "403", "408", "414", "431", "500", "503"] {
            assert!(responses.contains_key(status), "{method} {path} {status}");
        }
        assert_eq!(responses.contains_key("401"), !WITHOUT_TOKEN.contains(&path.as_str()), "{method} {path}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(value: &Value, api: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.strip_prefix('#').expect("a reference within");
                    assert!(api.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(|value| check(value, api));
            }
            Value::Array(items) => items.iter().for_each(|value| check(value, api)),
            _ => {}
        }
    }
    let api = described();
    check(&api, &api);
}
