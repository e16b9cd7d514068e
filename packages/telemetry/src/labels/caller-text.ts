import type { Caller } from "@sluice/core";
import { labelText } from "./label-text.js";

/** Namespace, tenant and user of a caller, those it has, joined by slashes; empty for none. The role is no identity. */
export function callerText(caller: Caller): string {
  let text = labelText(caller.namespace);
  for (const part of [caller.tenant, caller.user]) {
    if (part === undefined || part === "") continue;
    text = text === "" ? labelText(part) : `${text}/${labelText(part)}`;
  }
  return labelText(text);
}
