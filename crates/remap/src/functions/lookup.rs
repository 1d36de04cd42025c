use std::sync::Arc;

use transform::{Table, Tables};
use vrl::compiler::prelude::*;

use crate::shape::{text_of, value_of};

/// `lookup("customers", .customer_id)`: the table's row as an object, or null.
#[derive(Debug, Clone)]
pub(crate) struct Lookup(Arc<Tables>);

impl Lookup {
    pub(crate) fn new(tables: &Arc<Tables>) -> Lookup {
        Lookup(Arc::clone(tables))
    }
}

impl Function for Lookup {
    fn identifier(&self) -> &'static str {
        "lookup"
    }

    fn usage(&self) -> &'static str {
        "Finds the row of a table of the rules file by its key."
    }

    fn category(&self) -> &'static str {
        Category::Map.as_ref()
    }

    fn return_kind(&self) -> u16 {
        kind::OBJECT | kind::NULL
    }

    fn parameters(&self) -> &'static [Parameter] {
        const PARAMETERS: &[Parameter] = &[
            Parameter::required("table", kind::BYTES, "The table's name in the rules file."),
            Parameter::required("key", kind::ANY, "What its rows are found by; an address is found in networks too."),
        ];
        PARAMETERS
    }

    fn examples(&self) -> &'static [Example] {
        &[]
    }

    fn compile(&self, state: &TypeState, _: &mut FunctionCompileContext, arguments: ArgumentList) -> Compiled {
        let names: Vec<Value> = self.0.names().map(Value::from).collect();
        let name = arguments.required_enum("table", &names, state)?;
        let table = self.0.get(&text_of(&name)).expect("BUG: a table that was just listed");
        Ok(LookupFn { table: Arc::clone(table), key: arguments.required("key") }.as_expr())
    }
}

#[derive(Debug, Clone)]
struct LookupFn {
    table: Arc<Table>,
    key: Box<dyn Expression>,
}

impl FunctionExpression for LookupFn {
    fn resolve(&self, ctx: &mut Context) -> Resolved {
        let key = self.key.resolve(ctx)?;
        if key.is_null() {
            return Ok(Value::Null);
        }
        let row = self.table.find(&text_of(&key));
        let object =
            |row: transform::Row| row.into_iter().map(|(name, datum)| (name.into(), value_of(datum))).collect::<ObjectMap>();
        Ok(row.map_or(Value::Null, |row| Value::Object(object(row))))
    }

    fn type_def(&self, _: &TypeState) -> TypeDef {
        TypeDef::object(Collection::any()).or_null()
    }
}
