use vrl::compiler::prelude::*;
use vrl::path::{OwnedTargetPath, OwnedValuePath};

use crate::shape::text_of;

/// Key of the metadata that tells an `abort` of sampling from one of filtering.
pub(crate) const SAMPLED_OUT: &str = "sampled_out";

/// Key of the metadata that holds the hash of the whole record: it decides where there is no value to decide by.
pub(crate) const RECORD_HASH: &str = "record_hash";

/// `if !sample(10, .trace_id) { abort }`: whether the record is kept; the kept one says for how many it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample;

impl Function for Sample {
    fn identifier(&self) -> &'static str {
        "sample"
    }

    fn usage(&self) -> &'static str {
        "Whether a record is one of those that are kept of so many. Sets `sample_weight` if it is."
    }

    fn category(&self) -> &'static str {
        Category::Number.as_ref()
    }

    fn return_kind(&self) -> u16 {
        kind::BOOLEAN
    }

    fn pure(&self) -> bool {
        false
    }

    fn parameters(&self) -> &'static [Parameter] {
        const PARAMETERS: &[Parameter] = &[
            Parameter::required("every", kind::INTEGER, "One of so many is kept; a constant of 1 or more."),
            Parameter::required(
                "by",
                kind::ANY,
                "All records with the same value are kept, or none; with null each is for itself.",
            ),
        ];
        PARAMETERS
    }

    fn examples(&self) -> &'static [Example] {
        &[]
    }

    fn compile(&self, state: &TypeState, _: &mut FunctionCompileContext, arguments: ArgumentList) -> Compiled {
        let every = arguments.required_literal("every", state)?;
        match every {
            Value::Integer(every) if every >= 1 => Ok(SampleFn { every, by: arguments.required("by") }.as_expr()),
            value => {
                Err(function::Error::InvalidArgument { keyword: "every", value, error: "one of how many? 1 or more" }.into())
            }
        }
    }
}

#[derive(Debug, Clone)]
struct SampleFn {
    every: i64,
    by: Box<dyn Expression>,
}

impl FunctionExpression for SampleFn {
    fn resolve(&self, ctx: &mut Context) -> Resolved {
        let by = self.by.resolve(ctx)?;
        let weight = OwnedTargetPath::event(OwnedValuePath::single_field(transform::WEIGHT_FIELD));
        let every = self.every.unsigned_abs();
        let is_kept = match by {
            // As rules do it: else all records without a trace would share one fate.
            Value::Null => transform::is_chosen(record_hash(ctx)?, every),
            by => transform::is_sampled_in(&text_of(&by), every),
        };
        if !is_kept {
            ctx.target_mut().target_insert(&metadata(SAMPLED_OUT), true.into())?;
            return Ok(false.into());
        }
        let before = match ctx.target().target_get(&weight)? {
            Some(Value::Integer(before)) if *before > 0 => *before,
            _ => 1,
        };
        ctx.target_mut().target_insert(&weight, before.saturating_mul(self.every).into())?;
        Ok(true.into())
    }

    fn type_def(&self, _: &TypeState) -> TypeDef {
        TypeDef::boolean().impure()
    }
}

fn metadata(name: &str) -> OwnedTargetPath {
    OwnedTargetPath::metadata(OwnedValuePath::single_field(name))
}

fn record_hash(ctx: &Context) -> Result<u64, String> {
    let hash = ctx.target().target_get(&metadata(RECORD_HASH))?;
    Ok(hash.and_then(Value::as_integer).unwrap_or_default().cast_unsigned())
}
