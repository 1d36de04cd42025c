use std::sync::LazyLock;

use crate::values::fold::Endings;
use crate::values::fronts::Fronts;
use crate::values::lexicon::Lexicon;

/// What a word says about streets; without marks and in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Ends English street names, and little else.
    English,
    /// Ends English street names, and is much else: drive, court.
    EnglishMaybe,
    /// Begins French street names behind the number.
    French,
    /// Begins street names before the number: calle, via, rua.
    Before,
    /// As [`Type::Before`], but is an everyday word of English as well.
    BeforeMaybe,
    /// Stands behind a name and before the number: Straße, utca.
    Behind,
}

static TYPES: LazyLock<Lexicon<Type>> = LazyLock::new(|| Lexicon::new(entries().collect::<Vec<_>>().into_iter()));

/// All words for streets.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    entries().map(|(word, _)| word)
}

fn entries() -> impl Iterator<Item = (&'static str, Type)> {
    let lists = [
        (
            Type::English,
            "street avenue ave road rd boulevard blvd lane ln terrace crescent parkway pkwy highway hwy mews broadway turnpike cres expressway",
        ),
        (
            Type::EnglishMaybe,
            "st drive dr court ct place pl square sq way close gardens grove row walk hill circle cir trail alley park green loop plaza point \
             gate quay wharf rise view vale bridge bypass esplanade parade pde heights ridge run path pike villas yard route",
        ),
        (
            Type::French,
            "rue av boul bd bvd chemin ch allee allees impasse imp quai cours passage faubourg fbg sentier ruelle residence chaussee promenade \
             esplanade lotissement villa cite route rte hameau",
        ),
        (
            Type::Before,
            "calle avenida avda av paseo carrer plaza plaça placa travesia travessia camino carretera ctra ronda glorieta callejon urbanizacion viale piazza corso \
             vicolo largo strada piazzale lungomare contrada rua travessa praca praça alameda estrada rodovia beco ul ulica al aleja aleje \
             pl plac os osiedle ulice ulitsa bulevardul calea soseaua str bd rue chemin quai impasse jalan jl jln carrera cra cl diagonal \
             transversal rambla cuesta rotonda gang gg drumul aleea intrarea ladeira vereda acceso corredor andador бульвар бул переулок пер \
             площадь пл шоссе набережная ш kungsgatan улица ул проспект пр leoforos odos sokak cadde",
        ),
        (Type::BeforeMaybe, "via c"),
        (
            Type::Behind,
            "strasse str weg platz allee gasse ring damm ufer chaussee pfad steig markt straat laan plein gracht kade dijk singel dreef \
             gatan vagen gata vegen veien gate vei vej gade alle katu tie kuja utca ut ter korut setany utja caddesi sokagi cad sok bulvari \
             namesti trida ulice улица prospekt",
        ),
    ];
    lists.into_iter().flat_map(|(kind, words)| words.split_ascii_whitespace().map(move |word| (word, kind)))
}

pub(super) fn of(folded: &[u8]) -> Option<Type> {
    TYPES.get(folded)
}

/// Endings of street names that are one word, in German, Dutch, Swedish, Norwegian, Danish and Finnish. Those that end
/// everyday words too (-ring, -gate, -tie) are not here.
static ENDINGS: Endings = Endings::of(&[
    b"strasse",
    b"str",
    b"gasse",
    b"weg",
    b"platz",
    b"allee",
    b"damm",
    b"ufer",
    b"chaussee",
    b"steig",
    b"pfad",
    b"straat",
    b"laan",
    b"plein",
    b"gracht",
    b"kade",
    b"singel",
    b"dreef",
    b"gatan",
    b"vagen",
    b"vegen",
    b"veien",
    b"gade",
    b"katu",
    b"kuja",
    b"graben",
    b"markt",
    b"promenade",
    b"bakken",
    b"steeg",
    b"boulevard",
    b"baan",
    b"ringen",
    b"stien",
]);

pub(super) fn ends_like_street(folded: &[u8]) -> bool {
    // Something stands before: "Weg" alone is not the end of a name.
    folded.len() > 3 && ENDINGS.end(&folded[3..])
}

/// Whether a text begins with a small word for a street, and a capital behind it.
pub(super) fn begins_with_small_type(text: &[u8]) -> bool {
    const SMALL: &[&str] = &[
        "ul. ",
        "ul ",
        "ulica ",
        "al. ",
        "aleja ",
        "os. ",
        "pl. ",
        "plac ",
        "rua ",
        "avenida ",
        "av. ",
        "avda. ",
        "calle ",
        "c/ ",
        "c/",
        "carrer ",
        "carrera ",
        "plaza ",
        "paseo ",
        "rue ",
        "ulice ",
        "nám. ",
        "str. ",
        "strada ",
        "travessa ",
        "praça ",
        "alameda ",
        "bd. ",
        "bulevardul ",
        "sok. ",
        "kompleks ",
        "jl. ",
        "jalan ",
        "viale ",
        "piazza ",
        "corso ",
        "vicolo ",
        "camino ",
        "na ",
        "tř. ",
        "ул. ",
        "улица ",
        "пр. ",
        "просп. ",
        "бул. ",
        "пер. ",
        "пл. ",
        "chemin ",
        "impasse ",
        "avenue ",
        "boulevard ",
        "allée ",
        "place ",
        "quai ",
        "cours ",
        "largo ",
        "via ",
    ];
    static FRONTS: LazyLock<Fronts> = LazyLock::new(|| Fronts::of(SMALL.iter().map(|small| small.as_bytes())));
    FRONTS.may_begin(text)
        && SMALL.iter().any(|small| {
            text.strip_prefix(small.as_bytes())
                .and_then(<[u8]>::first)
                .is_some_and(|&next| next.is_ascii_uppercase() || next >= 0x80)
        })
}
