// A server of its own for the journeys: the built binary on a folder that goes afterwards.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Enough for two incidents, many pages and all facets; little enough for an unoptimised binary. */
const RECORDS = 20_000;

export const TOKEN = "a-token-for-the-journeys";

export class House {
  #folder = mkdtempSync(join(tmpdir(), "dendro-pages-"));
  #binary;
  #server;
  #fakes = [];

  constructor(binary) {
    this.#binary = binary;
    const demo = ["demo", "--no-serve", "--records", String(RECORDS), "--data", this.data];
    const done = spawnSync(binary, demo, { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${binary} ${demo.join(" ")}: ${done.error ?? done.stderr}`);
    // `A day of logs: 2026-02-06, ...`
    this.day = /A day of logs: (\d{4}-\d\d-\d\d)/.exec(done.stdout)[1];
  }

  /** A folder with nothing in it yet. */
  get emptyData() {
    return join(this.#folder, "empty");
  }

  /** The demo's day. */
  get data() {
    return join(this.#folder, "data");
  }

  /** Starts the server and returns its address. */
  async start(...flags) {
    this.#server = spawn(this.#binary, ["serve", "--listen", "127.0.0.1:0", ...flags]);
    return this.#address(this.#server);
  }

  /** Starts a fake language model that behaves so, until the server stops, and returns the flags that name it. */
  async model(mode) {
    const fake = spawn(this.#binary, ["llm", "fake", "--listen", "127.0.0.1:0", "--mode", mode]);
    this.#fakes.push(fake);
    return ["--model", "a-model", "--model-url", `${await this.#address(fake)}/v1`];
  }

  #address(program) {
    let [said, complaints] = ["", ""];
    program.stderr.on("data", (piece) => (complaints += piece));
    return new Promise((tell, fail) => {
      program.on("exit", (code) => fail(new Error(`it ended with ${code}: ${complaints}`)));
      program.stdout.on("data", (piece) => {
        said += piece;
        const address = /https?:\/\/[\d.]+:\d+/.exec(said);
        if (address) tell(address[0]);
      });
    });
  }

  tokenFile() {
    const path = join(this.#folder, "tokens");
    writeFileSync(path, `${TOKEN}\n`, { mode: 0o600 });
    return path;
  }

  async stop() {
    for (const fake of this.#fakes.splice(0)) {
      fake.removeAllListeners("exit");
      fake.kill();
    }
    const server = this.#server;
    if (!server || server.exitCode !== null) return;
    server.removeAllListeners("exit");
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await ended;
  }

  async end() {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Sends records and waits until they are on disk. */
export async function send(url, source, records) {
  const body = records.map((record) => JSON.stringify(record)).join("\n");
  const headers = { "Content-Type": "application/x-ndjson" };
  const response = await fetch(`${url}/api/v1/ingest?source=${source}`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}
