import { Component, h, type ComponentChild, type FunctionComponent } from "preact";

/** A component that is drawn again only when one of its properties changed. */
export function memo<P extends object>(Body: (props: P) => ComponentChild): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before = this.props as Record<string, unknown>;
      return Object.entries(next).some(([name, value]) => before[name] !== value);
    }

    override render() {
      return h(Body as FunctionComponent<P>, this.props as P);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
