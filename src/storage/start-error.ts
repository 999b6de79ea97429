/** The store cannot be opened as it is; the message says what to do. */
export class StartError extends Error {
  override name = "StartError";
}
