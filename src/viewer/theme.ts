import { element } from "./dom.ts";

const KEY = "landstitch-theme";
const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const TITLES: Readonly<Record<Theme, string>> = { auto: "Automatic", light: "Light", dark: "Dark" };

/** The choice between light and dark, remembered by the browser. */
export function themeChoice(): HTMLElement {
  const options = THEMES.map((theme) => element("option", { value: theme }, TITLES[theme]));
  const choose = (): void => {
    const theme = select.value as Theme;
    apply(theme);
    remember(theme);
  };
  const select = element("select", { id: "theme", change: choose }, ...options);
  select.value = remembered();
  apply(remembered());
  return element("label", { class: "theme" }, element("span", {}, "Colours"), select);
}

function apply(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}

function remembered(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto"; // storage may be forbidden
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    return; // storage may be forbidden
  }
}
