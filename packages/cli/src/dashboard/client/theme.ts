/// <reference lib="dom" />
import { byId, setText } from "./dom.js";

const KEPT = "sluice-theme";
const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The switch between light, dark, and what the system has. Calls back when colours have changed. */
export function startTheme(onChange: () => void): void {
  const press = byId("theme");
  let theme = themes.find((one) => one === localStorage.getItem(KEPT)) ?? "auto";
  const apply = (): void => {
    if (theme === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    setText(press, names[theme]);
    press.setAttribute("aria-label", `Colours: ${names[theme]}. Press for ${names[after(theme)]}`);
    onChange();
  };
  press.addEventListener("click", () => {
    theme = after(theme);
    localStorage.setItem(KEPT, theme);
    apply();
  });
  dark.addEventListener("change", onChange);
  apply();
}

const names: Readonly<Record<Theme, string>> = { auto: "Auto", light: "Light", dark: "Dark" };

function after(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? "auto";
}
