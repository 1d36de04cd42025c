//! Secrets that were never anybody's, made by rule, and texts that hold them.

use serde_json::json;

/// How a canary comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Message,
    Attribute,
    Nested,
    Array,
    JsonInText,
    JsonInJsonInText,
    PercentEncoded,
    UnicodeEscapes,
    Text,
    Syslog,
    Logfmt,
    AccessLog,
    Quarantine,
    SourceParameter,
    StackTrace,
}

const WAYS: [Way; 15] = [
    Way::Message,
    Way::Attribute,
    Way::Nested,
    Way::Array,
    Way::JsonInText,
    Way::JsonInJsonInText,
    Way::PercentEncoded,
    Way::UnicodeEscapes,
    Way::Text,
    Way::Syslog,
    Way::Logfmt,
    Way::AccessLog,
    Way::Quarantine,
    Way::SourceParameter,
    Way::StackTrace,
];

/// A secret and the text around it.
pub(super) struct Canary {
    pub(super) class: &'static str,
    pub(super) value: String,
    pub(super) phrase: String,
    pub(super) way: Way,
}

type Make = fn(&mut Chance) -> (String, String);

/// Each class with how a value and a text around it are made.
const CLASSES: [(&str, Make); 24] = [
    ("email", |c| with("mail to {} bounced", format!("{}.{}@{}.example", c.letters(6), c.letters(7), c.letters(8)))),
    ("card", |c| with("card {} was declined", c.card())),
    ("iban", |c| with("refund to iban {}", c.iban())),
    ("ssn", |c| with("applicant ssn {}", format!("{}-{}-{}", 100 + c.below(500), 10 + c.below(80), 1000 + c.below(8999)))),
    ("phone", |c| with("call back, phone: {}", format!("+49 30 {}", 10_000_000 + c.below(89_999_999)))),
    ("password", |c| with("login with password={} refused", c.mixed(12))),
    ("password in words", |c| with("user set password to {}", format!("{}!{}", c.letters(6), c.below(9999) + 1000))),
    ("bearer", |c| with("Authorization: Bearer {}", c.mixed(40))),
    ("cookie", |c| with("Cookie: sessionid={}; theme=dark", c.mixed(32))),
    ("jwt", |c| with("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx{}", format!("{}.{}", c.mixed(24), c.mixed(43)))),
    ("aws key id", |c| with("using AKIA{}", c.capitals(16))),
    ("aws secret", |c| with("aws_secret_access_key={}", c.mixed(40))),
    ("gcp key", |c| with("maps key AIza{}", c.mixed(35))),
    ("github", |c| with("cloning with ghp_{}", c.mixed(36))),
    ("slack", |c| with("posting as xoxb-{}", format!("{}-{}", 100_000_000_000u64 + c.below(899_999_999_999), c.mixed(24)))),
    ("stripe", |c| with("charge by sk_live_{}", c.mixed(24))),
    ("openai", |c| with("model key sk-proj-{}", c.mixed(48))),
    ("url password", |c| with("connect postgres://app:{}@db.internal/main", c.mixed(14))),
    ("connection string", |c| with("Server=db;User Id=sa;Password={};Timeout=3", c.mixed(14))),
    ("api key", |c| with("x-api-key: {}", c.mixed(32))),
    ("person", |c| with("customer name: {}", format!("Ingrid {}", c.name()))),
    ("address", |c| with("ship to address: {}", format!("{} {} Street", 100 + c.below(899), c.name()))),
    // Eight decimals, and the point: six digits alone also stand in times and ids, by chance.
    ("coordinates", |c| with("lat={}, lon=11.576124", format!("48.{}", 10_000_000 + c.below(89_999_999)))),
    ("sql", |c| with("ALTER USER app IDENTIFIED BY '{}'", c.mixed(14))),
];

fn with(phrase: &str, value: String) -> (String, String) {
    (phrase.replace("{}", &value), value)
}

/// So many canaries: each class by each way in turn, never the same value twice.
pub(super) fn plant(count: usize) -> Vec<Canary> {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let make = |index: usize| {
        let (class, make) = CLASSES[index % CLASSES.len()];
        let (phrase, value) = make(&mut chance);
        Canary { class, value, phrase, way: WAYS[index / CLASSES.len() % WAYS.len()] }
    };
    (0..count).map(make).collect()
}

