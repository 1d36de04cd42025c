//! Secrets in commands, sources of data and sentences of more languages.

use super::check;

#[test]
fn commands_take_passwords_in_their_own_ways() {
    check("aws configure set aws_secret_access_key <AWS_KEY:HVp6hZTBOOvnsQtHURIf0KkpqEC5nzH/O4BKubFQ>");
    check("aws configure set region eu-west-1");
    check("htpasswd -b /etc/nginx/.htpasswd ops <PASSWORD:s3cr3tSauce>");
    check("echo \"<PASSWORD:kittens42>\" | sudo -S systemctl restart nginx");
    check("echo 'bob:<PASSWORD:kittens42>' | chpasswd");
    check("echo kittens42 | tee a");
    check("rabbitmqctl add_user shop <PASSWORD:qwerty12345>");
    check("snmpwalk -v3 -u admin -A <PASSWORD:kittens42> -X <PASSWORD:qwerty12345> host");
    check("sqlplus scott/<PASSWORD:tiger1>@orcl");
}

#[test]
fn sources_of_data_hold_passwords() {
    check("jdbc:oracle:thin:scott/<PASSWORD:N0rdlicht77>@//dbhost:1521/ORCL");
    check("dsn=app:<PASSWORD:Tr0ub4dor3>@tcp(db:3306)/crm?parseTime=true");
    check("C: AUTH PLAIN <PASSWORD:AG9sdXdhc2V1bgBTb21tZXIyMDI0>");
    check("<EMAIL:joe@mail.ru>:<PASSWORD:Sommer2024>");
    check("ops:<PASSWORD:$2b$12$4Yyjmm9yEBfmT7OnI6dhH46iBAEq67vwZJrUSO7XZ0U09m03fi8tv>:19700");
}

#[test]
fn sentences_name_whose_password_it_is() {
    check("Le mot de passe de Nadia est <PASSWORD:N0rdlicht77>");
    check("Failed login with [password] value [<PASSWORD:qwerty12345>]");
    check("contraseña temporal: <PASSWORD:qwerty12345>");
    check("şifreniz <PASSWORD:xK9mPq2vLz> olarak güncellendi");
    check("Your code is <AUTH_TOKEN:854247>");
    check("verification code sent to user");
    check("password reset mail for order 4711 sent to queue12 at host");
    check("mrz: <PASSPORT:P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<>");
}
