use super::KeyClass::{
    Address, Card, Dob, DriverLicense, Email, Iban, Ip, Latitude, Location, Longitude, Mac, Name, NationalId, Passport, Person,
    Phone, UsSsn,
};
use super::Sense;
use crate::values::lexicon::Lexicon;

pub(super) fn lexicon() -> Lexicon<Sense> {
    let words: Vec<_> = entries().map(|(sense, word)| (word, sense)).collect();
    Lexicon::new(words.into_iter())
}

/// All words, in the order in which the first of two that are the same counts.
pub(super) fn entries() -> impl Iterator<Item = (Sense, &'static str)> {
    let classes = CLASSES.iter().map(|&(class, words)| (Sense::Is(class), words));
    let others = [(Sense::Filler, FILLERS), (Sense::Somebody, SOMEBODY), (Sense::Other, OTHER)];
    classes.chain(others).flat_map(|(sense, words)| words.split_ascii_whitespace().map(move |word| (sense, word)))
}

/// Words and phrases, small, without marks, written together; of many languages. A word belongs here when what is
/// written behind it is hardly ever anything else.
const CLASSES: &[(super::KeyClass, &str)] = &[
    (Email, "email mail emailaddress mailaddress emailaddr correo correoelectronico courriel adressemail emailadresse epost"),
    (
        Phone,
        "phone phones tel telephone mobile mobil cell cellphone mobilephone homephone workphone phonehome phonework msisdn fax \
         faxnumber contactnumber callback callbackto whatsapp sms smsto call calling called caller callerid callee dial dialed \
         dialled dialing ring rang telefon telefone telefono telf tlf tfno movil celular celulare cellulare fon handy \
         handynummer rufnummer telefonnummer mobilnummer mobiel gsm gsmnummer portable mobiletel numtel phonecontact puhelin \
         matkapuhelin telefonszam telefonu komorka anruf rueckruf ruckruf telefoon telefoonnummer telemovel telephony \
         phoneno telno mobileno contactno contacttel reachable reach reached gebeld bellen bel anrufen angerufen erreichbar erreichen appel appele appeler \
         appelez appelant joindre llamada llame llamar llamo chiamata chiamare chiama ligacao ligar ligue ligou zadzwon zadzwonic dzwonic \
         soita soittaa ringa ringde ringte звонок позвонить номер phonenum mobilephoneno primaryphone secondaryphone cellphonenumber \
         dienthoai sodienthoai sdt didong nomortelepon nomorhp telepon telp hp ponsel nohp numerotelefono numerodetelefono \
         numerodetelephone numerotelephone numerodotelefone telefonszama cepno ceptelefonu ceptel telefonno gsmno numertelefonu telefonni \
         手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 電話 電話番号 携帯 携帯番号 携帯電話 휴대폰 휴대폰번호 휴대전화 전화 전화번호 연락처 \
         โทร โทรศัพท์ เบอร์โทร เบอร์โทรศัพท์ טלפון נייד הטלפון هاتف الهاتف جوال الجوال رقمالجوال رقمالهاتف फोन मोबाइल मोबाइलनंबर τηλέφωνο κινητό τηλ телефон тел мобильный телефоном whatsappnumber otpto smsotpdeliveredto \
         phonenumberis teléfono voip sipfrom ani dnis",
    ),
    (
        Person,
        "fullname firstname lastname middlename surname familyname givenname forename forenames realname legalname maidenname \
         cardholder cardholdername holdername accountholder accountholdername nameoncard beneficiaryname payee payeename \
         contactname contactperson recipientname displayname personname nombre apellido apellidos nombrecompleto prenom \
         nomcomplet nomdefamille vorname nachname familienname nom cognome nomecompleto sobrenome voornaam \
         achternaam imie nazwisko fornavn etternavn efternavn fornamn efternamn etunimi sukunimi jmeno prijmeni keresztnev \
         vezeteknev prenume adsoyad soyad soyadi soyisim фио имя фамилия fname lname firstlast custname naam naamkunde \
         emergencycontact guardian mothersname mothersmaidenname fathersname spouse nextofkin patronymic отчество titular \
         kundenname patientenname nomeutente imienazwisko imieinazwisko nomprenom nometitular shipto billto attn \
         姓名 名前 氏名 名字 お名前 客户姓名 联系人 收件人 이름 성명 성함 고객명 الاسم الاسمالكامل नाम पूरानाम ชื่อ имяклиента фамилияимя \
         cardholdersname patientname customername employeename guestname passengername studentname membername subscribername \
         fullnames givennames lastnames isim adi soyisim jmenoprijmeni namesurname namefamily nomdefamille primernombre \
         segundoapellido primerapellido nomedamae nomecliente nombrecliente nombretitular denumire numecomplet prenume nume",
    ),
    (Name, "name names nm sn family given nome author assignee reporter owner approver reviewer signatory"),
    (
        Address,
        "address addr addresses addressline addresslines streetaddress street streetname homeaddress postaladdress \
         mailingaddress billingaddress shippingaddress deliveryaddress residentialaddress residence shipaddress billaddress \
         direccion domicilio calle adresse anschrift adres adresi strasse rue indirizzo via viale endereco rua morada logradouro \
         adresa adress gatuadress osoite cim lakcim ulica адрес адресдоставки адреспроживания 地址 收货地址 住址 家庭住址 详细地址 住所 自宅住所 \
         お届け先 주소 배송지 배송주소 집주소 ที่อยู่ diachi alamat alamatlengkap العنوان عنوان पता διεύθυνση כתובת bydliste adresazamieszkania \
         adreszamieszkania teslimatadresi evadresi direccionpostal direcciondeenvio enderecodeentrega indirizzodispedizione adressedelivraison straat straatnaam postadres rechnungsadresse lieferadresse \
         wohnadresse postanschrift adressepostale direccionenvio deliveredto",
    ),
    (
        Dob,
        "dob dateofbirth birthdate birthday birth born dobirth bday birthdt bornon bornat birthed geburtsdatum geburtstag \
         geboren geb naci nacio nasci nasceu nacque urodzilem urodzilam dogumlu gebdatum geboortedatum geboren datenaissance datedenaissance naissance nele neele ne nee \
         fechanacimiento fechadenacimiento nacimiento nacidoel nacidael nacido nacida fnac datanascita datadinascita nascita \
         natoil natail nato datanascimento datadenascimento nascimento nascido nascida nascidoem datanasc dtnasc \
         dataurodzenia urodzenia urodzony urodzona ur fodselsdato fodt fodelsedatum fodelsedag fodd syntymaaika syntynyt \
         datumnarozeni narozeni narozen datanasterii nasterii szuletesi szuletesidatum szuletett dogumtarihi dogum dtborn \
         датарождения рождения родился родилась 生年月日 出生日期 誕生日 生日 출생일 생년월일 생일 ngaysinh tanggallahir tgllahir जन्मतिथि تاريخالميلاد วันเกิด ημερομηνίαγέννησης",
    ),
    (Latitude, "lat latitude latitud breite breitengrad breedtegraad latitudine geolat gpslat latdeg gpslatitude"),
    (
        Longitude,
        "lon lng long longitude longitud lange langengrad lengtegraad longitudine geolon geolng gpslon gpslng gpslong \
                 londeg gpslongitude",
    ),
    (
        Location,
        "location locations latlng latlon latlong lnglat lonlat coords coord coordinate coordinates coordinatespair gps geo \
         geopoint geolocation geoloc position positions gpsposition gpscoords gpscoordinates gpsfix gpslocation latitudelongitude \
         locationupdate ubicacion standort posizione localizacao coordonnees coordenadas koordinaten waypoint \
         pickuplocation dropofflocation pickup dropoff destination origin lastknownlocation geotag geohashpoint ll latlonpair",
    ),
    (
        Ip,
        "ip ips ipaddress ipaddr ipv clientip remoteip sourceip srcip dstip remoteaddr remoteaddress xforwardedfor forwardedfor \
         peeraddr peeraddress clientaddr clientaddress localaddr localaddress serveraddr serveraddress hostaddress \
         listenaddress listenaddr bindaddress bindaddr sourceaddress sourceaddr destaddress destinationaddress netaddress \
         networkaddress gatewayaddress nodeaddress brokeraddress socketaddress rhost",
    ),
    (Mac, "mac macaddress macaddr hwaddr hwaddress ethernetaddress physicaladdress lladdr hardwareaddress bssid"),
    (
        Card,
        "card cards cardnumber creditcard creditcardnumber debitcard debitcardnumber ccnumber ccnum cc ccn pan primaryaccountnumber cardno \
         cardpan paymentcard cardnum visa mastercard amex kreditkarte kreditkartennummer kartennummer karte cartebancaire \
         carte numerocarte tarjeta tarjetacredito numerotarjeta cartao cartaocredito numerocartao carta cartadicredito \
         cartacredito numerocarta creditcardno kaart kaartnummer kartakredytowa карта номеркарты картой карты maestro diners dinersclub jcb unionpay discovercard \
         卡号 银行卡号 信用卡号 クレジットカード カード番号 카드번호 kredikarti kartnumarasi numerkarty cislokarty bankkort kartu",
    ),
    (Iban, "iban ibannumber ibancode accountiban ibanaccount sepaaccount bankaccount"),
    (
        UsSsn,
        "ssn ssns socialsecurity socialsecuritynumber socialsecurityno socialsecuritynum socsec social ussn usssn socialno itin \
         taxpayerid taxpayeridentificationnumber",
    ),
    (
        NationalId,
        "nationalid nationalidnumber nationalidentity nationalidentification nationalidentitynumber nationalinsurance \
         nationalinsurancenumber ninumber nino insurancenumber idnumber idno idcard idcardnumber identitycard identitynumber \
         identitydocument identificationnumber personalid personalidnumber personalnumber personalcode personalnummer \
         personnummer citizenid citizennumber residentid residentnumber govid governmentid govtid taxid taxidnumber taxnumber \
         taxpayer taxfileno taxfile tin tinnumber steuerid steueridentifikationsnummer steueridnr idnr steuernummer steuer \
         sozialversicherungsnummer svnr svnummer rentenversicherungsnummer ausweis ausweisnummer personalausweis \
         personalausweisnummer nir insee numeroinsee securitesociale numerodesecuritesociale numsecu secu carteidentite \
         cartevitale cni documentnumber documentno docno docnumber aadhaar aadhar adhaar uidai pancard panno cpf cnpj rg dni dnie nif nie nifnie cif documento \
         numerodocumento documentoidentidad codicefiscale codfiscale fiscalcode partitaiva cf bsn sofinummer \
         burgerservicenummer pesel nip regon dowod dowodosobisty fodselsnummer fnr dnummer cpr cprnummer hetu henkilotunnus \
         ahv ahvnummer ahvnr avs navs niss rijksregisternummer numeronational registrenational insz sin sinnumber \
         socialinsurance socialinsurancenumber tfn medicare medicarenumber nhs nhsnumber nhsno curp rfc cuit cuil cedula \
         cedulaciudadania rut run rutnumber rrn jumin juminnumber mynumber kojinbango nric fin nricfin hkid tckn tckimlik \
         tckimlikno tckimliknumarasi kimlikno kimlik vkn rodnecislo cnp codnumericpersonal egn oib emso jmbg isikukood \
         asmenskodas personaskods amka afm teudatzehut emiratesid cnic nik ktp inn snils инн снилс citizenship pps ppsn \
         ppsnumber idpersonal idnational zaid saidnumber rsaid svn kennitala 身份证 身份证号 身份证号码 证件号 证件号码 주민등록번호 주민번호 マイナンバー 個人番号 आधार cccd cmnd socccd socmnd הזהות תעודתזהות \
         numerodeidentidad documentodeidentidad numerodidentite steueridentifikation steuerid personalausweisnr rodnecislo",
    ),
    (
        Passport,
        "passport passports passportno passportnum passportid passportnumber passportdocument passeport pasaporte reisepass reisepassnummer \
         passnummer reisepassnr passnr passaporto passaporte paspoort paspoortnummer paszport pas pass passi pasaportes pasport \
         cestovnipas utlevel pasaport паспорт паспорта 护照 护照号 护照号码 パスポート パスポート番号 旅券番号 여권 여권번호 جوازالسفر hochieu nomorpaspor traveldocument traveldoc mrz",
    ),
    (
        DriverLicense,
        "driverslicense driverslicence driverlicense driverlicence drivinglicense drivinglicence driverslicensenumber \
         driverlicensenumber driverslic driverlic dlnumber dlno dln dl driverpermit drivingpermit driverslicenseid licensenumber \
         licencenumber licenseno licenceno permis permisdeconduire permisconduire fuhrerschein fuehrerschein \
         fuhrerscheinnummer fuehrerscheinnummer carnetdeconducir licenciadeconducir permisodeconducir licenciaconducir \
         permisoconducir patentediguida patenteguida numeropatente cartadeconducao cnh carteirademotorista rijbewijs \
         rijbewijsnummer prawojazdy korkort korekort forerkort ajokortti surucubelgesi ehliyet ridicskyprukaz permisauto \
         водительскоеудостоверение driverid",
    ),
];

