// One process that decides about requests from tokens that it drew in advance, and asks Redis where it cannot.
import { createPolicyEngine, type PolicyEngine } from "@sluice/policy";
import { nextTurn, nowUs, sleepUntil } from "../clock.js";
import { serve } from "../children/serve.js";
import { narrow, usersNamed, wide } from "./policies.js";

const BLOCK = 100;
/** Requests at once in each process. */
const AT_ONCE = 64;

/** What a process is to be asked about. */
export interface Orders {
  readonly url: string;
  readonly users: number;
  readonly lease: boolean;
  /** Whether users come far more often than they may. */
  readonly refused: boolean;
}

/** What one process did. */
export interface Decided {
  readonly decisions: number;
  readonly allowed: number;
  /** Decisions for which the store was asked. */
  readonly asked: number;
  readonly tookS: number;
}

let engine: PolicyEngine;
let identities: readonly { readonly user: string }[] = [];

const handlers = {
  async open({ url, users, lease, refused }: Orders): Promise<void> {
    engine = createPolicyEngine({
      name: `${lease}-${refused}-${users}`,
      redis: { url },
      policies: [refused ? narrow : wide],
      lease,
      reputation: false,
    });
    identities = usersNamed("user-", users).map((user) => ({ user }));
    await engine.ready();
  },

  /** Decides without pause between two instants, as requests that come in together do: one that has to ask holds up no other. */
  async spend({ startUs, untilUs }: { startUs: number; untilUs: number }): Promise<Decided> {
    await sleepUntil(startUs);
    const beganUs = nowUs();
    let decisions = 0;
    let allowed = 0;
    let asked = 0;
    let next = 0;
    const requests = async (): Promise<void> => {
      // At least once, of a process too that comes when the time is over.
      do {
        for (let n = 0; n < BLOCK; n += 1) {
          const identity = identities[next] as (typeof identities)[number];
          next = next + 1 === identities.length ? 0 : next + 1;
          let decision = engine.checkSync(identity);
          if (decision === undefined) {
            asked += 1;
            decision = await engine.check(identity);
          }
          decisions += 1;
          if (decision.allowed) allowed += 1;
        }
        // What was drawn in advance arrives between two turns.
        await nextTurn();
      } while (nowUs() < untilUs);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, requests));
    return { decisions, allowed, asked, tookS: (nowUs() - beganUs) / 1e6 };
  },

  /** The same, with the store asked each time. */
  async ask({ startUs, untilUs }: { startUs: number; untilUs: number }): Promise<Decided> {
    await sleepUntil(startUs);
    const beganUs = nowUs();
    let decisions = 0;
    let allowed = 0;
    const caller = async (): Promise<void> => {
      do {
        const identity = identities[decisions % identities.length] as (typeof identities)[number];
        if ((await engine.check(identity)).allowed) allowed += 1;
        decisions += 1;
      } while (nowUs() < untilUs);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    return { decisions, allowed, asked: decisions, tookS: (nowUs() - beganUs) / 1e6 };
  },
};
export type InboundLeaseHandlers = typeof handlers;
serve(handlers);
