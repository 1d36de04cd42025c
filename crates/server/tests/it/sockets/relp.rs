use server::Protocol;
use tokio::net::TcpStream;

use super::{answer, connect, house, rest, send};

const OPEN: &str = "1 open 46 relp_version=0\ncommands=syslog\nrelp_software=x\n";
const OFFERS: &str = "200 OK\nrelp_version=0\nrelp_software=dendro\ncommands=syslog";

async fn open(stream: &mut TcpStream) {
    send(stream, OPEN).await;
    let expected = format!("1 rsp {} {OFFERS}\n", OFFERS.len());
    assert_eq!(String::from_utf8(answer(stream, expected.len()).await), Ok(expected));
}

#[tokio::test]
async fn a_session_from_open_to_close() {
    let mut house = house(Protocol::Relp, "tcp://127.0.0.1:0").await;
    let mut stream = connect(&house).await;
    open(&mut stream).await;
    send(&mut stream, "2 syslog 16 <14>app: one\ntwo3 syslog 9 <14>three\n").await;
    // A frame that lies about its length is none.
    assert_eq!(rest(&mut stream).await, b"");
    let mut stream = connect(&house).await;
    open(&mut stream).await;
    send(&mut stream, "2 syslog 17 <14>app: one\ntwo\n\n3 syslog 9 <14>three\n4 eventlog 1 x\n5 sys").await;
    let expected = "2 rsp 6 200 OK\n3 rsp 6 200 OK\n4 rsp ";
    assert_eq!(String::from_utf8(answer(&mut stream, expected.len()).await).as_deref(), Ok(expected));
    assert_eq!(house.stored(2).await, ["127.0.0.1||app: one\ntwo", "127.0.0.1||three"]);
    send(&mut stream, "log 3 abc\n6 close 0\n").await;
    let text = String::from_utf8(rest(&mut stream).await).expect("text");
    assert!(text.ends_with("5 rsp 6 200 OK\n6 rsp 0 \n0 serverclose 0\n"), "{text:?}");
    assert_eq!(house.stored(1).await, ["127.0.0.1||abc"]);
}

#[tokio::test]
async fn what_is_no_session() {
    let house = house(Protocol::Relp, "tcp://127.0.0.1:0").await;
    for (said, end) in [
        ("<14>plain syslog\n", ""),
        ("1 open 14 relp_version=9\n", "0 \n"),
        ("1 syslog 999999999 x", ""),
        ("GET / HTTP/1.1\r\n\r\n", ""),
    ] {
        let mut stream = connect(&house).await;
        send(&mut stream, said).await;
        let text = String::from_utf8(rest(&mut stream).await).expect("text");
        assert!(text.is_empty() == end.is_empty(), "{said}: {text}");
    }
    // A message before the session is open is answered, and not stored.
    let mut stream = connect(&house).await;
    send(&mut stream, "1 syslog 3 abc\n").await;
    assert!(answer(&mut stream, 13).await.starts_with(b"1 rsp "));
    assert_eq!(house.metric("dendro_socket_messages_total{protocol=\"relp\"}").await, 0.0);
    house.until_metric("dendro_socket_closed_total{protocol=\"relp\",reason=\"too_long\"}", 1.0).await;
    house.until_metric("dendro_socket_closed_total{protocol=\"relp\",reason=\"malformed\"}", 2.0).await;
}
