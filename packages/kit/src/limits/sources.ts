import type { LimitSource } from "./explanation.js";

/** A source as it stands in the data of a package. */
interface Written {
  readonly url?: unknown;
  /** `owner/name@commit`, with or without a path behind it. */
  readonly repo?: unknown;
  /** The file in the repository, or several. */
  readonly path?: unknown;
  /** `name@version`, with or without a path behind it. */
  readonly npm?: unknown;
  readonly date?: unknown;
  readonly note?: unknown;
}

/**
 * A source of the shipped data as something to look up.
 *
 * @param asOf - of when the data are as a whole; a source's own date goes before.
 * @param fill - what stands for `<…>` in an address.
 */
export function sourceOf(
  sources: Readonly<Record<string, unknown>>,
  key: string,
  asOf: string,
  fill = "",
): LimitSource | undefined {
  const written = sources[key] as Written | undefined;
  if (written === undefined) return undefined;
  const found = addressOf(written, fill);
  return {
    title: found?.title ?? textOf(written.note)?.replace(/\.$/, "") ?? key,
    url: found?.url ?? null,
    asOf: textOf(written.date) ?? asOf,
  };
}

function addressOf(written: Written, fill: string): Pick<LimitSource, "title" | "url"> | undefined {
  const url = textOf(written.url)?.replaceAll(/<\w+>/g, fill);
  if (url !== undefined) return { title: url.replace(/^https?:\/\/(?:www\.)?/, "").replace(/\/$/, ""), url };
  const repo = textOf(written.repo);
  if (repo !== undefined) return inRepository(repo, [written.path].flat().map(textOf)[0]);
  const npm = textOf(written.npm);
  return npm === undefined ? undefined : inPackage(npm);
}

function inRepository(repo: string, file: string | undefined): Pick<LimitSource, "title" | "url"> {
  const [place = "", ...rest] = repo.split(" ");
  const [name = "", commit] = place.split("@");
  const path = file ?? rest.join(" ");
  const title = [name, path].filter((part) => part !== "").join(" ");
  // What stands behind a name without a commit may be no path.
  if (commit === undefined) return { title, url: `https://github.com/${name}` };
  return { title, url: `https://github.com/${name}/${path === "" ? "tree" : "blob"}/${commit}${path && `/${path}`}` };
}

function inPackage(npm: string): Pick<LimitSource, "title" | "url"> {
  const [place = ""] = npm.split(" ");
  const at = place.lastIndexOf("@");
  return { title: npm, url: `https://www.npmjs.com/package/${place.slice(0, at)}/v/${place.slice(at + 1)}` };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
