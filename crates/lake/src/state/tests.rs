use super::*;

fn batch(key: &str, at: i64) -> Acknowledged {
    let key = BatchKey { key: key.into(), body: u128::MAX - 5 };
    Acknowledged { tenant: Tenant::default(), key, accepted: 3, quarantined: 1, lsn: 9, at: Timestamp::from_micros(at) }
}

#[test]
fn keys_outlive_the_process_until_they_are_too_old() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let path = dir.path().join("state.db");
    let (old, young) = (batch("old", 10), batch("young", 20));
    State::open(&path).unwrap().remember(&[old.clone(), young.clone()], (9, 40), Timestamp::from_micros(0)).unwrap();

    let state = State::open(&path).unwrap();
    assert_eq!(state.acknowledged(&old.tenant, "old").unwrap(), Some(old.clone()));
    assert_eq!(state.acknowledged(&Tenant::new("other").unwrap(), "old").unwrap(), None);
    state.remember(&[], (12, 50), Timestamp::from_micros(11)).unwrap();
    assert_eq!(state.acknowledged(&old.tenant, "old").unwrap(), None);
    assert_eq!(state.position().unwrap(), Some((12, 50)));
    assert_eq!(state.acknowledged(&old.tenant, "young").unwrap(), Some(young));
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let path = dir.path().join("state.db");
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(State::open(&path), Err(Error::Corrupt { .. })));
}
