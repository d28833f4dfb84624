/** One element of OGC WKT 1: NAME[value, …]. */
export interface WktNode {
  readonly name: string;
  readonly values: readonly (string | number | WktNode)[];
}

/** Parses OGC WKT 1. Throws RangeError on anything else. */
export function parseWkt(text: string): WktNode {
  const tokens = text.match(/"(?:[^"]|"")*"|[A-Za-z_]\w*|[-+.\dEe]+|[[\](),]/g) ?? [];
  let at = 0;
  const fail = (): never => {
    throw new RangeError(`not WKT: ${text.slice(0, 60)}`);
  };
  const value = (): string | number | WktNode => {
    const token = tokens[at++] ?? fail();
    if (token.startsWith('"')) return token.slice(1, -1).replaceAll('""', '"');
    if (/^[-+.\d]/.test(token)) return Number(token);
    return tokens[at] === "[" || tokens[at] === "(" ? { name: token, values: list() } : token;
  };
  const list = (): (string | number | WktNode)[] => {
    const values = [];
    do {
      at++;
      values.push(value());
    } while (tokens[at] === ",");
    if (tokens[at] !== "]" && tokens[at] !== ")") fail();
    at++;
    return values;
  };
  const root = value();
  return typeof root === "object" ? root : fail();
}

/** The first element of this name inside another, or null. */
export function child(node: WktNode, name: string): WktNode | null {
  return (
    node.values.find((value): value is WktNode => typeof value === "object" && value.name === name) ?? null
  );
}

/** The first value of an element: its name. */
export function textOf(node: WktNode): string {
  return String(node.values[0]);
}

/** A number of an element, by default the one behind its name. */
export function numberOf(node: WktNode, index = 1): number {
  return Number(node.values[index]);
}
