//! Programs in VRL, the Vector Remap Language.
//!
//! In: the text of a program, and records one by one. Out: what becomes of each.
//! Never: network, disk, the environment, the clock, chance: the same record always becomes the same; a value in an error.
//! Begin with [`Vrl`], then `script.rs`: one record through one program.
//!
//! The language and its functions are the crate `vrl`; it is a room of its own because that crate is heavy, and everything
//! else does without. Reference of the language: <https://vector.dev/docs/reference/vrl/>.

mod functions;
mod script;
mod shape;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use transform::{Language, Program, Tables};
use vrl::compiler::state::ExternalEnv;
use vrl::compiler::{CompileConfig, compile_with_external};
use vrl::diagnostic::Formatter;
use vrl::value::Kind;
use vrl::value::kind::Collection;

use crate::script::Script;

/// Longest program, in bytes.
const TEXT_BYTES_MAX: usize = 256 << 10;

/// The language.
#[derive(Debug, Clone, Copy)]
pub struct Vrl;

impl Language for Vrl {
    fn compile(&self, _name: &str, text: &str, tables: &Arc<Tables>) -> Result<Arc<dyn Program>, String> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(format!("a program has at most {TEXT_BYTES_MAX} bytes, this one {}", text.len()));
        }
        let external = ExternalEnv::new_with_kind(event_kind(), Kind::object(Collection::any()));
        let functions = functions::all(tables);
        let compiled =
            catch_unwind(AssertUnwindSafe(|| compile_with_external(text, &functions, &external, CompileConfig::default())));
        match compiled {
            Ok(Ok(result)) => Ok(Arc::new(Script::new(text, result.program))),
            Ok(Err(faults)) => Err(with_place(text, &Formatter::new(text, faults).to_string())),
            Err(_) => Err("the compiler of VRL met a bug of its own in this program".to_owned()),
        }
    }
}

/// What the compiler may rely on, so that `parse_json!(.message)` needs no check that there is a text.
fn event_kind() -> Kind {
    let known = Collection::any().with_known("message", Kind::bytes()).with_known("timestamp", Kind::timestamp());
    Kind::object(known)
}

/// The compiler says where as `:3:5` in front of the line it draws; people look for the word.
fn with_place(text: &str, faults: &str) -> String {
    let drawn = faults.trim_start_matches('\n');
    match drawn.split("┌─ :").nth(1).and_then(|rest| rest.split(':').next()).and_then(|line| line.parse::<usize>().ok()) {
        Some(line) if line <= text.lines().count().max(1) => format!("line {line}:\n{drawn}"),
        _ => drawn.to_owned(),
    }
}

#[cfg(test)]
mod tests;
