/** A source of numbers in [0, 1); injected wherever chance plays a part, so tests can fix it. */
export type Random = () => number;

/** The platform's source. */
export const systemRandom: Random = Math.random;
