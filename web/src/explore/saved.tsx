// Searches that this browser remembers: a name for an address.
import { useSignal } from "@preact/signals";
import { href, params } from "../app/route";
import { kept } from "../app/settings";
import { Icon, Menu } from "../ui/parts";

interface Search {
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
}

const SEARCHES_MAX = 100;

const isSearches = (value: unknown): value is Search[] =>
  Array.isArray(value) && value.every((one) => typeof one?.name === "string" && typeof one?.params === "object");

const saved = kept<Search[]>("searches", [], isSearches);

/** Saves the page as it is, and leads back to what was saved. */
export function Saved() {
  const name = useSignal("");
  const save = (event: Event) => {
    event.preventDefault();
    const label = name.value.trim();
    if (!label) return;
    const { id, at, live, ...rest } = params.value;
    void [id, at, live];
    const others = saved.value.filter((search) => search.name !== label);
    saved.value = [{ name: label, params: rest }, ...others].slice(0, SEARCHES_MAX);
    name.value = "";
  };
  return (
    <Menu label={<><Icon name="star" /> <span class="wide">Saved</span></>} title="Saved searches">
      {(close) => (
        <>
          <form class="save" onSubmit={save}>
            <input aria-label="Name of this search" placeholder="Name of this search" value={name.value} maxLength={80} onInput={(event) => (name.value = event.currentTarget.value)} />
            <button type="submit">Save</button>
          </form>
          <ul class="searches">
            {saved.value.map((search) => (
              <li key={search.name}>
                <a href={href("explore", search.params)} onClick={close} title={search.params.q ?? "all records"}>
                  {search.name}
                </a>
                <button class="quiet small" aria-label={`Forget ${search.name}`} onClick={() => (saved.value = saved.value.filter((other) => other !== search))}>
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
          {saved.value.length === 0 && <p class="dim">None yet. They are kept in this browser.</p>}
        </>
      )}
    </Menu>
  );
}
