import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Problem } from "../api/client";
import { Trouble, Waiting } from "../ui/parts";

/** A page whose code is fetched when it is first opened. */
export function later(fetch: () => Promise<ComponentType>): ComponentType {
  let here: ComponentType | undefined;
  return function Later() {
    const state = useSignal<ComponentType | Problem | undefined>(here);
    useEffect(() => {
      if (here) return;
      const failed = () => new Problem(0, "the page could not be fetched", "the server may have been updated: load the page again");
      fetch().then((Body) => (state.value = here = Body), () => (state.value = failed()));
    }, []);
    const Body = state.value;
    if (!Body) return <Waiting what="Opening the page" />;
    return Body instanceof Problem ? <Trouble error={Body} retry={() => location.reload()} /> : <Body />;
  };
}
