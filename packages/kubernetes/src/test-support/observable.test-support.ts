import { Observable } from "@kubernetes/client-node";

/** A value as the SDK's middleware hands it on. */
export function from<Value>(value: Value): Observable<Value> {
  return new Observable(Promise.resolve(value));
}
