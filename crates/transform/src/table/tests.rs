use super::*;

fn read(name: &str, text: &str) -> (Table, Vec<String>) {
    Table::read(name, text.as_bytes().to_vec(), Some("key")).expect("a table")
}

fn found(table: &Table, key: &str) -> String {
    let Some(row) = table.find(key) else { return "-".to_owned() };
    row.iter().map(|(name, datum)| format!("{name}={}", datum.text())).collect::<Vec<_>>().join(" ")
}

#[test]
fn csv_rows_are_found_by_their_key_and_wrong_ones_told_with_their_line() {
    let (table, told) = read("t.csv", "name,key,n\nann,1,07\n\"bob, the \"\"b\"\"\",2,7\nshort,3\n,4,\nagain,1,9\nx,,1\n");
    let told_of: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(
        told_of,
        ["line 4: 2 cells instead of 3", "line 6: its key stands further up already; that row counts", "line 7: it has no key"]
    );
    assert_eq!(found(&table, "1"), "name=ann n=07");
    assert_eq!(table.find("2").expect("row")[1].1, Datum::Int(7));
    assert_eq!(found(&table, "2"), "name=bob, the \"b\" n=7");
    assert_eq!((found(&table, "4").as_str(), found(&table, "5").as_str()), ("", "-"));
}

