//! Good input, from which the rest is made.

use std::io::Write;

pub(crate) fn texts() -> Vec<Vec<u8>> {
    owned(&[
        b"{\"timestamp\":\"2026-02-06T14:23:45.1Z\",\"level\":\"warn\",\"message\":\"m\",\"http\":{\"status\":200},\"tags\":[1,\"a\"]}\n{\"a\":1}\n",
        b"[{\"a\":1},{\"b\":{\"c\":[true,null,1.5e3]}},{\"\\u00e4\\ud83d\\ude00\":\"x\\n\"}]",
        b"<34>1 2026-02-06T14:23:45.003Z h app 12 ID47 [ex@1 a=\"b\\\"c\"] text\n<13>Feb  6 14:23:45 h app[12]: @cee: {\"a\":1}\n",
        b"52 <34>1 2026-02-06T14:23:45Z h a p m [id a=\"b\"] msg 26 <14>1 - h app - - - three",
        b"CEF:0|v|p|1|4|name|5|src=10.0.0.1 msg=a\\=b cs1Label=l cs1=v\nLEEF:2.0|v|p|1|id|^|a=b^c=d\n",
        b"time=2026-02-06T14:23:45Z level=info msg=\"a \\\"b\\\"\" k=1 k=2 flag\n",
        b"192.0.2.7 - bob [06/Feb/2026:14:23:45 +0000] \"GET /a?b=c HTTP/1.1\" 200 5 \"-\" \"curl/8\" 0.004\n2026/02/06 14:23:45 [error] 12#3: *4 open() failed, client: 192.0.2.7\n",
        b"2026-02-06 14:23:45,123 ERROR [main] a.B - boom\njava.lang.X: y\n    at a.b(C.java:1)\nCaused by: z\n\nE0206 14:23:45.1 12 f.go:3] k8s\n",
    ])
}

pub(crate) fn dialects() -> Vec<Vec<u8>> {
    let mut seeds = owned(&[
        b"{\"create\":{\"_index\":\"logs-a-2026.02.06\",\"_id\":\"1\"}}\n{\"a\":1,\"@timestamp\":1770387825123}\n{\"update\":{\"_id\":\"2\"}}\n{\"doc\":{\"b\":2}}\n{\"delete\":{\"_id\":\"3\"}}\n",
        b"{\"streams\":[{\"stream\":{\"app\":\"a\"},\"values\":[[\"1770387825000000007\",\"line\",{\"k\":\"v\"}],[\"1\",\"{\\\"a\\\":1}\"]]}]}",
        b"{\"streams\":[{\"labels\":\"{a=\\\"b\\\",c=\\\"d\\\"}\",\"entries\":[{\"ts\":\"2026-02-06T14:23:45Z\",\"line\":\"l\"}]}]}",
        b"{\"time\":1770387825.5,\"host\":\"h\",\"event\":{\"message\":\"m\"},\"fields\":{\"a\":\"b\"}}{\"event\":\"text\"}",
        b"[{\"message\":\"m\",\"ddtags\":\"env:prod,a\",\"status\":\"error\",\"timestamp\":1770387825123},{}]",
        b"{\"version\":\"4\",\"receiver\":\"r\",\"alerts\":[{\"status\":\"firing\",\"labels\":{\"alertname\":\"A\",\"severity\":\"critical\"},\"annotations\":{\"summary\":\"s\"},\"startsAt\":\"2026-02-06T14:23:45.5Z\"}]}",
        b"{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]},\"scopeLogs\":[{\"scope\":{\"name\":\"l\"},\"logRecords\":[{\"timeUnixNano\":\"1770387825000000007\",\"severityNumber\":9,\"body\":{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{\"arrayValue\":{\"values\":[{\"intValue\":\"1\"},{\"doubleValue\":1.5}]}}}]}},\"attributes\":[{\"key\":\"a\",\"value\":{\"boolValue\":true}},{\"key\":\"b\",\"value\":{\"bytesValue\":\"aGk=\"}}],\"traceId\":\"0102030405060708090a0b0c0d0e0f10\"}]}]}]}",
        b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"n\",\"kind\":2,\"startTimeUnixNano\":\"1770387825000000000\",\"endTimeUnixNano\":\"1770387825000000500\",\"events\":[{\"name\":\"e\",\"attributes\":[]}],\"status\":{\"code\":2}}]}]}]}",
    ]);
    seeds.extend([otlp(), loki(), firehose()]);
    seeds
}

