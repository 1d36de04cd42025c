use super::*;

const NOW: &str = "2026-02-07T10:30:00Z"; // a Saturday

#[track_caller]
fn check(question: &str, expected: &str) {
    let now = Timestamp::parse(NOW).expect("time").0;
    let short = |at: Timestamp| at.to_string()[5..16].replace('T', " ");
    let found = match when(question, now) {
        When::Unsaid => "-".to_owned(),
        When::About { at, daily } => format!("about {}{}", short(at), if daily { "?" } else { "" }),
        When::Within { range, daily } => {
            format!("{} to {}{}", short(range.start), short(range.end), if daily { "?" } else { "" })
        }
    };
    assert_eq!(found, expected, "{question}");
}

#[test]
fn times_of_day() {
    check("why did payments fail at 2 PM?", "about 02-06 14:00?"); // not yet so today
    check("why did payments fail at 9am", "about 02-07 09:00?");
    check("What happened at 14:02 yesterday?", "about 02-06 14:02");
    check("Why did payment processing fail at 2:00-2:15 PM on Feb 6?", "02-06 14:00 to 02-06 14:15");
    check("errors between 2:00 and 2:15 pm yesterday", "02-06 14:00 to 02-06 14:15");
    check("errors between 23:30 and 00:30", "02-06 23:30 to 02-07 00:30?");
    check("what broke around noon", "about 02-06 12:00?");
    check("slow since 08:00", "02-07 08:00 to 02-07 10:30");
    check("at 2026-02-06T14:00:00Z", "about 02-06 14:00");
    check("from 2026-02-06T14:00:00Z to 2026-02-06T15:00:00Z", "02-06 14:00 to 02-06 15:00");
}

#[test]
fn days_and_lengths() {
    check("what went wrong yesterday", "02-06 00:00 to 02-07 00:00");
    check("what went wrong today", "02-07 00:00 to 02-07 10:30");
    check("errors on Monday", "02-02 00:00 to 02-03 00:00");
    check("errors on 2026-02-03", "02-03 00:00 to 02-04 00:00");
    check("errors on 3 February", "02-03 00:00 to 02-04 00:00");
    check("last 15 min", "02-07 10:15 to 02-07 10:30");
    check("in the past two hours", "02-07 08:30 to 02-07 10:30");
    check("in the last hour", "02-07 09:30 to 02-07 10:30");
    check("what happened 2h ago", "02-07 08:00 to 02-07 09:00");
    check("yesterday afternoon", "02-06 12:00 to 02-06 18:00");
    check("last night", "02-06 20:00 to 02-07 06:00");
    check("this morning", "02-07 05:00 to 02-07 12:00");
}

#[test]
fn other_languages() {
    check("Warum schlugen gestern um 14 Uhr Zahlungen fehl?", "about 02-06 14:00");
    check("Fehler in den letzten 30 Minuten", "02-07 10:00 to 02-07 10:30");
    check("pourquoi les paiements ont échoué hier à 14h", "about 02-06 14:00");
    check("¿por qué fallaron los pagos ayer a las 14:00?", "about 02-06 14:00");
    check("為什麼付款失敗", "-");
}

#[test]
fn what_is_no_time() {
    for question in
        ["", "why did order 17 fail", "why is p99 over 500 ms", "404 errors", "version 4.18.0 is bad", "a", "1:99", "at", "last"]
    {
        check(question, "-");
    }
    let long = "x at 2 PM ".repeat(100_000);
    check(&long, "about 02-06 14:00?");
    check(&"\u{1f600}".repeat(2000), "-");
}
