// What stands around every page: the names of the pages, the tastes, the help, and the question for a token.
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { signedIn, signOut, wantsToken } from "../api/client";
import { Explore } from "../explore/page";
import { Empty, Icon } from "../ui/parts";
import { Help } from "./help";
import { bind } from "./keys";
import { later } from "./later";
import rings from "./rings.svg";
import { href, page, params } from "./route";
import { theme, zone } from "./settings";
import { SignIn } from "./sign-in";

interface Page {
  readonly name: string;
  readonly label: string;
  readonly Body: ComponentType;
  /** Whether its time is when things happened: then it goes along from one such page to the other. */
  readonly keepsTime: boolean;
}

// Only the page that most people open first comes with the first load.
const PAGES: readonly Page[] = [
  { name: "explore", label: "Explore", Body: Explore, keepsTime: true },
  { name: "patterns", label: "Patterns", Body: later(() => import("../patterns/page").then(({ Patterns }) => Patterns)), keepsTime: true },
  { name: "ask", label: "Ask", Body: later(() => import("../ask/page").then(({ Ask }) => Ask)), keepsTime: false },
  { name: "sources", label: "Sources", Body: later(() => import("../sources/page").then(({ Sources }) => Sources)), keepsTime: false },
  { name: "privacy", label: "Privacy", Body: later(() => import("../privacy/page").then(({ Privacy }) => Privacy)), keepsTime: true },
];

/** The address of a page, as it is reached from the one that is shown. */
function from({ name, keepsTime }: Page): string {
  const here = PAGES.find(({ name }) => name === page.value);
  const { from, to } = params.value;
  return href(name, keepsTime && here?.keepsTime ? { from, to } : {});
}

/** The whole window. */
export function Shell() {
  const help = useSignal(false);
  useEffect(
    () =>
      bind("Everywhere", [
        { keys: "?", does: "show this help", run: () => (help.value = true) },
        ...PAGES.map((to, index) => ({ keys: String(index + 1), does: `open ${to.label}`, run: () => void (location.hash = from(to)) })),
      ]),
    [],
  );
  const current = PAGES.find(({ name }) => name === page.value);
  useEffect(() => {
    document.title = current ? `${current.label} · Dendro` : "Dendro";
  }, [current]);
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={href("explore")} aria-label="Dendro, Explore">
          <img src={rings} alt="" width="22" height="22" />
          <span>Dendro</span>
        </a>
        <nav aria-label="Pages">
          {PAGES.map((to) => (
            <a key={to.name} href={from(to)} aria-current={to.name === page.value ? "page" : undefined}>
              {to.label}
            </a>
          ))}
        </nav>
        <div class="tastes">
          <button class="quiet" onClick={() => (zone.value = zone.value === "utc" ? "local" : "utc")} title="Time zone of all times shown">
            <Icon name="clock" /> <span class="wide">{zone.value === "utc" ? "UTC" : "Local time"}</span>
            <span class="only-said">Switch the time zone</span>
          </button>
          <ThemeButton />
          <button class="quiet" onClick={() => (help.value = true)} aria-label="Keys and search language" title="Keys and search language (?)">
            <Icon name="help" />
          </button>
          {signedIn() && wantsToken.value === "no" && (
            <button class="quiet" onClick={signOut}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <main id="content" tabIndex={-1} class={`page ${page.value}`}>
        {wantsToken.value !== "no" ? (
          <SignIn />
        ) : current ? (
          <current.Body />
        ) : (
          <Empty title="There is no such page">
            <a href={href("explore")}>Go to Explore</a>
          </Empty>
        )}
      </main>
      {help.value && <Help close={() => (help.value = false)} />}
    </>
  );
}

/** The address holds the state of the page, so the link must not change it. */
function skip(event: Event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function ThemeButton() {
  const next = { system: "light", light: "dark", dark: "system" } as const;
  const icon = { system: "system", light: "sun", dark: "moon" } as const;
  const label = `Colours: ${theme.value}`;
  return (
    <button class="quiet" onClick={() => (theme.value = next[theme.value])} aria-label={label} title={label}>
      <Icon name={icon[theme.value]} />
    </button>
  );
}
