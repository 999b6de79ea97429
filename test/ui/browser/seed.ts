import { eventually, type TestServer } from "../../server.ts";

/** Names that would be markup where somebody forgot that they are text. */
export const HOSTILE_NAMES = [
  "evil.<img/src=x/onerror=window.__hit=1>",
  "evil.<svg/onload=window.__hit=1>",
  'evil."onmouseover="window.__hit=1',
];
const HOSTILE_TAG = "evil.tagged;host=<script>window.__hit=1</script>;dc=eu";

const STEP = 10;
const POINTS = 180;

/**
 * Half an hour of a small shop: carbon lines of three hosts with a gap, tagged ones, hostile ones, and
 * samples of a gauge over istat lines, several of them in each bucket.
 */
export async function seed(server: TestServer): Promise<void> {
  const end = Math.floor(Date.now() / 1000 / STEP) * STEP - STEP;
  const carbon: string[] = [];
  const istat: string[] = [];
  for (let i = 0; i < POINTS; i++) {
    const time = end - (POINTS - 1 - i) * STEP;
    const wave = Math.sin(i / 14);
    ["web1", "web2", "db1"].forEach((host, h) => {
      if (host === "web2" && i > 80 && i < 95) return;
      carbon.push(`servers.${host}.load ${(2 + h + wave).toFixed(3)} ${time}`);
      carbon.push(`servers.${host}.mem.used ${4e9 + h * 1e9 + wave * 3e8} ${time}`);
      carbon.push(
        `disk.used;dc=${h > 1 ? "us" : "eu"};host=${host} ${40 + h * 10 + i / 20} ${time}`,
      );
    });
    for (const name of [...HOSTILE_NAMES, HOSTILE_TAG]) carbon.push(`${name} ${i} ${time}`);
    for (let sample = 0; sample < 5; sample++) {
      const value = 100 + 40 * wave + ((i * 7 + sample * 31) % 23);
      istat.push(`shop.checkout.latency ${time + sample} ${value.toFixed(2)}`);
      istat.push(`*shop.checkout.orders ${time + sample} ${1 + ((i + sample) % 4)}`);
    }
  }
  await server.send("carbon", `${carbon.join("\n")}\n`);
  await server.send("istat", `${istat.join("\n")}\n`);
  const isThere = async (target: string): Promise<true | undefined> =>
    (await server.values(target, end - 60, end + STEP)).size > 0 ? true : undefined;
  for (const target of ["servers.web1.load", "shop.checkout.latency"]) {
    await eventually(() => isThere(target), 60_000);
  }
}
