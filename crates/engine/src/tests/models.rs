//! Calls of language models, as a table.

use super::house::{Attribute, Entry, House, batch, lines};

/// With columns for attributes, and without.
#[tokio::test(flavor = "multi_thread")]
async fn calls_are_there_as_rows() {
    for columns in [200, 0] {
        let house = House::with_columns(columns).await;
        let asked =
            "select model, purpose, outcome, input_tokens + output_tokens as tokens, duration_ms from llm_calls order by 1";
        assert_eq!(lines(&house.sql(asked).await), [""; 0], "nobody was asked yet");
        let call = |at, model: &str| Entry {
            at,
            source: Some("dendro-models".to_owned()),
            attributes: [
                ("gen_ai.request.model", Attribute::Text(model.to_owned())),
                ("gen_ai.usage.input_tokens", Attribute::Int(900)),
                ("gen_ai.usage.output_tokens", Attribute::Int(100)),
                ("llm.purpose", Attribute::Text("analyze".to_owned())),
                ("llm.outcome", Attribute::Text("narrated".to_owned())),
                ("llm.duration_ms", Attribute::Int(7)),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
            ..Entry::default()
        };
        let other = Entry { at: 3, source: Some("shop".to_owned()), ..call(3, "c") };
        house.append(batch(&[call(1, "a"), call(2, "b"), other])).await;
        for sealed in [false, true] {
            if sealed {
                house.seal().await;
            }
            let row = |model| {
                format!(r#"{{"model":"{model}","purpose":"analyze","outcome":"narrated","tokens":1000,"duration_ms":7}}"#)
            };
            assert_eq!(lines(&house.sql(asked).await), [row("a"), row("b")], "{columns} columns, sealed: {sealed}");
            // How the server counts what was used today.
            let used = "source:=\"dendro-models\" | stats sum(gen_ai.usage.input_tokens) as used_in";
            assert_eq!(lines(&house.search(used).await), [r#"{"used_in":1800}"#], "{columns} columns, sealed: {sealed}");
        }
    }
    let house = House::new().await;
    let used = "source:=\"dendro-models\" | stats sum(gen_ai.usage.input_tokens) as used_in";
    assert_eq!(lines(&house.search(used).await), ["{}"], "without records");
}
