/** Whether something that is there says otherwise than what is wanted. Fields that nobody asked for do not matter. */
export function differs(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(there) || there.length !== wanted.length) return true;
    return wanted.some((value, index) => differs((there as unknown[])[index], value));
  }
  if (typeof wanted !== "object" || wanted === null) return there !== wanted;
  if (typeof there !== "object" || there === null) return true;
  return Object.entries(wanted).some(([name, value]) => differs((there as Record<string, unknown>)[name], value));
}
