use std::convert::Infallible;

use futures::stream;

use super::*;

fn bounds() -> Bounds {
    Bounds::logs(&Limits { body_bytes: 1000, ..Limits::STANDARD })
}

/// A body of pieces, each after a pause.
fn trickle(pieces: usize, len: usize, pause: Duration) -> Body {
    Body::from_stream(stream::iter(0..pieces).then(move |_| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(Bytes::from(vec![b'x'; len]))
    }))
}

async fn status_of(body: Body, headers: &HeaderMap, bounds: &Bounds) -> u16 {
    let budget = ByteBudget::new(64 << 20);
    let received = receive(headers, body, bounds, &budget).await;
    received.map_or_else(|problem| problem.status().as_u16(), |_| 200)
}

#[tokio::test(start_paused = true)]
async fn size_is_bounded_whether_declared_or_not() {
    let check = async |len: usize, declared: bool, expected: u16| {
        let mut headers = HeaderMap::new();
        if declared {
            headers.insert(header::CONTENT_LENGTH, len.into());
        }
        assert_eq!(status_of(Body::from(vec![b'x'; len]), &headers, &bounds()).await, expected, "{len} {declared}");
    };
    check(1000, true, 200).await;
    check(1001, true, 413).await;
    check(1000, false, 200).await;
    check(1001, false, 413).await;
    assert_eq!(status_of(trickle(11, 91, Duration::ZERO), &HeaderMap::new(), &bounds()).await, 413);
}

#[tokio::test(start_paused = true)]
async fn slow_bodies_are_given_up() {
    let check = async |pieces, len, pause: u64, expected| {
        let bounds = Bounds::logs(&Limits::STANDARD);
        let body = trickle(pieces, len, Duration::from_millis(pause));
        assert_eq!(status_of(body, &HeaderMap::new(), &bounds).await, expected, "{pieces} x {len} every {pause} ms");
    };
    check(2, 10, 29_000, 408).await; // 10 bytes in 29 s are within the grace, after 58 s they are too few
    check(1, 10, 29_000, 200).await;
    check(1, 10, 31_000, 408).await;
    check(100, 1, 1_000, 408).await; // never idle, and never done
    check(100, 20 << 10, 1_000, 200).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let pieces = [Ok(Bytes::from_static(b"x")), Err(std::io::Error::other("reset"))];
    assert_eq!(status_of(Body::from_stream(stream::iter(pieces)), &HeaderMap::new(), &bounds()).await, 400);
}

#[tokio::test]
async fn bodies_share_a_budget_and_give_it_back() {
    let budget = ByteBudget::new(1500);
    let bounds = bounds();
    let body = || Body::from(vec![b'x'; 1000]);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_LENGTH, 1000.into());
    let first = receive(&headers, body(), &bounds, &budget).await.expect("room");
    let refused = receive(&headers, body(), &bounds, &budget).await.expect_err("no room");
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    drop(first);
    assert!(receive(&headers, body(), &bounds, &budget).await.is_ok());
    assert_eq!(budget.used(), 0);
}
