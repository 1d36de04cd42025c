use super::*;

fn digits(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| byte - b'0').collect()
}

#[test]
fn the_published_examples_hold() {
    assert!(luhn(&digits("79927398713"))); // Wikipedia, "Luhn algorithm"
    assert!(!luhn(&digits("79927398714")));
    assert!(verhoeff(&digits("2363"))); // Wikipedia, "Verhoeff algorithm"
    assert!(verhoeff(&digits("123451"))); // Kirtland, "Identification Numbers and Check Digit Schemes"
    assert!(verhoeff(&digits("1428570")));
    assert!(!verhoeff(&digits("2364")));
    assert!(mod11_10(&digits("86095742719"))); // German tax office, "Prüfziffernberechnung IdNr"
    assert!(!mod11_10(&digits("86095742718")));
    assert_eq!(mod97(b"WEST12345698765432GB82".iter().copied()), 1); // ISO 13616's example, turned
}

#[test]
fn each_sum_sees_every_single_wrong_digit() {
    for good in ["236", "12345", "142857", "84736430954"] {
        let mut full = digits(good);
        full.push(0);
        let last = full.len() - 1;
        full[last] = (0..10).find(|&check| verhoeff(&[&full[..last], &[check]].concat())).unwrap();
        for place in 0..full.len() {
            for other in (0..10).filter(|&other| other != full[place]) {
                let mut wrong = full.clone();
                wrong[place] = other;
                assert!(!verhoeff(&wrong), "{wrong:?}");
            }
        }
    }
}
