/** The top of the repository on this machine. */
export declare const repositoryFolder: string;

/** Its address for readers, without an end of `.git`; undefined where nothing names one. */
export declare function repositoryAddress(
  env?: Readonly<Record<string, string | undefined>>,
  manifest?: { readonly repository?: string | { readonly url: string } },
): string | undefined;
