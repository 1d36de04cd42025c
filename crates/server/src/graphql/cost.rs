//! What a document costs: how deep it is, how many aliases it has, how many values it asks for.
//!
//! A field costs 1. Within a list it costs as much for each item that may come: for as many as `limit` says. All operations of
//! a document count, as if all were run. Fragments are counted wherever they are spread, and what has been counted already
//! bounds the count: a walk ends at the first field too many, so that fragments which spread each other twice, thirty times
//! over, cost no time. What is asked of the schema itself (`__schema`) is deeper by nature and has bounds of its own.

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned, ServerError, Value as Literal};
use serde_json::{Map, Value};

use super::errors::refused;

/// Fields within each other.
pub(super) const DEPTH_MAX: usize = 12;
/// Fields that have another name in the answer.
pub(super) const ALIASES_MAX: usize = 30;
/// Values of an answer.
pub(super) const COST_MAX: u64 = 1000;
/// Fields within each other below `__schema` and `__type`: tools unpack types of lists of types to the ninth level.
const SCHEMA_DEPTH_MAX: usize = 20;
/// Lists within each other there that lead from type to type. Answers grow with their power.
const SCHEMA_LISTS_MAX: usize = 2;
/// Spreads of fragments within each other.
const SPREADS_MAX: usize = 32;
/// What is assumed of a `limit` that is no number: the validation refuses it.
const LIMIT_UNKNOWN: u64 = 1000;

/// Items of a list, if the question does not say.
pub(super) mod limit {
    /// Records: with all their fields they cost 750.
    pub(in crate::graphql) const LOGS: i32 = 50;
    /// Rows of pipes, or of SQL.
    pub(in crate::graphql) const ROWS: i32 = 100;
    /// Bins: as many as a narrow chart shows.
    pub(in crate::graphql) const BINS: i32 = 60;
    /// Fields of records.
    pub(in crate::graphql) const FIELDS: i32 = 200;
    /// Values of a field.
    pub(in crate::graphql) const VALUES: i32 = 10;
    /// Patterns.
    pub(in crate::graphql) const PATTERNS: i32 = 20;
}

/// Questions, and how many items their lists have.
const QUESTIONS: [(&str, i32); 7] = [
    ("logs", limit::LOGS),
    ("rows", limit::ROWS),
    ("sql", limit::ROWS),
    ("histogram", limit::BINS),
    ("fields", limit::FIELDS),
    ("values", limit::VALUES),
    ("patterns", limit::PATTERNS),
];
/// Lists within their answers.
const LISTS: [&str; 6] = ["records", "rows", "bins", "fields", "values", "patterns"];
/// Lists that are as long as they are.
const SHORT_LISTS: [(&str, u64); 2] = [("columns", 20), ("parts", 4)];
/// Lists of the schema that lead from type to type.
const SCHEMA_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// Whether the document may be run.
pub(super) fn check(document: &ExecutableDocument, variables: &Map<String, Value>) -> Result<(), ServerError> {
    let mut count = Count { document, variables, definitions: &[], spreads: Vec::new(), aliases: 0, cost: 0 };
    for (_, operation) in document.operations.iter() {
        count.operation(&operation.node)?;
    }
    Ok(())
}

struct Count<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Map<String, Value>,
    definitions: &'a [Positioned<VariableDefinition>],
    /// Fragments that are being spread.
    spreads: Vec<&'a Name>,
    aliases: usize,
    cost: u64,
}

/// Where a field stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Fields around it.
    depth: usize,
    /// How often it is answered.
    times: u64,
    /// How many items the lists of the answer around it have.
    items: Option<u64>,
    /// Lists of types around it, if it is about the schema.
    schema: Option<usize>,
}

