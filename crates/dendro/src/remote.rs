//! A server, asked over HTTP.

mod problem;
mod retry;
mod sse;

use std::path::Path;
use std::time::Duration;

use ask::AsOf;
use bytes::Bytes;
use record::{Kind, TimeRange};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{RequestBuilder, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::exit::{Failure, chain};
use crate::ingest::{Labels, Stored};
use crate::table::{Footing, Table};
pub(crate) use sse::{Event, Events};

/// How long connecting may take; a server on the other side of the world takes a fifth of it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Rows the server gives per page at most.
const PAGE_ROWS: u32 = 1000;

/// A server.
pub(crate) struct Remote {
    client: reqwest::Client,
    base: Url,
    token: Option<String>,
}

/// The server's answer to a batch.
#[derive(Deserialize)]
struct Receipt {
    accepted: u64,
    quarantined: u64,
    #[serde(default)]
    filtered: u64,
    #[serde(default)]
    sampled_out: u64,
    duplicate: bool,
}

/// The server's answer to a question.
#[derive(Deserialize)]
struct Page {
    columns: Vec<Column>,
    rows: Vec<Map<String, Value>>,
    stats: Stats,
    incomplete_reason: Option<String>,
    version: u64,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    kind: String,
}

#[derive(Deserialize)]
struct Stats {
    rows_scanned: u64,
    bytes_scanned: u64,
    files_scanned: u64,
    files_pruned: u64,
    elapsed_ms: f64,
}

impl Remote {
    /// A server by its URL. Nothing is sent yet.
    pub(crate) fn new(url: &str, token_file: Option<&Path>) -> Result<Remote, Failure> {
        let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let base = Url::parse(&with_scheme).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let base = base.ok_or_else(|| Failure::new(Kind::Invalid, format!("`{url}` is no URL of a server")).hint(EXAMPLE))?;
        let token = token_file.map(first_token).transpose()?;
        let client = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).build();
        let client = client.map_err(|error| Failure::new(Kind::Broken, chain(&error)))?;
        Ok(Remote { client, base, token })
    }

    /// Stores a piece under its key; repeats the request until there is an answer, within patience.
    pub(crate) async fn ingest(&self, key: &str, bytes: Bytes, labels: &Labels) -> Result<Stored, Failure> {
        let mut url = self.url("api/v1/ingest");
        url.query_pairs_mut().append_pair("format", labels.format.as_str());
        if let Some(source) = &labels.source {
            url.query_pairs_mut().append_pair("source", source);
        }
        let attempt = || {
            let request = self.client.post(url.clone()).header("idempotency-key", key).body(bytes.clone());
            self.send(request.header(CONTENT_TYPE, "application/octet-stream"))
        };
        let receipt: Receipt = read(retry::until_answered(attempt).await?).await?;
        let stored = Stored::of(receipt.accepted, receipt.quarantined, receipt.duplicate);
        Ok(stored.and_left_out(receipt.filtered + receipt.sampled_out))
    }

    /// Searches; takes as many pages as the limit needs.
    pub(crate) async fn search(&self, query: &str, range: TimeRange, limit: u32) -> Result<Table, Failure> {
        let mut body = json!({ "query": query });
        if range.start != TimeRange::ALL.start {
            body["start"] = Value::from(range.start.to_string());
        }
        if range.end != TimeRange::ALL.end {
            body["end"] = Value::from(range.end.to_string());
        }
        let mut table: Option<Table> = None;
        loop {
            let missing = limit - table.as_ref().map_or(0, |table| table.rows.len() as u32);
            body["limit"] = Value::from(missing.min(PAGE_ROWS));
            let page: Page = self.ask("api/v1/query", &body, query).await?;
            let cursor = page.next_cursor.clone();
            match &mut table {
                None => table = Some(page.into_table()),
                Some(table) => table.append(page.into_table()),
            }
            let found = table.as_ref().map_or(0, |table| table.rows.len() as u32);
            match cursor {
                Some(cursor) if found < limit => body["cursor"] = Value::from(cursor),
                _ => return Ok(table.expect("BUG: a page was taken")),
            }
        }
    }

    /// Asks in SQL.
    pub(crate) async fn sql(&self, statement: &str, as_of: Option<AsOf>, limit: u32) -> Result<Table, Failure> {
        let mut body = json!({ "query": statement, "limit": limit });
        match as_of {
            Some(AsOf::Version(version)) => body["as_of"] = Value::from(version),
            Some(AsOf::Time(at)) => body["as_of"] = Value::from(at.to_string()),
            None => {}
        }
        let page: Page = self.ask("api/v1/sql", &body, statement).await?;
        Ok(page.into_table())
    }

    /// Asks what went wrong; the answer is that of `POST /analyze`.
    pub(crate) async fn analyze(&self, question: &str, range: Option<TimeRange>) -> Result<Value, Failure> {
        let mut body = json!({ "query": question });
        if let Some(range) = range {
            body["date_range"] = json!([range.start.to_string(), range.end.to_string()]);
        }
        let request = self.client.post(self.url("analyze")).header(ACCEPT, "application/json").json(&body);
        read(self.send(request).await?).await
    }

    /// Follows what arrives.
    pub(crate) async fn tail(&self, query: &str) -> Result<Events, Failure> {
        let mut url = self.url("api/v1/tail");
        url.query_pairs_mut().append_pair("query", query);
        let response = self.send(self.client.get(url).header(ACCEPT, "text/event-stream")).await?;
        Ok(Events::of(problem::checked(response).await.map_err(|failure| failure.of_query(query))?))
    }

    async fn ask(&self, path: &str, body: &Value, query: &str) -> Result<Page, Failure> {
        let response = self.send(self.client.post(self.url(path)).header(ACCEPT, "application/json").json(body)).await?;
        read(response).await.map_err(|failure| failure.of_query(query))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.map_err(|error| {
            // reqwest's text repeats the URL; its causes say what happened.
            let failure =
                Failure::new(Kind::Unavailable, format!("no answer from {}: {}", self.base, chain(&error.without_url())));
            failure.hint("is the server running there? start one with `dendro serve`, or work on a folder with --data")
        })
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        url
    }
}

const EXAMPLE: &str = "write it like http://127.0.0.1:4480";

/// The first token of a token file, which has comments.
fn first_token(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::from(error).about(&path.display().to_string()))?;
    let token = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).find(|line| !line.is_empty());
    token.map(str::to_owned).ok_or_else(|| Failure::new(Kind::Invalid, format!("{} holds no token", path.display())))
}

/// Reads an answer that was expected to be one.
async fn read<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let response = problem::checked(response).await?;
    response.json().await.map_err(|error| {
        let kind = if error.is_decode() { Kind::Broken } else { Kind::Unavailable };
        Failure::new(kind, format!("reading the answer: {}", chain(&error.without_url())))
    })
}

impl Page {
    fn into_table(self) -> Table {
        let numeric = self.columns.iter().map(|column| matches!(column.kind.as_str(), "int" | "float")).collect();
        let columns: Vec<String> = self.columns.into_iter().map(|column| column.name).collect();
        let cells = |mut row: Map<String, Value>| columns.iter().map(|name| row.remove(name)).collect();
        let rows = self.rows.into_iter().map(cells).collect();
        let footing = Footing {
            rows_scanned: self.stats.rows_scanned,
            bytes_scanned: self.stats.bytes_scanned,
            files_scanned: self.stats.files_scanned,
            files_pruned: self.stats.files_pruned,
            elapsed_ms: self.stats.elapsed_ms,
            incomplete: self.incomplete_reason,
            version: self.version,
        };
        Table { columns, numeric, rows, footing }
    }
}
