use ask::{AsOf, Question, Scope};
use record::{Kind, TimeRange, Timestamp};

use crate::args::{Search, Sql};
use crate::exit::Failure;
use crate::house::House;
use crate::place::{Missing, Place};
use crate::table::Table;
use crate::{print, when};

/// `dendro search`
pub(crate) async fn search(args: Search) -> Result<(), Failure> {
    let now = record::Clock::now(&record::SystemClock);
    let range = when::range(args.since.as_deref(), args.until.as_deref(), now)?;
    // Understood here even when a server answers: a wrong query needs no server to be called wrong.
    let query = parse(&args.query, now)?;
    let table = match Place::find(&args.place, Missing::Refuse).await? {
        Place::Server(server) => server.search(&args.query, range, args.limit).await?,
        Place::Folder(house) => {
            let scope = house.scope(range, args.limit as usize);
            let answer = ask_house(&house, &scope, &args.query, &Question::Search(query), None).await;
            house.close().await?;
            answer?
        }
    };
    print::answer(&table, args.output)
}

/// `dendro sql`
pub(crate) async fn sql(args: Sql) -> Result<(), Failure> {
    let as_of = args.as_of.as_deref().map(as_of).transpose()?;
    let table = match Place::find(&args.place, Missing::Refuse).await? {
        Place::Server(server) => server.sql(&args.statement, as_of, args.limit).await?,
        Place::Folder(house) => {
            let scope = house.scope(TimeRange::ALL, args.limit as usize);
            let answer = ask_house(&house, &scope, &args.statement, &Question::Sql(args.statement.clone()), as_of).await;
            house.close().await?;
            answer?
        }
    };
    print::answer(&table, args.output)
}

/// Reads a query; a wrong one is shown with a caret under the fault.
pub(crate) fn parse(text: &str, now: Timestamp) -> Result<ask::Query, Failure> {
    ask::parse(text, now).map_err(|error| with_caret(error, text))
}

/// Asks the engine.
pub(crate) async fn ask_house(
    house: &House,
    scope: &Scope,
    text: &str,
    question: &Question,
    as_of: Option<AsOf>,
) -> Result<Table, Failure> {
    let answer = house.engine.answer(scope, question, as_of).await.map_err(|error| with_caret(error, text))?;
    Ok(Table::from_answer(&answer))
}

fn with_caret(error: ask::Error, text: &str) -> Failure {
    Failure::from(error).of_query(text)
}

fn as_of(text: &str) -> Result<AsOf, Failure> {
    if let Ok(version) = text.parse() {
        return Ok(AsOf::Version(version));
    }
    match Timestamp::parse(text) {
        Ok((at, _)) => Ok(AsOf::Time(at)),
        Err(_) => Err(Failure::new(Kind::Invalid, format!("--as-of: `{text}` is neither a version nor a time"))
            .hint("write a version number such as 12, or a time such as 2026-02-06T14:00:00Z")),
    }
}
