//! Words that something follows: names of secrets in sentences, commands, statements; and the first letters of vendors'
//! tokens. All are looked up where a word begins, by three letters, so that the bytes within words cost
//! nothing, as they would in an automaton over all bytes.

use crate::Kind;
use crate::detect::scan::{Area, Scan};
use crate::detect::vendors::{self, VENDORS};

/// Letters that are looked at first.
const LEAD: usize = 3;

/// What a word announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cue {
    /// `password is x`, `PASSWORD 'x'`.
    Password,
    /// `PIN 1234`.
    Pin,
    /// `token x`.
    Token,
    /// `Bearer x`.
    Scheme,
    /// `AUTH PLAIN x`.
    InitialResponse,
    /// `your code is 123456`.
    Code,
    /// `IDENTIFIED BY 'x'`.
    Identified,
    /// `AUTH x` of Redis.
    Auth,
    /// `credentials: bob:x`, `login attempt [bob/x]`.
    Credentials,
    /// `INSERT INTO t (a, b) VALUES (x, y)`.
    Insert,
    /// A command that takes passwords in its own way.
    Command(Command),
    /// `-----BEGIN`.
    Begin,
    /// A web token.
    WebToken,
    /// The prefix of a vendor's tokens, by its place in the table.
    Vendor(u16),
}

/// Commands, by how they take a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// `-pPASSWORD`, `/p:PASSWORD`.
    Joined(&'static str),
    /// `-p PASSWORD`, `-a`, `-w`, `-pw`.
    Apart(&'static [&'static str]),
    /// `-u user:password`.
    UserColon,
    /// The last word of the command: `htpasswd -b FILE NAME PASSWORD`.
    Last,
    /// `NAME VALUE`, of which the name may be a secret's.
    Setting,
    /// `echo PASSWORD | sudo -S x`.
    Piped,
    /// `NAME/PASSWORD@host`, as Oracle's tools take it.
    UserSlash,
    /// `net user NAME PASSWORD`.
    NetUser,
    /// `ConvertTo-SecureString "PASSWORD"`: the first word, where it is quoted.
    Quoted,
    /// `net use SHARE /user:NAME PASSWORD`, or with the password before the name.
    NetUse,
}

