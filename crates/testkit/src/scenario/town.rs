use crate::Chance;

/// How a service speaks of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// `ledger-service`
    Full,
    /// `ledger`, as in `call to ledger failed`
    Short,
    /// `ledger:8080`
    Address,
    /// Not at all.
    Vague,
}

/// A service of the town.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) name: String,
    /// Without what is hung onto it.
    pub(super) short: String,
    pub(super) manner: Manner,
    /// Which it calls.
    pub(super) calls: Vec<usize>,
    pub(super) is_store: bool,
    /// Whether it writes a line when a request comes in, beside the one when it is done.
    pub(super) logs_start: bool,
    /// Which of several wordings it uses.
    pub(super) wording: usize,
    /// Milliseconds of its own work.
    pub(super) millis: u64,
}

/// Services, who calls whom, and whether requests are traced.
#[derive(Debug, Clone)]
pub(super) struct Town {
    pub(super) services: Vec<Service>,
    /// Where requests come in.
    pub(super) entry: usize,
    pub(super) traced: bool,
    /// Requests a minute.
    pub(super) requests: u64,
    /// The resolver of names.
    pub(super) resolver: usize,
}

const MIDDLE: [&str; 16] = [
    "orders",
    "basket",
    "profile",
    "payment",
    "shipment",
    "booking",
    "quotes",
    "tickets",
    "loyalty",
    "catalogue",
    "pricing",
    "invoice",
    "claims",
    "routing",
    "tariff",
    "wallet",
];
const DEEP: [&str; 10] = ["ledger", "stock", "fraud", "identity", "rating", "mailer", "vouchers", "geo", "risk", "audit"];
const STORES: [&str; 8] =
    ["pg-main", "mysql-core", "redis-cache", "kafka-events", "mongo-docs", "rabbit-jobs", "elastic-index", "cassandra-ring"];
const SUFFIX: [&str; 5] = ["-service", "", "-api", "-svc", "-service-prod"];

impl Town {
    pub(super) fn new(chance: &mut Chance) -> Town {
        let mut services = Vec::new();
        let suffix = *chance.one_of(&SUFFIX);
        let gateway = *chance.one_of(&["edge-gateway", "web-frontend", "api-gateway"]);
        services.push(service(gateway, "", false, chance));
        let middle = pick(&MIDDLE, 4, chance);
        let deep = pick(&DEEP, 3, chance);
        let stores = pick(&STORES, 3, chance);
        services.extend(middle.iter().map(|name| service(name, suffix, false, chance)).collect::<Vec<_>>());
        services.extend(deep.iter().map(|name| service(name, suffix, false, chance)).collect::<Vec<_>>());
        services.extend(stores.iter().map(|name| service(name, "", true, chance)).collect::<Vec<_>>());
        services.push(service("coredns", "", true, chance));
        services[0].calls = vec![1, 2, 3, 4];
        for service in &mut services[1..5] {
            let first = 5 + chance.below(3) as usize;
            let second = if chance.per_mille(500) { 5 + chance.below(3) as usize } else { 8 + chance.below(3) as usize };
            service.calls = vec![first, second];
        }
        for (index, service) in services[5..8].iter_mut().enumerate() {
            service.calls = vec![8 + (5 + index + chance.below(2) as usize) % 3];
        }
        services.iter_mut().for_each(|service| service.calls.dedup());
        let resolver = services.len() - 1;
        Town { services, entry: 0, traced: chance.per_mille(700), requests: 12 + chance.below(25), resolver }
    }
}

fn service(name: &str, suffix: &str, is_store: bool, chance: &mut Chance) -> Service {
    let manner = match chance.below(10) {
        0..4 => Manner::Full,
        4..6 => Manner::Short,
        6..8 => Manner::Address,
        _ => Manner::Vague,
    };
    Service {
        name: format!("{name}{suffix}"),
        short: name.to_owned(),
        manner,
        calls: Vec::new(),
        is_store,
        logs_start: chance.per_mille(400),
        wording: chance.below(3) as usize,
        millis: 4 + chance.below(40),
    }
}

fn pick(names: &[&'static str], count: usize, chance: &mut Chance) -> Vec<&'static str> {
    let mut left = names.to_vec();
    (0..count).map(|_| left.remove(chance.below(left.len() as u64) as usize)).collect()
}
