import { tokenFor } from "./tokens.js";

/** Somebody who comes again and again. */
export interface Visit {
  readonly who: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly times: number;
  readonly token?: string;
}

/** A busy hour. All come from one address. */
export const visits: readonly Visit[] = [
  { who: "a visitor", method: "GET", path: "/orders", times: 30 },
  { who: "alice", method: "GET", path: "/orders", times: 75, token: tokenFor("alice") },
  { who: "bob", method: "GET", path: "/orders", times: 10, token: tokenFor("bob") },
  { who: "not bob", method: "GET", path: "/orders", times: 5, token: "bob.guessed" },
  { who: "bob", method: "GET", path: "/reports/sales", times: 6, token: tokenFor("bob") },
  { who: "a guesser", method: "POST", path: "/login", times: 12 },
];
