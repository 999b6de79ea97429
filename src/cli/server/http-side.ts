import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Address, Settings } from "../../config/settings.ts";
import { CostLimit } from "../../http/access/cost-limit.ts";
import { openControlSocket } from "../../http/control-socket.ts";
import type { HttpDoors } from "../../http/doors.ts";
import { buildMountedGraphite } from "../../http/istat/graphite-mount.ts";
import type { IstatDoors } from "../../http/istat/server.ts";
import { buildIstatServer } from "../../http/istat/server.ts";
import { loadPageFiles } from "../../http/page/page-files.ts";
import type { PrometheusDoors } from "../../http/prometheus/server.ts";
import { buildServer } from "../../http/server.ts";
import { addressText } from "../../ingest/tcp-receiver.ts";
import { CONTROL_SOCKET } from "../../storage/store-folder.ts";
import { openSocketPath } from "../socket-path.ts";
import { HttpFiles } from "./http-files.ts";
import { PrometheusSide } from "./prometheus-side.ts";

/** `dist/ui`, where the build puts the pages; this file is `dist/src/cli/server/http-side.js`. */
const PAGES_FOLDER = fileURLToPath(new URL("../../../ui", import.meta.url));

/** What HTTP asks of the rest of the server. */
export type ServerDoors = Omit<HttpDoors, "diskSpace" | "timeZone" | "log"> &
  Pick<IstatDoors, "agents" | "settings"> &
  Pick<PrometheusDoors, "metrics">;

/** All doors of HTTP: Graphite's API, istatd's, and the control socket. */
export class HttpSide {
  readonly #settings: Settings;
  readonly #folder: string;
  readonly #log: Logger;
  readonly #files: HttpFiles;
  #graphite: FastifyInstance | null = null;
  #istat: FastifyInstance | null = null;
  #prometheus: PrometheusSide | null = null;
  #closeControl = async (): Promise<void> => {};

  /** @throws GraphiteError ERR_CONFIG for files that cannot be used */
  constructor(settings: Settings, folder: string, log: Logger) {
    this.#settings = settings;
    this.#folder = folder;
    this.#log = log;
    this.#files = new HttpFiles(settings);
  }

  /** Listens, and returns where. @throws Error that names the flag of what cannot be opened */
  async open(server: ServerDoors): Promise<Record<string, string>> {
    const { http, istatHttp, filesDir, timeZone, querySecondsPerMinute } = this.#settings;
    const { httpHosts, corsOrigins, accessLog, trustedProxies, httpPrefix } = this.#settings;
    const doors = {
      ...server,
      timeZone,
      pages: loadPageFiles(PAGES_FOLDER),
      diskSpace: async () => {
        const { bavail, blocks, bsize } = await statfs(this.#folder);
        return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
      },
      log: this.#log,
    };
    const options = {
      hosts: httpHosts,
      corsOrigins,
      accessLog,
      trustedProxies,
      prefix: httpPrefix,
      access: this.#files.access,
      costs: querySecondsPerMinute > 0 ? new CostLimit(querySecondsPerMinute) : null,
      certificate: this.#files.certificate,
    };
    this.#graphite = await buildServer(doors, options);
    await this.#graphite.ready();
    await this.#openControlSocket(this.#graphite);
    const addresses: Record<string, string> = {};
    if (http !== null) addresses.http = await listen(this.#graphite, "http", http);
    if (istatHttp !== null) {
      const now = (): number => Math.floor(Date.now() / 1000);
      const mounted = await buildMountedGraphite(doors, options);
      this.#istat = await buildIstatServer({ ...doors, filesDir, now }, options, mounted);
      addresses.istatHttp = await listen(this.#istat, "istat-http", istatHttp);
    }
    const { prometheus } = this.#settings;
    if (prometheus !== null) {
      this.#prometheus = await PrometheusSide.open(prometheus, server.metrics);
      addresses.prometheus = this.#prometheus.address;
    }
    return addresses;
  }

  /** Port of istatd's HTTP API, 0 where there is none, and connections to it. */
  async istatConnections(): Promise<[port: number, connections: number]> {
    const server = this.#istat?.server;
    const address = server?.address();
    if (server === undefined || address === null || typeof address !== "object") return [0, 0];
    const count = await new Promise<number>((resolve) =>
      server.getConnections((error, connections) => resolve(error === null ? connections : 0)),
    );
    return [address.port, count];
  }

  /** Rereads rules of access and certificate. */
  reload(): void {
    this.#files.reload(this.#log, (certificate) => {
      this.#graphite?.setCertificate(certificate);
      this.#istat?.setCertificate(certificate);
    });
  }

  /** Takes no more requests, and finishes those that there are. */
  async close(): Promise<void> {
    await Promise.all([
      this.#graphite?.close(),
      this.#istat?.close(),
      this.#closeControl(),
      this.#prometheus?.close(),
    ]);
  }

  async #openControlSocket(http: FastifyInstance): Promise<void> {
    const path = join(this.#folder, CONTROL_SOCKET);
    const socket = openSocketPath(path);
    this.#closeControl = async () => socket.close();
    try {
      const close = await openControlSocket(http, socket.path);
      this.#closeControl = () => close().finally(socket.close);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${path} cannot be opened: ${reason}`);
    }
  }
}

/** @returns the address; @throws Error that names the flag */
async function listen(
  app: FastifyInstance,
  name: string,
  { host, port }: NonNullable<Address>,
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`--${name}-listen ${host}:${port} cannot be opened: ${reason}`);
  }
  return addressText(app.server.address());
}
