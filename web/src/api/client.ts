// Talks to the server: one way for all requests, one form for all errors.
import { signal } from "@preact/signals";
import { parse } from "./json";

/** What is wrong at one place of a request. */
export interface Fault {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly code: string;
  readonly message: string;
  /** Byte in the value. */
  readonly position?: number;
}

/** An error that the server told (RFC 9457), or that kept it from telling anything (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly hint?: string,
    readonly faults: readonly Fault[] = [],
    /** Leads to the server's log. */
    readonly request?: string,
  ) {
    super(detail);
  }
}

const TOKEN = "dendro.token";

/**
 * Whether the server wants a token that we do not have. The token lies in this tab's session storage: it goes when the
 * tab goes, and no other page can make the browser send it, as it would send a cookie.
 */
export const wantsToken = signal<"no" | "missing" | "unknown">("no");
/** Counts sign-ins: what failed for want of a token looks at it, and tries again. */
export const session = signal(0);

/** Keeps a token and asks again. */
export function signIn(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  wantsToken.value = "no";
  session.value++;
}

/** Forgets the token. */
export function signOut(): void {
  sessionStorage.removeItem(TOKEN);
  location.reload();
}

/** Whether a token is kept. */
export function signedIn(): boolean {
  return sessionStorage.getItem(TOKEN) !== null;
}

/** Sends a request. Anything but success is a [`Problem`]. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN);
  const headers = new Headers(init.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const response = await send(path, { ...init, headers, credentials: "omit", cache: "no-store" });
  if (response.ok) return response;
  if (response.status === 401) wantsToken.value = token ? "unknown" : "missing";
  throw await problem(response);
}

/** Waits as long as an overloaded server asks for, once; what is still refused then is told. */
async function send(path: string, init: RequestInit): Promise<Response> {
  const url = path.replace(/^\//, "");
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url, init).catch((error: unknown) => {
      if (init.signal?.aborted) throw error;
      throw new Problem(0, "the server does not answer", "see whether dendro serve still runs, then try again");
    });
    if (attempt > 0 || (response.status !== 429 && response.status !== 503)) return response;
    const seconds = Math.min(Number(response.headers.get("Retry-After")) || 1, 5);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    init.signal?.throwIfAborted();
  }
}

async function problem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : undefined);
  const faults = Array.isArray(body.errors) ? (body.errors as Fault[]) : [];
  const detail = text("detail") ?? `the server answered ${response.status}`;
  return new Problem(response.status, detail, text("hint"), faults, text("instance"));
}

/** Gets JSON. */
export async function get<T>(path: string, query: Record<string, string | undefined> = {}, signal?: AbortSignal): Promise<T> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  const response = await request(text ? `${path}?${text}` : path, signal ? { signal } : {});
  return parse(await response.text()) as T;
}

/** Sends JSON and gets JSON. */
export async function post<T>(path: string, body: unknown, signal?: AbortSignal, method = "POST"): Promise<T> {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const init: RequestInit = { method, headers, body: JSON.stringify(body) };
  const response = await request(path, signal ? { ...init, signal } : init);
  return parse(await response.text()) as T;
}

/** Whether this only says that nobody waits for the answer any more. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
