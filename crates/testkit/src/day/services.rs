/// A service, and what it says when all is well.
///
/// In the templates `%n` is a number, `%m` milliseconds, `%h` eight hexadecimal digits, `%u` a user, `%c` the customer,
/// `%t` the transaction, `%a` an amount of money, `%i` an address, `%p` per cent.
#[derive(Debug)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// Machines it runs on.
    pub instances: u64,
    /// Its messages: severity letter (D, I, W, E), then the template.
    pub(super) says: &'static [(char, &'static str)],
}

const fn service(name: &'static str, instances: u64, says: &'static [(char, &'static str)]) -> Service {
    Service { name, instances, says }
}

/// All services. The first eight take part in requests; the others work beside them.
pub static SERVICES: [Service; 41] = [
    service(
        "api-gateway",
        6,
        &[('I', "request %h routed to upstream in %m ms"), ('D', "rate limit bucket for %i has %n tokens left")],
    ),
    service(
        "auth-service",
        4,
        &[
            ('I', "token issued for user %u scope=payments ttl=%ns"),
            ('W', "login of user %u refused: wrong one-time code"),
            ('D', "session %h refreshed"),
        ],
    ),
    service(
        "payment-service",
        6,
        &[
            ('I', "Payment authorized %t amount=%a EUR in %m ms"),
            ('W', "payment %t declined: insufficient funds"),
            ('D', "payment %t fraud score %n"),
        ],
    ),
    service("ledger-service", 4, &[('I', "posted 2 entries for %t to account %n"), ('D', "ledger balance check took %m ms")]),
    service(
        "checkout-service",
        5,
        &[('I', "order ORD-%n placed by %c total=%a EUR"), ('D', "cart of %c priced in %m ms with %n discount rules")],
    ),
    service(
        "inventory-service",
        3,
        &[('I', "reserved %n units of SKU-%n for order ORD-%n"), ('W', "stock of SKU-%n is low: %n left")],
    ),
    service(
        "notification-service",
        3,
        &[('I', "sent message %h to %c by e-mail in %m ms"), ('W', "mail relay answered 451 for message %h, retry in %n s")],
    ),
    service(
        "fraud-scoring",
        3,
        &[('I', "scored %t: %n of 1000 in %m ms model=gbm-7"), ('D', "feature lookup for %c took %m ms")],
    ),
    service(
        "mobile-bff",
        4,
        &[('I', "screen home composed from %n calls in %m ms"), ('D', "client app 7.%n asked for feature flags")],
    ),
    service("web-frontend", 4, &[('I', "rendered page in %m ms, %n bytes"), ('W', "asset bundle %h.js not found")]),
    service("customer-profile", 3, &[('I', "profile of %c read from cache in %m ms"), ('I', "address of %c changed by %u")]),
    service("card-vault", 2, &[('I', "card token %h resolved"), ('W', "card token %h expires in %n days")]),
    service("fx-rates", 2, &[('I', "rates refreshed: %n pairs in %m ms"), ('W', "rate provider answered after %m ms")]),
    service(
        "statement-batch",
        2,
        &[('I', "statement %n of %n rendered for %c"), ('W', "statement of %c delayed: template %h missing")],
    ),
    service(
        "loan-origination",
        2,
        &[('I', "application %h moved from REVIEW to APPROVED by %u"), ('I', "application %h scored %n")],
    ),
    service("kyc-service", 2, &[('I', "document check %h passed in %m ms"), ('W', "document check %h needs a second look")]),
    service(
        "aml-screening",
        2,
        &[('I', "screened %t against %n lists in %m ms"), ('W', "possible match for %t: similarity %p %%")],
    ),
    service(
        "billing-service",
        2,
        &[('I', "invoice INV-%n issued to %c amount=%a EUR"), ('E', "invoice INV-%n could not be delivered: mailbox full")],
    ),
    service("subscription-service", 2, &[('I', "subscription %h renewed for %c"), ('I', "subscription %h cancelled by %c")]),
    service("search-service", 3, &[('I', "query answered in %m ms, %n hits"), ('W', "index segment %h is %p %% deleted")]),
    service("recommendation", 2, &[('I', "%n items recommended to %c in %m ms"), ('D', "model cache hit ratio %p %%")]),
    service("catalog-service", 3, &[('I', "category %h updated by %u fields=%n"), ('D', "loaded %n products from shard %n")]),
    service(
        "shipping-service",
        2,
        &[('I', "parcel %h handed to carrier in zone %n"), ('W', "carrier did not answer within %m ms")],
    ),
    service("returns-service", 2, &[('I', "return %h accepted from %c"), ('I', "refund of %a EUR requested for %t")]),
    service(
        "postgres-ledger",
        2,
        &[
            ('I', "checkpoint complete: wrote %n buffers (%p %%); write=%m ms"),
            ('W', "duration: %m ms statement: SELECT balance FROM accounts WHERE id = %n"),
            ('I', "automatic vacuum of table ledger.entries: %n pages removed"),
        ],
    ),
    service(
        "postgres-orders",
        2,
        &[
            ('I', "checkpoint complete: wrote %n buffers (%p %%); write=%m ms"),
            ('E', "deadlock detected between process %n and process %n"),
        ],
    ),
    service(
        "redis-cluster",
        3,
        &[('I', "DB saved on disk in %m ms"), ('W', "client %i closed: output buffer limit reached"), ('D', "evicted %n keys")],
    ),
    service(
        "kafka-broker",
        3,
        &[
            ('I', "[GroupCoordinator] member consumer-%h joined group payments generation %n"),
            ('I', "[Log partition=payments-%n] rolled new segment at offset %n in %m ms"),
            ('W', "[ReplicaManager] shrinking ISR of partition ledger-%n"),
        ],
    ),
    service(
        "rabbitmq",
        2,
        &[('I', "accepting AMQP connection %i:%n"), ('W', "closing connection %i: missed heartbeats, timeout %n s")],
    ),
    service(
        "nginx-edge",
        4,
        &[
            ('I', "%i GET /static/app.%h.js 200 %n %m ms"),
            ('W', "upstream server %i temporarily disabled"),
            ('E', "connect() to %i failed (111: connection refused) while connecting to upstream"),
        ],
    ),
    service(
        "coredns",
        2,
        &[('I', "%i:%n A IN payment-service.prod.svc NOERROR %n bytes %m ms"), ('W', "slow answer from resolver %i: %m ms")],
    ),
    service(
        "kubelet",
        4,
        &[
            ('I', "pod payment-service-%h started in %m ms"),
            ('W', "readiness probe of pod search-service-%h failed: statuscode %n"),
            ('I', "image garbage collection freed %n bytes"),
        ],
    ),
    service("node-exporter", 4, &[('D', "scrape finished in %m ms, %n series"), ('D', "collector cpu succeeded after %m ms")]),
    service("vault", 2, &[('I', "lease %h renewed for role payments ttl=%n"), ('W', "token %h close to expiry")]),
    service("scheduler", 2, &[('I', "job nightly-interest started with %n accounts"), ('I', "job %h finished in %m ms")]),
    service("report-builder", 2, &[('I', "report %h built in %m ms, %n rows"), ('W', "report %h is larger than %n MB")]),
    service(
        "etl-loader",
        2,
        &[
            ('I', "loaded %n rows into warehouse.daily_%n in %m ms"),
            ('E', "row %n of file %h rejected: column amount is not a number"),
        ],
    ),
    service(
        "sms-gateway",
        2,
        &[('I', "message %h delivered to operator %n in %m ms"), ('W', "operator %n throttles: %n messages a second")],
    ),
    service("branch-terminal", 3, &[('I', "teller %u opened drawer %n"), ('W', "terminal %n lost its printer")]),
    service(
        "atm-switch",
        3,
        &[
            ('I', "withdrawal of %a EUR at terminal %n approved in %m ms"),
            ('W', "terminal %n reports %n notes left"),
            ('E', "terminal %n does not answer, last seen %n s ago"),
        ],
    ),
    service(
        "core-router",
        2,
        &[
            ('I', "interface xe-0/0/%n changed state to up"),
            ('W', "BGP neighbour %i went from Established to Idle"),
            ('I', "ntp offset %m ms to %i"),
        ],
    ),
];

/// Place in [`SERVICES`].
pub(super) mod place {
    pub(in crate::day) const GATEWAY: usize = 0;
    pub(in crate::day) const AUTH: usize = 1;
    pub(in crate::day) const PAYMENT: usize = 2;
    pub(in crate::day) const LEDGER: usize = 3;
    pub(in crate::day) const CHECKOUT: usize = 4;
    pub(in crate::day) const INVENTORY: usize = 5;
    pub(in crate::day) const NOTIFICATION: usize = 6;
    pub(in crate::day) const FRAUD: usize = 7;
    /// The first that takes no part in requests.
    pub(in crate::day) const BESIDE: usize = 8;
}
