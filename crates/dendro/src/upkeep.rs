use std::io::Write;

use record::Tenant;

use crate::args::{Expire, Folder, Restore};
use crate::exit::Failure;
use crate::place::open_alone;
use crate::print;

/// `dendro compact`
pub(crate) async fn compact(folder: Folder) -> Result<(), Failure> {
    let (house, _) = open_alone(&folder).await?;
    let done = house.lake.compact().await;
    house.close().await?;
    let (before, after) = done?;
    say(&match before {
        0 => "nothing to compact".to_owned(),
        _ => format!("compacted {} into {after}", print::counted(before as u64, "segment")),
    })
}

/// `dendro expire`
pub(crate) async fn expire(args: Expire) -> Result<(), Failure> {
    let (house, _) = open_alone(&args.folder).await?;
    let done = house.lake.expire(args.older_than).await;
    house.close().await?;
    say(&format!("expired {}; earlier versions keep them until `dendro vacuum`", print::counted(done?, "record")))
}

/// `dendro restore`
pub(crate) async fn restore(args: Restore) -> Result<(), Failure> {
    let (house, _) = open_alone(&args.folder).await?;
    let done = house.lake.restore(&Tenant::default(), &args.table, args.version).await;
    house.close().await?;
    say(&format!("version {} of {} is what version {} was", done?, args.table, args.version))
}

/// `dendro vacuum`
pub(crate) async fn vacuum(folder: Folder) -> Result<(), Failure> {
    let (house, _) = open_alone(&folder).await?;
    let done = house.lake.vacuum().await;
    house.close().await?;
    say(&format!("deleted {} that no version within `vacuum_after` uses", print::counted(done? as u64, "file")))
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = print::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
