use crate::key_name::{KeyName, ends_squashed, is_separator};

/// What kind of secret a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum SecretClass {
    /// What a person types to sign in.
    Password = 0,
    /// What a program shows to be let in, for a while.
    Token = 1,
    /// What signs, encrypts or lets in, for long.
    Key = 2,
    /// Headers and settings that carry one of the others.
    Credential = 3,
    /// Cookies and session names: whoever has them is signed in.
    Session = 4,
    /// Payment cards.
    Card = 5,
    /// Numbers that a state gives to a person.
    Identity = 6,
    /// Added by the operator.
    Other = 7,
}

impl SecretClass {
    /// Every class, by its number.
    pub const ALL: [SecretClass; 8] = [
        SecretClass::Password,
        SecretClass::Token,
        SecretClass::Key,
        SecretClass::Credential,
        SecretClass::Session,
        SecretClass::Card,
        SecretClass::Identity,
        SecretClass::Other,
    ];

    /// The name in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            SecretClass::Password => "password",
            SecretClass::Token => "token",
            SecretClass::Key => "key",
            SecretClass::Credential => "credential",
            SecretClass::Session => "session",
            SecretClass::Card => "card",
            SecretClass::Identity => "identity",
            SecretClass::Other => "other",
        }
    }

    /// Whether an object under such a name holds the secret (`authorization.bearer`). Not so under `session` or
    /// `cookie`, where ids, domains and ages stand.
    pub(crate) fn may_be_an_object(self) -> bool {
        matches!(self, SecretClass::Password | SecretClass::Key | SecretClass::Credential | SecretClass::Other)
    }
}

/// Which names a [`SecretName`] covers. Case and separators never count: `apiKey`, `api_key`, `API-KEY` are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The name itself.
    Whole,
    /// Also every name whose last words it is: `pin` covers `card_pin`, not `shipping`.
    LastWords,
    /// Also every name that ends so, be it within a word: `password` covers `dbpassword`.
    Ending,
    /// No secret, although an `Ending` above covers it: `page_token`. Covers as [`Reach::Ending`] does.
    Never,
}

/// A name whose values are secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretName {
    /// The name, in any spelling.
    pub name: String,
    /// Which names it covers.
    pub reach: Reach,
    /// What kind of secret.
    pub class: SecretClass,
    /// Whether it counts in the midst of a text (`pin=1234` may also speak of electronics), or only as the name of a
    /// field or a JSON key.
    pub in_text: bool,
}

/// A line of the standard list: name, reach, class, in text as well.
pub(crate) struct Standard(&'static str, Reach, SecretClass, bool);

impl From<&Standard> for SecretName {
    fn from(&Standard(name, reach, class, in_text): &Standard) -> SecretName {
        SecretName { name: name.to_owned(), reach, class, in_text }
    }
}

/// The names in common use. A name is here when its value lets somebody in, pays, or cannot be changed once it is
/// known; a name is `in_text` when hardly anything else is written behind it.
pub(crate) const STANDARD: &[Standard] = {
    use Reach::{Ending, LastWords, Never, Whole};
    use SecretClass::{Card, Credential, Identity, Key, Password, Session, Token};
    &[
        Standard("password", Ending, Password, true),
        Standard("passwd", Ending, Password, true),
        Standard("pwd", LastWords, Password, true), // also the working directory: see `is_directory`
        Standard("passphrase", Ending, Password, true),
        Standard("passcode", Ending, Password, true),
        Standard("password_hash", Ending, Password, true), // can be broken at leisure
        Standard("password_salt", Ending, Password, true),
        Standard("passwort", Ending, Password, true),
        Standard("mot_de_passe", Ending, Password, true),
        Standard("contrasena", Ending, Password, true),
        Standard("senha", LastWords, Password, true),
        Standard("secret", Ending, Password, true), // client_secret, shared_secret
        Standard("otp", LastWords, Token, false),
        Standard("otp_code", LastWords, Token, true),
        Standard("mfa_code", LastWords, Token, true),
        Standard("verification_code", LastWords, Token, true),
        Standard("authorization_code", LastWords, Token, true), // of OAuth: worth an access token
        Standard("token", Ending, Token, true),                 // access_token, refresh_token, csrftoken
        Standard("jwt", LastWords, Token, true),
        Standard("csrf", Whole, Token, false),
        Standard("xsrf", Whole, Token, false),
        Standard("bearer", Whole, Token, false),
        Standard("page_token", Never, Token, false), // a place in a listing
        Standard("next_token", Never, Token, false),
        Standard("continuation_token", Never, Token, false),
        Standard("sync_token", Never, Token, false),
        Standard("cancellation_token", Never, Token, false), // a program's own signal
        Standard("unexpected_token", Never, Token, false),   // parsers speak of other tokens
        Standard("syntax_token", Never, Token, false),
        Standard("api_key", Ending, Key, true),
        Standard("private_key", Ending, Key, true),
        Standard("secret_key", Ending, Key, true),
        Standard("access_key", Ending, Key, true),
        Standard("signing_key", Ending, Key, true),
        Standard("encryption_key", Ending, Key, true),
        Standard("master_key", Ending, Key, true),
        Standard("authorization", Whole, Credential, true),
        Standard("proxy_authorization", Whole, Credential, true),
        Standard("x_authorization", Whole, Credential, true),
        Standard("auth_header", LastWords, Credential, true),
        Standard("credential", LastWords, Credential, false), // "credentials: invalid" is a sentence
        Standard("credentials", LastWords, Credential, false),
        Standard("connection_string", Ending, Credential, false), // has a password in it, and more that helps nobody
        Standard("cookie", LastWords, Session, true),
        Standard("cookies", LastWords, Session, false),
        Standard("set_cookie", Whole, Session, true),
        Standard("session", Whole, Session, false),
        Standard("session_key", LastWords, Session, true),
        Standard("jsessionid", LastWords, Session, true), // the cookies' names in Java, PHP and ASP.NET
        Standard("phpsessid", LastWords, Session, true),
        Standard("net_sessionid", LastWords, Session, true),
        Standard("credit_card", LastWords, Card, true),
        Standard("card_number", LastWords, Card, true),
        Standard("credit_card_number", LastWords, Card, true),
        Standard("cc_number", LastWords, Card, true),
        Standard("pan", Whole, Card, false), // primary account number
        Standard("cvv", LastWords, Card, true),
        Standard("cvv2", LastWords, Card, true),
        Standard("cvc", LastWords, Card, true),
        Standard("cvc2", LastWords, Card, true),
        Standard("pin", LastWords, Card, false),
        Standard("ssn", LastWords, Identity, true),
        Standard("social_security_number", LastWords, Identity, true),
    ]
};

/// The names of a policy, made ready.
#[derive(Debug)]
pub(crate) struct Names {
    rules: Vec<Rule>,
    /// Bit `b` of word `a`: some name ends in the bytes `a`, `b`, each cut to its low six bits (letters of both cases
    /// fall together). Nearly every word that is no secret's name is told by this alone.
    endings: [u64; 64],
    /// Squashed names that are secret, by the low six bits of their last byte: all that the long look compares.
    by_last: Vec<Vec<Vec<u8>>>,
}

#[derive(Debug)]
struct Rule {
    /// Without case and separators.
    squashed: Vec<u8>,
    reach: Reach,
    class: SecretClass,
    in_text: bool,
}

/// What a name turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secret {
    pub(crate) class: SecretClass,
    /// [`Reach::Whole`] when the name is exactly one of the list, else how it was covered.
    pub(crate) reach: Reach,
    pub(crate) in_text: bool,
}

