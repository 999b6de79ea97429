import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/parts.css";
import "./shell.css";
import { render } from "preact";
import { loadConfig } from "../api/config.ts";
import { App } from "./app.tsx";

loadConfig();
render(<App />, document.getElementById("app")!);
