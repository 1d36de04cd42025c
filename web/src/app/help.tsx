import { Dialog } from "../ui/parts";
import { bound } from "./keys";

const LANGUAGE: readonly (readonly [string, string])[] = [
  ["timeout", "with this word in the message"],
  ['"connection refused"', "with these words next to each other"],
  ["conn*", "with a word that begins so"],
  ["source:payment", "with this word in a field"],
  ["error_code:=E1001", "whose field is exactly this"],
  ["status:>=500   status:200..299", "numbers"],
  ["severity:>=warn", "at least so serious"],
  ["trace_id:*", "that have the field"],
  ["/time(d )?out/   path:/^\\/api/", "regular expressions"],
  ["a b   a OR b   -a   (a b)", "and, or, not, brackets"],
  ["| stats count() by source, bin(5m)", "numbers over groups"],
  ["| top 10 error_code", "most frequent values"],
  ["| pattern", "patterns of the messages"],
  ["| where count > 5   | sort -count   | head 20", "and on"],
];

/** Keys, and the search language on a page. */
export function Help({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys and search language" close={close}>
      <div class="help">
        {bound().map(([group, keys]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {keys.map(({ keys, does }) => (
                <div key={keys}>
                  <dt>
                    {keys.split(" ").map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section class="language">
          <h3>Search language: records …</h3>
          <dl>
            {LANGUAGE.map(([query, means]) => (
              <div key={query}>
                <dt>
                  <code>{query}</code>
                </dt>
                <dd>{means}</dd>
              </div>
            ))}
          </dl>
        </section>
        <p class="dim">
          <a href="./openapi.json">HTTP API</a> · <a href="./ui/licences.md">Licences of the parts of these pages</a>
        </p>
      </div>
    </Dialog>
  );
}
