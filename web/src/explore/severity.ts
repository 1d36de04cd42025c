// Severities in the groups that a histogram and a row can tell apart by colour.

export interface SeverityGroup {
  readonly id: string;
  readonly label: string;
  readonly severities: readonly string[];
}

/** The most serious first. */
export const GROUPS: readonly SeverityGroup[] = [
  { id: "fatal", label: "Critical", severities: ["FATAL", "ALERT", "CRITICAL"] },
  { id: "error", label: "Error", severities: ["ERROR"] },
  { id: "warn", label: "Warn", severities: ["WARN"] },
  { id: "info", label: "Info", severities: ["NOTICE", "INFO"] },
  { id: "debug", label: "Debug", severities: ["DEBUG", "TRACE"] },
  { id: "none", label: "None", severities: ["UNSPECIFIED"] },
];

const OF = new Map(GROUPS.flatMap(({ id, severities }) => severities.map((severity) => [severity, id] as const)));

/** The group of a severity; unknown ones have none. */
export function groupOf(severity: unknown): string {
  return OF.get(String(severity)) ?? "none";
}
