import { createServer } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * The baseline of loop-delay, run as a process of its own: reads what comes and drops it, so what
 * its loop is held up is the price of receiving alone, on this machine at this moment.
 */
const loopDelay = monitorEventLoopDelay({ resolution: 2 });
const server = createServer((socket) => {
  socket.on("data", () => {});
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  loopDelay.enable();
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.on("message", () => process.send?.({ p99Ms: loopDelay.percentile(99) / 1e6 }));
