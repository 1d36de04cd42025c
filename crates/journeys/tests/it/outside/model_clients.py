"""Asks a fake model with the clients of OpenAI and Google, which decide whether it answers as their servers do.

model_clients.py CLIENT MODE URL
"""

import sys

SYSTEM = "You put findings into words. Answer with JSON."
USER = """Question: why?
<<<abcdefghij
F1 Most likely cause: ledger: \u201cdisk is full\u201d came 4 times from 14:02 on, and never in the time before
1 2026-02-06 14:02:11 ERROR ledger: disk is full
abcdefghij>>>
Sentences as JSON:"""


def openai(mode, url):
    import openai

    client = openai.OpenAI(base_url=f"{url}/v1", api_key="sk-journey", max_retries=0, timeout=20)
    assert [model.id for model in client.models.list()] == ["fake"]
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}]

    def ask(**more):
        return client.chat.completions.create(model="fake", messages=messages, temperature=0, max_completion_tokens=500, **more)

    refused(openai.BadRequestError, lambda: client.chat.completions.create(model="fake", messages=[]))
    if mode == "429":
        error = refused(openai.RateLimitError, ask)
        assert error.response.headers["retry-after"] == "1"
        return
    if mode == "500":
        refused(openai.InternalServerError, ask)
        return
    answer = ask(response_format={"type": "json_object"})
    assert answer.object == "chat.completion" and answer.choices[0].message.role == "assistant"
    assert answer.usage.prompt_tokens > 50 and answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.choices[0].finish_reason == ("length" if mode == "half" else "stop")
    assert bool(answer.choices[0].message.tool_calls) == (mode == "obeys")
    said(mode, answer.choices[0].message.content)


def gemini(mode, url):
    from google import genai
    from google.genai import errors, types

    client = genai.Client(api_key="journey", http_options=types.HttpOptions(base_url=url, api_version="v1beta"))
    config = types.GenerateContentConfig(
        system_instruction=SYSTEM, temperature=0, max_output_tokens=500, response_mime_type="application/json"
    )

    def ask():
        return client.models.generate_content(model="fake", contents=USER, config=config)

    if mode == "429":
        error = refused(errors.ClientError, ask)
        assert error.code == 429 and error.status == "RESOURCE_EXHAUSTED"
        return
    if mode == "500":
        assert refused(errors.ServerError, ask).code == 500
        return
    answer = ask()
    usage = answer.usage_metadata
    assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    expected = types.FinishReason.MAX_TOKENS if mode == "half" else types.FinishReason.STOP
    assert answer.candidates[0].finish_reason == expected, answer
    assert bool(answer.function_calls) == (mode == "obeys")
    # Thoughts are not part of the text.
    said(mode, answer.text)


def refused(kind, ask):
    try:
        ask()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} is missing")


def said(mode, text):
    import json

    if mode == "half":
        assert text.startswith('{"sentences":[') and not text.endswith("}"), text
        return
    sentences = json.loads(text)["sentences"]
    assert sentences and all(set(sentence) == {"text", "citations"} for sentence in sentences), text
    if mode == "echo":
        assert sentences[0]["citations"] == ["F1"] and "disk is full" in sentences[0]["text"], text


{"openai": openai, "gemini": gemini}[sys.argv[1]](*sys.argv[2:])
