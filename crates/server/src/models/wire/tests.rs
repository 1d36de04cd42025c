use super::*;

#[track_caller]
fn says(kind: ModelKind, body: &str, text: &str, tokens: (u64, u64)) {
    let is_cut = body.contains("length") || body.contains("MAX_TOKENS");
    assert_eq!(reply(kind, body.as_bytes()), Reply { said: Ok(Said { text: text.to_owned(), is_cut }), tokens }, "{body}");
}

#[track_caller]
fn fails(kind: ModelKind, body: &str, expected: &Failure) {
    assert_eq!(reply(kind, body.as_bytes()).said.as_ref(), Err(expected), "{body}");
}

#[test]
fn answers_of_openai_are_read() {
    let kind = ModelKind::OpenAi;
    let whole = r#"{"choices":[{"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}"#;
    says(kind, whole, "yes", (7, 2));
    says(kind, &format!("\n\n\n{whole}"), "yes", (7, 2));
    says(kind, r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"text":"b"}]}}]}"#, "ab", (0, 0));
    // Thoughts stand beside the answer and are none.
    says(kind, r#"{"choices":[{"message":{"reasoning_content":"hm","content":"a"},"finish_reason":"length"}]}"#, "a", (0, 0));
    says(kind, r#"{"choices":[{"message":{"content":"a","tool_calls":[{"function":{"name":"rm"}}]}}]}"#, "a", (0, 0));
    fails(
        kind,
        r#"{"choices":[{"message":{"content":null,"tool_calls":[{}]},"finish_reason":"tool_calls"}]}"#,
        &Failure::Garbage,
    );
    fails(kind, r#"{"choices":[{"message":{"content":"      "},"finish_reason":"stop"}]}"#, &Failure::Garbage);
    let refused = Failure::Refused { status: 200, why: "it refuses to answer this" };
    fails(kind, r#"{"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}"#, &refused);
    fails(kind, r#"{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}"#, &refused);
    // It has thought until its tokens were used up.
    fails(kind, r#"{"choices":[{"message":{"content":null},"finish_reason":"length"}]}"#, &Failure::CutOff);
    fails(kind, r#"{"error":{"message":"out of memory"}}"#, &Failure::Busy { status: 200, after: None });
    for rubbish in ["", "   ", "<html>", "{", "[]", "null", "{\"choices\":{}}", "{\"choices\":[]}"] {
        fails(kind, rubbish, &Failure::Garbage);
    }
}

#[test]
fn answers_of_gemini_are_read() {
    let kind = ModelKind::Gemini;
    let parts = r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"hm","thought":true},{"text":"a"},{"text":"b"}]},
        "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":2,"thoughtsTokenCount":3}}"#;
    says(kind, parts, "ab", (7, 5));
    let refused = Failure::Refused { status: 200, why: "it refuses to answer this" };
    fails(kind, r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, &refused);
    fails(kind, r#"{"candidates":[{"finishReason":"RECITATION"}]}"#, &refused);
    fails(kind, r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"rm"}}]}}]}"#, &Failure::Garbage);
    fails(kind, "{}", &Failure::Garbage);
}

/// Models that think first may use up all their tokens and say nothing.
#[test]
fn what_says_nothing_has_to_be_paid_for() {
    let blank =
        r#"{"choices":[{"message":{"content":""},"finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#;
    let tokens = |kind, body: &str| (reply(kind, body.as_bytes()).said, reply(kind, body.as_bytes()).tokens);
    assert_eq!(tokens(ModelKind::OpenAi, blank), (Err(Failure::CutOff), (7, 2)));
    let thought =
        r#"{"candidates":[{"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":7,"thoughtsTokenCount":3}}"#;
    assert_eq!(tokens(ModelKind::Gemini, thought), (Err(Failure::CutOff), (7, 3)));
    let many = r#"{"usageMetadata":{"candidatesTokenCount":18446744073709551615,"thoughtsTokenCount":3}}"#;
    assert_eq!(tokens(ModelKind::Gemini, many).1, (0, u64::MAX));
}

#[test]
fn errors_are_told_apart() {
    let busy = |status, seconds: Option<f64>| Failure::Busy { status, after: seconds.map(Duration::from_secs_f64) };
    assert_eq!(failure(429, Some(7), b""), busy(429, Some(7.0)));
    assert_eq!(failure(503, None, b"<html>"), busy(503, None));
    let delay = br#"[{"error":{"code":429,"details":[{"@type":"x"},{"retryDelay":"1.5s"}]}}]"#;
    assert_eq!(failure(429, None, delay), busy(429, Some(1.5)));
    assert_eq!(failure(429, None, br#"{"error":{"details":[{"retryDelay":"-1s"}]}}"#), busy(429, None));
    let quota = failure(429, Some(1), br#"{"error":{"code":"insufficient_quota"}}"#);
    assert!(matches!(quota, Failure::Refused { status: 429, .. }));
    assert_eq!(failure(400, None, b""), Failure::Form { status: 400 });
    // llama.cpp, OpenAI, vLLM and Gemini.
    for body in [
        r#"{"error":{"code":400,"message":"request (1248 tokens) exceeds the available context size","type":"exceed_context_size_error"}}"#,
        r#"{"error":{"code":"context_length_exceeded","message":"too long","type":"invalid_request_error"}}"#,
        r#"{"error":{"code":400,"message":"This model's maximum context length is 2048 tokens.","type":"BadRequestError"}}"#,
        r#"[{"error":{"code":400,"message":"The input token count (9) exceeds the maximum number of tokens allowed (8)."}}]"#,
    ] {
        assert_eq!(failure(400, None, body.as_bytes()), Failure::TooLong, "{body}");
    }
    for status in [301, 307, 401, 402, 403, 404, 413] {
        assert!(matches!(failure(status, None, b""), Failure::Refused { .. }), "{status}");
    }
}

/// What is asked for gets simpler, and never more than a text.
#[test]
fn requests_offer_no_tools() {
    let gateway = privacy::Gateway::new(privacy::Policy::default());
    let example = analysis::Example { evidence: "such facts", answer: "said so" };
    let citable = vec!["F1".to_owned(), "1".to_owned()];
    let prompt = Prompt { instructions: "do", example, evidence: gateway.clear("facts"), citable };
    for kind in [ModelKind::OpenAi, ModelKind::Gemini] {
        let mut form = Some(Form::FULL);
        let mut bodies = Vec::new();
        while let Some(this) = form {
            let body = body(kind, "m", &prompt, this);
            assert!(
                ["tools", "tool_choice", "functions", "stream", "toolConfig"].iter().all(|name| body[name].is_null()),
                "{body}"
            );
            let text = body.to_string();
            assert!(["\"do\"", "\"such facts\"", "\"said so\"", "\"facts\""].iter().all(|part| text.contains(part)), "{text}");
            bodies.push(body.to_string());
            form = this.simpler();
        }
        assert_eq!(bodies.len(), 5);
        // Bounds, then a schema, then none.
        let with = |what: &str| bodies.iter().map(|body| u8::from(body.contains(what))).collect::<Vec<_>>();
        assert_eq!((with("maxLength"), with(r#""enum":["F1","1"]"#)), (vec![1, 0, 0, 0, 0], vec![1, 0, 0, 0, 0]));
        assert_eq!(with("additionalProperties"), [1, 1, 1, 0, 0]);
    }
    assert_eq!(path(ModelKind::Gemini, "gemini-flash"), "models/gemini-flash:generateContent");
}
