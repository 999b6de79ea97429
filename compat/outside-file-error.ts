/** A file of another system's store that cannot be read, or is none; the message says why. */
export class OutsideFileError extends Error {
  override name = "OutsideFileError";
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}