impl Canary {
    /// A body that holds it, and its format.
    pub(super) fn body(&self) -> (String, &'static str) {
        let phrase = self.phrase.as_str();
        let inner = json!({"event": "x", "text": phrase, "canary": "canary-witness"}).to_string();
        let middle = json!({"payload": inner}).to_string();
        let line = |value: serde_json::Value| (value.to_string(), "json");
        match self.way {
            Way::Message => line(json!({"message": phrase, "n": 1})),
            Way::Attribute => line(json!({"message": "x", "detail": phrase})),
            Way::Nested => line(json!({"message": "x", "request": {"body": {"text": phrase}}})),
            Way::Array => line(json!({"message": "x", "items": [1, phrase, {"deep": [phrase]}]})),
            Way::JsonInText => line(json!({"message": inner})),
            Way::JsonInJsonInText => line(json!({"message": "x", "envelope": middle})),
            Way::PercentEncoded => line(json!({"message": format!("GET /cb?x=1&q={}&y=2", percent(phrase))})),
            Way::UnicodeEscapes => (format!("{{\"message\":\"{}\"}}", escaped(phrase)), "json"),
            Way::Text => (format!("2026-02-06 14:23:45,123 ERROR [main] app - {phrase}"), "text"),
            Way::Syslog => {
                (format!("<34>1 2026-02-06T14:23:45Z host app 12 ID [x@1 note=\"canary-witness\"] {phrase}"), "syslog")
            }
            Way::Logfmt => (format!("level=info msg=\"{phrase}\" n=1 k=canary-witness"), "logfmt"),
            Way::AccessLog => {
                let request = format!("GET /a?q={} HTTP/1.1", percent(phrase));
                (format!("192.0.2.7 - - [06/Feb/2026:14:23:45 +0000] \"{request}\" 200 5"), "clf")
            }
            Way::Quarantine => (format!("{{\"message\": \"{phrase}\", \"broken\": nonsense}}"), "json"),
            Way::SourceParameter => line(json!({"message": "canary-witness"})),
            Way::StackTrace => {
                let trace = format!("java.lang.IllegalStateException: {phrase}\n    at com.example.Main.run(Main.java:12)");
                (format!("2026-02-06 14:23:45,123 ERROR app failed\n{trace}"), "text")
            }
        }
    }

    /// How it may stand in a file.
    pub(super) fn spellings(&self) -> Vec<String> {
        let mut spellings = vec![self.value.clone(), percent(&self.value), escaped(&self.value)];
        spellings.dedup();
        spellings
    }
}

/// Everything but letters and digits as `%XX`.
pub(super) fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Signs as JSON's `\u` escapes.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == ' ' { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
        .collect()
}

/// Numbers by chance, the same in each run (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn pick(&mut self, letters: &str) -> char {
        char::from(letters.as_bytes()[self.below(letters.len() as u64) as usize])
    }

    fn letters(&mut self, len: usize) -> String {
        (0..len).map(|_| self.pick("abcdefghijklmnopqrstuvwxyz")).collect()
    }

    fn capitals(&mut self, len: usize) -> String {
        (0..len).map(|_| self.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")).collect()
    }

    /// Letters of both cases and digits, some of each.
    fn mixed(&mut self, len: usize) -> String {
        let any: String = (3..len).map(|_| self.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")).collect();
        format!("k{any}7Q")
    }

    /// A family name that is in no list.
    fn name(&mut self) -> String {
        let (first, rest) = (self.pick("BDFGHKLMNPRSTVW"), self.letters(2));
        format!("{first}a{rest}enberg")
    }

    /// Sixteen digits that begin as Visa's and end in Luhn's check digit (ISO/IEC 7812-1).
    fn card(&mut self) -> String {
        let mut digits = vec![4];
        digits.extend((0..14).map(|_| self.below(10)));
        let doubled = |at: usize, digit: u64| if at.is_multiple_of(2) { digit * 2 / 10 + digit * 2 % 10 } else { digit };
        let sum: u64 = digits.iter().enumerate().map(|(at, digit)| doubled(at, *digit)).sum();
        digits.push((10 - sum % 10) % 10);
        digits.iter().map(u64::to_string).collect()
    }

    /// A German account number with check digits (ISO 13616).
    fn iban(&mut self) -> String {
        let account: String = (0..18).map(|_| self.below(10).to_string()).collect();
        let rest = format!("{account}131400").bytes().fold(0u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
        format!("DE{:02}{account}", 98 - rest)
    }
}
