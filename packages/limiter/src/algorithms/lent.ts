/** Tokens that a holder has drawn and may not have spent yet. */
interface Loan {
  readonly holder: string;
  readonly tokens: number;
  readonly untilUs: number;
}

/**
 * Tokens drawn in advance. A bucket and its loans together never hold more than a burst: what is lent lowers the brim, or a loan spent
 * late would come on top of a full bucket. A loan ends by itself, for its holder may have been killed.
 */
export class Lent {
  #loans: Loan[] = [];

  /** Tokens out at this instant, but those of one holder. */
  out(nowUs: number, but?: string): number {
    let tokens = 0;
    for (const loan of this.#loans) if (loan.untilUs > nowUs && loan.holder !== but) tokens += loan.tokens;
    return tokens;
  }

  /** What the holder has out from now on; what it had is settled. */
  lend(holder: string, tokens: number, untilUs: number, nowUs: number): void {
    this.#loans = this.#loans.filter((loan) => loan.holder !== holder && loan.untilUs > nowUs);
    if (tokens > 0) this.#loans.push({ holder, tokens, untilUs });
  }

  /** Forgets what has ended. */
  settle(nowUs: number): void {
    this.#loans = this.#loans.filter(({ untilUs }) => untilUs > nowUs);
  }

  /** Tokens out when this was last settled. */
  get total(): number {
    return this.#loans.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  clone(): Lent {
    const copy = new Lent();
    copy.#loans = this.#loans;
    return copy;
  }

  /** When the last loan ends; 0 for none. */
  get endsUs(): number {
    return this.#loans.reduce((latestUs, { untilUs }) => Math.max(latestUs, untilUs), 0);
  }
}