impl Names {
    pub(crate) fn new(secret_names: &[SecretName]) -> Names {
        let rule = |name: &SecretName| {
            let squashed = KeyName::of(name.name.as_bytes()).as_bytes().to_vec();
            Rule { squashed, reach: name.reach, class: name.class, in_text: name.in_text }
        };
        let mut rules: Vec<Rule> = secret_names.iter().map(rule).filter(|rule| !rule.squashed.is_empty()).collect();
        // The longest name that covers says most about the class.
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.squashed.len()));
        let mut endings = [0; 64];
        let mut by_last = vec![Vec::new(); 64];
        for rule in rules.iter().filter(|rule| rule.reach != Reach::Never) {
            rule.squashed.last().into_iter().for_each(|&last| by_last[low_bits(last)].push(rule.squashed.clone()));
            match rule.squashed[..] {
                [.., a, b] => endings[low_bits(a)] |= 1 << low_bits(b),
                [b] => endings.iter_mut().for_each(|word| *word |= 1 << low_bits(b)),
                [] => {}
            }
        }
        Names { rules, endings, by_last }
    }

    /// Whether this segment of a field's name says that the value is secret.
    pub(crate) fn classify(&self, segment: &[u8]) -> Option<Secret> {
        if !self.may_end(segment) {
            return None;
        }
        let key = KeyName::of(segment);
        let exact = self.rules.iter().find(|rule| rule.reach != Reach::Never && key.is(&rule.squashed));
        let found = exact.or_else(|| self.rules.iter().find(|rule| rule.covers(&key)))?;
        let reach = if exact.is_some() { Reach::Whole } else { found.reach };
        (reach != Reach::Never).then_some(Secret { class: found.class, reach, in_text: found.in_text })
    }

    /// Whether the name is one that only looks like a secret's.
    pub(crate) fn is_never(&self, name: &[u8]) -> bool {
        let key = KeyName::of(name);
        self.rules.iter().any(|rule| rule.reach == Reach::Never && rule.covers(&key))
    }

    /// A quick look, without knowing where the name begins: whether some secret's name ends as this does. Never says
    /// no to what [`classify`](Self::classify) would find.
    pub(crate) fn may_be_secret(&self, name: &[u8]) -> bool {
        let last = name.iter().rfind(|&&byte| !is_separator(byte));
        last.is_some_and(|&last| self.by_last[low_bits(last)].iter().any(|squashed| ends_squashed(name, squashed)))
    }

    /// A quicker look: at the last two bytes only.
    pub(crate) fn may_end(&self, name: &[u8]) -> bool {
        match *name {
            [.., a, b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => {
                self.endings[low_bits(a)] >> low_bits(b) & 1 == 1
            }
            // Separators, too short, or outside ASCII: only the long look can tell.
            _ => !name.is_empty(),
        }
    }
}

impl Rule {
    fn covers(&self, key: &KeyName) -> bool {
        match self.reach {
            Reach::Whole => key.is(&self.squashed),
            Reach::LastWords => key.ends_with_words(&self.squashed),
            Reach::Ending | Reach::Never => key.ends_with(&self.squashed),
        }
    }
}

/// Six bits in which the cases of a letter are one.
fn low_bits(byte: u8) -> usize {
    usize::from((byte | 0x20) & 0x3f)
}

#[cfg(test)]
mod tests;
