mod endings;

use crate::Kind;
use crate::detect::key_name::{self, KeyName, is_separator};
use crate::detect::names::endings::{Endings, HASH_BITS, LastLetters, TAIL, hash, packed_tail};
use crate::values::keys;

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
    pub kind: Kind,
    /// Which of its values are secret.
    pub holds: Holds,
}

/// Which values behind a name are secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Whatever stands there, but for words of state (`password: expired`).
    Anything,
    /// Whatever stands there when the name is that of a field; inside a text what looks like a credential, because the
    /// name has other meanings there (`token=Token{17 ActivityRecord}`).
    Credential,
    /// Only what looks like a credential.
    Random,
    /// A few digits.
    Digits,
    /// The value of the header `Authorization`.
    Authorization,
    /// Pairs of a cookie's name and value.
    Cookies,
}

/// A line of the standard list: name, reach, kind, what it holds.
pub(crate) struct Standard(&'static str, Reach, Kind, Holds);

impl From<&Standard> for SecretName {
    fn from(&Standard(name, reach, kind, holds): &Standard) -> SecretName {
        SecretName { name: name.to_owned(), reach, kind, holds }
    }
}

/// The names in common use. A name is here when its value lets somebody in or signs for somebody.
pub(crate) const STANDARD: &[Standard] = {
    use Holds::{Anything, Authorization, Cookies, Credential, Digits, Random};
    use Kind::{ApiKey, AuthToken, AzureKey, CreditCard, Password, PrivateKey};
    use Reach::{Ending, LastWords, Never, Whole};
    &[
        // What people type.
        Standard("password", Ending, Password, Anything),
        Standard("passwd", Ending, Password, Anything),
        Standard("pwd", LastWords, Password, Anything), // also the working directory: paths are no passwords
        Standard("pw", LastWords, Password, Credential),
        Standard("userpwd", Ending, Password, Anything),
        Standard("dbpwd", Ending, Password, Anything),
        Standard("pass", LastWords, Password, Credential), // also what tests do
        Standard("dbpass", Ending, Password, Credential),
        Standard("userpass", Ending, Password, Credential),
        Standard("psw", LastWords, Password, Anything),
        Standard("passphrase", Ending, Password, Anything),
        Standard("passcode", Ending, Password, Anything),
        Standard("passkey", LastWords, Password, Credential),
        Standard("password_hash", Ending, Password, Anything), // can be broken at leisure
        Standard("password_salt", Ending, Password, Anything),
        Standard("password_b64", Ending, Password, Anything),
        Standard("password_base64", Ending, Password, Anything),
        Standard("password_encoded", Ending, Password, Anything),
        Standard("password_encrypted", Ending, Password, Anything),
        Standard("storepass", Ending, Password, Anything), // of Java's keytool
        Standard("keypass", LastWords, Password, Credential),
        Standard("passwort", Ending, Password, Anything), // de
        Standard("kennwort", Ending, Password, Anything),
        Standard("zugangscode", LastWords, Password, Credential),
        Standard("mot_de_passe", Ending, Password, Anything), // fr
        Standard("mdp", LastWords, Password, Anything),
        Standard("code_secret", LastWords, Password, Credential),
        Standard("contrasena", Ending, Password, Anything), // es
        Standard("contraseña", Ending, Password, Anything),
        Standard("clave", LastWords, Password, Credential),
        Standard("senha", LastWords, Password, Anything), // pt
        Standard("palavra_passe", Ending, Password, Anything),
        Standard("parola", LastWords, Password, Credential), // it, ro, tr
        Standard("parola_chiave", LastWords, Password, Anything),
        Standard("parola_d_ordine", LastWords, Password, Anything),
        Standard("wachtwoord", Ending, Password, Anything), // nl
        Standard("lösenord", Ending, Password, Anything),   // sv
        Standard("losenord", Ending, Password, Anything),
        Standard("adgangskode", Ending, Password, Anything), // da
        Standard("passord", LastWords, Password, Anything),  // no
        Standard("salasana", Ending, Password, Anything),    // fi
        Standard("haslo", LastWords, Password, Anything),    // pl
        Standard("hasło", LastWords, Password, Anything),
        Standard("heslo", LastWords, Password, Anything),   // cs
        Standard("jelszo", LastWords, Password, Anything),  // hu
        Standard("sifre", LastWords, Password, Credential), // tr
        Standard("sifreniz", LastWords, Password, Credential),
        Standard("şifreniz", LastWords, Password, Credential),
        Standard("Şifreniz", LastWords, Password, Credential),
        Standard("пароль", LastWords, Password, Anything), // ru, uk
        Standard("Пароль", LastWords, Password, Anything),
        Standard("密码", LastWords, Password, Anything), // zh
        Standard("密碼", LastWords, Password, Anything),
        Standard("パスワード", LastWords, Password, Anything), // ja
        Standard("비밀번호", LastWords, Password, Anything),   // ko
        Standard("pin", LastWords, Password, Digits),
        Standard("pin_code", LastWords, Password, Digits),
        Standard("pin_number", LastWords, Password, Digits),
        Standard("puk", LastWords, Password, Digits),
        Standard("security_answer", LastWords, Password, Anything),
        Standard("secret_answer", LastWords, Password, Anything),
        Standard("psk", LastWords, Password, Anything), // pre-shared key of a wireless network
        Standard("pre_shared_key", Ending, Password, Anything),
        Standard("snmp_community", LastWords, Password, Anything),
        Standard("community_string", LastWords, Password, Anything),
        Standard("requirepass", Whole, Password, Anything), // of Redis
        Standard("masterauth", Whole, Password, Anything),
        Standard("cvv", LastWords, CreditCard, Digits),
        Standard("cvv2", LastWords, CreditCard, Digits),
        Standard("cvc", LastWords, CreditCard, Digits),
        Standard("cvc2", LastWords, CreditCard, Digits),
        // What programs show for a while.
        Standard("token", Ending, AuthToken, Credential), // access_token, refresh_token, csrftoken
        Standard("access_tok", LastWords, AuthToken, Credential),
        Standard("jwt", LastWords, AuthToken, Credential),
        Standard("bearer", LastWords, AuthToken, Random),
        Standard("jeton", LastWords, AuthToken, Random), // fr
        Standard("csrf", LastWords, AuthToken, Random),
        Standard("xsrf", LastWords, AuthToken, Random),
        Standard("otp", LastWords, AuthToken, Digits),
        Standard("otp_code", LastWords, AuthToken, Digits),
        Standard("mfa_code", LastWords, AuthToken, Digits),
        Standard("totp", LastWords, AuthToken, Digits),
        Standard("verification_code", LastWords, AuthToken, Digits),
        Standard("authorization_code", LastWords, AuthToken, Credential), // of OAuth: worth an access token
        Standard("auth_code", LastWords, AuthToken, Random),
        Standard("code_verifier", LastWords, AuthToken, Random),
        Standard("assertion", LastWords, AuthToken, Random),
        Standard("saml_response", LastWords, AuthToken, Random),
        Standard("session", LastWords, AuthToken, Random),
        Standard("session_id", LastWords, AuthToken, Random),
        Standard("session_token", LastWords, AuthToken, Credential),
        Standard("session_key", LastWords, AuthToken, Credential),
        Standard("sess_id", LastWords, AuthToken, Random),
        Standard("sid", LastWords, AuthToken, Random),
        Standard("jsessionid", LastWords, AuthToken, Random), // the cookies' names in Java, PHP, ASP
        Standard("phpsessid", LastWords, AuthToken, Random),
        Standard("sessid", Ending, AuthToken, Random),
        Standard("aspsessionid", LastWords, AuthToken, Random),
        Standard("net_sessionid", LastWords, AuthToken, Random),
        Standard("remember_me", LastWords, AuthToken, Random),
        Standard("auth", LastWords, AuthToken, Random),
        Standard("sig", Whole, AzureKey, Random),         // of a shared access signature
        Standard("page_token", Never, AuthToken, Random), // a place in a listing
        Standard("next_token", Never, AuthToken, Random),
        Standard("continuation_token", Never, AuthToken, Random),
        Standard("sync_token", Never, AuthToken, Random),
        Standard("cancellation_token", Never, AuthToken, Random), // a program's own signal
        Standard("unexpected_token", Never, AuthToken, Random),   // parsers speak of other tokens
        Standard("syntax_token", Never, AuthToken, Random),
        Standard("fencing_token", Never, AuthToken, Random),
        Standard("pagination_token", Never, AuthToken, Random),
        // What signs, encrypts or lets in, for long.
        Standard("secret", Ending, ApiKey, Credential), // client_secret, shared_secret
        Standard("secret_value", LastWords, ApiKey, Credential),
        Standard("secret_id", LastWords, ApiKey, Random), // of Vault's AppRole
        Standard("api_key", Ending, ApiKey, Credential),
        Standard("apikey_secret", LastWords, ApiKey, Credential),
        Standard("api_token", Ending, ApiKey, Credential),
        Standard("x_api", LastWords, ApiKey, Random),
        Standard("app_key", LastWords, ApiKey, Credential),
        Standard("application_key", LastWords, ApiKey, Credential),
        Standard("consumer_key", LastWords, ApiKey, Credential),
        Standard("service_key", LastWords, ApiKey, Random),
        Standard("license_key", LastWords, ApiKey, Random),
        Standard("deploy_key", LastWords, ApiKey, Random),
        Standard("subscription_key", LastWords, ApiKey, Credential),
        Standard("functions_key", LastWords, ApiKey, Credential),
        Standard("auth_key", LastWords, ApiKey, Credential),
        Standard("clave_api", LastWords, ApiKey, Random), // es
        Standard("chave_api", LastWords, ApiKey, Random), // pt
        Standard("chave", LastWords, ApiKey, Random),
        Standard("cle_api", LastWords, ApiKey, Random), // fr
        Standard("clé_api", LastWords, ApiKey, Random),
        Standard("chiave_api", LastWords, ApiKey, Random),    // it
        Standard("api_schlüssel", LastWords, ApiKey, Random), // de
        Standard("api_schluessel", LastWords, ApiKey, Random),
        Standard("api_sleutel", LastWords, ApiKey, Random), // nl
        Standard("private_key", Ending, ApiKey, Credential),
        Standard("private_key_pem", LastWords, PrivateKey, Credential),
        Standard("secret_key", Ending, ApiKey, Credential),
        Standard("secret_access_key", Ending, ApiKey, Credential),
        Standard("access_key", Ending, ApiKey, Credential),
        Standard("access_key_id", Ending, ApiKey, Random),
        Standard("account_key", LastWords, AzureKey, Credential),
        Standard("amz_signature", LastWords, AuthToken, Random),
        Standard("goog_signature", LastWords, AuthToken, Random),
        Standard("storage_key", LastWords, AzureKey, Random),
        Standard("storage_account_key", LastWords, AzureKey, Credential),
        Standard("shared_access_key", Ending, AzureKey, Credential),
        Standard("shared_access_signature", Ending, AzureKey, Credential),
        Standard("shared_key", LastWords, ApiKey, Credential),
        Standard("signing_key", Ending, ApiKey, Credential),
        Standard("encryption_key", Ending, ApiKey, Credential),
        Standard("master_key", Ending, ApiKey, Credential),
        Standard("hmac_key", LastWords, ApiKey, Credential),
        Standard("ssh_key", LastWords, ApiKey, Random),
        Standard("webhook_url", LastWords, ApiKey, Random),
        Standard("credential", LastWords, ApiKey, Random),
        Standard("credentials", LastWords, Password, Credential), // of Java's naming interface
        // What carries one of the others.
        Standard("authorization", Whole, AuthToken, Authorization),
        Standard("proxy_authorization", Whole, AuthToken, Authorization),
        Standard("x_authorization", Whole, AuthToken, Authorization),
        Standard("http_authorization", Whole, AuthToken, Authorization),
        Standard("auth_header", LastWords, AuthToken, Authorization),
        Standard("authorization_header", LastWords, AuthToken, Authorization),
        Standard("cookie", LastWords, AuthToken, Cookies),
        Standard("cookies", LastWords, AuthToken, Cookies),
        Standard("set_cookie", Whole, AuthToken, Cookies),
    ]
};

/// The names of a policy, made ready.
#[derive(Debug)]
pub(crate) struct Names {
    /// The longest first: the longest name that covers says most about the kind.
    rules: Vec<Rule>,
    /// Nearly every word that is no secret's name is told by this alone.
    endings: Endings,
    /// Rules by the hash of their tail, ascending, each with its last letters and which of them count.
    by_tail: Vec<Vec<(LastLetters, u16)>>,
    /// How the words for a person's name or address end, and those that may stand behind them.
    somebody: Endings,
}

#[derive(Debug)]
struct Rule {
    /// Without case and separators.
    squashed: Vec<u8>,
    reach: Reach,
    kind: Kind,
    holds: Holds,
}

/// What a name turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secret {
    pub(crate) kind: Kind,
    /// [`Reach::Whole`] when the name is exactly one of the list, else how it was covered.
    pub(crate) reach: Reach,
    pub(crate) holds: Holds,
}

