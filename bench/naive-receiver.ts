import { createServer } from "node:net";

/**
 * The baseline of the ingest benchmarks, run as a process of its own: a receiver as one writes it
 * in ten lines, which keeps the last value of every series and nothing on disk.
 */
const values = new Map<string, [number, number]>();
let lines = 0;
const server = createServer((socket) => {
  let tail = "";
  socket.on("data", (chunk) => {
    const parts = (tail + chunk.toString()).split("\n");
    tail = parts.pop() ?? "";
    for (const line of parts) {
      const [name, value, time] = line.split(" ");
      values.set(name!, [Number(value), Number(time)]);
      lines++;
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.on("message", () => process.send?.({ lines }));
