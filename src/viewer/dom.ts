/** Attributes of an element; functions listen, `true` sets an attribute without a value, false and null leave it out. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | null | ((event: Event) => void)>
>;

/** Makes an element. Children that are text become text nodes: nothing that a file says is ever read as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string | null)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of index.html with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

/** Tells screen readers, without moving the focus. */
export function announce(text: string): void {
  byId("announcer").textContent = text;
}

/** How long a hint stays (ms). */
const HINT_MS = 4000;

/** Says something on the map for a while. */
export function hint(text: string): void {
  const node = byId("hint");
  node.textContent = text;
  setTimeout(() => {
    if (node.textContent === text) node.textContent = "";
  }, HINT_MS);
}