/// The words, in any case.
const WORDS: &[(&str, Cue)] = &[
    ("password", Cue::Password),
    ("passwords", Cue::Password),
    ("passwd", Cue::Password),
    ("passcode", Cue::Password),
    ("passphrase", Cue::Password),
    ("pwd", Cue::Password),
    ("pw", Cue::Password),
    ("passwort", Cue::Password),
    ("kennwort", Cue::Password),
    ("mot de passe", Cue::Password),
    ("contraseña", Cue::Password),
    ("contrasena", Cue::Password),
    ("senha", Cue::Password),
    ("palavra-passe", Cue::Password),
    ("parola d'ordine", Cue::Password),
    ("wachtwoord", Cue::Password),
    ("lösenord", Cue::Password),
    ("hasło", Cue::Password),
    ("haslo", Cue::Password),
    ("hasła", Cue::Password),
    ("parola", Cue::Password),
    ("parolanız", Cue::Password),
    ("şifre", Cue::Password),
    ("Şifre", Cue::Password), // capitals outside ASCII are other bytes
    ("Şifreniz", Cue::Password),
    ("Şifresi", Cue::Password),
    ("Пароль", Cue::Password),
    ("Κωδικός", Cue::Password),
    ("şifreniz", Cue::Password),
    ("şifresi", Cue::Password),
    ("sifreniz", Cue::Password),
    ("sandi", Cue::Password),
    ("mật khẩu", Cue::Password),
    ("salasana", Cue::Password),
    ("heslo", Cue::Password),
    ("jelszó", Cue::Password),
    ("пароль", Cue::Password),
    ("κωδικός", Cue::Password),
    ("parool", Cue::Password),
    ("adgangskode", Cue::Password),
    ("passord", Cue::Password),
    ("otp", Cue::Code),
    ("otp code", Cue::Code),
    ("one-time code", Cue::Code),
    ("one time code", Cue::Code),
    ("one-time password", Cue::Code),
    ("verification code", Cue::Code),
    ("confirmation code", Cue::Code),
    ("security code", Cue::Code),
    ("login code", Cue::Code),
    ("access code", Cue::Code),
    ("your code", Cue::Code),
    ("2fa code", Cue::Code),
    ("mfa code", Cue::Code),
    ("bestätigungscode", Cue::Code),
    ("sicherheitscode", Cue::Code),
    ("code de vérification", Cue::Code),
    ("código de verificación", Cue::Code),
    ("código de verificação", Cue::Code),
    ("codice di verifica", Cue::Code),
    ("verificatiecode", Cue::Code),
    ("auth plain", Cue::InitialResponse),
    ("auth login", Cue::InitialResponse),
    ("authenticate plain", Cue::InitialResponse),
    ("pin", Cue::Pin),
    ("pin-code", Cue::Pin),
    ("pincode", Cue::Pin),
    ("token", Cue::Token),
    ("secret", Cue::Token),
    ("api key", Cue::Token),
    ("api-key", Cue::Token),
    ("apikey", Cue::Token),
    ("access key", Cue::Token),
    ("secret key", Cue::Token),
    ("api-schlüssel", Cue::Token),
    ("jeton", Cue::Token),
    ("clé api", Cue::Token),
    ("clave api", Cue::Token),
    ("chave api", Cue::Token),
    ("chiave api", Cue::Token),
    ("auth token", Cue::Token),
    ("license key", Cue::Token),
    ("session", Cue::Token),
    ("session id", Cue::Token),
    ("bearer", Cue::Scheme),
    ("basic", Cue::Scheme),
    ("identified", Cue::Identified),
    ("insert", Cue::Insert),
    ("replace into", Cue::Insert),
    ("net user", Cue::Command(Command::NetUser)),
    ("net use", Cue::Command(Command::NetUse)),
    ("convertto-securestring", Cue::Command(Command::Quoted)), // of PowerShell
    ("mysql", Cue::Command(Command::Joined("-p"))),
    ("mysqldump", Cue::Command(Command::Joined("-p"))),
    ("mysqladmin", Cue::Command(Command::Joined("-p"))),
    ("mysqlimport", Cue::Command(Command::Joined("-p"))),
    ("mariadb", Cue::Command(Command::Joined("-p"))),
    ("7z", Cue::Command(Command::Joined("-p"))),
    ("sshpass", Cue::Command(Command::Apart(&["-p"]))),
    ("mongo", Cue::Command(Command::Apart(&["-p"]))),
    ("mongosh", Cue::Command(Command::Apart(&["-p"]))),
    ("mongodump", Cue::Command(Command::Apart(&["-p"]))),
    ("docker login", Cue::Command(Command::Apart(&["-p"]))),
    ("podman login", Cue::Command(Command::Apart(&["-p"]))),
    ("az login", Cue::Command(Command::Apart(&["-p"]))),
    ("oc login", Cue::Command(Command::Apart(&["-p"]))),
    ("useradd", Cue::Command(Command::Apart(&["-p"]))),
    ("usermod", Cue::Command(Command::Apart(&["-p"]))),
    ("htpasswd", Cue::Command(Command::Last)),
    ("snmp-server", Cue::Command(Command::Apart(&["community"]))),
    ("rabbitmqctl add_user", Cue::Command(Command::Last)),
    ("rabbitmqctl change_password", Cue::Command(Command::Last)),
    ("aws configure set", Cue::Command(Command::Setting)),
    ("git config", Cue::Command(Command::Setting)),
    ("npm config set", Cue::Command(Command::Setting)),
    ("gcloud config set", Cue::Command(Command::Setting)),
    ("vault login", Cue::Command(Command::Last)),
    ("echo", Cue::Command(Command::Piped)),
    ("printf", Cue::Command(Command::Piped)),
    ("sqlplus", Cue::Command(Command::UserSlash)),
    ("expdp", Cue::Command(Command::UserSlash)),
    ("impdp", Cue::Command(Command::UserSlash)),
    ("rman target", Cue::Command(Command::UserSlash)),
    ("jdbc:oracle:thin", Cue::Command(Command::UserSlash)),
    ("jdbc:oracle:oci", Cue::Command(Command::UserSlash)),
    ("snmpwalk", Cue::Command(Command::Apart(&["-A", "-X"]))),
    ("snmpget", Cue::Command(Command::Apart(&["-A", "-X"]))),
    ("snmpset", Cue::Command(Command::Apart(&["-A", "-X"]))),
    ("mosquitto_pub", Cue::Command(Command::Apart(&["-P"]))),
    ("mosquitto_sub", Cue::Command(Command::Apart(&["-P"]))),
    ("cqlsh", Cue::Command(Command::Apart(&["-p"]))),
    ("clickhouse-client", Cue::Command(Command::Apart(&["--password"]))),
    ("mongorestore", Cue::Command(Command::Apart(&["-p"]))),
    ("helm registry login", Cue::Command(Command::Apart(&["-p"]))),
    ("twine upload", Cue::Command(Command::Apart(&["-p"]))),
    ("lftp", Cue::Command(Command::UserColon)),
    ("wget", Cue::Command(Command::UserColon)),
    ("xfreerdp", Cue::Command(Command::Joined("/p:"))),
    ("rdesktop", Cue::Command(Command::Apart(&["-p"]))),
    ("zip", Cue::Command(Command::Apart(&["-P", "--password"]))),
    ("unzip", Cue::Command(Command::Apart(&["-P"]))),
    ("rar", Cue::Command(Command::Joined("-hp"))),
    ("openssl", Cue::Command(Command::Apart(&["-k", "-pass", "-passin", "-passout"]))),
    ("ncftp", Cue::Command(Command::Apart(&["-p"]))),
    ("ncftpput", Cue::Command(Command::Apart(&["-p"]))),
    ("ncftpget", Cue::Command(Command::Apart(&["-p"]))),
    ("vncpasswd", Cue::Command(Command::Apart(&["<<<"]))),
    ("cryptsetup", Cue::Command(Command::Apart(&["<<<"]))),
    ("auth", Cue::Auth),
    ("credentials", Cue::Credentials),
    ("creds", Cue::Credentials),
    ("login attempt", Cue::Credentials),
    ("sqlcmd", Cue::Command(Command::Apart(&["-P"]))),
    ("bcp", Cue::Command(Command::Apart(&["-P"]))),
    ("ipmitool", Cue::Command(Command::Apart(&["-P"]))),
    ("plink", Cue::Command(Command::Apart(&["-pw"]))),
    ("pscp", Cue::Command(Command::Apart(&["-pw"]))),
    ("redis-cli", Cue::Command(Command::Apart(&["-a", "--pass"]))),
    ("ldapsearch", Cue::Command(Command::Apart(&["-w"]))),
    ("ldapadd", Cue::Command(Command::Apart(&["-w"]))),
    ("ldapmodify", Cue::Command(Command::Apart(&["-w"]))),
    ("ldapdelete", Cue::Command(Command::Apart(&["-w"]))),
    ("ldapwhoami", Cue::Command(Command::Apart(&["-w"]))),
    ("curl", Cue::Command(Command::UserColon)),
    ("http", Cue::Command(Command::UserColon)),
    ("smbclient", Cue::Command(Command::UserColon)),
    ("rpcclient", Cue::Command(Command::UserColon)),
    ("begin", Cue::Begin),
];

