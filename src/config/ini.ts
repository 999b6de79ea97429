import { GraphiteError } from "../model/errors.ts";

export interface IniSection {
  name: string;
  /** Keys in lower case. */
  values: Map<string, string>;
}

/**
 * Reads an INI file as carbon's own reader does: sections in order, `key = value` or `key: value`,
 * lines that begin with `#` or `;` are comments and there are no others, an indented line goes on
 * with the value before it, `%%` is a percent sign.
 *
 * @throws GraphiteError ERR_CONFIG with the line's number
 */
export function parseIni(text: string): IniSection[] {
  const sections: IniSection[] = [];
  let section: IniSection | undefined;
  let key: string | undefined;
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "" || /^\s*[#;]/.test(line)) return;
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header !== null) {
      section = { name: header[1]!, values: new Map() };
      sections.push(section);
      key = undefined;
      return;
    }
    if (/^\s/.test(line) && section !== undefined && key !== undefined) {
      section.values.set(key, `${section.values.get(key)}\n${line.trim()}`);
      return;
    }
    const pair = /^\s*([^=:\s][^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (pair === null || section === undefined) {
      throw new GraphiteError("ERR_CONFIG", `line ${i + 1}: neither a [section] nor key = value`);
    }
    key = pair[1]!.toLowerCase();
    section.values.set(key, pair[2]!.trim().replaceAll("%%", "%"));
  });
  return sections;
}
