use std::sync::LazyLock;

use crate::values::fold::push_folded;
use crate::values::lexicon::Lexicon;

/// What the word before a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Mr, Frau, Dr: whatever follows is a name.
    Title,
    /// Dear, Hello.
    Greeting,
    /// Patient, customer.
    Role,
    /// Approved by, assigned to.
    Action,
    /// By, for, from: a name may follow, as may much else.
    Little,
    /// A mail address and a parenthesis.
    Mail,
    Nothing,
}

static CUES: LazyLock<Lexicon<Before>> = LazyLock::new(|| {
    let lists = [
        (Before::Title, TITLES),
        (Before::Greeting, GREETINGS),
        (Before::Role, ROLES),
        (Before::Action, ACTIONS),
        (Before::Little, LITTLE),
    ];
    let all = lists.into_iter().flat_map(|(before, words)| words.split_ascii_whitespace().map(move |word| (word, before)));
    Lexicon::new(all.collect::<Vec<_>>().into_iter())
});

const TITLES: &str = "mr mrs ms mx dr prof professor herr herrn frau monsieur madame mme mlle senor senora sr sra srta signor signora sig \
    sigra dott pani panu fru dhr mevr mevrouw meneer senhor senhora shri smt";

const GREETINGS: &str = "dear hello hi hey hola bonjour hallo ciao liebe lieber ola cher chere estimado estimada estimados beste kara kare \
    kjaere hej czesc szanowny szanowna caro cara gentile prezado prezada querido querida lieve geachte witaj drogi droga merhaba ahoj salut szia hei welcome willkommen bienvenue bienvenido";

const ROLES: &str = "patient customer client employee user member contact applicant passenger guest driver tenant student doctor nurse \
    cardholder accountholder holder subscriber recipient sender buyer seller borrower beneficiary payee caller candidate visitor owner \
    claimant policyholder resident citizen agent manager author assignee reporter reviewer approver attendee participant physician teacher neighbour neighbor \
    witness kin lodger pupil tutor counsel attorney plaintiff defendant trustee lessee landlord roommate spokesperson donor volunteer trainer \
    trainee intern superviser supervisor deputy cashier pharmacist therapist caregiver caretaker godparent sibling brother sister uncle \
    aunt cousin nephew niece fiance fiancee widow husbands kollege kollegin bearbeiter bearbeiterin sachbearbeiter antragsteller \
    versicherter versicherte mieter mieterin schueler lehrer arzt empfaenger absender empfanger inhaber client assure assuree salariee eleve \
    proprietaire locataire beneficiaire expediteur medecin cliente asegurado asegurada arrendatario alumno profesor medico beneficiario \
    assicurato assicurata inquilino alunno medico proprietario cliente beneficiario remetente aluno funcionario funcionaria segurado \
    huurder verzekerde leerling arts ontvanger afzender medewerkster pracownik klientka pacjentka uczestnik ubezpieczony lekarz \
    musteri hasta kullanici calisan ogrenci uye sayin misafir potilas zakaznik zakaznice pacient pacientka uzivatel zamestnanec ugyfel vasarlo beteg felhasznalo munkatars pelanggan \
    pasien nasabah karyawan pengguna khachhang benhnhan nhanvien nguoidung πελατης πελατη πελάτης πελάτη ασθενής χρήστης клієнт пацієнт \
    utilizator client angajat pacienta kupac korisnik stranka zaposlenik pasilankytojas klients kasutaja הלקוח המטופל asiakas kayttaja tyontekija ansokande anstalld deltagare \
    elev larare клиент пациент пользователь сотрудник заказчик получатель абонент владелец клиентка пациентка 用户 客户 患者 \
    顾客 会员 员工 联系人 收件人 お客様 顧客 社員 会員 고객 회원 환자 사용자 직원 العميل المريض المستخدم الموظف ग्राहक उपयोगकर्ता मरीज \
    admin operator engineer technician courier signer kunde kundin patientin mitarbeiter mitarbeiterin benutzer nutzer teilnehmer cliente \
    paciente usuario empleado titular destinatario utente paziente utilisateur destinataire salarie klant medewerker klient pacjent \
    heisse llamo chiamo chamo appelle spricht nameis nameist imieto jmenuji nevem adim uzytkownik kund anvandare named name called attn fullname passport signed colleague mother father wife husband spouse daughter son";

