//! `dendro ask`: an analysis, for people or as JSON.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use analysis::{Ask, OverEngine};
use record::{Clock, SystemClock, TimeRange};
use serde_json::Value;

use crate::args;
use crate::config::{self, ModelSettings};
use crate::exit::Failure;
use crate::house::House;
use crate::place::{Missing, Place};
use crate::print::{self, text};
use crate::{model, when};

/// Findings printed: those that the sentences do not tell.
const TIMELINE_MAX: usize = 12;

/// `dendro ask`
pub(crate) async fn run(args: args::Ask) -> Result<(), Failure> {
    let now = SystemClock.now();
    let range = range(&args, now)?;
    let answer = match Place::find(&args.place, Missing::Refuse).await? {
        Place::Server(server) => server.analyze(&args.question, range).await?,
        Place::Folder(house) => {
            let settings = config::for_folder(args.place.config.as_deref(), args.place.data.as_deref())?.model;
            let answer = in_house(&house, Ask { question: args.question, range, now }, settings.as_ref()).await;
            house.close().await?;
            answer?
        }
    };
    let mut out = print::stdout();
    match args.json {
        true => writeln!(out, "{answer:#}")?,
        false => for_people(&mut out, &answer)?,
    }
    Ok(out.flush()?)
}

/// The time that flags name; an open end is now, an open start a day before the end.
fn range(args: &args::Ask, now: record::Timestamp) -> Result<Option<TimeRange>, Failure> {
    const DAY: Duration = Duration::from_secs(86_400);
    let range = when::range(args.since.as_deref(), args.until.as_deref(), now)?;
    if range == TimeRange::ALL {
        return Ok(None);
    }
    let end = if range.end == TimeRange::ALL.end { now } else { range.end };
    let start = if range.start == TimeRange::ALL.start { end.minus(DAY) } else { range.start };
    Ok(Some(TimeRange::new(start, end)))
}

async fn in_house(house: &House, ask: Ask, settings: Option<&ModelSettings>) -> Result<Value, Failure> {
    let started = Instant::now();
    let models = model::of(settings, house)?;
    let scope = house.scope(TimeRange::ALL, analysis::GROUPS_MAX);
    let evidence = OverEngine::new(&*house.engine, scope).await?;
    let mut analysis = analysis::analyze(&evidence, &ask).await?;
    if let Some(models) = models {
        models.narrate(&mut analysis).await;
    }
    Ok(server::analysis_json(&analysis, started.elapsed().as_millis() as u64))
}

fn for_people(out: &mut impl Write, answer: &Value) -> io::Result<()> {
    narrated(out, &answer["narration"])?;
    for sentence in list(answer, "sentences") {
        writeln!(out, "{}{}", told(sentence, "text"), marks(sentence))?;
    }
    if let Some(confidence) = answer["confidence"].as_f64() {
        writeln!(out, "\x1b[2mAs sure as {:.0} in 100.\x1b[0m", confidence * 100.0)?;
    }
    section(out, "What happened", list(answer, "timeline").take(TIMELINE_MAX), |event| {
        let at = told(event, "timestamp");
        let clock = at.get(11..19).unwrap_or_default();
        format!("{clock}  {}: {}{}", told(event, "source"), told(event, "text"), marks(event))
    })?;
    section(out, "Other places it may have come from", list(answer, "candidates").skip(1), |candidate| {
        let reasons: Vec<String> = list(candidate, "reasons").map(text::shown).collect();
        let share = candidate["share"].as_f64().unwrap_or_default() * 100.0;
        format!(
            "{} ({share:.0} %){}{}",
            told(candidate, "source"),
            if reasons.is_empty() { "" } else { ": " },
            reasons.join(", ")
        )
    })?;
    section(out, "What may help", list(answer, "remediation"), text::shown)?;
    section(out, "Records", list(answer, "supporting_logs"), |record| {
        let severity = record["severity"].as_str().unwrap_or("-");
        format!(
            "[{}] {} {severity} {} {}\n      {}",
            record["number"],
            told(record, "timestamp"),
            told(record, "source"),
            told(record, "id"),
            told(record, "message")
        )
    })?;
    section(out, "Note", list(answer, "notes"), text::shown)
}

/// What a language model says, before what was counted.
fn narrated(out: &mut impl Write, narration: &Value) -> io::Result<()> {
    if list(narration, "sentences").next().is_none() {
        return Ok(());
    }
    for sentence in list(narration, "sentences") {
        writeln!(out, "{}{}", told(sentence, "text"), marks(sentence))?;
    }
    let (model, dropped) = (told(narration, "model"), &narration["dropped"]);
    let left_out =
        if dropped == 0 { String::new() } else { format!("; sentences left out that the evidence does not bear: {dropped}") };
    writeln!(out, "\x1b[2mIn the words of {model}, held against the evidence{left_out}. What was counted:\x1b[0m\n")
}

fn section<'a>(
    out: &mut impl Write,
    title: &str,
    items: impl Iterator<Item = &'a Value>,
    line: impl Fn(&'a Value) -> String,
) -> io::Result<()> {
    for (index, item) in items.enumerate() {
        if index == 0 {
            writeln!(out, "\n\x1b[1m{title}\x1b[0m")?;
        }
        writeln!(out, "  {}", line(item))?;
    }
    Ok(())
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

/// A member as it may go to a terminal.
fn told(value: &Value, name: &str) -> String {
    text::shown(&value[name])
}

/// ` [1][2]`
fn marks(value: &Value) -> String {
    let marks: String = list(value, "citations").map(|number| format!("[{number}]")).collect();
    if marks.is_empty() { marks } else { format!(" {marks}") }
}
