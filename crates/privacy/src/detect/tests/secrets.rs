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
fn more_commands_and_protocols_take_passwords() {
    check("openssl enc -aes-256-cbc -k <PASSWORD:mypass99> -in a");
    check("openssl pkcs12 -in c.p12 -passin pass:<PASSWORD:mypass99> -nodes");
    check("openssl rsa -passin file:/etc/ssl/pass1 -in a.key");
    check("unzip -P <PASSWORD:ziPP4711> a.zip");
    check("xfreerdp /v:host /u:admin /p:<PASSWORD:W1nter!2024>");
    check("keytool -genkey -storepass <PASSWORD:changeit1> -keypass <PASSWORD:changeit2> -alias a");
    check("username admin privilege 15 password 7 <PASSWORD:0822455D0A16>");
    check("password 5 times wrong");
    check("snmp-server community <PASSWORD:s3cr3tComm> RO");
    check("redis AUTH <PASSWORD:r3disPw99>");
    check("\"AUTH\" \"<PASSWORD:r3disPw99>\"");
    check("AUTH service1 is up");
}

#[test]
fn names_and_passwords_stand_in_one_word() {
    check("Invalid credentials bob/<PASSWORD:hunter22>");
    check("login attempt [root/<PASSWORD:admin123>] failed");
    check("credentials: bob:<PASSWORD:S3cretPw>");
    check("credentials file /etc/app/creds1 read");
    check("credentials for user42 expired");
    check("user bob changed password from <PASSWORD:old1pw> to <PASSWORD:new2pw>");
}

#[test]
fn values_end_where_their_format_says() {
    check("CREATE LOGIN svc WITH PASSWORD = N'<PASSWORD:Zw1ebel!Zopf>', CHECK_POLICY = OFF");
    check("EXEC x @Name=N'<PERSON:Agnieszka Wójcik>'");
    check("user=bob&amp;password=<PASSWORD:hunter22>&amp;x=1");
    check("&lt;password&gt;<PASSWORD:hunter22>&lt;/password&gt;");
    check("jdbc:sqlserver://db:1433;databaseName=app;user=sa;password=<PASSWORD:P@ssw0rd>;encrypt=true");
    check("?X-Amz-Credential=<AWS_KEY:AKIAIOSFODNN7EXAMPLE>%2F20240512%2Fus-east-1&a=b");
    check("пароль пользователя: <PASSWORD:Zima2024!>");
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
