//! Keys and tokens that tell by their first letters whose they are. The prefixes and lengths are those their issuers
//! document, with room for what they may change.

use std::ops::Range;
use std::sync::LazyLock;

use crate::Kind;

/// Characters behind a prefix.
#[derive(Debug, Clone, Copy)]
enum Body {
    Alnum,
    /// Letters, digits, `_` and `-`.
    Url,
    /// Capitals and digits.
    Upper,
    Hex,
    /// Also dots.
    Dotted,
    /// Also `+`, `/` and `=`.
    Base64,
    /// Parts of a path.
    Path,
}

/// A form of tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vendor {
    pub(crate) prefix: &'static str,
    kind: Kind,
    body: Body,
    /// Fewest and most characters behind the prefix.
    len: (usize, usize),
}

const fn vendor(prefix: &'static str, kind: Kind, body: Body, min: usize, max: usize) -> Vendor {
    Vendor { prefix, kind, body, len: (min, max) }
}

pub(crate) const VENDORS: &[Vendor] = {
    use Body::{Alnum, Base64, Dotted, Hex, Path, Upper, Url};
    use Kind::{ApiKey, AuthToken, AwsKey, GcpKey, GithubToken, OpenaiKey, SlackToken, StripeKey};
    &[
        vendor("AKIA", AwsKey, Upper, 16, 16),
        vendor("ASIA", AwsKey, Upper, 16, 16),
        vendor("ABIA", AwsKey, Upper, 16, 16),
        vendor("ACCA", AwsKey, Upper, 16, 16),
        vendor("A3T", AwsKey, Upper, 17, 17),
        vendor("ABSK", AwsKey, Base64, 100, 200), // Bedrock
        vendor("AIza", GcpKey, Url, 34, 36),
        vendor("GOCSPX-", GcpKey, Url, 24, 40),
        vendor("ya29.", GcpKey, Dotted, 20, 2048),
        vendor("GOOG1E", GcpKey, Upper, 40, 64),
        vendor("ghp_", GithubToken, Alnum, 30, 255),
        vendor("gho_", GithubToken, Alnum, 30, 255),
        vendor("ghu_", GithubToken, Alnum, 30, 255),
        vendor("ghs_", GithubToken, Alnum, 30, 255),
        vendor("ghr_", GithubToken, Alnum, 30, 255),
        vendor("github_pat_", GithubToken, Url, 40, 255),
        vendor("xoxb-", SlackToken, Url, 20, 255),
        vendor("xoxp-", SlackToken, Url, 20, 255),
        vendor("xoxa-", SlackToken, Url, 20, 255),
        vendor("xoxr-", SlackToken, Url, 20, 255),
        vendor("xoxs-", SlackToken, Url, 20, 255),
        vendor("xoxc-", SlackToken, Url, 20, 255),
        vendor("xoxd-", SlackToken, Url, 20, 512),
        vendor("xoxe.", SlackToken, Dotted, 20, 512),
        vendor("xoxe-", SlackToken, Url, 20, 512),
        vendor("xapp-", SlackToken, Url, 20, 255),
        vendor("hooks.slack.com/services/", SlackToken, Path, 20, 128),
        vendor("hooks.slack.com/workflows/", SlackToken, Path, 20, 128),
        vendor("sk_live_", StripeKey, Alnum, 10, 255),
        vendor("sk_test_", StripeKey, Alnum, 10, 255),
        vendor("rk_live_", StripeKey, Alnum, 10, 255),
        vendor("rk_test_", StripeKey, Alnum, 10, 255),
        vendor("whsec_", StripeKey, Base64, 20, 255),
        vendor("sk-proj-", OpenaiKey, Url, 20, 255),
        vendor("sk-svcacct-", OpenaiKey, Url, 20, 255),
        vendor("sk-admin-", OpenaiKey, Url, 20, 255),
        vendor("sk-None-", OpenaiKey, Url, 20, 255),
        vendor("sk-ant-", ApiKey, Url, 20, 255),
        vendor("sk-or-", ApiKey, Url, 20, 255),
        vendor("sk-", OpenaiKey, Alnum, 32, 255),
        vendor("glpat-", ApiKey, Dotted, 20, 64),
        vendor("gldt-", ApiKey, Url, 20, 64),
        vendor("glrt-", ApiKey, Dotted, 20, 64),
        vendor("glptt-", ApiKey, Url, 20, 64),
        vendor("glcbt-", ApiKey, Url, 20, 64),
        vendor("npm_", ApiKey, Alnum, 30, 64),
        vendor("pypi-AgEI", ApiKey, Url, 40, 512),
        vendor("dckr_pat_", ApiKey, Url, 20, 64),
        vendor("dop_v1_", ApiKey, Hex, 40, 64),
        vendor("doo_v1_", ApiKey, Hex, 40, 64),
        vendor("dor_v1_", ApiKey, Hex, 40, 64),
        vendor("SG.", ApiKey, Dotted, 40, 80),
        vendor("shpat_", ApiKey, Hex, 32, 32),
        vendor("shpss_", ApiKey, Hex, 32, 32),
        vendor("shpca_", ApiKey, Hex, 32, 32),
        vendor("shppa_", ApiKey, Hex, 32, 32),
        vendor("hf_", ApiKey, Alnum, 30, 40),
        vendor("gsk_", ApiKey, Alnum, 40, 64),
        vendor("xai-", ApiKey, Alnum, 40, 100),
        vendor("pplx-", ApiKey, Alnum, 40, 64),
        vendor("r8_", ApiKey, Alnum, 30, 48),
        vendor("hvs.", AuthToken, Url, 20, 255),
        vendor("hvb.", AuthToken, Url, 20, 512),
        vendor("hvr.", AuthToken, Url, 20, 512),
        vendor("dapi", ApiKey, Hex, 32, 34),
        vendor("sq0atp-", ApiKey, Url, 22, 22),
        vendor("sq0csp-", ApiKey, Url, 43, 43),
        vendor("EAAA", ApiKey, Url, 56, 80),
        vendor("key-", ApiKey, Hex, 32, 32),  // Mailgun
        vendor("glsa_", ApiKey, Url, 30, 64), // Grafana
        vendor("glc_", ApiKey, Base64, 32, 400),
        vendor("NRAK-", ApiKey, Upper, 27, 27), // New Relic
        vendor("lin_api_", ApiKey, Alnum, 30, 48),
        vendor("secret_", ApiKey, Alnum, 40, 48), // Notion
        vendor("ntn_", ApiKey, Alnum, 40, 52),
        vendor("pscale_tkn_", ApiKey, Url, 32, 64),
        vendor("pscale_pw_", ApiKey, Url, 32, 64),
        vendor("sbp_", ApiKey, Hex, 40, 40),        // Supabase
        vendor("ATATT3", ApiKey, Base64, 100, 255), // Atlassian
        vendor("AKCp", ApiKey, Alnum, 60, 80),      // Artifactory
        vendor("PMAK-", ApiKey, Url, 50, 64),       // Postman
        vendor("rubygems_", ApiKey, Hex, 48, 48),
        vendor("figd_", ApiKey, Url, 36, 48),
        vendor("tfp_", ApiKey, Alnum, 40, 60),
        vendor("sntrys_", ApiKey, Base64, 60, 400),
        vendor("sntryu_", ApiKey, Hex, 60, 70),
        vendor("AGE-SECRET-KEY-1", ApiKey, Upper, 58, 58),
        vendor("FwoGZXIvYXdz", AwsKey, Base64, 100, 2048), // session tokens
        vendor("IQoJb3JpZ2lu", AwsKey, Base64, 100, 2048),
        vendor("pat-na1-", ApiKey, Url, 36, 36),
        vendor("pat-eu1-", ApiKey, Url, 36, 36),
        vendor("shptka_", ApiKey, Hex, 32, 32),
        vendor("cio_", ApiKey, Alnum, 32, 40),
        vendor("fo1_", ApiKey, Url, 43, 43), // Fly.io
        vendor("ddp_", ApiKey, Alnum, 36, 36),
        vendor("dp.pt.", ApiKey, Alnum, 40, 48), // Doppler
        vendor("lsv2_pt_", ApiKey, Url, 40, 48),
        vendor("ops_ey", ApiKey, Base64, 200, 2048), // 1Password
        vendor("LTAI", ApiKey, Alnum, 12, 24),       // Alibaba
        vendor("AKID", ApiKey, Alnum, 28, 36),       // Tencent
        vendor("rnd_", ApiKey, Alnum, 24, 40),       // Render
        vendor("CCIPAT_", ApiKey, Url, 40, 80),      // CircleCI
        vendor("bkua_", ApiKey, Hex, 40, 40),        // Buildkite
        vendor("tskey-", ApiKey, Url, 20, 80),       // Tailscale
        vendor("EAACEdEose0cBA", ApiKey, Alnum, 20, 255),
        vendor("1//0", GcpKey, Url, 40, 255), // refresh tokens
        vendor("sgp_", ApiKey, Url, 40, 80),  // Sourcegraph
        vendor("phc_", ApiKey, Alnum, 40, 50),
        vendor("phx_", ApiKey, Alnum, 40, 50),
        vendor("sb_secret_", ApiKey, Url, 24, 64),
        vendor("HRKU-", ApiKey, Url, 36, 80),
        vendor("dp.st.", ApiKey, Dotted, 40, 80),
        vendor("dp.ct.", ApiKey, Alnum, 40, 48),
        vendor("GR1348941", ApiKey, Url, 20, 32),
        vendor("glft-", ApiKey, Url, 20, 64),
        vendor("glimt-", ApiKey, Url, 20, 64),
        vendor("gloas-", ApiKey, Url, 40, 80),
        vendor("glagent-", ApiKey, Url, 40, 80),
        vendor("CFPAT-", ApiKey, Url, 40, 48),
        vendor("EZAK", ApiKey, Alnum, 54, 54),
        vendor("EZTK", ApiKey, Alnum, 54, 54),
        vendor("duffel_live_", ApiKey, Url, 40, 48),
        vendor("duffel_test_", ApiKey, Url, 40, 48),
        vendor("FLWSECK", ApiKey, Url, 20, 64),
        vendor("rzp_live_", ApiKey, Alnum, 14, 24),
        vendor("pscale_oauth_", ApiKey, Url, 32, 64),
        vendor("dt0c01.", ApiKey, Dotted, 80, 100), // Dynatrace
        vendor("nfp_", ApiKey, Alnum, 36, 40),      // Netlify
        vendor("xkeysib-", ApiKey, Url, 60, 90),
        vendor("xsmtpsib-", ApiKey, Url, 60, 90),
        vendor("pul-", ApiKey, Hex, 40, 40),
        vendor("sk.eyJ", ApiKey, Dotted, 60, 255), // Mapbox
        vendor("ATCTT3", ApiKey, Base64, 100, 255),
        vendor("ATBB", ApiKey, Alnum, 28, 40),
        vendor("oy2", ApiKey, Alnum, 43, 43), // NuGet
        vendor("squ_", ApiKey, Hex, 40, 40),  // Sonar
        vendor("sqp_", ApiKey, Hex, 40, 40),
        vendor("sqa_", ApiKey, Hex, 40, 40),
        vendor("SWMTKN-1-", ApiKey, Url, 60, 90), // Docker Swarm
        vendor("waka_", ApiKey, Hex, 36, 36),
        vendor("apify_api_", ApiKey, Alnum, 30, 48),
        vendor("re_", ApiKey, Url, 28, 40),            // Resend
        vendor("gAAAAA", AuthToken, Base64, 80, 2048), // Fernet, as Keystone's tokens
        vendor("discord.com/api/webhooks/", ApiKey, Path, 60, 128),
        vendor("discordapp.com/api/webhooks/", ApiKey, Path, 60, 128),
    ]
};

