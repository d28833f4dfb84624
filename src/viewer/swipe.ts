import { element } from "./dom.ts";

/** Share of the width that an arrow key moves the handle by, and with Shift or Page Up and Down. */
const STEP = 0.02;
const LEAP = 0.1;

/** What a swipe handle needs to know. */
export interface SwipeOptions {
  readonly left: string;
  readonly right: string;
  /** Told where the handle is moved to, 0–1 of the width of its parent. */
  readonly onMove: (split: number) => void;
}

/** The handle between two pictures, for mouse, touch and keyboard. */
export interface Swipe {
  readonly node: HTMLElement;
  show(split: number): void;
}

/** Makes the handle: a slider in the sense of ARIA. */
export function swipeHandle({ left, right, onMove }: SwipeOptions): Swipe {
  let split = 0.5;
  const move = (to: number): void => onMove(Math.max(0, Math.min(1, to)));
  const node = element(
    "div",
    {
      class: "swipe",
      role: "slider",
      tabindex: 0,
      "aria-label": `Swipe between ${left} on the left and ${right} on the right`,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      keydown: (event) => {
        const to = keyTarget(event as KeyboardEvent, split);
        if (to === null) return;
        event.preventDefault();
        move(to);
      },
      pointerdown: (event) => {
        node.setPointerCapture((event as PointerEvent).pointerId);
        node.focus();
        event.preventDefault();
      },
      pointermove: (event) => {
        const { pointerId, clientX } = event as PointerEvent;
        if (!node.hasPointerCapture(pointerId)) return;
        const { left: start, width } = node.parentElement!.getBoundingClientRect();
        move((clientX - start) / width);
      },
    },
    element("span", { class: "side left" }, left),
    element("span", { class: "grip", "aria-hidden": "true" }),
    element("span", { class: "side right" }, right),
  );
  return {
    node,
    show(to) {
      split = to;
      const percent = Math.round(split * 100);
      node.style.left = `${split * 100}%`;
      node.setAttribute("aria-valuenow", String(percent));
      node.setAttribute("aria-valuetext", `${percent} % ${left}, ${100 - percent} % ${right}`);
    },
  };
}

/** Where a key moves the handle to; null for keys that do not. */
export function keyTarget(
  { key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">,
  split: number,
): number | null {
  const step = shiftKey ? LEAP : STEP;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return split - step;
    case "ArrowRight":
    case "ArrowUp":
      return split + step;
    case "PageDown":
      return split - LEAP;
    case "PageUp":
      return split + LEAP;
    case "Home":
      return 0;
    case "End":
      return 1;
    default:
      return null;
  }
}
