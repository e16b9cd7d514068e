/** Bytes in memory of their own, as answers take them. Spelt so that compilers before 5.7, whose arrays take no parameter, read it. */
export type Bytes = ReturnType<Uint8Array["slice"]>;
