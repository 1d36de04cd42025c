/// One setting, declared once. Its flag (`--seal-after`), its name in the environment (`DENDRO_SEAL_AFTER`), its key in
/// the file (`seal_after`) and the sample file all derive from this line.
pub(crate) struct Setting {
    /// Key in the file.
    pub name: &'static str,
    /// What it is when nobody says.
    pub default: &'static str,
    /// What kind of value is expected, as `--help` shows it.
    pub unit: &'static str,
    /// One sentence.
    pub help: &'static str,
}

const fn setting(name: &'static str, default: &'static str, unit: &'static str, help: &'static str) -> Setting {
    Setting { name, default, unit, help }
}

/// Every setting there is.
#[rustfmt::skip]
pub(crate) const SETTINGS: &[Setting] = &[
    setting("data", "dendro-data", "DIR", "Folder that holds the tables and the write-ahead log"),
    setting("listen", "127.0.0.1:4480", "ADDR", "Address to listen on; any but loopback needs token_file, tls_cert and tls_key"),
    setting("listen_elasticsearch", "", "ADDR", "Address at which agents of Elasticsearch find the paths they have built in, such as 127.0.0.1:9200; without, they find them below /elasticsearch of listen"),
    setting("listen_otlp", "", "ADDR", "The same for OpenTelemetry over HTTP, such as 127.0.0.1:4318; listen has its paths too"),
    setting("listen_otlp_grpc", "", "ADDR", "The same for OpenTelemetry over gRPC, such as 127.0.0.1:4317; listen has none of it"),
    setting("listen_loki", "", "ADDR", "The same for Loki, such as 127.0.0.1:3100; listen has its paths too"),
    setting("listen_splunk", "", "ADDR", "The same for Splunk's HTTP event collector, such as 127.0.0.1:8088; listen has its paths too"),
    setting("token_file", "", "FILE", "File with tokens, one a line, 16 characters or more; every request must bring one"),
    setting("tls_cert", "", "FILE", "Certificate chain, PEM"),
    setting("tls_key", "", "FILE", "Private key of the certificate, PEM"),
    setting("syslog", "", "SOCKETS", "Where syslog may be sent, such as udp://127.0.0.1:514,tcp://127.0.0.1:601; also tls://, unix: and unixgram:"),
    setting("forward", "", "SOCKETS", "Where Fluentd and Fluent Bit may forward to, such as tcp://127.0.0.1:24224; also tls:// and unix:"),
    setting("gelf", "", "SOCKETS", "Where GELF may be sent, such as udp://127.0.0.1:12201,tcp://127.0.0.1:12201; also tls://"),
    setting("relp", "", "SOCKETS", "Where rsyslog may send with acknowledgements, such as tcp://127.0.0.1:2514; also tls://"),
    setting("lumberjack", "", "SOCKETS", "Where Beats and Logstash may send, such as tcp://127.0.0.1:5044; also tls://"),
    setting("forward_key_file", "", "FILE", "File with the key that Fluentd and Fluent Bit share with this server, one line of 16 characters or more"),
    setting("socket_client_ca", "", "FILE", "Authorities, PEM, one of which must have signed the certificate of whoever connects to tls:// sockets"),
    setting("socket_open", "false", "BOOL", "Let other machines send to sockets that do not check who they are (neither client certificate nor shared key)"),
    setting("socket_connections", "192", "NUMBER", "Connections to sockets, all protocols together; raise the limit of open files with it"),
    setting("socket_message_max", "256KiB", "SIZE", "Largest message of syslog and RELP; of a longer one the beginning is kept"),
    setting("hooks", "", "HOOKS", "Where other programs may send webhooks, and what they prove themselves with: pay=standard@file:/run/pay.secret,git=github@env:GIT_SECRET; also stripe, slack, alertmanager"),
    setting("kafka_brokers", "", "ADDRS", "Kafka brokers to read from, such as kafka1:9092,kafka2:9092"),
    setting("kafka_topics", "", "TOPICS", "Topics to read, and what their messages are: shop=json,audit=raw,otel=otlp"),
    setting("kafka_group", "dendro", "NAME", "Consumer group; how far topics are stored is remembered by group"),
    setting("kafka_properties", "", "FILE", "File with further properties of librdkafka, name=value a line: security.protocol, sasl.password, ssl.ca.location"),
    setting("kafka_lag_alert", "100000", "NUMBER", "A warning is logged when Kafka is so many messages ahead; 0 never warns"),
    setting("tables", "", "URL", "Object store that holds the tables, such as s3://bucket/prefix (keys and region from AWS_*); none keeps them in data"),
    setting("node", "0", "NUMBER", "Number of this node, 0 to 4095, part of every record id; no two nodes share one"),
    setting("seal_after", "2s", "DURATION", "Records go into the open table when they are this old (they are searchable and durable before)"),
    setting("seal_bytes", "64MiB", "SIZE", "Records go into the open table when so much memory holds them"),
    setting("memtable_limit", "256MiB", "SIZE", "Records not yet in the table hold at most this; beyond it, senders are told to wait"),
    setting("columns_max", "512", "NUMBER", "Attributes that get a column of their own; further ones share the column `attributes`"),
    setting("segment_target", "128MiB", "SIZE", "Compaction works towards files of this size"),
    setting("maintain", "true", "BOOL", "Compact, expire and vacuum in the background"),
    setting("disk_reserve", "64MiB", "SIZE", "Writes are refused when the disk has less room than this, so that what was taken can still be kept"),
    setting("key_memory", "24h", "DURATION", "How long a repeated Idempotency-Key is recognised"),
    setting("retention", "never", "DURATION", "Records older than this are removed; `never` keeps them"),
    setting("vacuum_after", "7d", "DURATION", "Files that only older table versions use are deleted after this; time travel reaches back so far"),
    setting("transform_file", "", "FILE", "Rules that filter, change, sample and enrich records, TOML, read again when it or a file that it names changes; none is transforms.toml in data, if there is one"),
    setting("policy_file", "", "FILE", "Privacy policy, TOML, read again when it changes; none is privacy.toml in data, if there is one"),
    setting("root_key_file", "", "FILE", "Root key of hashes, pseudonyms and encryption, 64 hexadecimal digits, readable by its owner only; none is root.key in data, made if missing"),
    setting("root_key_command", "", "COMMAND", "Program that prints the root key instead (a vault's client); run by sh"),
    setting("model", "", "NAME", "Language model that may put analyses into words, such as gpt-5-mini; it is sent the evidence, with private data masked. None: nothing is sent"),
    setting("model_kind", "openai", "KIND", "How its server is spoken to: openai (also DeepSeek, vLLM, llama.cpp, Ollama) or gemini"),
    setting("model_url", "", "URL", "Where its server is, such as http://127.0.0.1:11434/v1; none is OpenAI's or Google's"),
    setting("model_key_env", "", "NAME", "Environment variable that holds the key of its server"),
    setting("model_key_file", "", "FILE", "File that holds the key instead, one line, readable by its owner only"),
    setting("model_timeout", "10s", "DURATION", "How long an answer may wait for the model; then the counted one stands alone"),
    setting("model_tokens", "200000", "NUMBER", "Tokens of prompts and answers in a day (UTC); then nobody is asked until the next"),
    setting("model_calls", "10", "NUMBER", "Calls in a minute"),
    setting("model_plaintext", "false", "BOOL", "Send prompts to other machines without TLS"),
    setting("body_max", "10MiB", "SIZE", "Largest request body as sent"),
    setting("body_decompressed_max", "64MiB", "SIZE", "Largest request body once decompressed"),
    setting("bodies_max", "192MiB", "SIZE", "All bodies at work together; beyond it, senders are told to wait"),
    setting("read_timeout", "30s", "DURATION", "A request that stands still for so long while it is sent is refused"),
    setting("query_memory", "512MiB", "SIZE", "Memory that one query may use"),
    setting("queries_memory", "768MiB", "SIZE", "Memory that all queries together may use"),
    setting("query_time", "30s", "DURATION", "Time that one query may take"),
    setting("queries_max", "8", "NUMBER", "Queries that run at once; further ones wait, then are told to come again"),
    setting("answer_rows", "100000", "NUMBER", "Rows that one answer may have"),
    setting("answer_bytes", "64MiB", "SIZE", "Memory that one answer may hold"),
    setting("log", "info", "FILTER", "What Dendro logs about itself: error, warn, info, debug, or a filter such as `lake=debug,info`"),
];

/// The declaration of a name, if there is one.
pub(crate) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
