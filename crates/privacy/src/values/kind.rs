/// What a value is. The names are those of the label guide and of everything that reports on detections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    Email,
    Phone,
    Person,
    Address,
    Dob,
    Gps,
    Ip,
    Mac,
    CreditCard,
    Iban,
    UsSsn,
    NationalId,
    Passport,
    DriverLicense,
    Password,
    AuthToken,
    Jwt,
    ApiKey,
    AwsKey,
    GcpKey,
    AzureKey,
    GithubToken,
    SlackToken,
    StripeKey,
    OpenaiKey,
    PrivateKey,
}

impl Kind {
    /// Every kind, by its number.
    pub(crate) const ALL: [Kind; 26] = [
        Kind::Email,
        Kind::Phone,
        Kind::Person,
        Kind::Address,
        Kind::Dob,
        Kind::Gps,
        Kind::Ip,
        Kind::Mac,
        Kind::CreditCard,
        Kind::Iban,
        Kind::UsSsn,
        Kind::NationalId,
        Kind::Passport,
        Kind::DriverLicense,
        Kind::Password,
        Kind::AuthToken,
        Kind::Jwt,
        Kind::ApiKey,
        Kind::AwsKey,
        Kind::GcpKey,
        Kind::AzureKey,
        Kind::GithubToken,
        Kind::SlackToken,
        Kind::StripeKey,
        Kind::OpenaiKey,
        Kind::PrivateKey,
    ];

    /// The name in labels, metrics and accounts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Email => "EMAIL",
            Kind::Phone => "PHONE",
            Kind::Person => "PERSON",
            Kind::Address => "ADDRESS",
            Kind::Dob => "DOB",
            Kind::Gps => "GPS",
            Kind::Ip => "IP",
            Kind::Mac => "MAC",
            Kind::CreditCard => "CREDIT_CARD",
            Kind::Iban => "IBAN",
            Kind::UsSsn => "US_SSN",
            Kind::NationalId => "NATIONAL_ID",
            Kind::Passport => "PASSPORT",
            Kind::DriverLicense => "DRIVER_LICENSE",
            Kind::Password => "PASSWORD",
            Kind::AuthToken => "AUTH_TOKEN",
            Kind::Jwt => "JWT",
            Kind::ApiKey => "API_KEY",
            Kind::AwsKey => "AWS_KEY",
            Kind::GcpKey => "GCP_KEY",
            Kind::AzureKey => "AZURE_KEY",
            Kind::GithubToken => "GITHUB_TOKEN",
            Kind::SlackToken => "SLACK_TOKEN",
            Kind::StripeKey => "STRIPE_KEY",
            Kind::OpenaiKey => "OPENAI_KEY",
            Kind::PrivateKey => "PRIVATE_KEY",
        }
    }

    /// The family in which kinds may stand for each other: a GitHub token told as a plain secret is masked as well.
    pub(crate) fn family(self) -> &'static str {
        match self {
            Kind::UsSsn | Kind::NationalId | Kind::Passport | Kind::DriverLicense => "GOV_ID",
            kind if kind >= Kind::Password => "SECRET",
            kind => kind.name(),
        }
    }
}
