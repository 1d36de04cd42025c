import { render } from "preact";
import { Shell } from "./app/shell";
import "./style/base.css";
import "./style/parts.css";
import "./style/explore.css";
import "./style/pages.css";
import "./style/ask.css";

render(<Shell />, document.getElementById("app")!);
