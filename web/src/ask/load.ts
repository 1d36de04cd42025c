// What the Ask page asks.
import { histogram } from "../api/ask";
import { post } from "../api/client";

export interface Sentence {
  readonly text: string;
  /** Numbers of the records. */
  readonly citations: readonly number[];
}

export interface Citation {
  readonly number: number;
  readonly id: string;
  readonly timestamp: string;
  readonly source: string;
  readonly severity?: string;
  readonly message: string;
}

export interface Candidate {
  readonly source: string;
  readonly share: number;
  readonly onset?: string;
  readonly reasons: readonly string[];
}

export interface Finding {
  readonly difference: "new" | "more" | "more_errors" | "fewer" | "silent" | "slower";
  readonly source: string;
  readonly severity?: string;
  readonly pattern: string;
  readonly start: string;
  readonly end: string;
  readonly expected: number;
  readonly seen: number;
  readonly score: number;
  readonly alarm: boolean;
  readonly query: string;
}

export interface Event extends Sentence {
  readonly timestamp: string;
  readonly source: string;
}

/** A sentence in a language model's words, which the server has held against the evidence. */
export interface Told extends Sentence {
  /** Numbers of counted facts. */
  readonly facts: readonly string[];
}

export interface Narration {
  readonly model: string;
  readonly sentences: readonly Told[];
  readonly facts: readonly { readonly number: string; readonly text: string }[];
  /** Sentences that the evidence does not bear. */
  readonly dropped: number;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly execution_time_ms: number;
}

export interface Stretch {
  readonly start: string;
  readonly end: string;
}

export interface Analysis {
  readonly narration?: Narration;
  readonly root_cause?: string;
  readonly confidence?: number;
  readonly remediation: readonly string[];
  readonly supporting_logs: readonly Citation[];
  readonly sentences: readonly Sentence[];
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Finding[];
  readonly timeline: readonly Event[];
  readonly window?: Stretch;
  readonly incident?: Stretch;
  readonly compared_with?: Stretch;
  readonly notes: readonly string[];
  readonly complete: boolean;
  readonly version: number;
  readonly records: number;
  readonly execution_time_ms: number;
}

export const analyze = (query: string, signal: AbortSignal) => post<Analysis>("/analyze", { query }, signal);

/** Bars of a chart. */
const BARS = 60;

/** Records of a finding over the time before and in which it differs. */
export async function course(finding: Finding, time: Stretch, signal: AbortSignal): Promise<number[]> {
  const { bins, bin_seconds: width } = await histogram(finding.query, time, signal);
  const each = Math.max(1, Math.ceil(bins.length / BARS));
  const bars: number[] = [];
  bins.forEach(({ total }, index) => (bars[Math.floor(index / each)] = (bars[Math.floor(index / each)] ?? 0) + total));
  return width > 0 ? bars : [];
}

/** The time that charts show: what came before, and what went wrong. */
export function shownTime({ window, incident, compared_with: before }: Analysis): Stretch | undefined {
  const [first, last] = [before ?? window, incident ?? window];
  return first && last && { start: first.start, end: last.end };
}

/** Keeps what somebody thinks of an answer, as a record like any other: screened, searchable, gone when it is old. */
export function judge(question: string, answer: Analysis, helpful: boolean): Promise<unknown> {
  const record = {
    message: `an answer was found ${helpful ? "helpful" : "not helpful"}`,
    severity: "INFO",
    "feedback.helpful": helpful,
    "feedback.question": question,
    "feedback.root_cause": answer.root_cause ?? "",
  };
  return post("/api/v1/ingest?source=dendro-feedback", record);
}