#[test]
fn json_rows_come_as_an_array_or_by_line() {
    let (array, told) = read("t.json", r#"[{"key":"a","x":{"y":1,"z":null},"l":[1,2]},{"no":1},{"key":5,"x":true}]"#);
    assert_eq!((found(&array, "a").as_str(), found(&array, "5").as_str()), ("l=[1,2] x.y=1", "x=true"));
    assert_eq!(told, ["line (item 2): it has no key"]);
    let (lines, told) = read("t.jsonl", "{\"key\":\"a\",\"x\":1}\n\n{\"key\":\n[]\n");
    assert_eq!(found(&lines, "a"), "x=1");
    assert_eq!(told, ["line 3: this is not JSON, at column 7", "line 4: this is not an object"]);
}

#[test]
fn keys_that_are_networks_hold_addresses_and_the_smallest_counts() {
    let (table, _) = read("t.csv", "key,net\n10.0.0.0/8,big\n10.1.0.0/16,small\n10.1.2.3,one\n2001:db8::/32,six\n");
    for (address, expected) in [
        ("10.9.9.9", "net=big"),
        ("10.1.9.9", "net=small"),
        ("10.1.2.3", "net=one"),
        ("2001:db8::1", "net=six"),
        ("11.0.0.1", "-"),
    ] {
        assert_eq!(found(&table, address), expected, "{address}");
    }
}

#[test]
fn a_list_holds_addresses_networks_domains_and_hashes() {
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    let text = format!(
        "# known bad\n192.0.2.7 scanner\n198.51.100.0/24\tbotnet # of 2026\nEvil.example,phishing\n{}\n\n300.1.1.1\n10.0.0.0/33\n-\n",
        md5.to_uppercase()
    );
    let (list, told) = read("bad.txt", &text);
    assert_eq!(told, [7, 8, 9].map(|line| format!("line {line}: this is no address, network, domain or hash")));
    for (key, expected) in [
        ("192.0.2.7", "match=192.0.2.7 label=scanner"),
        ("198.51.100.200", "match=198.51.100.0/24 label=botnet"),
        ("::ffff:198.51.100.200", "match=198.51.100.0/24 label=botnet"),
        ("login.evil.EXAMPLE.", "match=Evil.example label=phishing"),
        ("notevil.example", "-"),
        (&format!("{}evil.example", "a.".repeat(120)), "match=Evil.example label=phishing"),
        (&format!("{}evil.example", "a.".repeat(121)), "-"), // 254 bytes: no host has such a name
        (md5, &format!("match={}", md5.to_uppercase())),
        ("192.0.2.8", "-"),
        ("", "-"),
    ] {
        assert_eq!(found(&list, key), expected, "{key}");
    }
}

#[test]
fn many_wrong_rows_are_told_in_a_few_words() {
    let (_, told) = read("bad.txt", &format!("192.0.2.7\n{}", "?\n".repeat(50)));
    assert_eq!((told.len(), told[10].as_str()), (11, "40 more rows cannot be used"));
}

#[test]
fn what_cannot_be_used_at_all_is_an_error() {
    let check = |name: &str, bytes: &[u8], expected: &str| {
        assert_eq!(Table::read(name, bytes.to_vec(), Some("key")).map(|_| ()), Err(expected.to_owned()), "{name}");
    };
    check("t.csv", b"key,a\n", "there are no rows");
    check("t.csv", b"key,a\n1\n", "there are no rows that can be used; line 2: 1 cells instead of 2");
    check("t.json", b"[{]", "line 1, column 3: this is not an array of JSON objects");
    check("t.txt", b"\xff", "this is not UTF-8");
    check("t.txt", b"# nothing\n", "the list is empty");
    check("t.mmdb", b"nothing", "this is no database in MaxMind's format, or it is damaged");
    check("t.xlsx", b"", "unknown ending; there are: .csv, .json, .jsonl, .txt (a list), .mmdb");
}

/// A value of MaxMind's data section. Source: MaxMind DB file format specification, version 2.0, "Output Data Section".
enum Data {
    Text(&'static str),
    Short(u16),
    Number(u32),
    Long(u64),
    Double(f64),
    List(Vec<Data>),
    Map(Vec<(&'static str, Data)>),
}

impl Data {
    fn write(&self, out: &mut Vec<u8>) {
        let control = |out: &mut Vec<u8>, kind: u8, len: usize| {
            assert!(len < 29, "short values only");
            match kind {
                1..=7 => out.push(kind << 5 | len as u8),
                _ => out.extend([len as u8, kind - 7]),
            }
        };
        match self {
            Data::Text(text) => {
                control(out, 2, text.len());
                out.extend(text.as_bytes());
            }
            Data::Double(number) => {
                control(out, 3, 8);
                out.extend(number.to_be_bytes());
            }
            Data::Short(number) => {
                control(out, 5, 2);
                out.extend(number.to_be_bytes());
            }
            Data::Long(number) => {
                control(out, 9, 8);
                out.extend(number.to_be_bytes());
            }
            Data::Number(number) => {
                control(out, 6, 4);
                out.extend(number.to_be_bytes());
            }
            Data::Map(pairs) => {
                control(out, 7, pairs.len());
                for (name, value) in pairs {
                    Data::Text(name).write(out);
                    value.write(out);
                }
            }
            Data::List(values) => {
                control(out, 11, values.len());
                values.iter().for_each(|value| value.write(out));
            }
        }
    }
}

/// A database of IPv4 that knows the network `10.0.0.0/1`, whose tree is one node of 24-bit records.
fn database(data: &Data) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend([0, 0, 1 + 16]); // left: the data behind the tree and its 16 zero bytes
    bytes.extend([0, 0, 1]); // right: nothing
    bytes.extend([0; 16]);
    data.write(&mut bytes);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    let metadata = vec![
        ("binary_format_major_version", Data::Short(2)),
        ("binary_format_minor_version", Data::Short(0)),
        ("build_epoch", Data::Long(1)),
        ("database_type", Data::Text("Test-City")),
        ("description", Data::Map(vec![])),
        ("ip_version", Data::Short(4)),
        ("languages", Data::List(vec![Data::Text("en")])),
        ("node_count", Data::Number(1)),
        ("record_size", Data::Short(24)),
    ];
    Data::Map(metadata).write(&mut bytes);
    bytes
}

/// One that knows nothing but a rack.
pub(crate) fn small_database() -> Vec<u8> {
    database(&Data::Map(vec![("rack", Data::Number(7))]))
}

#[test]
fn a_geographic_database_tells_where_an_address_is() {
    let city = Data::Map(vec![
        (
            "country",
            Data::Map(vec![
                ("iso_code", Data::Text("DE")),
                ("names", Data::Map(vec![("de", Data::Text("x")), ("en", Data::Text("Germany"))])),
            ]),
        ),
        ("subdivisions", Data::List(vec![Data::Map(vec![("iso_code", Data::Text("BE"))])])),
        ("location", Data::Map(vec![("latitude", Data::Double(52.5))])),
        ("other", Data::Number(7)),
    ]);
    let (table, _) = Table::read("city.mmdb", database(&city), None).expect("a database");
    assert_eq!(found(&table, "10.1.2.3"), "country=DE country_name=Germany region=BE latitude=52.5");
    assert_eq!((found(&table, "200.1.1.1").as_str(), found(&table, "nobody").as_str()), ("-", "-"));
    let own = Data::Map(vec![("rack", Data::Number(7)), ("room", Data::Map(vec![("name", Data::Text("b"))]))]);
    let (table, _) = Table::read("own.mmdb", database(&own), None).expect("a database");
    assert_eq!(found(&table, "10.1.2.3"), "rack=7 room.name=b");
}

/// Damage is no panic and no error of a record: nothing is found, or something.
#[test]
fn a_damaged_database_is_refused_or_finds_nothing() {
    let whole = small_database();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            if let Ok((table, _)) = Table::read("own.mmdb", damaged, None) {
                let _ = table.find("10.1.2.3");
            }
        }
    }
}