/// Words that leave the question to their neighbours.
const FILLERS: &str = "number numbers num no nr nummer numero nmero no n value values val text raw string str full new old current previous \
    primary secondary main alt alternate alternative other home work office business private personal own first last emergency onfile \
    contact data info details detail field fields input param attr attribute the a an of for from to on at by with in into as is \
    was are be been has have and or was changed updated set given provided supplied submitted entered received registered requested called under me us him her them please back again \
    recorded stored got my your his her their our this that its der die das des dem den fur von zu mit ist am im vom le la les \
    de du des et el los las del en es il lo gli di da per o os do dos em e das um uma van het een op voor masked plain clear \
    formatted normalized delivered sent via s x line address1 line1 line2 one two us uk eu de fr user1 national international \
    legal billing shipping delivery postal mailing residential street primaryphone numarasi numer numeris cislo szam номер nº nbr серия serie seria series \
    january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct \
    nov dec januar februar marz mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre octobre \
    novembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio \
    aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro marco maio junho julho setembro outubro dezembro";

/// Words for a person.
const SOMEBODY: &str = "customer customers client clients patient patients person persons people employee employees user users member \
    members applicant borrower tenantname guest passenger traveler traveller student pupil teacher doctor physician nurse \
    holder subscriber recipient sender receiver buyer seller shopper contact contacts driver rider courier agentname caller \
    candidate visitor owner beneficiary claimant policyholder insured debtor creditor payer debitor kunde kunden kundin \
    patientin mitarbeiter cliente clientes paciente usuario empleado titular destinatario remitente salarie \
    destinataire patiente utilisateur utente paziente dipendente klant patienten medewerker klient pacjent pracownik kund \
    asiakas musteri author approver assignee reporter manager supervisor resident citizen voter donor parent child spouse \
    consignee shipper witness victim suspect attendee participant lead party borrowers cosigner signer";

