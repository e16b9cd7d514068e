import { createHash } from "node:crypto";

const plain = /^[\w@./+-]+$/;
const LONGEST = 96;

/**
 * A part of a key made of harmless characters alone, whatever the text: no braces, separators, line breaks or lone
 * surrogates. Different texts give different parts; long ones are hashed, so that a key stays short.
 */
export function encodePart(text: string): string {
  if (text.length <= LONGEST && plain.test(text)) return text;
  if (text.length <= LONGEST) {
    // By code unit, since lone surrogates would collide as UTF-8.
    const encoded = text.replace(/[^\w@./+-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
    if (encoded.length <= LONGEST) return encoded === "" ? "%" : encoded;
  }
  return `#${createHash("sha256").update(Buffer.from(text, "utf16le")).digest("hex")}`;
}
