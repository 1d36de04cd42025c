use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use ask::Budget;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider, SchemaProvider,
};
use datafusion::catalog::{CatalogProviderList, TableProvider};
use datafusion::common::{Column, DataFusionError, Result, ScalarValue};
use datafusion::config::ConfigOptions;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::object_store::{ObjectStoreRegistry, ObjectStoreUrl};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use datafusion::prelude::SessionConfig;
use lake::Snapshot;
use object_store::ObjectStore;
use parking_lot::Mutex;
use record::TimeRange;
use url::Url;

use crate::budget::QuestionPool;
use crate::count_from_rollup::CountFromRollup;
use crate::damage::DamagedSegments;
use crate::engine::Config;
use crate::functions;
use crate::newest_first::NewestFirst;
use crate::table::{AidCache, Caches, LakeTable, Looked};
use crate::utc_truncation::UtcTruncation;

/// Names that SQL may write before a table.
const CATALOG: &str = "dendro";
const SCHEMA: &str = "public";

/// Bytes read from the end of a segment in the hope that they hold the whole footer; saves a second read.
const FOOTER_HINT_BYTES: usize = 64 << 10;

/// Small rollups, those by minute, and counts of words each get this part of the cache of indexes. In the files of ten million records they take
/// 3 MB beside 41 MB of token filters; decoded they are larger.
const ROLLUP_SHARE: usize = 6;

/// What all questions have in common.
pub(crate) struct Base {
    state: SessionState,
    runtime: RuntimeEnv,
    memory: Arc<GreedyMemoryPool>,
    caches: Caches,
}

impl Base {
    pub(crate) fn new(config: &Config) -> Result<Base> {
        let runtime = RuntimeEnvBuilder::new()
            .with_metadata_cache_limit(config.footer_cache_bytes)
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
            .build()?;
        let mut state = SessionStateBuilder::new_with_default_features()
            .with_config(SessionConfig::from(options(config)))
            .with_optimizer_rule(Arc::new(UtcTruncation))
            .with_optimizer_rule(Arc::new(CountFromRollup))
            .with_physical_optimizer_rule(Arc::new(NewestFirst))
            .build();
        for function in functions::all() {
            datafusion::execution::FunctionRegistry::register_udf(&mut state, function)?;
        }
        for aggregate in functions::aggregates() {
            datafusion::execution::FunctionRegistry::register_udaf(&mut state, aggregate)?;
        }
        let caches = Caches {
            footers: runtime.cache_manager.get_file_metadata_cache(),
            indexes: Arc::new(AidCache::new(config.index_cache_bytes - 3 * (config.index_cache_bytes / ROLLUP_SHARE))),
            rollups: Arc::new(AidCache::new(config.index_cache_bytes / ROLLUP_SHARE)),
            minute_rollups: Arc::new(AidCache::new(config.index_cache_bytes / ROLLUP_SHARE)),
            word_counts: Arc::new(AidCache::new(config.index_cache_bytes / ROLLUP_SHARE)),
        };
        Ok(Base { state, runtime, memory: Arc::new(GreedyMemoryPool::new(config.memory_bytes)), caches })
    }

    /// A session for one question: its own memory bound, its own tables without damaged segments, its own stores.
    pub(crate) fn open(&self, budget: &Budget, damaged: DamagedSegments) -> Result<Session> {
        let stores = Arc::new(Stores::default());
        let pool = QuestionPool::new(budget.memory_bytes_max, Arc::clone(&self.memory));
        let runtime = RuntimeEnvBuilder::from_runtime_env(&self.runtime)
            .with_memory_pool(Arc::new(pool))
            .with_object_store_registry(Arc::clone(&stores) as Arc<dyn ObjectStoreRegistry>)
            .build_arc()?;
        let catalog = Arc::new(MemoryCatalogProvider::new());
        let list = MemoryCatalogProviderList::new();
        list.register_catalog(CATALOG.into(), Arc::clone(&catalog) as Arc<dyn CatalogProvider>);
        let mut state = SessionStateBuilder::new_from_existing(self.state.clone())
            .with_runtime_env(runtime)
            .with_catalog_list(Arc::new(list))
            .build();
        state.mark_start_execution();
        Ok(Session { state, catalog, stores, caches: self.caches.clone(), looked: Arc::default(), damaged: Arc::new(damaged) })
    }
}

/// How plans are made and run.
fn options(config: &Config) -> ConfigOptions {
    let mut options = ConfigOptions::new();
    options.catalog.create_default_catalog_and_schema = false;
    options.catalog.default_catalog = CATALOG.into();
    options.catalog.default_schema = SCHEMA.into();
    options.catalog.information_schema = true;
    options.sql_parser.collect_spans = true;
    options.execution.target_partitions = config.partitions.max(1);
    let parquet = &mut options.execution.parquet;
    parquet.pushdown_filters = true;
    parquet.reorder_filters = true;
    parquet.bloom_filter_on_read = true;
    parquet.enable_page_index = true;
    parquet.metadata_size_hint = Some(FOOTER_HINT_BYTES);
    options
}

