// Records page by page, newest first. A list may grow to a million rows: only the pages near the eye are held, the others
// are asked for again by the cursor with which they were first read, so that they are the same records.
import { signal } from "@preact/signals";
import { search, type Range } from "../api/ask";
import type { Column, Row, Told } from "../api/types";

/** Rows of the first page: a screen and a half, to be there at once. */
const FIRST_ROWS = 100;
/** Rows of every other page. */
const PAGE_ROWS = 500;
/** Pages held: some tens of megabytes of ordinary records. */
const PAGES_MAX = 60;
/** Longest list. Beyond it the time range is the better way: nobody scrolls through more. */
export const ROWS_MAX = 1_000_000;

interface Page {
  readonly start: number;
  readonly length: number;
  readonly cursor: string | undefined;
}

export class Pages {
  /** Rows that the list has so far. */
  readonly length = signal(0);
  /** Counts arrivals: who shows rows looks at it. */
  readonly arrived = signal(0);
  readonly loading = signal(false);
  readonly failed = signal<unknown>(undefined);
  /** What the first page told about itself. */
  told: Told | undefined;
  readonly columns = signal<readonly Column[]>([]);
  done = false;

  private readonly pages: Page[] = [];
  /** By index of the page; the oldest use stands first. */
  private readonly held = new Map<number, readonly Row[]>();
  private readonly asking = new Set<number>();
  private next: string | undefined;

  constructor(
    private readonly query: string,
    private readonly range: Range,
  ) {}

  /** A row, if its page is held. If not, it is asked for. */
  row(index: number): Row | undefined {
    const at = this.pageOf(index);
    const page = this.pages[at];
    if (!page) return undefined;
    const rows = this.held.get(at);
    if (rows) return rows[index - page.start];
    void this.again(at);
    return undefined;
  }

  /** Reads the next page, unless one is being read or there is none. */
  async more(signal?: AbortSignal): Promise<void> {
    if (this.loading.peek() || this.done) return;
    this.loading.value = true;
    this.failed.value = undefined;
    try {
      await this.append(signal);
    } catch (error) {
      if (this.pages.length === 0) throw error;
      this.failed.value = error;
    } finally {
      this.loading.value = false;
    }
  }

  private async append(signal?: AbortSignal): Promise<void> {
    const cursor = this.next;
    const limit = this.pages.length === 0 ? FIRST_ROWS : PAGE_ROWS;
    const answer = await search(this.query, this.range, limit, cursor, signal);
    this.told ??= answer;
    this.hold(this.pages.length, answer.rows);
    this.pages.push({ start: this.length.peek(), length: answer.rows.length, cursor });
    this.columns.value = union(this.columns.peek(), answer.columns);
    this.next = answer.next_cursor;
    this.length.value += answer.rows.length;
    this.done = !this.next || this.length.peek() >= ROWS_MAX;
    this.arrived.value++;
  }

  private async again(at: number): Promise<void> {
    if (this.asking.has(at)) return;
    this.asking.add(at);
    const { cursor, length } = this.pages[at]!;
    try {
      this.hold(at, (await search(this.query, this.range, length, cursor)).rows);
      this.arrived.value++;
    } catch (error) {
      this.failed.value = error;
    } finally {
      this.asking.delete(at);
    }
  }

  private hold(at: number, rows: readonly Row[]): void {
    this.held.delete(at);
    this.held.set(at, rows);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= PAGES_MAX) break;
      this.held.delete(oldest);
    }
  }

  private pageOf(index: number): number {
    let [low, high] = [0, this.pages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const page = this.pages[middle]!;
      if (index >= page.start + page.length) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function union(known: readonly Column[], more: readonly Column[]): readonly Column[] {
  const names = new Set(known.map(({ name }) => name));
  const fresh = more.filter(({ name }) => !names.has(name));
  return fresh.length === 0 ? known : [...known, ...fresh];
}
