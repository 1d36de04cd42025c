use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::*;

/// Keys in memory.
#[derive(Default)]
pub(crate) struct Table(pub(crate) Mutex<HashMap<(Tenant, SubjectId), SubjectKey>>);

/// The same, on a disk that may be full.
#[derive(Default)]
struct Disk {
    table: Table,
    is_full: AtomicBool,
    writes: AtomicUsize,
}

impl SubjectKeys for Disk {
    fn get_or_put(&self, tenant: &Tenant, subject: SubjectId, fresh: &WrappedKey) -> Result<SubjectKey, KeyStoreFailed> {
        match self.is_full.load(Ordering::Relaxed) {
            true => Err(KeyStoreFailed("the disk is full".to_owned())),
            false => self.table.get_or_put(tenant, subject, fresh),
        }
    }

    fn get_or_put_all(&self, fresh: &[FreshKey]) -> Result<Vec<SubjectKey>, KeyStoreFailed> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        fresh.iter().map(|fresh| self.get_or_put(&fresh.tenant, fresh.subject, &fresh.wrapped)).collect()
    }

    fn get(&self, tenant: &Tenant, subject: SubjectId) -> Result<Option<SubjectKey>, KeyStoreFailed> {
        self.table.get(tenant, subject)
    }
}

impl SubjectKeys for Table {
    fn get_or_put(&self, tenant: &Tenant, subject: SubjectId, fresh: &WrappedKey) -> Result<SubjectKey, KeyStoreFailed> {
        Ok(*self.0.lock().entry((tenant.clone(), subject)).or_insert(SubjectKey::Wrapped(*fresh)))
    }

    fn get(&self, tenant: &Tenant, subject: SubjectId) -> Result<Option<SubjectKey>, KeyStoreFailed> {
        Ok(self.0.lock().get(&(tenant.clone(), subject)).copied())
    }
}

pub(crate) fn keyring() -> (Keyring, Arc<Table>) {
    let table = Arc::new(Table::default());
    (Keyring::new(RootKey::new([7; KEY_BYTES]), Some(table.clone())), table)
}

fn on_disk() -> (Keyring, Arc<Disk>) {
    let disk = Arc::new(Disk::default());
    (Keyring::new(RootKey::new([7; KEY_BYTES]), Some(disk.clone())), disk)
}

type Sealed = Result<Option<Vec<u8>>, KeyStoreFailed>;

/// The value of one subject in a batch of its own.
fn seal(keys: &Keyring, tenant: &Tenant, who: &str, class: &str, value: &str) -> Sealed {
    keys.durably((), |keys, ()| keys.seal(tenant, keys.subject(tenant, who), class, value))
}

fn tenant(name: &str) -> Tenant {
    Tenant::new(name).expect("a tenant")
}

#[test]
fn a_root_key_is_64_digits() {
    let text = "00ff".repeat(16);
    assert_eq!(RootKey::parse(&format!(" {text}\n")).map(|key| key.to_hex()), Ok(text.clone()));
    for bad in ["", "00", &text[1..], &text.replace("ff", "fg"), &format!("{text}00")] {
        assert_eq!(RootKey::parse(bad).map(|key| key.to_hex()), Err(BadRootKey), "{bad}");
    }
    assert_eq!(format!("{:?}", RootKey::new([1; 32])), "RootKey(..)");
}

/// Pseudonyms join within a tenant, purpose and epoch, and never across.
#[test]
fn pseudonyms_join_only_inside() {
    let (keys, _) = keyring();
    let acme = tenant("acme");
    let base = keys.pseudonym(&acme, "support", "2026-11", "EMAIL", "a@example.com");
    assert_eq!(base, keys.pseudonym(&acme, "support", "2026-11", "EMAIL", "a@example.com"));
    let others = [
        keys.pseudonym(&tenant("other"), "support", "2026-11", "EMAIL", "a@example.com"),
        keys.pseudonym(&acme, "billing", "2026-11", "EMAIL", "a@example.com"),
        keys.pseudonym(&acme, "support", "2026-12", "EMAIL", "a@example.com"),
        keys.pseudonym(&acme, "support", "2026-11", "PHONE", "a@example.com"),
        keys.pseudonym(&acme, "support", "2026-11", "EMAIL", "b@example.com"),
        keys.pseudonym(&acme, "support2026", "-11", "EMAIL", "a@example.com"),
        Keyring::new(RootKey::new([8; 32]), None).pseudonym(&acme, "support", "2026-11", "EMAIL", "a@example.com"),
    ];
    assert!(others.iter().all(|other| *other != base));
}

#[test]
fn what_is_sealed_is_opened_until_its_subject_is_erased() {
    let (keys, table) = keyring();
    let (acme, value) = (tenant("acme"), "ann@example.com");
    let subject = keys.subject(&acme, " U-42 ");
    assert_eq!(subject, keys.subject(&acme, "u-42"));
    let sealed = seal(&keys, &acme, "u-42", "EMAIL", value).expect("sealed").expect("a key");
    assert_eq!(seal(&keys, &acme, "u-42", "EMAIL", value), Ok(Some(sealed.clone())), "sent twice, the same twice");
    assert_eq!(keys.open(&acme, subject, "EMAIL", &sealed).as_deref(), Ok(value));
    assert_eq!(keys.open(&acme, subject, "PHONE", &sealed), Err(Closed::Broken));
    assert_eq!(keys.open(&tenant("other"), subject, "EMAIL", &sealed), Err(Closed::Unknown));
    let mut changed = sealed.clone();
    changed[0] ^= 1;
    assert_eq!(keys.open(&acme, subject, "EMAIL", &changed), Err(Closed::Broken));
    let stranger = Keyring::new(RootKey::new([8; 32]), Some(table.clone()));
    assert_eq!(stranger.open(&acme, subject, "EMAIL", &sealed), Err(Closed::Broken));
    assert!(stranger.seal(&acme, subject, "EMAIL", value).is_err(), "another root key must not replace the subject's");

    table.0.lock().insert((acme.clone(), subject), SubjectKey::Erased);
    keys.forget(&acme, subject);
    assert_eq!(keys.open(&acme, subject, "EMAIL", &sealed), Err(Closed::Erased));
    assert_eq!(seal(&keys, &acme, "u-42", "EMAIL", value), Ok(None));
}

