use super::*;

fn found(text: &str, class: Option<KeyClass>) -> Option<&'static str> {
    let context = Context { class, is_near: true, ..Context::default() };
    find(text.as_bytes(), 0, &|| context).filter(|hit| hit.end == text.len()).map(|hit| hit.rule)
}

/// Numbers that were published as examples, with where; none belongs to anybody known.
const EXAMPLES: &[(&str, &str)] = &[
    ("QQ123456C", ""),           // HMRC's own example, of a prefix that is not given
    ("AB123456C", "id.uk_nino"), // gov.uk
    ("AB 12 34 56 C", "id.uk_nino"),
    ("943 476 5919", "id.uk_nhs"),     // NHS Digital, test data
    ("1234567T", "id.ie_pps"),         // Wikipedia, "Personal Public Service Number"
    ("86095742719", "id.de_tin"),      // Bundeszentralamt für Steuern
    ("36 574 261 809", "id.de_tin"),   // Wikipedia, "Steuerliche Identifikationsnummer"
    ("15070649C103", "id.de_pension"), // Wikipedia, "Versicherungsnummer"
    ("1237 010180", "id.at_svnr"),     // Wikipedia, "Sozialversicherungsnummer"
    ("756.9217.0769.85", "id.ch_ahv"), // Zentrale Ausgleichsstelle
    ("255081416802538", "id.fr_nir"),  // French Wikipedia, "Numéro de sécurité sociale"
    ("85.07.30-033.28", "id.be_nn"),   // Wikipedia, "National identification number", Belgium
    ("111222333", "id.nl_bsn"),        // Dutch Wikipedia, "Burgerservicenummer"
    ("12345678Z", "id.es_dni"),        // Agencia Tributaria
    ("X1234567L", "id.es_nie"),
    ("RSSMRA85T10A562S", "id.it_cf"),  // Italian Wikipedia, "Codice fiscale"
    ("10000000146", "id.tr_tckn"),     // Wikipedia, "Turkish Identification Number"
    ("44051401359", "id.pl_pesel"),    // Wikipedia, "PESEL"
    ("ABA300000", "id.pl_card"),       // Polish identity card specimen
    ("736028/5163", "id.cz_rc"),       // Czech Ministry of the Interior
    ("1800101221144", "id.ro_cnp"),    // Wikipedia, "Romanian CNP"
    ("7523169263", "id.bg_egn"),       // Wikipedia, "Unique citizenship number"
    ("37605030299", "id.baltic"),      // Wikipedia, "Isikukood"
    ("112-233-445 95", "id.ru_snils"), // Pension Fund of Russia
    ("811218-9876", "id.se_pnr"),      // Skatteverket
    ("19811218-9876", "id.se_pnr"),
    ("131052-308T", "id.fi_hetu"), // Digital and Population Data Services Agency
    ("120174-3399", "id.dk_cpr"),  // Wikipedia
    ("529.982.247-25", "id.br_cpf"),
    ("11.222.333/0001-81", "id.br_cnpj"),
    ("20-12345678-6", "id.ar_cuit"),
    ("12.345.678-5", "id.cl_rut"),
    ("046 454 286", "id.ca_sin"),        // Wikipedia, "Social insurance number"
    ("2341 2341 2346", "id.in_aadhaar"), // UIDAI test number
    ("ABCPE1234F", "id.in_pan"),
    ("11010519491231002X", "id.cn_id"), // GB 11643
    ("A123456(3)", "id.hk_id"),
    ("A123456789", "id.tw_id"),
    ("S1234567D", "id.sg_nric"),
    ("8001015009087", "id.za_id"), // Wikipedia, "South African identity card"
    ("123456782", "id.au_tfn"),    // Wikipedia, "Tax file number"
    ("2123 45670 1", "id.au_medicare"),
    ("49-091-850", "id.nz_ird"), // Inland Revenue
];

#[test]
fn published_examples_pass_with_a_key() {
    for &(text, want) in EXAMPLES {
        let rule = found(text, Some(KeyClass::NationalId)).unwrap_or("");
        // Some numbers are good ones of two countries; which is named first does not matter.
        let is_good = rule == want || !want.is_empty() && is_also(text, want);
        assert!(is_good, "{text}: {rule}, not {want}");
    }
}

fn is_also(text: &str, want: &str) -> bool {
    let entries =
        INDEX.letters.iter().chain(&INDEX.digits).flat_map(|place| &place.entries).filter(|entry| entry.scheme.rule == want);
    let text = text.as_bytes();
    entries.into_iter().any(|entry| {
        let fits = entry.picture.fits_from(text, 0) && entry.picture.len() == text.len();
        fits && entry.picture.read(text).is_some_and(|value| (entry.scheme.check)(value.as_bytes()))
    })
}

#[test]
fn weak_shapes_need_a_word() {
    for text in ["86095742719", "111222333", "046 454 286", "123456782", "44051401359", "120174-3399"] {
        assert_eq!(found(text, None), None, "{text}");
    }
    for text in ["AB123456C", "12345678Z", "529.982.247-25", "ABCPE1234F", "255081416802538"] {
        assert!(found(text, None).is_some(), "{text}");
    }
}

#[test]
fn a_wrong_check_digit_is_nobodys() {
    for text in ["12345678A", "X1234567T", "529.982.247-24", "756.9217.0769.84", "RSSMRA85T10A562T", "255081416802537"] {
        assert_eq!(found(text, Some(KeyClass::NationalId)), None, "{text}");
    }
}
