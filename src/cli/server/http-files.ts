import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { Logger } from "pino";
import type { Settings } from "../../config/settings.ts";
import { Authenticator } from "../../http/access/authenticator.ts";
import type { Certificate } from "../../http/frame/options.ts";

/** The files that say who may use HTTP, and by which certificate it is served. */
export class HttpFiles {
  readonly #settings: Settings;
  /** Null: everybody may read and write. */
  readonly access: Authenticator | null;
  /** Null: without encryption. */
  readonly certificate: Certificate | null;

  /** @throws an Error that names the file that cannot be used */
  constructor(settings: Settings) {
    this.#settings = settings;
    const { authFile } = settings;
    this.access = authFile === null ? null : use(authFile, (text) => new Authenticator(text));
    this.certificate = this.#readCertificate();
  }

  /** Reads them again; what cannot be used changes nothing and is logged. */
  reload(log: Logger, useCertificate: (certificate: Certificate) => void): void {
    const attempt = (what: string, work: () => void): void => {
      try {
        work();
      } catch (error) {
        log.error({ reason: error instanceof Error ? error.message : String(error) }, what);
      }
    };
    const { authFile } = this.#settings;
    attempt("access rules not reloaded, the old ones stay", () => {
      if (authFile !== null) use(authFile, (text) => this.access?.reload(text));
    });
    attempt("certificate not reloaded, the old one stays", () => {
      const certificate = this.#readCertificate();
      if (certificate !== null) useCertificate(certificate);
    });
  }

  #readCertificate(): Certificate | null {
    const { tlsCert, tlsKey } = this.#settings;
    if (tlsCert === null || tlsKey === null) return null;
    return use(tlsCert, (cert) =>
      use(tlsKey, (key) => {
        // Says what is wrong with either, or that they do not belong together.
        createSecureContext({ cert, key });
        return { cert, key };
      }),
    );
  }
}

/** @throws an Error that names the file */
function use<T>(path: string, read: (text: string) => T): T {
  try {
    return read(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof NamedFileError) throw error;
    throw new NamedFileError(reason.includes(path) ? reason : `${path}: ${reason}`);
  }
}

class NamedFileError extends Error {}
