use std::io::Write;

use record::Timestamp;

use super::Trouble;
use super::services::{SERVICES, Service, place};
use crate::Chance;

const USERS: [&str; 16] = [
    "ada", "bela", "chen", "dora", "emil", "fatou", "goran", "hana", "ivan", "jun", "kofi", "lena", "mira", "noor", "omar", "pia",
];
const PATHS: [(&str, &str); 8] = [
    ("POST", "/api/v1/payments"),
    ("GET", "/api/v1/accounts"),
    ("POST", "/api/v1/orders"),
    ("GET", "/api/v1/cart"),
    ("PUT", "/api/v1/profile"),
    ("GET", "/api/v1/statements"),
    ("POST", "/api/v1/login"),
    ("GET", "/api/v1/search"),
];
const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];

/// Who takes the lines: when, and how to write one.
pub(super) type Sink<'a> = &'a mut dyn FnMut(i64, &mut dyn FnMut(&mut Vec<u8>));

/// What the records of one request share, or of one piece of work beside the requests.
pub(super) struct Request {
    at: i64,
    trace: (u64, u64),
    transaction: u64,
    customer: u64,
    address: u32,
    path: (&'static str, &'static str),
}

/// One line that is about to be written.
struct Line<'a> {
    service: &'a Service,
    severity: &'static str,
    message: &'a str,
    error_code: Option<&'a str>,
    status: u32,
    millis: u64,
    in_request: bool,
    extra: &'a str,
}

impl Request {
    pub(super) fn new(at: i64, chance: &mut Chance) -> Request {
        Request {
            at,
            trace: (chance.next_u64(), chance.next_u64()),
            transaction: chance.below(10_000_000_000),
            customer: 1_000_000 + chance.skewed(400_000),
            address: chance.next_u64() as u32 | 0x0100_0000,
            path: *chance.one_of(&PATHS),
        }
    }

    /// Writes the lines of the request, or, two times in three, of work beside the requests.
    pub(super) fn run(&mut self, trouble: Trouble, chance: &mut Chance, sink: Sink<'_>) {
        if chance.per_mille(650) {
            let beside = place::BESIDE as u64 + chance.below((SERVICES.len() - place::BESIDE) as u64);
            return self.ordinary(beside as usize, false, chance, sink);
        }
        let failed = match trouble {
            Trouble::Pool => chance.per_mille(700).then_some(Failure::Pool),
            Trouble::Deploy => chance.per_mille(330).then_some(Failure::Deploy),
            Trouble::None => chance.per_mille(4).then_some(Failure::Stray),
        };
        self.ordinary(place::AUTH, true, chance, sink);
        match failed {
            None => self.succeed(chance, sink),
            Some(failure) => self.fail(failure, chance, sink),
        }
    }

    fn succeed(&mut self, chance: &mut Chance, sink: Sink<'_>) {
        let way: &[usize] = match self.path.1 {
            "/api/v1/payments" => &[place::FRAUD, place::PAYMENT, place::LEDGER, place::NOTIFICATION],
            "/api/v1/orders" => &[place::CHECKOUT, place::INVENTORY, place::PAYMENT, place::LEDGER],
            _ => &[place::CHECKOUT],
        };
        for &service in way {
            self.ordinary(service, true, chance, sink);
        }
        self.gateway(200, 20 + chance.skewed(400), chance, sink);
    }

    fn fail(&mut self, failure: Failure, chance: &mut Chance, sink: Sink<'_>) {
        for (service, code, template) in failure.lines() {
            let mut message = String::new();
            self.expand(template, chance, &mut message);
            let millis = if failure == Failure::Pool { 5000 + chance.below(400) } else { 30 + chance.below(300) };
            let status = failure.status();
            let extra = if *service == place::CHECKOUT { ",\"version\":\"4.18.0\"" } else { "" };
            let line = Line {
                service: &SERVICES[*service],
                severity: "ERROR",
                message: &message,
                error_code: Some(code),
                status,
                millis,
                in_request: true,
                extra,
            };
            self.write(&line, chance, sink);
        }
        self.gateway(failure.status(), if failure == Failure::Pool { 5400 } else { 300 }, chance, sink);
    }

    fn gateway(&mut self, status: u32, millis: u64, chance: &mut Chance, sink: Sink<'_>) {
        let severity = if status >= 500 { "ERROR" } else { "INFO" };
        let message = format!("{} {} answered {status} in {millis} ms", self.path.0, self.path.1);
        let line = Line {
            service: &SERVICES[place::GATEWAY],
            severity,
            message: &message,
            error_code: None,
            status,
            millis,
            in_request: true,
            extra: "",
        };
        self.write(&line, chance, sink);
    }

    /// A line of a service for which all is well.
    fn ordinary(&mut self, service: usize, in_request: bool, chance: &mut Chance, sink: Sink<'_>) {
        let service = &SERVICES[service];
        // The first message is the one that a service says most; warnings are rare.
        let (letter, template) = match chance.below(100) {
            0..70 => service.says[0],
            pick => service.says[pick as usize % service.says.len()],
        };
        let rare = matches!(letter, 'W' | 'E') && !chance.per_mille(250);
        let (letter, template) = if rare { service.says[0] } else { (letter, template) };
        let severity = match letter {
            'D' => "DEBUG",
            'W' => "WARN",
            'E' => "ERROR",
            _ => "INFO",
        };
        let mut message = String::new();
        self.expand(template, chance, &mut message);
        // Somebody always logs what should not be logged.
        let careless = service.name == "auth-service" && chance.per_mille(5);
        let extra = if careless { ",\"password\":\"hunter2-summer\"" } else { "" };
        let millis = 1 + chance.skewed(300);
        let line = Line { service, severity, message: &message, error_code: None, status: 200, millis, in_request, extra };
        self.write(&line, chance, sink);
    }

