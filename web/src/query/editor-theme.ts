import { EditorView } from "@codemirror/view";

const token = (name: string, colour: string) => ({ [`.t-${name}`]: { color: `var(${colour})` } });

/** The query box in the page's colours: custom properties reach into a shadow tree. */
export const theme = EditorView.theme({
  "&": { fontSize: "14px", color: "var(--text)", backgroundColor: "transparent", maxHeight: "9em" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--mono)", padding: "7px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 10px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-placeholder": { color: "var(--faint)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "var(--selection)" },
  ...token("field", "--t-field"),
  ...token("operator", "--t-operator"),
  ...token("compare", "--t-operator"),
  ...token("pipe", "--t-operator"),
  ...token("phrase", "--t-text"),
  ...token("regex", "--t-regex"),
  ...token("bracket", "--dim"),
  ".t-step": { color: "var(--t-step)", fontWeight: "600" },
  ".t-wrong": { textDecoration: "underline wavy var(--bad) 1.5px", textUnderlineOffset: "3px", backgroundColor: "var(--bad-weak)" },
  ".cm-tooltip": {
    backgroundColor: "var(--panel)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "19em", fontSize: "13px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", display: "flex", gap: "16px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { marginLeft: "auto", fontStyle: "normal", opacity: "0.85", fontFamily: "var(--sans)" },
});
