import { parseArgs } from "node:util";
import { temporaryFolder } from "../server.ts";
import { OutageScene } from "./outage-scene.ts";

/**
 * A master that is away for a while, killed and started again, and an agent that is killed meanwhile;
 * all that was sent must have arrived, once:
 *
 *     node dist/test/replication/outage.js --seconds 60
 */
const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
const seconds = Number(values.seconds);
const folder = temporaryFolder();
const scene = await OutageScene.begin(folder.path);
await scene.send(100);
await scene.stopMaster("SIGKILL");
const end = Date.now() + seconds * 1000;
let kills = 0;
for (let turn = 1; Date.now() < end; turn++) {
  await scene.send(100);
  if (turn % 20 === 0) {
    await scene.restartAgent(turn % 40 === 0 ? "SIGTERM" : "SIGKILL");
    kills++;
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
}
await scene.startMaster();
await scene.send(100);
await scene.stopMaster("SIGKILL");
await scene.startMaster();
const arrived = await scene.settle(180_000);
const { sent } = scene;
const isExact = JSON.stringify(arrived) === JSON.stringify(sent);
const facts = { seconds, agentRestarts: kills, masterKills: 2, sent, arrived, isExact };
process.stdout.write(`${JSON.stringify(facts)}\n`);
await scene.end();
folder.remove();
process.exit(isExact ? 0 : 1);
