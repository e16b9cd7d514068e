const readingWords =
  /^(?:list|get|lookup)(?![a-z])|^(?:info|test|search|history|replies|members|identity|validate|teamInfo|userInfo)$/;
const exceptions: Readonly<Record<string, "read" | "write">> = {
  // Reads whose last word does not tell.
  "apps.manifest.export": "read",
  "search.all": "read",
  "search.files": "read",
  "search.messages": "read",
  "team.accessLogs": "read",
  "team.billableInfo": "read",
  "team.integrationLogs": "read",
  "users.conversations": "read",
  // It opens an upload, which only its completion makes visible; still nothing to do twice unasked.
  "files.getUploadURLExternal": "write",
};

/** Whether a method only reads, told by its last word. Unknown words count as writes. */
export function accessOf(method: string): "read" | "write" {
  return exceptions[method] ?? (readingWords.test(method.slice(method.lastIndexOf(".") + 1)) ? "read" : "write");
}