/// The vendors whose prefix begins so, in the order of the table.
pub(crate) fn beginning_with(first: u8) -> impl Iterator<Item = &'static Vendor> {
    static BY_FIRST: LazyLock<Vec<Vec<&Vendor>>> = LazyLock::new(|| {
        let begins = |first: u8| VENDORS.iter().filter(move |vendor| vendor.prefix.as_bytes()[0] == first).collect();
        (0..=u8::MAX).map(begins).collect()
    });
    BY_FIRST[usize::from(first)].iter().copied()
}

impl Vendor {
    /// The token that begins at `at` with this prefix.
    pub(crate) fn token_at(&self, text: &[u8], at: usize) -> Option<(Range<usize>, Kind)> {
        // The second byte tells nearly all, without a call.
        if text.get(at + 1) != self.prefix.as_bytes().get(1) {
            return None;
        }
        let rest = text[at..].strip_prefix(self.prefix.as_bytes())?;
        let mut len = rest.iter().take(self.len.1 + 1).take_while(|byte| self.body.has(**byte)).count();
        // A dot or slash at the end belongs to the sentence.
        while len > 0 && matches!(rest[len - 1], b'.' | b'/' | b'-' | b'_') {
            len -= 1;
        }
        let ends = rest.get(len).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let chance = || rest[..len].iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        ((self.len.0..=self.len.1).contains(&len) && ends && chance()).then(|| (at..at + self.prefix.len() + len, self.kind))
    }
}