impl<'a> Count<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<(), ServerError> {
        self.definitions = &operation.variable_definitions;
        let set = &operation.selection_set;
        if operation.ty == OperationType::Subscription && (set.node.items.len() > 1 || !is_field(&set.node)) {
            let hint = "subscribe to each field by a request of its own";
            return Err(refused(super::errors::INVALID, "a subscription has one field", hint, Some(set.pos)));
        }
        self.add(operation.directives.len() as u64, set.pos)?;
        self.selection(&set.node, Place { depth: 0, times: 1, items: None, schema: None })
    }

    fn selection(&mut self, set: &'a SelectionSet, place: Place) -> Result<(), ServerError> {
        for item in &set.items {
            self.add(place.times.saturating_mul(item.node.directives().len() as u64), item.pos)?;
            match &item.node {
                Selection::Field(field) => self.field(&field.node, item.pos, place)?,
                Selection::InlineFragment(fragment) => self.spread(None, &fragment.node.selection_set.node, item.pos, place)?,
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // An unknown one is the validation's to tell.
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.spread(Some(name), &fragment.node.selection_set.node, item.pos, place)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn spread(&mut self, name: Option<&'a Name>, set: &'a SelectionSet, at: Pos, place: Place) -> Result<(), ServerError> {
        if let Some(name) = name {
            if self.spreads.contains(&name) {
                return Err(refused("FRAGMENT_CYCLE", "a fragment spreads itself", "", Some(at)));
            }
            if self.spreads.len() == SPREADS_MAX {
                let message = format!("more than {SPREADS_MAX} fragments are spread within each other");
                return Err(refused("QUERY_TOO_DEEP", message, "", Some(at)));
            }
            self.spreads.push(name);
        }
        self.selection(set, place)?;
        if name.is_some() {
            self.spreads.pop();
        }
        Ok(())
    }

    fn field(&mut self, field: &'a Field, at: Pos, place: Place) -> Result<(), ServerError> {
        let name = field.name.node.as_str();
        if field.alias.is_some() {
            self.aliases += 1;
            if self.aliases > ALIASES_MAX {
                return Err(too_many_aliases(at));
            }
        }
        self.add(place.times, at)?;
        let inside = self.inside(field, name, place);
        let (depth_max, hint) = match inside.schema {
            None => (DEPTH_MAX, "no answer is that deep"),
            Some(_) => (SCHEMA_DEPTH_MAX, "GET /graphql/schema shows the whole schema"),
        };
        if inside.depth > depth_max || inside.schema.is_some_and(|lists| lists > SCHEMA_LISTS_MAX) {
            let message = format!("fields are nested more than {depth_max} deep, or ask types for types for types");
            let message = if inside.schema.is_none() { format!("fields are nested more than {depth_max} deep") } else { message };
            return Err(refused("QUERY_TOO_DEEP", message, hint, Some(at)));
        }
        self.selection(&field.selection_set.node, inside)
    }

    /// Where the fields of a field stand.
    fn inside(&self, field: &Field, name: &str, place: Place) -> Place {
        let Place { depth, times, items, schema } = place;
        let depth = depth + 1;
        if schema.is_some() || matches!(name, "__schema" | "__type") {
            let lists = schema.unwrap_or(0) + usize::from(SCHEMA_LISTS.contains(&name));
            return Place { depth, times, items, schema: Some(lists) };
        }
        let of_question = QUESTIONS.iter().find(|(question, _)| depth == 1 && *question == name);
        let list = match items {
            Some(items) if LISTS.contains(&name) => items,
            _ => SHORT_LISTS.iter().find(|(short, _)| *short == name).map_or(1, |(_, items)| *items),
        };
        let items = of_question.map_or(items, |(_, usual)| Some(self.limit(field, *usual)));
        Place { depth, times: times.saturating_mul(list), items, schema }
    }

    /// What `limit` says.
    fn limit(&self, field: &Field, usual: i32) -> u64 {
        let Some(said) = field.get_argument("limit") else { return usual.unsigned_abs().into() };
        let said = said.node.clone().into_const_with(|name| self.variable(&name).ok_or(()));
        let said = if let Ok(Literal::Number(number)) = said { number.as_u64() } else { None };
        said.unwrap_or(LIMIT_UNKNOWN).max(1)
    }

    fn variable(&self, name: &Name) -> Option<Literal> {
        if let Some(value) = self.variables.get(name.as_str()) {
            return Literal::from_json(value.clone()).ok();
        }
        let definition = self.definitions.iter().find(|definition| definition.node.name.node == *name)?;
        definition.node.default_value.as_ref().map(|value| value.node.clone())
    }

    fn add(&mut self, cost: u64, at: Pos) -> Result<(), ServerError> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost <= COST_MAX {
            return Ok(());
        }
        let message =
            format!("the document asks for more than {COST_MAX} values: each field counts once for each item of its list");
        Err(refused("QUERY_TOO_COMPLEX", message, "ask for fewer fields, or give a smaller `limit`", Some(at)))
    }
}

/// The document has one alias more than it may.
pub(super) fn too_many_aliases(at: Pos) -> ServerError {
    let message = format!("there are more than {ALIASES_MAX} aliases");
    refused("TOO_MANY_ALIASES", message, "send more requests, up to ten in an array", Some(at))
}

fn is_field(set: &SelectionSet) -> bool {
    set.items.iter().all(|item| matches!(item.node, Selection::Field(_)))
}

#[cfg(test)]
mod tests;
