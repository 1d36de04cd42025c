//! `dendro llm fake`: a server that plays a language model.

use std::io::Write as _;

use record::Kind;
use server::{FakeMode, FakeModel};

use crate::args;
use crate::exit::Failure;
use crate::{print, serve};

/// `dendro llm`
pub(crate) async fn run(command: args::Llm) -> Result<(), Failure> {
    match command {
        args::Llm::Fake(args) => fake(args).await,
    }
}

async fn fake(args: args::FakeLlm) -> Result<(), Failure> {
    let mode = FakeMode::ALL.into_iter().find(|mode| mode.as_str() == args.mode);
    let mode = mode.ok_or_else(|| Failure::new(Kind::Invalid, format!("there is no mode `{}`", args.mode)))?;
    let fake = FakeModel::bind(args.listen, mode).await?;
    let mut out = print::stdout();
    writeln!(out, "listening on http://{}", fake.local_addr())?;
    out.flush()?;
    Ok(fake.run(serve::told_to_stop()).await?)
}
