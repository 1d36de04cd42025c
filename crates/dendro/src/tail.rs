use std::io::Write;

use record::Kind;
use serde_json::{Map, Value};

use crate::args::{Output, Tail};
use crate::exit::Failure;
use crate::place::{Missing, Place};
use crate::print::{self, Records};
use crate::remote::Event;

/// `dendro tail`
pub(crate) async fn run(args: Tail) -> Result<(), Failure> {
    let now = record::Clock::now(&record::SystemClock);
    crate::search::parse(&args.query, now)?;
    let server = match Place::find(&args.place, Missing::Refuse).await? {
        Place::Server(server) => server,
        Place::Folder(house) => {
            house.close().await?;
            return Err(nobody_writes());
        }
    };
    let mut events = server.tail(&args.query).await?;
    let mut out = print::stdout();
    while let Some(event) = events.next().await? {
        show(&mut out, &event, args.output)?;
        out.flush()?;
    }
    Err(Failure::new(Kind::Unavailable, "the server ended the tail"))
}

fn nobody_writes() -> Failure {
    let text = "nobody writes to this data folder at present, so there is nothing to follow";
    let hint = "start `dendro serve` on it, or name a server with --url; `dendro search` shows what is there";
    Failure::new(Kind::Unavailable, text).hint(hint)
}

fn show(out: &mut impl Write, event: &Event, output: Output) -> Result<(), Failure> {
    match event.name.as_str() {
        "record" | "message" => {
            let record: Map<String, Value> = serde_json::from_str(&event.data)
                .map_err(|_| Failure::new(Kind::Broken, "the server sent an event that is no JSON object"))?;
            Ok(line(out, record, output)?)
        }
        // What a slow reader missed is told, never silent.
        "dropped" => Ok(missed(&event.data)?),
        _ => Ok(()),
    }
}

fn missed(data: &str) -> std::io::Result<()> {
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    let figure = |name: &str| print::count(data[name].as_u64().unwrap_or_default());
    let (records, batches) = (figure("records"), figure("batches"));
    writeln!(
        anstream::stderr(),
        "\x1b[33m... left out here, this reader is too slow: {records} records, and {batches} batches unread\x1b[0m"
    )
}

fn line(out: &mut impl Write, record: Map<String, Value>, output: Output) -> std::io::Result<()> {
    let (columns, row): (Vec<String>, Vec<Option<Value>>) = record.into_iter().map(|(name, value)| (name, Some(value))).unzip();
    match (output, Records::of(&columns)) {
        (Output::Json, _) => print::json_line(out, &columns, &row),
        (Output::Table, Some(records)) => records.line(out, &row),
        _ => print::raw_line(out, columns.iter().position(|name| name == "message"), &row),
    }
}
