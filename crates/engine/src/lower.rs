//! A search, lowered to DataFusion's logical plan. What each step means is written at [`ask::Query`] and in
//! [`ask::reference`]; what is said here is only how Arrow's columns come to say the same.

mod filter;
mod order;
mod place;
mod stats;

use std::sync::Arc;

use ask::{Filter, GroupKey, Pipe, Query, RECORD_COLUMNS};
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, DataFusionError, Result};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::expr_rewriter::normalize_sorts;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Sort, SortExpr};

use place::{Fields, Place};

/// A plan, and how its columns become the answer's.
pub(crate) struct Lowered {
    pub(crate) plan: LogicalPlan,
    pub(crate) shape: Shape,
}

/// How the columns of a plan become those of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As they are.
    Plain,
    /// They are records: columns without any value are left out, what stands in `attributes` becomes columns.
    Records,
    /// Each field is made of one or two columns.
    Fields(Vec<FieldColumns>),
}

/// Where a field of the answer stands in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldColumns {
    pub(crate) name: String,
    /// Its values of the column's type.
    pub(crate) column: Option<usize>,
    /// Its values of other kinds, spelled as JSON.
    pub(crate) rest: Option<usize>,
}

/// Lowers a query over `logs` to a plan of at most `rows_max` rows.
pub(crate) fn lower(query: &Query, logs: Arc<dyn TableProvider>, rows_max: usize) -> Result<Lowered> {
    let fields = Fields::of_records(&logs.schema());
    let plan = LogicalPlanBuilder::scan("logs", provider_as_source(logs), None)?.build()?;
    let newest_first = ["timestamp", "record_id"].map(|name| order::descending(column(name)));
    let mut lowering = Lowering { plan, fields, order: newest_first.into() }.only(&query.filter)?;
    for pipe in &query.pipes {
        lowering = lowering.step(pipe)?;
    }
    lowering.finish(rows_max)
}

/// The plan so far.
struct Lowering {
    plan: LogicalPlan,
    /// What can be named.
    fields: Fields,
    /// The order the rows are in. It is put into the plan only where it matters: before a `head`, and at the end.
    order: Vec<SortExpr>,
}

impl Lowering {
    fn step(self, pipe: &Pipe) -> Result<Lowering> {
        match pipe {
            Pipe::Stats { aggregates, by } => self.stats(aggregates, by),
            Pipe::Sort(keys) => Ok(self.sort(keys)),
            Pipe::Head(count) => self.head(*count),
            Pipe::Where(filter) => self.only(filter),
            Pipe::Fields(names) => Ok(self.select(names)),
            Pipe::Top { limit, field } => self.top(field)?.head(*limit),
            Pipe::Pattern => self.pattern(),
        }
    }

    fn only(mut self, filter: &Filter) -> Result<Lowering> {
        if *filter != Filter::All {
            let predicate = filter::predicate(filter, &self.fields)?;
            self.plan = LogicalPlanBuilder::from(self.plan).filter(predicate)?.build()?;
        }
        Ok(self)
    }

    /// Ties keep their order: what ordered the rows before decides between them.
    fn sort(mut self, keys: &[ask::SortKey]) -> Lowering {
        let mut order: Vec<SortExpr> = Vec::new();
        for key in keys {
            order.extend(order::keys(&self.fields.place(&key.field), &key.field, key.descending));
        }
        order.append(&mut self.order);
        self.order = order;
        self
    }

    fn head(mut self, count: u64) -> Result<Lowering> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.plan = self.ordered()?.limit(0, Some(count))?.build()?;
        Ok(self)
    }

    fn select(mut self, names: &[String]) -> Lowering {
        let places = names.iter().map(|name| (name.clone(), self.fields.place(name))).collect();
        self.fields = Fields::Made(places);
        self
    }

    /// The node is made by hand: the builder takes literals in the order for columns when a `LIMIT` below it counts as
    /// many rows.
    fn ordered(&self) -> Result<LogicalPlanBuilder> {
        if self.order.is_empty() {
            return Ok(LogicalPlanBuilder::from(self.plan.clone()));
        }
        let expr = normalize_sorts(self.order.clone(), &self.plan)?;
        Ok(LogicalPlanBuilder::from(LogicalPlan::Sort(Sort { expr, input: Arc::new(self.plan.clone()), fetch: None })))
    }

    fn finish(self, rows_max: usize) -> Result<Lowered> {
        let plan = self.ordered()?.limit(0, Some(rows_max))?;
        let (columns, shape) = match &self.fields {
            Fields::Records { columns } => (record_columns(columns), Shape::Records),
            Fields::Made(fields) => made_columns(fields),
        };
        Ok(Lowered { plan: plan.project(columns)?.build()?, shape })
    }
}

/// The fixed columns in their order, then attributes.
fn record_columns(columns: &[(String, place::Kind)]) -> Vec<Expr> {
    let is_fixed = |name: &str| RECORD_COLUMNS.contains(&name);
    let known = |name: &&str| columns.iter().any(|(column, _)| column == name);
    let fixed = RECORD_COLUMNS.into_iter().filter(known).map(column);
    let attributes = columns.iter().filter(|(name, _)| !is_fixed(name)).map(|(name, _)| column(name));
    fixed.chain(attributes).chain([column(place::ATTRIBUTES)]).collect()
}

fn made_columns(fields: &[(String, Place)]) -> (Vec<Expr>, Shape) {
    let mut exprs = Vec::new();
    let mut add = |expr: Expr| {
        exprs.push(expr.alias(format!("c{}", exprs.len())));
        exprs.len() - 1
    };
    let shapes = fields.iter().map(|(name, place)| FieldColumns {
        name: name.clone(),
        column: place.column.as_ref().map(|(expr, _)| add(expr.clone())),
        rest: place.rest_alone().map(&mut add),
    });
    let shapes = shapes.collect();
    if exprs.is_empty() {
        // A plan needs a column to say how many rows there are.
        exprs.push(datafusion::logical_expr::lit(true).alias("c0"));
    }
    (exprs, Shape::Fields(shapes))
}

/// A column of the plan by its exact name (`col` would read dots and case as SQL does).
fn column(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// An error of `ask` on its way through DataFusion's.
fn outside(error: ask::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// Name of the column of a bin.
fn key_name(key: &GroupKey) -> &str {
    match key {
        GroupKey::Field(name) => name,
        GroupKey::Bin(_) => "bin",
    }
}