#[test]
fn two_subjects_share_no_key() {
    let (keys, _) = keyring();
    let acme = tenant("acme");
    let seal = |who: &str| keys.seal(&acme, keys.subject(&acme, who), "EMAIL", "x@example.com");
    assert_ne!(seal("a"), seal("b"));
}

/// What failed is counted and its reason kept for as long as it lasts.
#[test]
fn a_key_store_that_fails_says_why_until_it_answers() {
    let (keys, disk) = on_disk();
    let seal = |who: &str| seal(&keys, &tenant("acme"), who, "EMAIL", "x@example.com").is_ok();
    assert!(seal("a"));
    assert_eq!(keys.health(), KeyHealth::default());
    disk.is_full.store(true, Ordering::Relaxed);
    let full = KeyHealth { failures: 2, failing: Some(KeyStoreFailed("the disk is full".to_owned())) };
    assert!(!seal("b") && !seal("c"));
    assert_eq!(keys.health(), full);
    disk.table.0.lock().insert((tenant("acme"), keys.subject(&tenant("acme"), "d")), SubjectKey::Erased);
    assert!(seal("a") && seal("d"), "who is known needs no new key");
    assert_eq!(keys.health(), full);
    disk.is_full.store(false, Ordering::Relaxed);
    assert!(seal("b"));
    assert_eq!(keys.health(), KeyHealth { failing: None, ..full });
}

/// Each write costs an fsync.
#[test]
fn new_subjects_are_stored_together() {
    let (keys, disk) = on_disk();
    let acme = tenant("acme");
    let batch = |subjects: std::ops::Range<u32>| {
        keys.durably(subjects, |keys, mut subjects| {
            subjects.all(|who| keys.seal(&acme, keys.subject(&acme, &who.to_string()), "EMAIL", "x").is_ok())
        })
    };
    assert!(batch(0..1000));
    assert_eq!((disk.writes.load(Ordering::Relaxed), disk.table.0.lock().len()), (1, 1000));
    assert!(batch(500..1000), "all known");
    assert_eq!(disk.writes.load(Ordering::Relaxed), 1);
    disk.is_full.store(true, Ordering::Relaxed);
    assert!(!batch(999..1001) && batch(999..1000), "only who is new gets nothing");
    disk.is_full.store(false, Ordering::Relaxed);
    assert!(batch(999..1001));
    let (stranger, sealed) = (Keyring::new(RootKey::new([7; KEY_BYTES]), Some(disk)), seal(&keys, &acme, "1000", "EMAIL", "x"));
    let sealed = sealed.expect("sealed").expect("a key");
    assert_eq!(stranger.open(&acme, stranger.subject(&acme, "1000"), "EMAIL", &sealed).as_deref(), Ok("x"), "after a restart");
}

/// A key that one batch drew and could not store may stand in another batch already.
#[test]
fn a_key_that_was_lost_takes_all_that_used_it_with_it() {
    let (keys, disk) = on_disk();
    let acme = tenant("acme");
    let runs = AtomicUsize::new(0);
    let outer = keys.durably((), |keys, ()| {
        let sealed = keys.seal(&acme, keys.subject(&acme, "a"), "EMAIL", "x");
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            assert!(sealed.is_ok());
            disk.is_full.store(true, Ordering::Relaxed);
            assert!(seal(keys, &acme, "a", "EMAIL", "x").is_err());
            disk.is_full.store(false, Ordering::Relaxed);
        }
        sealed
    });
    assert!(outer.is_err());
    assert!(disk.table.0.lock().is_empty());
    assert!(seal(&keys, &acme, "a", "EMAIL", "x").is_ok());
}

#[test]
fn who_is_erased_between_gets_no_key() {
    let (keys, table) = keyring();
    let acme = tenant("acme");
    let subject = keys.subject(&acme, "a");
    let sealed = keys.durably((), |keys, ()| {
        let sealed = keys.seal(&acme, subject, "EMAIL", "x").expect("sealed").expect("a key");
        table.0.lock().insert((acme.clone(), subject), SubjectKey::Erased);
        sealed
    });
    assert_eq!(keys.open(&acme, subject, "EMAIL", &sealed), Err(Closed::Erased));
    assert_eq!(keys.seal(&acme, subject, "EMAIL", "x"), Ok(None));
}

#[test]
fn a_key_that_somebody_else_stored_first_is_the_one() {
    let (keys, disk) = on_disk();
    let (other, acme) = (Keyring::new(RootKey::new([7; KEY_BYTES]), Some(disk)), tenant("acme"));
    let subject = keys.subject(&acme, "a");
    let sealed = keys.durably((), |keys, ()| {
        let sealed = keys.seal(&acme, subject, "EMAIL", "x");
        assert!(seal(&other, &acme, "a", "EMAIL", "x").is_ok());
        sealed
    });
    let sealed = sealed.expect("sealed").expect("a key");
    assert_eq!(keys.open(&acme, subject, "EMAIL", &sealed).as_deref(), Ok("x"));
}
