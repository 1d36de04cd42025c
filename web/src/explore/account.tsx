// Why something in a record is masked: the account that the privacy gateway left in it.
import type { Row } from "../api/types";
import { href } from "../app/route";
import { textOf } from "../ui/visible";
import { readAccount } from "./account-entries";

const DID: Record<string, string> = {
  keep: "kept",
  mask: "masked",
  hash: "replaced by a hash",
  pseudonymise: "replaced by a pseudonym",
  encrypt: "encrypted",
  drop_field: "dropped",
};

/** What was found in the record, and what was done about it. */
export function Account({ row }: { row: Row }) {
  const entries = readAccount(textOf(row["privacy.found"]));
  if (entries.length === 0) return null;
  return (
    <section class="account" aria-label="Privacy">
      <h2>Found before it was stored</h2>
      <ul>
        {entries.map((entry) => (
          <li key={`${entry.class}/${entry.field}`}>
            <b>{entry.class}</b>
            {entry.count > 1 ? ` (${entry.count})` : ""} in <code>{entry.field}</code>: {DID[entry.action] ?? entry.action}
          </li>
        ))}
      </ul>
      <p class="dim">
        By the policy <code>{textOf(row["privacy.policy"])}</code>. <a href={href("privacy")}>What is found everywhere</a>
      </p>
    </section>
  );
}
