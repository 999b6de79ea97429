/**
 * What the path of a URL may mean as the name of a counter: what is there, with its escapes decoded,
 * and else as it is, for names in which a percent sign is a percent sign.
 */
export function namesOfPath(path: string): string[] {
  const raw = path.slice(1);
  if (!raw.includes("%")) return [raw];
  try {
    return [...new Set([decodeURIComponent(raw), raw])];
  } catch {
    return [raw];
  }
}
