// The forms of answers, as /openapi.json describes them.

/** A value of a record: absent ones are left out, times are RFC 3339, other kinds are JSON in a text or as they are. */
export type Value = string | number | boolean | null | object;
export type Row = Record<string, Value>;

export type Kind = "text" | "int" | "float" | "bool" | "time" | "other";

export interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly level: string;
}

export interface Stats {
  readonly rows_scanned: number;
  readonly bytes_scanned: number;
  readonly files_scanned: number;
  readonly files_pruned: number;
  readonly elapsed_ms: number;
}

/** How far an answer goes. */
export interface Told {
  readonly stats: Stats;
  readonly complete: boolean;
  readonly incomplete_reason?: string;
  readonly version: number;
}

export interface Rows extends Told {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly next_cursor?: string;
}

export interface Bin {
  readonly start: string;
  readonly total: number;
  readonly by_severity: Readonly<Record<string, number>>;
}

export interface Histogram extends Told {
  readonly bin_seconds: number;
  readonly bins: readonly Bin[];
  readonly total: number;
}

export interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly level: string;
  readonly present?: number;
}

export interface Context extends Told {
  readonly record: Row;
  readonly before: readonly Row[];
  readonly after: readonly Row[];
}
