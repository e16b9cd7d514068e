/** The packages at the top, which may import everything. */
export const applications: readonly string[];

/** For each package, the packages its shipped files may import. Names are folders of packages/. */
export const mayUse: Readonly<Record<string, readonly string[]>>;

/** What tests (*.test.ts, *.test-d.ts) may import besides; never more than a devDependency. */
export const testsMayUse: readonly string[];

/** The packages that must not import a vendor's SDK. */
export const withoutSdks: readonly string[];

/** Import names that belong to vendors' SDKs; a star stands for any package of that scope. */
export const sdks: readonly string[];
