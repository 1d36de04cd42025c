use crate::Format;
use crate::tests::shown;

fn one(line: &str, record: &str) {
    assert_eq!(shown(Format::Syslog, line), [record], "{line}");
}

#[test]
fn cef() {
    one(
        "CEF:0|V|P|1|7|a \\| name|5|",
        r#"received WARN message="a | name" | cef.device_vendor="V" cef.device_product="P" cef.device_version="1" cef.signature_id="7" cef.name="a | name" cef.severity=5"#,
    );
    one(
        "CEF:0|V|P|1|7|n|Low|rt=Feb 06 2026 14:23:45 cs1=a\\=b cs1Label=x y act=blocked n=5",
        r#"2026-02-06T14:23:45Z INFO message="n" | cef.device_vendor="V" cef.device_product="P" cef.device_version="1" cef.signature_id="7" cef.name="n" cef.severity="Low" cs1="a=b" cs1Label="x y" act="blocked" n=5"#,
    );
    one("CEF:0|broken", r#"received message="CEF:0|broken" |"#);
}

#[test]
fn leef() {
    let header = r#"leef.vendor="V" leef.product="P" leef.product_version="1" leef.event_id="E1""#;
    one(
        "LEEF:1.0|V|P|1|E1|src=192.0.2.7\tsev=8\tmsg=two words",
        &format!(r#"received ERROR message="two words" | {header} src="192.0.2.7" sev=8"#),
    );
    one("LEEF:2.0|V|P|1|E1|^|a=1^b=2", &format!(r#"received message="E1" | {header} a=1 b=2"#));
    one("LEEF:2.0|V|P|1|E1|x5E|devTime=1770387825000^b=2", &format!(r#"2026-02-06T14:23:45Z message="E1" | {header} b=2"#));
}