/// All of them, ready to be looked up.
#[derive(Debug)]
pub(crate) struct Cues {
    /// Bit h: some word's first letters are packed into h.
    present: [u64; PACKED / 64],
    /// Words by hash, the longest first.
    by_hash: Vec<Vec<(&'static [u8], Cue)>>,
}

impl Cues {
    pub(crate) fn standard() -> Cues {
        let mut cues = Cues { present: [0; PACKED / 64], by_hash: vec![Vec::new(); 64 * 64] };
        let vendors = VENDORS.iter().enumerate().map(|(at, vendor)| (vendor.prefix.as_bytes(), Cue::Vendor(at as u16)));
        let words = WORDS.iter().map(|&(word, cue)| (word.as_bytes(), cue));
        for (word, cue) in words.chain(vendors).chain([(b"eyJ".as_slice(), Cue::WebToken)]) {
            let letters = [word[0], word[1], word.get(2).copied().unwrap_or(b' ')];
            let packed = packed(&letters);
            cues.present[packed / 64] |= 1 << (packed % 64);
            cues.by_hash[hash(&letters)].push((word, cue));
        }
        cues.by_hash.iter_mut().for_each(|words| words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len())));
        cues
    }

    /// A quick look: whether some word may stand at the front of the text.
    #[inline]
    pub(crate) fn may_begin(&self, text: &[u8]) -> bool {
        let Some(letters) = text.first_chunk() else { return false };
        let packed = packed(letters);
        self.present[packed / 64] >> (packed % 64) & 1 == 1
    }

    /// The longest word at the front of the text, and its length.
    fn at_front(&self, text: &[u8]) -> Option<(Cue, usize)> {
        let found = self.by_hash[hash(text.first_chunk()?)].iter().find(|(word, cue)| match cue {
            Cue::Vendor(_) | Cue::WebToken => text.starts_with(word),
            _ => {
                let ends = text.get(word.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric());
                ends && text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word)
            }
        });
        found.map(|&(word, cue)| (cue, word.len()))
    }
}

/// How many values three letters have, packed.
const PACKED: usize = 1 << 15;

