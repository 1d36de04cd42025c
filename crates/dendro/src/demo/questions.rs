use std::path::Path;

use ask::Question;
use record::TimeRange;

use super::day::DemoDay;
use super::say;
use crate::args::Output;
use crate::exit::Failure;
use crate::house::House;
use crate::{print, search};

/// Rows shown of each answer: what fits a terminal with two others.
const ROWS: usize = 8;

/// Asks the three sample questions, each as a person would type it.
pub(crate) async fn ask(house: &House, day: &DemoDay, dir: &Path) -> Result<(), Failure> {
    for (command, text) in day.questions() {
        let flags = if dir == Path::new("dendro-data") { String::new() } else { format!(" --data {}", dir.display()) };
        let limit = if command == "search" { format!(" -n {ROWS}") } else { String::new() };
        // What holds single quotes is put in double ones, so that the line can be copied into a shell.
        let quote = if text.contains('\'') { '"' } else { '\'' };
        say(&format!("\n\x1b[1m$ dendro {command} {quote}{text}{quote}{limit}{flags}\x1b[0m"))?;
        let question = match command {
            "sql" => Question::Sql(text.clone()),
            _ => Question::Search(search::parse(&text, house.clock.now())?),
        };
        let scope = house.scope(TimeRange::ALL, ROWS);
        let table = search::ask_house(house, &scope, &text, &question, None).await?;
        print::answer(&table, Output::Table)?;
    }
    say("")
}