fn otlp() -> Vec<u8> {
    let text = |text: &str| field(1, text.as_bytes());
    let pair = |key: &str, value: Vec<u8>| [field(1, key.as_bytes()), field(2, &value)].concat();
    let nested = field(6, &field(1, &pair("in", field(5, &field(1, &[0x18, 5])))));
    let mut record = [&[0x09][..], &1_770_387_825_123_000_000_u64.to_le_bytes(), &[0x10, 9]].concat();
    record.extend(field(5, &text("hello \u{e4}")));
    for pair in [pair("a", text("b")), pair("n", vec![0x18, 0xc8, 1]), pair("o", nested), pair("a", text(&"x".repeat(200)))] {
        record.extend(field(6, &pair));
    }
    record.extend(field(9, &[7; 16]));
    let scope = [field(1, &text("lib")), field(2, &record), field(2, &record)].concat();
    let resource = field(1, &pair("service.name", text("shop")));
    field(1, &[field(1, &resource), field(2, &scope)].concat())
}

fn loki() -> Vec<u8> {
    let entry = [
        field(1, &[0x08, 0xf1, 0x82, 0xb9, 0xcb, 6, 0x10, 7]),
        field(2, b"line"),
        field(3, &[field(1, b"k"), field(2, b"v")].concat()),
    ];
    field(1, &[field(1, b"{a=\"b\"}"), field(2, &entry.concat())].concat())
}

fn firehose() -> Vec<u8> {
    use base64::Engine;
    let envelope = br#"{"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1770387825123,"message":"m"}]}"#;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(envelope).expect("gzip");
    let packed = base64::engine::general_purpose::STANDARD.encode(encoder.finish().expect("gzip"));
    format!("{{\"requestId\":\"r\",\"records\":[{{\"data\":\"{packed}\"}},{{\"data\":\"aGVsbG8K\"}}]}}").into_bytes()
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut len = bytes.len();
    while len >= 0x80 {
        out.push(len as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
    [out, bytes.to_vec()].concat()
}

pub(crate) fn streams() -> Vec<Vec<u8>> {
    let forward = [
        &b"\x94\xa5app.x\xd7\x00"[..],
        &1_770_387_825_u32.to_be_bytes(),
        &[0, 0, 0, 5],
        b"\x82\xa3log\xa3one\xa5level\xa4warn\x81\xa5chunk\xa2c1",
    ];
    let packed = [&b"\x92\xa5app.x\xc4\x0e"[..], b"\x92\xce", &1_770_387_825_u32.to_be_bytes(), b"\x81\xa3log\xa3one"];
    let journal = b"__CURSOR=s=739ad463348b4ceca5a9e69c95a3c93f;i=4ece7;b=0\nMESSAGE=a=b\nPRIORITY=4\nBIN\n\x03\0\0\0\0\0\0\0a\nb\n\nMESSAGE=c\n\n";
    let chunk = |number: u8| [&[0x1e, 0x0f, 1, 2, 3, 4, 5, 6, 7, 8, number, 2][..], b"{\"short_message\":\"m\"}"].concat();
    let mut seeds = vec![forward.concat(), packed.concat(), journal.to_vec(), chunk(0), chunk(1)];
    seeds.extend(owned(&[
        b"2W\0\0\0\x022J\0\0\0\x01\0\0\0\x0b{\"a\":\"b\"}  2J\0\0\0\x02\0\0\0\x02{}",
        b"1D\0\0\0\x01\0\0\0\x02\0\0\0\x01k\0\0\0\x01v\0\0\0\x01l\0\0\0\x01w2C\0\0\0\x04abcd",
        b"1 open 85 relp_version=0\nrelp_software=librelp,1.2.7,http://librelp.adiscon.com\ncommands=syslog\n2 syslog 5 hello\n3 close 0\n",
        b"26 <14>1 - h app - - - three\n26 <14>1 - h app - - - three",
        b"<34>Feb  6 14:23:45 db su: one\r\n<14>two\0no header\n",
    ]));
    seeds
}

fn owned(seeds: &[&[u8]]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| seed.to_vec()).collect()
}