/// Five bits of each of three letters, in which they differ, whatever their case.
fn packed(&[first, second, third]: &[u8; LEAD]) -> usize {
    usize::from(first & 31) | usize::from(second & 31) << 5 | usize::from(third & 31) << 10
}

/// Twelve bits of the first three letters, in either case.
fn hash(&[first, second, third]: &[u8; LEAD]) -> usize {
    let letters = u32::from_le_bytes([first, second, third, 0]) | 0x0020_2020;
    (letters.wrapping_mul(0x9e37_79b1) >> 20) as usize
}

impl Scan<'_> {
    /// What the word at `at` announces; where to go on when it was found.
    pub(crate) fn cue(&mut self, at: usize, end: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let (cue, len) = self.detector.cues().at_front(&text[at..])?;
        let behind = at + len;
        match cue {
            Cue::Vendor(index) => self.vendor(at, VENDORS[usize::from(index)].prefix, area),
            Cue::WebToken => self.web_token(at, text),
            Cue::Password => self.password(behind, area),
            Cue::Pin => self.pin(behind, area),
            Cue::Token => self.token(behind, area),
            Cue::Scheme => self.scheme(at, end, area.end),
            Cue::InitialResponse => self.initial_response(behind, area),
            Cue::Code => self.code(behind, area),
            Cue::Identified => self.identified(behind, area),
            Cue::Auth => self.redis_auth(at, behind, area),
            Cue::Credentials => self.credentials(behind, area),
            Cue::Insert => self.insert(behind, area),
            Cue::Command(command) => self.command(command, behind, area),
            Cue::Begin => self.pem(at, behind, area),
        }
    }

    /// A vendor's token; of several prefixes the one whose form fits.
    fn vendor(&mut self, at: usize, longest: &str, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let found = vendors::beginning_with(text[at])
            .filter(|vendor| longest.starts_with(vendor.prefix))
            .filter_map(|vendor| vendor.token_at(text, at))
            .max_by_key(|(range, _)| range.end);
        let (mut range, kind) = found?;
        // Of an address that is a secret, all.
        if longest.contains('/') && text[self.done.min(range.start)..range.start].ends_with(b"https://") {
            range.start -= b"https://".len();
        }
        let end = self.push(range, kind, "vendor");
        Some(if kind == Kind::AwsKey { self.aws_secret_after(end, area) } else { end })
    }

    /// A web token; within the first part of what is none there is none either.
    fn web_token(&mut self, at: usize, text: &[u8]) -> Option<usize> {
        if at < self.token_floor {
            return None;
        }
        let token = vendors::web_token(text, at);
        match token {
            Ok(range) => Some(self.push(range, Kind::Jwt, "jwt")),
            Err(part) => {
                self.token_floor = part;
                None
            }
        }
    }

    /// The secret that stands beside a key's id: `AKIA... / 40 characters`.
    fn aws_secret_after(&mut self, end: usize, area: Area<'_>) -> usize {
        const SECRET: usize = 40;
        let text = &self.text[..area.end];
        let gap = text[end..]
            .iter()
            .take(4)
            .take_while(|byte| matches!(**byte, b' ' | b'/' | b':' | b',' | b'|' | b';' | b'\t'))
            .count();
        let is_body = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'/' | b'+' | b'=');
        let secret_at = |start: &usize| text[*start..].iter().take(SECRET + 1).take_while(is_body).count() == SECRET;
        // A slash may be the last mark between the two as well as the first character of the secret.
        let Some(start) = (end + 1..=end + gap).find(secret_at) else { return end };
        self.push(start..start + SECRET, Kind::AwsKey, "aws-secret")
    }

    /// A private key in PEM (RFC 7468); another block is passed over whole.
    fn pem(&mut self, at: usize, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let floor = area.start.max(self.done);
        let dashes = text[floor..at].iter().rev().take_while(|byte| **byte == b'-').count();
        let label_end = behind + memchr::memmem::find(&text[behind..text.len().min(behind + 64)], b"-----")?;
        if dashes < 5 {
            return None;
        }
        let label = &text[behind..label_end];
        let end = match memchr::memmem::find(&text[label_end..], b"-----END").map(|found| label_end + found + 8) {
            Some(last) => {
                last + memchr::memmem::find(&text[last..text.len().min(last + 64)], b"-----").map_or(0, |found| found + 5)
            }
            None => text.len(),
        };
        if memchr::memmem::find(label, b"PRIVATE KEY").is_none() {
            return Some(end);
        }
        Some(self.push(at - 5..end, Kind::PrivateKey, "pem"))
    }
}
