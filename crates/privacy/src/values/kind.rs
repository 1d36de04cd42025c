/// What a piece of text was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// An e-mail address.
    Email = 0,
    /// A telephone number.
    Phone = 1,
    /// The name of a person, or a part of it.
    Person = 2,
    /// A street address.
    Address = 3,
    /// A date of birth.
    Dob = 4,
    /// A place on earth, by coordinates.
    Gps = 5,
    /// An internet address.
    Ip = 6,
    /// The hardware address of a network card.
    Mac = 7,
    /// The number of a payment card.
    CreditCard = 8,
    /// An international bank account number.
    Iban = 9,
    /// A social security number of the United States.
    UsSsn = 10,
    /// A number that another state gives to a person.
    NationalId = 11,
    /// The number of a passport.
    Passport = 12,
    /// The number of a driving licence.
    DriverLicense = 13,
    /// What a person types to sign in.
    Password = 14,
    /// What a program shows to be let in, for a while.
    AuthToken = 15,
    /// A JSON web token.
    Jwt = 16,
    /// A key of no vendor in particular.
    ApiKey = 17,
    /// A key of Amazon's cloud: its id or its secret.
    AwsKey = 18,
    /// A key of Google's cloud.
    GcpKey = 19,
    /// A key of Microsoft's cloud.
    AzureKey = 20,
    /// A token of GitHub.
    GithubToken = 21,
    /// A token of Slack.
    SlackToken = 22,
    /// A key of Stripe.
    StripeKey = 23,
    /// A key of OpenAI.
    OpenaiKey = 24,
    /// A private key in PEM form.
    PrivateKey = 25,
    /// All of a field, because the policy says so, whatever it is.
    Field = 26,
}

/// Number, name and family of each kind, in the order of their numbers.
const KINDS: [(Kind, &str, &str); 27] = [
    (Kind::Email, "EMAIL", "EMAIL"),
    (Kind::Phone, "PHONE", "PHONE"),
    (Kind::Person, "PERSON", "PERSON"),
    (Kind::Address, "ADDRESS", "ADDRESS"),
    (Kind::Dob, "DOB", "DOB"),
    (Kind::Gps, "GPS", "GPS"),
    (Kind::Ip, "IP", "IP"),
    (Kind::Mac, "MAC", "MAC"),
    (Kind::CreditCard, "CREDIT_CARD", "CREDIT_CARD"),
    (Kind::Iban, "IBAN", "IBAN"),
    (Kind::UsSsn, "US_SSN", "GOV_ID"),
    (Kind::NationalId, "NATIONAL_ID", "GOV_ID"),
    (Kind::Passport, "PASSPORT", "GOV_ID"),
    (Kind::DriverLicense, "DRIVER_LICENSE", "GOV_ID"),
    (Kind::Password, "PASSWORD", "SECRET"),
    (Kind::AuthToken, "AUTH_TOKEN", "SECRET"),
    (Kind::Jwt, "JWT", "SECRET"),
    (Kind::ApiKey, "API_KEY", "SECRET"),
    (Kind::AwsKey, "AWS_KEY", "SECRET"),
    (Kind::GcpKey, "GCP_KEY", "SECRET"),
    (Kind::AzureKey, "AZURE_KEY", "SECRET"),
    (Kind::GithubToken, "GITHUB_TOKEN", "SECRET"),
    (Kind::SlackToken, "SLACK_TOKEN", "SECRET"),
    (Kind::StripeKey, "STRIPE_KEY", "SECRET"),
    (Kind::OpenaiKey, "OPENAI_KEY", "SECRET"),
    (Kind::PrivateKey, "PRIVATE_KEY", "SECRET"),
    (Kind::Field, "FIELD", "FIELD"),
];

impl Kind {
    /// How many kinds there are.
    pub const COUNT: usize = KINDS.len();

    /// Every kind, by its number.
    pub const ALL: [Kind; Kind::COUNT] = {
        let mut all = [Kind::Email; Kind::COUNT];
        let mut at = 0;
        while at < Kind::COUNT {
            all[at] = KINDS[at].0;
            at += 1;
        }
        all
    };

    /// The name in policies, metrics and accounts.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }

    /// The family: kinds that protect the same thing (`SECRET`, `GOV_ID`), else the name itself.
    pub fn family(self) -> &'static str {
        KINDS[self as usize].2
    }

    /// Whether it lets somebody in.
    pub fn is_secret(self) -> bool {
        (Kind::Password as u8..=Kind::PrivateKey as u8).contains(&(self as u8))
    }

    /// What makes something one, in a sentence.
    pub fn why(self) -> &'static str {
        match self {
            Kind::Email => "a local part, a sign and a domain that can be one",
            Kind::Phone => "digits grouped as a country dials them, or behind a word for a telephone",
            Kind::Person => "words in capitals of which some are known names, or that stand where a name is announced",
            Kind::Address => "a street and a house number in the order of some country, with what goes around them",
            Kind::Dob => "a date behind words for a birth",
            Kind::Gps => "two coordinates in range, or one behind its name",
            Kind::Ip => "four numbers below 256, or the groups of IPv6",
            Kind::Mac => "six or eight bytes in hexadecimal, grouped",
            Kind::CreditCard => "a number of a card brand's length and range whose check digit (Luhn) is right",
            Kind::Iban => "a country's length and layout, and a remainder (mod 97) that is right",
            Kind::UsSsn => "nine digits in the ranges that were given out, grouped or announced",
            Kind::NationalId => "a country's layout with check digits that are right, or announced by name",
            Kind::Passport => "a number behind words for a passport",
            Kind::DriverLicense => "a number behind words for a driving licence",
            Kind::Password => "what stands behind a name, option or word for a password",
            Kind::AuthToken => "what stands behind a name or header of a token, or looks drawn by chance there",
            Kind::Jwt => "three parts in base64url of which the first is a header in JSON",
            Kind::ApiKey => "what stands behind a name for a key, or begins as a vendor's keys do",
            Kind::AwsKey | Kind::GcpKey | Kind::AzureKey => "begins, or is named, as this cloud's keys are",
            Kind::GithubToken | Kind::SlackToken | Kind::StripeKey | Kind::OpenaiKey => "begins as this vendor's keys do",
            Kind::PrivateKey => "a PEM block that says it is a private key",
            Kind::Field => "the policy says so for this field",
        }
    }
}
