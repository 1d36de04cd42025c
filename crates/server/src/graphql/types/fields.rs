use ask::Incomplete;
use async_graphql::SimpleObject;

use super::Long;
use crate::routes::fields::Field as Known;

/// Fields of records.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct Fields {
    /// The fields.
    fields: Vec<Field>,
    /// Whether these are all.
    complete: bool,
    /// Why not.
    incomplete_reason: Option<&'static str>,
}

/// A field.
#[derive(Debug, SimpleObject)]
struct Field {
    /// Its name.
    name: String,
    /// What it holds: `text`, `int`, `float`, `bool`, `time` or `other`.
    kind: &'static str,
    /// How far it may be shown around: `public`, `internal`, `confidential` or `restricted`.
    level: &'static str,
    /// Records that have it, where that is known without a scan.
    present: Option<Long>,
}

impl Fields {
    /// The first so many.
    pub(in crate::graphql) fn of(known: Vec<Known>, limit: usize) -> Fields {
        let complete = known.len() <= limit;
        let field = |Known { name, kind, level, present }: Known| Field {
            name,
            kind: kind.as_str(),
            level: level.name(),
            present: present.map(Long),
        };
        let fields = known.into_iter().take(limit).map(field).collect();
        Fields { fields, complete, incomplete_reason: (!complete).then(|| Incomplete::Rows.as_str()) }
    }
}