/// One question's view of one or more snapshots.
pub(crate) struct Session {
    pub(crate) state: SessionState,
    catalog: Arc<MemoryCatalogProvider>,
    stores: Arc<Stores>,
    caches: Caches,
    looked: Arc<Mutex<Looked>>,
    damaged: Arc<DamagedSegments>,
}

impl Session {
    /// Makes the tables of a snapshot known under their names, cut to the time range. `schema` tells snapshots of
    /// different versions apart; the present one goes by `None`.
    pub(crate) fn register(&self, snapshot: &Snapshot, range: TimeRange, schema: Option<&str>) -> Result<()> {
        let tables = Arc::new(MemorySchemaProvider::new());
        for name in snapshot.tables.keys() {
            tables.register_table((*name).to_owned(), self.table(snapshot, name, range, schema)?)?;
        }
        self.catalog.register_schema(schema.unwrap_or(SCHEMA), tables)?;
        Ok(())
    }

    /// A table of a snapshot, cut to the time range if it has a `timestamp`.
    pub(crate) fn table(
        &self,
        snapshot: &Snapshot,
        name: &str,
        range: TimeRange,
        schema: Option<&str>,
    ) -> Result<Arc<dyn TableProvider>> {
        let Some(view) = snapshot.tables.get(name) else {
            return Err(DataFusionError::Plan(format!("there is no table {name}")));
        };
        let url = self.stores.add(&format!("{name}-{}", schema.unwrap_or(SCHEMA).replace('_', "-")), Arc::clone(&view.store))?;
        let schema = Arc::clone(&view.schema);
        let (caches, looked, damaged) = (self.caches.clone(), Arc::clone(&self.looked), Arc::clone(&self.damaged));
        let table = LakeTable::new(&snapshot.tenant, name, view.clone(), url, caches, looked, damaged);
        let table: Arc<dyn TableProvider> = Arc::new(table);
        match schema.field_with_name("timestamp") {
            Ok(field) if range != TimeRange::ALL => {
                let within = within(range, field.data_type())?;
                let plan = LogicalPlanBuilder::scan(name, provider_as_source(table), None)?.filter(within)?.build()?;
                Ok(Arc::new(ViewTable::new(plan, None)))
            }
            _ => Ok(table),
        }
    }

    /// Makes a table known that is made of others.
    pub(crate) fn add(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<()> {
        let tables = self.catalog.schema(SCHEMA);
        let tables = tables.ok_or_else(|| DataFusionError::Internal("no tables are registered".to_owned()))?;
        tables.register_table(name.to_owned(), table).map(drop)
    }

    pub(crate) fn looked(&self) -> Looked {
        self.looked.lock().clone()
    }
}

/// Whether a row's timestamp lies in the range.
fn within(range: TimeRange, data_type: &arrow::datatypes::DataType) -> Result<Expr> {
    let timestamp = || Expr::Column(Column::from_name("timestamp"));
    let bound = |at: record::Timestamp| {
        Ok::<Expr, DataFusionError>(lit(ScalarValue::TimestampMicrosecond(Some(at.as_micros()), None).cast_to(data_type)?))
    };
    // An open side is no bound: its moment lies beyond the years that a cast can name.
    let from = || Ok::<Expr, DataFusionError>(timestamp().gt_eq(bound(range.start)?));
    let until = || Ok::<Expr, DataFusionError>(timestamp().lt(bound(range.end)?));
    match (range.start == TimeRange::ALL.start, range.end == TimeRange::ALL.end) {
        (true, _) => until(),
        (_, true) => from(),
        _ => Ok(from()?.and(until()?)),
    }
}

/// The stores that one question may read from. There is no other way to a file: unlike DataFusion's own registry, this
/// one does not know the local disk.
#[derive(Default)]
struct Stores {
    stores: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

impl Stores {
    fn add(&self, host: &str, store: Arc<dyn ObjectStore>) -> Result<ObjectStoreUrl> {
        let url = ObjectStoreUrl::parse(format!("lake://{host}"))?;
        self.register_store(url.as_ref(), store);
        Ok(url)
    }
}

fn key(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.authority())
}

impl ObjectStoreRegistry for Stores {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.stores.lock().insert(key(url), store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        let known = self.stores.lock().get(&key(url)).cloned();
        known.ok_or_else(|| DataFusionError::Plan("only the tables of the lake can be read".into()))
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.stores.lock().keys()).finish()
    }
}

#[cfg(test)]
mod tests;