    fn expand(&self, template: &str, chance: &mut Chance, out: &mut String) {
        use std::fmt::Write as _;
        let mut pieces = template.split('%');
        out.push_str(pieces.next().unwrap_or_default());
        let mut literal = false;
        for piece in pieces {
            let mut letters = piece.chars();
            // `%%` is one sign: the split left an empty piece, and the next one is literal.
            let wrote = match letters.next() {
                _ if literal => {
                    literal = false;
                    out.push_str(piece);
                    continue;
                }
                None => {
                    literal = true;
                    out.push('%');
                    continue;
                }
                Some('n') => write!(out, "{}", chance.skewed(100_000)),
                Some('m') => write!(out, "{}", 1 + chance.skewed(900)),
                Some('h') => write!(out, "{:08x}", chance.next_u64() as u32),
                Some('u') => write!(out, "{}.{}", chance.one_of(&USERS), chance.below(900)),
                Some('c') => write!(out, "cust-{}", self.customer),
                Some('t') => write!(out, "txn-{:010}", self.transaction),
                Some('a') => write!(out, "{}.{:02}", chance.skewed(2000), chance.below(100)),
                Some('i') => write!(out, "10.{}.{}.{}", chance.below(64), chance.below(256), chance.below(256)),
                Some('p') => write!(out, "{}.{}", chance.below(100), chance.below(10)),
                Some(other) => write!(out, "%{other}"),
            };
            debug_assert!(wrote.is_ok(), "writing to a string does not fail");
            out.push_str(letters.as_str());
        }
    }

    /// Each line of a request is a little later than the one before.
    fn write(&mut self, line: &Line<'_>, chance: &mut Chance, sink: Sink<'_>) {
        let (at, instance) = (self.at, 1 + chance.below(line.service.instances));
        self.at += chance.below(line.millis.min(400) * 1000 + 1) as i64;
        sink(at, &mut |out| self.line(line, at, instance, out).expect("BUG: writing to memory failed"));
    }

    fn line(&self, line: &Line<'_>, at: i64, instance: u64, out: &mut Vec<u8>) -> std::io::Result<()> {
        let Line { service, severity, status, millis, .. } = line;
        let (name, region) = (service.name, REGIONS[instance as usize % REGIONS.len()]);
        // Milliseconds, as most libraries write them.
        let at = Timestamp::from_micros(at / 1000 * 1000);
        write!(
            out,
            "{{\"timestamp\":\"{at}\",\"severity\":\"{severity}\",\"service\":\"{name}\",\"host\":\"{name}-{instance}.{region}\",\"message\":\""
        )?;
        escape(line.message, out);
        out.push(b'"');
        if line.in_request {
            let (high, low) = self.trace;
            let [a, b, c, d] = self.address.to_be_bytes();
            write!(
                out,
                ",\"trace_id\":\"{high:016x}{low:016x}\",\"transaction_id\":\"txn-{:010}\",\"customer_id\":\"cust-{}\"",
                self.transaction, self.customer
            )?;
            write!(
                out,
                ",\"response_time_ms\":{millis},\"http\":{{\"method\":\"{}\",\"path\":\"{}\",\"status\":{status}}},\"client_ip\":\"{a}.{b}.{c}.{d}\"",
                self.path.0, self.path.1
            )?;
        }
        if let Some(code) = line.error_code {
            write!(out, ",\"error_code\":\"{code}\"")?;
        }
        write!(out, "{}}}", line.extra)
    }
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            b'\n' => out.extend(*b"\\n"),
            b'\t' => out.extend(*b"\\t"),
            _ => out.push(byte),
        }
    }
}

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Pool,
    Deploy,
    Stray,
}

impl Failure {
    fn status(self) -> u32 {
        match self {
            Failure::Pool => 504,
            Failure::Deploy => 500,
            Failure::Stray => 502,
        }
    }

    /// Who says what, in order.
    fn lines(self) -> &'static [(usize, &'static str, &'static str)] {
        match self {
            Failure::Pool => &[
                (
                    place::LEDGER,
                    "DB_POOL_TIMEOUT",
                    "could not get a connection from pool ledger-db within 5000 ms (active=100, idle=0, waiting=%n)",
                ),
                (
                    place::PAYMENT,
                    "AUTH_TIMEOUT",
                    "Payment authorization timeout for %t after 5000 ms: ledger-service did not answer",
                ),
            ],
            Failure::Deploy => &[(
                place::CHECKOUT,
                "UNHANDLED",
                "java.lang.NullPointerException: discount rule DISC-%n has no tier\n\tat com.shop.checkout.DiscountEngine.apply(DiscountEngine.java:118)\n\tat com.shop.checkout.CartPricer.price(CartPricer.java:64)\n\tat com.shop.checkout.OrderController.place(OrderController.java:41)",
            )],
            Failure::Stray => &[(place::PAYMENT, "UPSTREAM_RESET", "connection reset by peer while talking to acquirer %i")],
        }
    }
}
