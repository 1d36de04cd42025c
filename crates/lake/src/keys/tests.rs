use super::*;

fn keys() -> Keys {
    Keys::new(Arc::new(State::in_memory().expect("state in memory")))
}

fn key(body: u128) -> BatchKey {
    BatchKey { key: "k".into(), body }
}

fn acknowledged(lsn: u64, body: u128) -> Acknowledged {
    Acknowledged { tenant: Tenant::default(), key: key(body), accepted: 5, quarantined: 0, lsn, at: Timestamp::from_micros(1) }
}

#[tokio::test]
async fn a_key_is_recognised_before_and_after_it_moves_to_the_database() {
    let keys = keys();
    let tenant = Tenant::default();
    assert!(matches!(keys.claim(&tenant, &key(1)).await, Ok(Claim::New)));
    keys.durable(acknowledged(3, 1));
    assert!(matches!(keys.claim(&tenant, &key(1)).await, Ok(Claim::Duplicate(first)) if first.lsn == 3));
    keys.persist((2, 0), Timestamp::from_micros(0)).unwrap();
    assert!(!keys.recent.lock().is_empty(), "not covered yet");
    keys.persist((3, 0), Timestamp::from_micros(0)).unwrap();
    assert!(keys.recent.lock().is_empty());
    assert!(matches!(keys.claim(&tenant, &key(1)).await, Ok(Claim::Duplicate(first)) if first.lsn == 3));
    assert!(matches!(keys.claim(&tenant, &key(2)).await, Err(Error::KeyReused)));
    assert!(matches!(keys.claim(&Tenant::new("other").unwrap(), &key(2)).await, Ok(Claim::New)), "tenants do not share keys");
}

#[tokio::test]
async fn whoever_comes_second_waits_for_the_first() {
    let keys = Arc::new(keys());
    let tenant = Tenant::default();
    assert!(matches!(keys.claim(&tenant, &key(1)).await, Ok(Claim::New)));
    let second = tokio::spawn({
        let (keys, tenant) = (Arc::clone(&keys), tenant.clone());
        async move { keys.claim(&tenant, &key(1)).await }
    });
    tokio::task::yield_now().await;
    assert!(!second.is_finished());
    keys.durable(acknowledged(1, 1));
    assert!(matches!(second.await.unwrap(), Ok(Claim::Duplicate(_))));
}

#[tokio::test]
async fn a_failed_batch_frees_its_key() {
    let keys = keys();
    let tenant = Tenant::default();
    assert!(matches!(keys.claim(&tenant, &key(1)).await, Ok(Claim::New)));
    keys.release(&tenant, "k");
    assert!(matches!(keys.claim(&tenant, &key(2)).await, Ok(Claim::New)));
}

/// A stream's position, in memory and in the database: never back, never forgotten, and not lost with a batch that failed.
#[tokio::test]
async fn a_position_goes_forward_only() {
    let keys = keys();
    let tenant = Tenant::default();
    let reach = |next| BatchKey::position("kafka:g:t:0", next);
    let reached = |lsn, next| Acknowledged { key: reach(next), ..acknowledged(lsn, 0) };
    assert_eq!(keys.position(&tenant, &reach(0).key).unwrap(), None);
    assert!(matches!(keys.claim(&tenant, &reach(5)).await, Ok(Claim::New)));
    keys.durable(reached(1, 5));
    keys.durable(reached(2, 9));
    keys.release(&tenant, &reach(0).key);
    for _ in 0..2 {
        assert_eq!(keys.position(&tenant, &reach(0).key).unwrap(), Some(9));
        assert!(matches!(keys.claim(&tenant, &reach(9)).await, Ok(Claim::Duplicate(first)) if first.lsn == 2));
        assert!(matches!(keys.claim(&tenant, &reach(10)).await, Ok(Claim::New)));
        // Acknowledged at 1, and all that is older than 2 is forgotten.
        keys.persist((2, 0), Timestamp::from_micros(2)).unwrap();
        assert!(keys.recent.lock().is_empty());
    }
    keys.durable(acknowledged(3, 1));
    keys.persist((3, 0), Timestamp::from_micros(2)).unwrap();
    assert!(matches!(keys.claim(&tenant, &key(2)).await, Ok(Claim::New)), "ordinary keys are forgotten");
}
