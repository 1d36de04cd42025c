// How to connect senders: what to paste, with the address of this server in it.
import { useSignal } from "@preact/signals";
import { signedIn } from "../api/client";
import { Icon } from "../ui/parts";

interface Sender {
  readonly name: string;
  readonly how: string;
  readonly paste: (server: Server) => string;
}

interface Server {
  readonly origin: string;
  readonly host: string;
  readonly port: string;
  readonly tls: boolean;
  /** Whether it wants a token. */
  readonly token: boolean;
}

const SENDERS: readonly Sender[] = [
  {
    name: "Any program",
    how: "JSON lines, plain text, syslog, logfmt or access logs. The answer comes when they are on disk.",
    paste: ({ origin, token }) =>
      `curl --data-binary @app.jsonl -H 'Content-Type: application/x-ndjson' \\\n${token ? "  -H 'Authorization: Bearer TOKEN' \\\n" : ""}  '${origin}/api/v1/ingest?source=my-service'`,
  },
  {
    name: "Files",
    how: "Run it again after an interruption: what was stored is recognised and not stored twice.",
    paste: ({ origin, token }) => `dendro ingest app.log access.log.1.gz --source my-service --url ${origin}${token ? " --token-file token.txt" : ""}`,
  },
  {
    name: "systemd journal",
    how: "What the journal holds of today.",
    paste: ({ origin, token }) => `journalctl -o short-iso --since today | dendro ingest - --source journal --format text --url ${origin}${token ? " --token-file token.txt" : ""}`,
  },
  {
    name: "Vector",
    how: "A sink for vector.toml.",
    paste: ({ origin, token }) =>
      `[sinks.dendro]
type = "http"
inputs = ["my_logs"]
uri = "${origin}/api/v1/ingest"
method = "post"
compression = "gzip"
encoding.codec = "json"
framing.method = "newline_delimited"${token ? '\nauth.strategy = "bearer"\nauth.token = "TOKEN"' : ""}`,
  },
  {
    name: "Fluent Bit",
    how: "An output for fluent-bit.conf.",
    paste: ({ host, port, tls, token }) =>
      `[OUTPUT]
    Name              http
    Match             *
    Host              ${host}
    Port              ${port}
    URI               /api/v1/ingest
    Format            json_lines
    Json_date_key     timestamp
    Json_date_format  iso8601
    Compress          gzip${tls ? "\n    Tls               on" : ""}${token ? "\n    Header            Authorization Bearer TOKEN" : ""}`,
  },
  {
    name: "OpenTelemetry Collector",
    how: "An exporter for the collector's configuration. Traces are taken too.",
    paste: ({ origin, token }) =>
      `exporters:
  otlphttp/dendro:
    endpoint: ${origin}${token ? "\n    headers:\n      Authorization: Bearer TOKEN" : ""}
service:
  pipelines:
    logs:
      exporters: [otlphttp/dendro]`,
  },
  {
    name: "OpenTelemetry SDK",
    how: "Environment of any program that sends OTLP.",
    paste: ({ origin, token }) =>
      `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf${token ? "\nOTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20TOKEN" : ""}`,
  },
  {
    name: "Filebeat",
    how: "An output for filebeat.yml.",
    paste: ({ origin, token }) =>
      `output.elasticsearch:
  hosts: ["${origin}"]
  path: /elasticsearch${token ? "\n  headers:\n    Authorization: Bearer TOKEN" : ""}`,
  },
  {
    name: "Grafana Alloy",
    how: "A writer for config.alloy. Promtail takes the same address.",
    paste: ({ origin, token }) =>
      `loki.write "dendro" {
  endpoint {
    url = "${origin}/loki/api/v1/push"${token ? '\n    bearer_token = "TOKEN"' : ""}
  }
}`,
  },
  {
    name: "Splunk senders",
    how: "The HTTP event collector.",
    paste: ({ origin, token }) => `curl -H 'Authorization: Splunk ${token ? "TOKEN" : "any"}' '${origin}/services/collector/event' -d '{"event": "hello", "source": "my-service"}'`,
  },
  {
    name: "Datadog agent",
    how: "Its environment; tags become attributes.",
    paste: ({ origin, token }) => `DD_LOGS_ENABLED=true\nDD_LOGS_CONFIG_LOGS_DD_URL=${origin}${token ? "\nDD_API_KEY=TOKEN" : ""}`,
  },
];

/** One sender at a time. */
export function Connect() {
  const chosen = useSignal(SENDERS[0]!.name);
  const copied = useSignal(false);
  const sender = SENDERS.find(({ name }) => name === chosen.value)!;
  const text = sender.paste(server());
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    copied.value = true;
    setTimeout(() => (copied.value = false), 1500);
  };
  return (
    <div class="connect">
      <ul>
        {SENDERS.map(({ name }) => (
          <li key={name}>
            <button class="quiet" aria-pressed={name === sender.name} onClick={() => (chosen.value = name)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
      <div>
        <p class="dim">
          {sender.how} {signedIn() && "Put a token of the server's token file where TOKEN stands."}
        </p>
        <div class="paste-box">
          <pre class="paste" tabIndex={0} aria-label={`For ${sender.name}`}>
            {text}
          </pre>
          <button class="quiet small copy" onClick={() => void copy()} aria-label={copied.value ? "Copied" : "Copy"} title={copied.value ? "Copied" : "Copy"}>
            <Icon name="copy" />
          </button>
        </div>
      </div>
    </div>
  );
}

function server(): Server {
  const { origin, pathname, hostname, port, protocol } = location;
  const tls = protocol === "https:";
  // Below a path of a reverse proxy, the doors are there too.
  const base = origin + pathname.replace(/\/$/, "");
  return { origin: base, host: hostname, port: port || (tls ? "443" : "80"), tls, token: signedIn() };
}
