import type { JSX } from "preact";
import { graphiteUrl } from "../api/ask.ts";
import { Menu } from "../parts/menu.tsx";
import { range, timeZone } from "../state/page.ts";
import { say } from "../state/toasts.ts";

const PICTURE = { width: 1000, height: 500 };

/** Addresses of what is drawn, as the server gives it: a picture, or numbers. */
export function LinksMenu({ targets }: { targets: readonly string[] }): JSX.Element | null {
  if (targets.length === 0) return null;
  const addressOf = async (format: string): Promise<string> => {
    const isPicture = format === "png" || format === "svg";
    const query = {
      target: targets,
      ...range.value,
      tz: timeZone.value,
      ...(isPicture ? PICTURE : {}),
      format,
    };
    return new URL(await graphiteUrl("render", query), document.baseURI).href;
  };
  const open = async (format: string): Promise<void> => {
    window.open(await addressOf(format), "_blank", "noopener");
  };
  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say(`${what} is in the clipboard.`);
    } catch {
      say("The browser does not let pages copy here.");
    }
  };
  const items = [
    ...["PNG", "SVG", "CSV", "JSON"].map((format) => ({
      text: `Open as ${format}`,
      run: () => void open(format.toLowerCase()),
    })),
    { text: "Copy render URL", run: async () => copy(await addressOf("png"), "The render URL") },
    { text: "Copy targets", run: () => void copy(targets.join("\n"), "What is asked for") },
  ];
  return (
    <Menu label="Links to this graph" buttonClass="button" items={items}>
      Links
    </Menu>
  );
}