impl Secret {
    /// Whether a number behind the name is one: a PIN is, `"token": 5` is a count.
    pub(crate) fn covers_numbers(&self) -> bool {
        matches!(self.holds, Holds::Anything | Holds::Digits)
    }
}

impl Names {
    pub(crate) fn new(secret_names: &[SecretName]) -> Names {
        let rule = |name: &SecretName| {
            let squashed = KeyName::of(name.name.as_bytes()).as_bytes().to_vec();
            Rule { squashed, reach: name.reach, kind: name.kind, holds: name.holds }
        };
        let mut rules: Vec<Rule> = secret_names.iter().map(rule).filter(|rule| !rule.squashed.is_empty()).collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.squashed.len()));
        let mut names = Names {
            rules: Vec::new(),
            endings: Endings::new(),
            by_tail: vec![Vec::new(); 1 << HASH_BITS],
            somebody: Endings::new(),
        };
        for (index, rule) in rules.iter().enumerate() {
            names.file(&rule.squashed, index);
            // Shorter than a tail: it stands alone, or behind any letter or digit.
            if rule.squashed.len() < TAIL && rule.reach != Reach::Whole {
                for before in (b'a'..=b'z').chain(b'0'..=b'9') {
                    names.file(&[&[before], rule.squashed.as_slice()].concat(), index);
                }
            }
        }
        names.rules = rules;
        keys::words_of_somebody().for_each(|word| names.somebody.add(word.as_bytes()));
        keys::words_beside().for_each(|word| names.somebody.add_beside(word));
        names
    }

    /// A quick look at the end of a name: whether it may be a secret's, and whether it may announce a person or an
    /// address. Never says no to what a longer look would find.
    pub(crate) fn promise(&self, name: &[u8]) -> (bool, bool) {
        let tail = packed_tail(name);
        let named = self.endings.has(tail) && self.endings.fit(tail, name, |_| true);
        // `street1`, `address_2`.
        let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit() || is_separator(**byte)).count();
        let lettered = if digits == 0 { tail } else { packed_tail(&name[..name.len() - digits]) };
        // Words are filed without their marks (`lakcim` for `lakcím`), names are not.
        let marked = name.len() >= TAIL && !name[name.len() - TAIL..].is_ascii();
        let announced = || self.somebody.fit(lettered, name, |byte| !byte.is_ascii_digit()) || !name.is_ascii();
        (named, marked || self.somebody.has(lettered) && announced())
    }

    fn file(&mut self, squashed: &[u8], rule: usize) {
        self.endings.add(squashed);
        self.by_tail[hash(packed_tail(squashed))].push((LastLetters::of(squashed), rule as u16));
    }

    /// Whether this segment of a field's name says that the value is secret.
    pub(crate) fn classify(&self, segment: &[u8]) -> Option<Secret> {
        let tail = packed_tail(segment);
        if !self.endings.has(tail) {
            return None;
        }
        let letters = LastLetters::of(segment);
        let rules = || {
            let filed = self.by_tail[hash(tail)].iter().filter(|(last, _)| letters.end_in(last));
            filed.map(|&(_, index)| &self.rules[usize::from(index)])
        };
        if !rules().any(|rule| key_name::ends_with(segment, &rule.squashed)) {
            return None;
        }
        let key = KeyName::of(segment);
        let exact = rules().find(|rule| rule.reach != Reach::Never && key.is(&rule.squashed));
        let found = exact.or_else(|| rules().find(|rule| rule.covers(&key)))?;
        let reach = if exact.is_some() { Reach::Whole } else { found.reach };
        (reach != Reach::Never).then_some(Secret { kind: found.kind, reach, holds: found.holds })
    }

    /// Whether the name is one that only looks like a secret's.
    pub(crate) fn is_never(&self, name: &[u8]) -> bool {
        self.rules.iter().any(|rule| rule.reach == Reach::Never && key_name::ends_with(name, &rule.squashed))
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

#[cfg(test)]
mod tests;