impl Body {
    fn has(self, byte: u8) -> bool {
        BODIES[usize::from(byte)] >> self as u8 & 1 == 1
    }

    const fn allows(self, byte: u8) -> bool {
        match self {
            Body::Alnum => byte.is_ascii_alphanumeric(),
            Body::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Body::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Body::Hex => byte.is_ascii_hexdigit() || byte == b'-',
            Body::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Body::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'%'),
            Body::Path => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/'),
        }
    }
}

/// By byte, a bit for each body that has it: prefixes that stand in each other's bodies are read often.
static BODIES: [u8; 256] = {
    const ALL: [Body; 7] = [Body::Alnum, Body::Url, Body::Upper, Body::Hex, Body::Dotted, Body::Base64, Body::Path];
    let (mut table, mut at) = ([0; 256], 0);
    while at < 256 * ALL.len() {
        let body = ALL[at / 256];
        table[at % 256] |= (body.allows((at % 256) as u8) as u8) << body as u8;
        at += 1;
    }
    table
};

/// The JSON web token (RFC 7519) or its encrypted kin (RFC 7516) at `at`: parts in base64 joined by dots, of which the
/// first begins as `{"` does. Else where the first part ends: what begins within it is no token either.
pub(crate) fn web_token(text: &[u8], at: usize) -> Result<Range<usize>, usize> {
    let part = |from: usize| {
        text[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-')).count()
    };
    let mut end = at + part(at);
    let (mut dots, header) = (0, end - at);
    while dots < 4 && text.get(end) == Some(&b'.') {
        let len = part(end + 1);
        if len == 0 && dots == 0 {
            return Err(end);
        }
        dots += 1;
        end += 1 + len;
        if len == 0 && dots >= 2 && text.get(end) != Some(&b'.') {
            break;
        }
    }
    while text[at..end].ends_with(b".") && dots > 2 {
        end -= 1;
        dots -= 1;
    }
    if dots >= 1 && header >= 12 && end - at >= 30 { Ok(at..end) } else { Err(at + header) }
}

/// A Telegram bot's token around its colon: a number, and 35 characters.
pub(crate) fn bot_token(text: &[u8], colon: usize, floor: usize) -> Option<Range<usize>> {
    let digits =
        text[floor.max(colon.saturating_sub(11)).min(colon)..colon].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let len = text[colon + 1..].iter().take(36).take_while(|byte| Body::Url.has(**byte)).count();
    let end = colon + 1 + len;
    ((8..=10).contains(&digits) && len == 35 && text[colon + 1] == b'A').then_some(colon - digits..end)
}

/// What a whole value is, by its first letters.
pub(crate) fn kind_of(value: &[u8]) -> Option<Kind> {
    if value.starts_with(b"eyJ") && memchr::memchr(b'.', value).is_some() {
        return Some(Kind::Jwt);
    }
    if memchr::memmem::find(&value[..value.len().min(64)], b"PRIVATE KEY-").is_some() {
        return Some(Kind::PrivateKey);
    }
    let found = value.first().and_then(|&first| beginning_with(first).find_map(|vendor| vendor.token_at(value, 0)));
    found.map(|(_, kind)| kind).or_else(|| is_azure_secret(value).then_some(Kind::AzureKey))
}

/// Without what Amazon's signed addresses write behind the id of a key: `AKIA.../20240512/us-east-1/s3/aws4_request`.
pub(crate) fn without_scope(text: &[u8], range: Range<usize>) -> Range<usize> {
    const ID: usize = 20;
    let value = &text[range.clone()];
    let is_id = value.len() > ID && value[..ID].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_scoped = is_id && matches!(value[..2], [b'A', b'K' | b'S']) && matches!(value[ID..], [b'/', ..] | [b'%', b'2', ..]);
    if is_scoped { range.start..range.start + ID } else { range }
}

/// Secrets of Azure's applications have `Q~` behind the fourth character.
fn is_azure_secret(value: &[u8]) -> bool {
    (36..=44).contains(&value.len())
        && (3..6).contains(&memchr::memchr(b'~', value).unwrap_or(0))
        && value[memchr::memchr(b'~', value).unwrap_or(0) - 1] == b'Q'
}

/// Vendors that keys name.
const KEY_WORDS: &[(&str, Kind)] = &[
    ("aws", Kind::AwsKey),
    ("amazon", Kind::AwsKey),
    ("secret_access_key", Kind::AwsKey),
    ("secretaccesskey", Kind::AwsKey),
    ("azure", Kind::AzureKey),
    ("accountkey", Kind::AzureKey),
    ("google", Kind::GcpKey),
    ("gcp", Kind::GcpKey),
    ("github", Kind::GithubToken),
    ("slack", Kind::SlackToken),
    ("stripe", Kind::StripeKey),
    ("openai", Kind::OpenaiKey),
];

/// What kind of secret a key names: its own, when it names the vendor.
pub(crate) fn kind_by_key(key: &[u8], kind: Kind) -> Kind {
    if kind == Kind::Password {
        return kind;
    }
    let lowered = key.to_ascii_lowercase();
    let named = KEY_WORDS.iter().find(|(word, _)| memchr::memmem::find(&lowered, word.as_bytes()).is_some());
    named.map_or(kind, |&(_, kind)| kind)
}
