import { connect, type Socket } from "node:net";
import { Gate } from "./gate.js";
import { pipe } from "./pipe.js";

/** What a link asks of the proxy it belongs to. */
export interface LinkOwner {
  delayMs(): number;
  /** Takes the order to lose the next answer, if there is one; the function given back is called when it is lost. */
  takeCutAfterRequest(): (() => void) | undefined;
}

/** One client's connection and the connection to the target that belongs to it. */
export class Link {
  readonly gate: Gate = new Gate();
  readonly #client: Socket;
  readonly #target: Socket;
  #answerLost: (() => void) | undefined;

  constructor(client: Socket, target: { readonly port: number; readonly host: string }, owner: LinkOwner) {
    this.#client = client;
    this.#target = connect({ ...target, allowHalfOpen: true });
    const common = { gate: this.gate, delayMs: () => owner.delayMs() };
    pipe(this.#client, this.#target, { ...common, admits: () => this.#admitRequest(owner) });
    pipe(this.#target, this.#client, { ...common, admits: () => this.#admitAnswer() });
    for (const socket of [this.#client, this.#target]) {
      socket.setNoDelay(true);
      socket.on("error", () => this.reset());
    }
  }

  /** Calls back once, when the client's side has ended. */
  onClose(callback: () => void): void {
    this.#client.once("close", callback);
  }

  /** Ends both connections at once, by RST where the system allows. */
  reset(): void {
    for (const socket of [this.#client, this.#target]) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  #admitRequest(owner: LinkOwner): boolean {
    this.#answerLost ??= owner.takeCutAfterRequest();
    return true;
  }

  #admitAnswer(): boolean {
    if (!this.#answerLost) return true;
    this.reset();
    this.#answerLost();
    return false;
  }
}