const ACTIONS: &str = "by said says askfor assigned between assignedto sentto deliveredto addressedto shippedto shippingto billedto billto shipto escalatedto delegatedto \
    forwardedto handedto transferredto reservedfor preparedfor bookedfor scannedfor checkfor requestfrom receivedfrom behalfof spokewith \
    talkedto meetingwith calledby onbehalfof issuedto belongsto registeredto soldto paidto refundto invoicefor appointmentfor \
    reach reached von durch par por przez door namens asignadoa assignea zugewiesenan atribuidoa assegnatoa toegewezenaan przypisanedo \
    enviadoa creadopor creepar erstelltvon creatoda criadopor aangemaaktdoor";

const LITTLE: &str = "for to from with of on at and via fur an mit bei and und et y e i og och pour avec para con a de per da di do dla av af til till voor met aan \
    als is cn gecos user customer contact in re cc bcc";

/// Whether the word is a title that is nobody's name.
pub(super) fn is_long_title(word: &[u8]) -> bool {
    word.len() > 3 && is_title(word)
}

/// Whether a folded word is one that names come behind.
pub(super) fn is_cue(folded: &[u8]) -> bool {
    CUES.get(folded).is_some()
}

/// Whether the word is a title.
pub(super) fn is_title(word: &[u8]) -> bool {
    let mut small = [0; 12];
    let Some(small) = small.get_mut(..word.len()) else { return false };
    small.copy_from_slice(word);
    small.make_ascii_lowercase();
    CUES.get(small) == Some(Before::Title)
}

impl Before {
    /// By the last one or two words.
    pub(super) fn of(text: &[u8]) -> Before {
        let (last, rest) = last_word(text);
        if last.is_empty() {
            if let Some(front) = text.strip_suffix(b" (").or_else(|| text.strip_suffix(b"> (")) {
                let word = front.iter().rev().take(64).take_while(|byte| byte.is_ascii_graphic()).any(|byte| *byte == b'@');
                return if word { Before::Mail } else { Before::Nothing };
            }
            return Before::Nothing;
        }
        let (previous, _) = last_word(rest);
        let mut folded = [0; 48];
        let mut len = 0;
        let mut push = |word: &[u8]| {
            let word = std::str::from_utf8(word).unwrap_or("");
            word.chars().for_each(|letter| push_folded(letter, &mut folded, &mut len));
            len
        };
        let split = push(previous);
        let end = push(last);
        let single = CUES.get(&folded[split..end]).unwrap_or(Before::Nothing);
        let double = if split > 0 { CUES.get(&folded[..end]) } else { None };
        match (single, double) {
            // "assigned to" says more than "to".
            (_, Some(double)) => double,
            // Titles are written with a capital; "sr" and "ms" are other things besides.
            (Before::Title, None) if !last[0].is_ascii_uppercase() => Before::Nothing,
            (Before::Little, None) if ASSIGNING.iter().any(|verb| folded[..split].ends_with(verb)) => Before::Action,
            (single, None) => single,
        }
    }
}

/// How verbs end before "to" and "for": assigned, scanned.
const ASSIGNING: &[&[u8]] = &[b"ed", b"ing"];

/// The last word, and what stands before it; nothing when more than a blank, a colon or a dot is between.
fn last_word(text: &[u8]) -> (&[u8], &[u8]) {
    let mut end = text.len();
    while end > 0 && text.len() - end < 2 && matches!(text[end - 1], b' ' | b':' | b'.' | b',') {
        end -= 1;
    }
    if end == text.len() {
        return (b"", b"");
    }
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    let front = end.saturating_sub(18);
    let start = text[front..end].iter().rposition(|byte| !is_letter(byte)).map_or(front, |last| front + last + 1);
    if end - start > 16 { (b"", b"") } else { (&text[start..end], &text[..start]) }
}
