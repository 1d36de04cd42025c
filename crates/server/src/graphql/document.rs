//! Reads a document under bounds.

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::parser::{self, parse_query};
use async_graphql::{Name, Positioned, ServerError};
use serde_json::{Map, Value};

use super::asked::Asked;
use super::errors::{INVALID, refused};
use super::{cost, scan};

/// A document that may be run.
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    /// What the operation that is asked for does.
    pub(super) kind: OperationType,
    /// Names of its fields in the answer, in order.
    pub(super) names: Vec<Name>,
}

impl Document {
    /// Reads it, and refuses what would cost too much.
    pub(super) fn read(asked: &Asked) -> Result<Document, ServerError> {
        scan::check(&asked.query)?;
        let parsed = parse_query(&asked.query).map_err(not_graphql)?;
        cost::check(&parsed, &asked.variables)?;
        let operation = operation(&parsed, asked.operation.as_deref())?;
        has_variables(&operation.node, &asked.variables)?;
        let (kind, mut names) = (operation.node.ty, Vec::new());
        add_names(&parsed, &operation.node.selection_set.node, &mut names);
        Ok(Document { parsed, kind, names })
    }
}

/// The library would notice when it comes to the field.
fn has_variables(operation: &OperationDefinition, variables: &Map<String, Value>) -> Result<(), ServerError> {
    let is_missing = |definition: &&Positioned<VariableDefinition>| {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        let given = variables.get(name.node.as_str());
        !var_type.node.nullable && given.map_or(default_value.is_none(), Value::is_null)
    };
    match operation.variable_definitions.iter().find(is_missing) {
        None => Ok(()),
        Some(definition) => {
            let message = format!("the variable `{}` must have a value", definition.node.name.node);
            Err(refused(INVALID, message, "give it in `variables`", Some(definition.pos)))
        }
    }
}

/// Fragments end, and are few: their cost was looked at before.
fn add_names(document: &ExecutableDocument, set: &SelectionSet, names: &mut Vec<Name>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => names.push(field.node.response_key().node.clone()),
            Selection::InlineFragment(fragment) => add_names(document, &fragment.node.selection_set.node, names),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    add_names(document, &fragment.node.selection_set.node, names);
                }
            }
        }
    }
}

fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, ServerError> {
    let unknown = |message: &str, hint| refused("OPERATION_NOT_FOUND", message, hint, None);
    let mut operations = document.operations.iter();
    match name {
        Some(name) => operations
            .find(|(called, _)| called.is_some_and(|called| called.as_str() == name))
            .map(|(_, operation)| operation)
            .ok_or_else(|| unknown("the document has no operation of this `operationName`", "")),
        None => match (operations.next(), &document.operations) {
            (Some((_, operation)), DocumentOperations::Single(_)) => Ok(operation),
            (Some((_, operation)), DocumentOperations::Multiple(all)) if all.len() == 1 => Ok(operation),
            _ => Err(unknown("the document has several operations", "name one of them in `operationName`")),
        },
    }
}

/// The parser's own text shows the line, which may hold records: only what was expected is taken over.
fn not_graphql(error: parser::Error) -> ServerError {
    let text = error.to_string();
    let message = match &error {
        parser::Error::Syntax { .. } => {
            let expected = text.lines().next_back().and_then(|line| line.trim_start().strip_prefix("= "));
            format!("this is not GraphQL{}", expected.map(|expected| format!(": {expected}")).unwrap_or_default())
        }
        _ => text,
    };
    let mut told = refused("GRAPHQL_PARSE_FAILED", message, "", None);
    told.locations = error.positions().collect();
    told
}