/// Words that speak of something else.
const OTHER: &str = "id ids uuid guid oid uid gid count counts counter cnt total totals size sizes length len type types kind model \
    format status state states verified valid invalid enabled disabled required missing timestamp time times date datetime ts at created \
    modified expires expiry expiration expired ttl hash hashed digest checksum md sha crc etag version versions ver build port ports pid tid \
    ppid thread threads offset index idx seq sequence block blk blocks trace span request requests req session correlation transaction txn tx \
    order orders invoice ticket tickets batch byte bytes kb mb gb ms ns us sec secs seconds minutes hours days duration latency elapsed \
    timeout retry retries attempt attempts code codes url uri path paths file files filename dir directory folder host hosts hostname \
    server servers node nodes service services class classes method function module package queue topic partition table column tokens token \
    flag flags level isbn ean upc gtin asin sku imei imsi iccid serial part amount price sum score rate ratio percent page limit row rows \
    width height color cache cursor job task workflow pipeline commit revision rev branch tag tags region zone cluster namespace pod \
    container image device os browser agent language locale country currency zip zipcode postcode postalcode plz city town epoch oidc \
    ref refs reference references item items product products sold memory mem heap cpu disk bit mask memoryaddress addressspace pointer ptr \
    register socket interface iface vlan mtu packet packets frame frames msgid messageid parcel tracking trackingnumber shipment tracker \
    licenseplate licenceplate plate licensekey event events model call_id calls phonebook calling_class placeofbirth cardtype last4 bin \
    cvv cvc lastfour brand expiryyear service lookup nameserver names_count domain domainname username login nickname handle \
    metric metrics gauge histogram bucket process processes worker workers pool connection connections conn channel stream shard replica step steps \
    iteration epochs line_number lineno lineno linenumber record records entry entries attempt_no hits misses requestid jobid taskid \
    appid application app program system kernel driver_version drivername reminder policy rule group groups role roles title subject label \
    category schema database db field_count network net subnet route router firewall proxy gateway load average temperature temp voltage \
    fan speed accuracy altitude heading bearing radius distance weight volume quantity qty rank priority ordernumber po scale scaled";
