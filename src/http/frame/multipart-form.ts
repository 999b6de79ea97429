import { GraphiteError } from "../../model/errors.ts";

/**
 * The fields of a multipart form, as graphite-web sends its requests to the members of a cluster
 * with REMOTE_STORE_USE_POST. Files are none of its business and are left out.
 *
 * @throws GraphiteError ERR_REQUEST for what is no such form
 */
export async function multipartForm(
  contentType: string,
  body: Buffer,
): Promise<Record<string, string[]>> {
  const fields: Record<string, string[]> = Object.create(null);
  let form: FormData;
  try {
    form = await new Response(body, { headers: { "content-type": contentType } }).formData();
  } catch {
    throw new GraphiteError("ERR_REQUEST", "the body is no multipart form");
  }
  for (const [name, value] of form) {
    if (typeof value !== "string") continue;
    const values = fields[name];
    if (values === undefined) fields[name] = [value];
    else values.push(value);
  }
  return fields;
}
