import { colors } from "./colors.js";
import { controls } from "./controls.js";
import { layout } from "./layout.js";
import { lists } from "./lists.js";

/** All styles of the page, in the order in which later ones win. */
export const styles = [colors, layout, controls, lists].join("\n");
