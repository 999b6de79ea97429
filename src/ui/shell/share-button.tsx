import type { JSX } from "preact";
import { Icon } from "../parts/icon.tsx";
import { Menu } from "../parts/menu.tsx";
import { navigate, rangeNow } from "../state/page.ts";
import { say } from "../state/toasts.ts";

/** Copies the address of what is seen: with a range that moves on, or of exactly these times. */
export function ShareButton(): JSX.Element {
  return (
    <Menu
      label="Copy a link"
      items={[
        { text: "Copy link", run: () => void copy() },
        {
          text: "Copy link of these times",
          run: () => {
            const { from, until } = rangeNow();
            navigate({ from: String(from), until: String(until) });
            void copy();
          },
        },
      ]}
    >
      <Icon name="link" />
    </Menu>
  );
}

async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied.");
  } catch {
    // Only pages of HTTPS or of this machine may use the clipboard.
    say("The browser does not let the page copy: take the link from the address bar.");
  }
}
