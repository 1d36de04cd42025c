use super::*;

fn bins(start: &str, end: &str, bin: &str) -> Result<(f64, i64), u16> {
    let at = |text: &str| Timestamp::parse(text).expect("time").0;
    let query = if bin.is_empty() { String::new() } else { format!("?bin={bin}") };
    let mut form = Form::from_url(&format!("/x{query}").parse().expect("URI")).map_err(|problem| problem.status().as_u16())?;
    let bins = Bins::read(&mut form, TimeRange::new(at(start), at(end)), BinsMax { chosen: AUTO_BINS_MAX, named: BINS_MAX });
    form.text("bin", 99);
    form.finish().map_err(|problem| problem.status().as_u16())?;
    Ok((bins.width as f64 / 1e6, bins.count()))
}

#[test]
fn widths() {
    let check = |start, end, bin, expected| assert_eq!(bins(start, end, bin), expected, "{start} {end} {bin}");
    check("2026-02-06T12:00:00Z", "2026-02-06T13:00:00Z", "", Ok((30.0, 120)));
    check("2026-02-06T12:00:07Z", "2026-02-06T13:00:07Z", "", Ok((30.0, 121)));
    check("2026-02-06T12:00:00Z", "2026-02-06T12:00:01Z", "", Ok((1.0, 1)));
    check("2026-02-06", "2026-02-07", "", Ok((600.0, 144)));
    check("2020-01-01", "2026-01-01", "", Ok((12.0 * 86_400.0, 184)));
    check("0001-01-01", "9999-12-31", "", Ok((18_353.0 * 86_400.0, 200)));
    check("2026-02-06T12:00:00Z", "2026-02-06T13:00:00Z", "1m", Ok((60.0, 60)));
    check("2026-02-06T12:00:30Z", "2026-02-06T13:00:30Z", "1m", Ok((60.0, 61)));
    check("2026-02-06T12:00:00Z", "2026-02-06T12:00:01Z", "250ms", Ok((0.25, 4)));
    check("2026-02-06", "2026-02-13", "1m", Ok((60.0, BINS_MAX)));
    check("2026-02-06", "2026-02-13T00:01:00Z", "1m", Err(422));
    check("2026-02-06", "2026-02-13", "0s", Err(422));
    check("2026-02-06", "2026-02-13", "soon", Err(422));
    check("2026-02-06", "2026-02-06", "1m", Err(422));
}

#[test]
fn automatic_widths_never_make_too_many_bins() {
    for hours in (1..200_000).step_by(997) {
        let range =
            TimeRange::new(Timestamp::from_micros(12_345_678), Timestamp::from_micros(12_345_678 + hours * 3_600_000_000));
        for bins_max in [2, 3, 60, AUTO_BINS_MAX] {
            let count = Bins::auto(range, bins_max).count();
            assert!((1..=bins_max).contains(&count), "{hours} h in {bins_max}: {count}");
        }
    }
}
