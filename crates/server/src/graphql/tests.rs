use std::time::{Duration, Instant};

use super::asked::Asked;
use super::cost::limit;
use super::document::Document;
use super::*;

/// Set to write the page anew.
const WRITE: &str = "DENDRO_WRITE_SCHEMA";

#[test]
fn the_schema_is_the_documented_one() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/graphql.graphql");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, sdl()).expect("docs/graphql.graphql");
    }
    let written = std::fs::read_to_string(&path).expect("docs/graphql.graphql");
    assert_eq!(sdl(), written, "{WRITE}=1 writes the page anew");
}

#[test]
fn what_is_counted_is_what_is_answered() {
    let sdl = sdl();
    for (question, usual) in [("logs", limit::LOGS), ("rows", limit::ROWS), ("histogram", limit::BINS), ("values", limit::VALUES)]
    {
        let field = sdl.split(&format!("\t{question}(")).nth(1).and_then(|rest| rest.split("): ").next()).expect("a field");
        assert!(field.contains(&format!("limit: Int! = {usual}")), "{question}: {field}");
    }
}

fn read(query: &str) -> Result<Document, async_graphql::ServerError> {
    Document::read(&Asked { query: query.to_owned(), ..Asked::default() })
}

#[test]
fn errors_of_syntax_do_not_show_the_line() {
    let check = |document: &str, place: (usize, usize)| {
        let Err(error) = read(document) else { panic!("{document}") };
        assert!(!error.message.contains("hunter2"), "{}", error.message);
        assert_eq!((error.locations[0].line, error.locations[0].column), place, "{document}: {}", error.message);
    };
    check("{ logs(query: \"hunter2\" { complete } }", (1, 25));
    check("mutation {\n  ingest(records: [{password: \"hunter2\"}) { accepted } }", (2, 41));
    check("hunter2", (1, 1));
    check("{ logs(limit: 1e999) { complete } }", (1, 15));
    let Err(error) = read("{ logs(") else { panic!("it is cut off") };
    assert!(error.message.starts_with("this is not GraphQL: expected "), "{}", error.message);
}

/// What attacks servers of GraphQL is refused before it costs time.
#[test]
fn hostile_documents_are_refused_fast() {
    let aliases = (0..1000).map(|n| format!("a{n}: logs {{ complete }} ")).collect::<String>();
    let bomb =
        (0..30).map(|n| format!("fragment f{n} on Query {{ {} }} ", format!("...f{} ", n + 1).repeat(10))).collect::<String>();
    // What the parser works on longest, without a bound on the time that this machine needs for it, and one that it does not see.
    assert!(read(&"#".repeat(64 << 10)).is_err());
    assert!(read(&format!("{{ {} }}", "a ".repeat(2900))).is_err());
    assert!(read(&format!("{{ {} }}", "a ".repeat(3000))).is_err());
    let documents = [
        format!("{{ {} x {} }}", "a {".repeat(20), "}".repeat(20)),
        format!("{{ {aliases} }}"),
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(),
        format!("{{ ...f0 }} {bomb} fragment f30 on Query {{ health {{ status }} }}"),
        "{a".repeat(30_000),
        format!("{{ logs(query: {}", "[".repeat(60_000)),
        format!("query($x: {}", "[".repeat(60_000)),
        "{ health { status } } ".repeat(2800),
        "a".repeat(64 << 10),
        "\"\"\"".repeat(20_000),
        "@a ".repeat(20_000),
    ];
    for document in documents {
        // The best of some: the machine may be busy.
        let took = (0..5).map(|_| {
            let begun = Instant::now();
            let refused = read(&document).is_err();
            assert!(refused, "{}", document.chars().take(80).collect::<String>());
            begun.elapsed()
        });
        let took = took.min().expect("one");
        // 5 ms are promised of a release; without optimisation a parser is some ten times as slow.
        assert!(took < Duration::from_millis(100), "{took:?}: {}", document.chars().take(80).collect::<String>());
    }
}
