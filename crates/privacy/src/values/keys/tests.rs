use super::*;

fn check(key: &str, want: Option<KeyClass>) {
    assert_eq!(of_key(key.as_bytes()).class, want, "{key}");
}

#[test]
fn keys_are_read_in_every_spelling() {
    use KeyClass::*;
    for key in ["dob", "DOB", "date_of_birth", "customer.dateOfBirth", "BIRTH-DATE", "d.o.b", "birthdate", "fechaNacimiento"] {
        check(key, Some(Dob));
    }
    for key in ["phone", "phoneNumber", "PHONE_NUMBER", "phonenumber", "home.phone", "mobile", "telefono_cliente", "user.tel"] {
        check(key, Some(Phone));
    }
    for key in ["customer_name", "customer.name", "firstName", "FIRST_NAME", "cardholder", "nombre_cliente", "patient.fullName"] {
        check(key, Some(Person));
    }
    check("passport.number", Some(Passport));
    check("Führerscheinnummer", Some(DriverLicense));
    check("numéro_de_sécurité_sociale", Some(NationalId));
    check("name", Some(Name));
    check("shippingAddress", Some(Address));
    check("addressLine1", Some(Address));
    check("IBAN", Some(Iban));
}

#[test]
fn keys_that_only_look_so_are_left_alone() {
    let keys = [
        "customer_id",
        "phone_model",
        "address_count",
        "file_name",
        "host_name",
        "class.name",
        "thread",
        "phoneVerified",
        "birthday_reminder_id",
        "passport_service",
        "card_type",
        "name_server",
        "username_hash",
        "order_ref",
        "",
    ];
    keys.iter().for_each(|key| check(key, None));
    check("ip_address", Some(KeyClass::Ip));
    check("mac_address", Some(KeyClass::Mac));
    check("email_address", Some(KeyClass::Email));
}
