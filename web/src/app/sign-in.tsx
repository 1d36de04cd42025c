import { useSignal } from "@preact/signals";
import { signIn, wantsToken } from "../api/client";

/** Asks for a token. It stays in this tab only. */
export function SignIn() {
  const token = useSignal("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (token.value.trim()) signIn(token.value.trim());
  };
  return (
    <form class="sign-in" onSubmit={submit}>
      <h1>Sign in</h1>
      <p>This server answers only who brings a token: one of the lines of the file that its setting token_file names.</p>
      <label for="token">Token</label>
      <input
        id="token"
        type="password"
        autocomplete="current-password"
        spellcheck={false}
        value={token.value}
        aria-invalid={wantsToken.value === "unknown"}
        aria-describedby="token-state"
        onInput={(event) => (token.value = event.currentTarget.value)}
        ref={(input) => input?.focus()}
      />
      <p id="token-state" class={wantsToken.value === "unknown" ? "wrong" : "dim"} role="status">
        {wantsToken.value === "unknown" ? "The server does not know this token." : "It is kept in this tab, and forgotten when the tab is closed."}
      </p>
      <button class="primary" type="submit">
        Sign in
      </button>
    </form>
  );
}
