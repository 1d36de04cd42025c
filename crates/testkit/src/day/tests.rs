use super::*;

fn written(day: Day) -> (String, u64) {
    let (mut text, mut records) = (Vec::new(), 0);
    day.write(|lines, count| {
        text.extend_from_slice(lines);
        records += count;
        Ok(())
    })
    .unwrap();
    (String::from_utf8(text).unwrap(), records)
}

const DAY: Day = Day { seed: 5, date: 20_490, records: 20_000 };

#[test]
fn a_day_has_its_records_and_is_the_same_again() {
    let (text, records) = written(DAY);
    assert_eq!(records, DAY.records);
    assert_eq!(text.lines().count() as u64, DAY.records);
    assert_eq!(written(DAY).0, text);
    assert_ne!(written(Day { seed: 6, ..DAY }).0, text);
}

#[test]
fn incidents_show_where_they_are_told_and_nowhere_else() {
    let (text, _) = written(DAY);
    let [pool, deploy] = DAY.incidents();
    for (needle, incident) in [("DB_POOL_TIMEOUT", pool), ("NullPointerException", deploy)] {
        let hits: Vec<&str> = text.lines().filter(|line| line.contains(needle)).collect();
        assert!(hits.len() > 8, "{needle}: {}", hits.len());
        for line in hits {
            let at = Timestamp::parse(&line[14..38]).unwrap().0;
            // A request that begins in the last second ends a little later.
            let seconds = |at: Timestamp| at.as_micros() / 1_000_000;
            assert!(seconds(incident.start) <= seconds(at) && seconds(at) <= seconds(incident.end) + 2, "{line}");
        }
    }
}

#[test]
fn every_service_speaks_and_every_template_is_filled() {
    let (text, _) = written(DAY);
    for service in &SERVICES {
        assert!(text.contains(&format!("\"service\":\"{}\"", service.name)), "{}", service.name);
    }
    let unfilled = text.lines().find(|line| line.contains("%n") || line.contains("%h") || line.contains("%%"));
    assert_eq!(unfilled, None);
    assert!(text.contains(" %)") || text.contains(" %\""), "a per cent sign stays one");
}
