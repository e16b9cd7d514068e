import { createHash } from "node:crypto";

/** A commit. */
export interface GitCommit<Author> {
  readonly sha: string;
  readonly message: string;
  readonly author: Author;
  /** Unit: milliseconds of Unix time. */
  readonly atMs: number;
  readonly parent: string | undefined;
}

/** A branch with its history, oldest commit first, and the files at its head. */
export interface GitBranch<Author> {
  readonly name: string;
  readonly commits: GitCommit<Author>[];
  /** Contents by path. */
  readonly files: Map<string, Buffer>;
}

/** What holds branches by name. */
export interface GitRepository<Author> {
  readonly id: number;
  readonly branches: Map<string, GitBranch<Author>>;
}

/** One file put in place; without content it is removed. */
export interface FileChange {
  readonly path: string;
  readonly content: Buffer | undefined;
  readonly message: string;
}

/** Commits one file to a branch, which is made when it is the first. */
export function commitFile<Author>(
  repository: GitRepository<Author>,
  branchName: string,
  { path, content, message }: FileChange,
  author: Author,
  atMs: number,
): GitBranch<Author> {
  const branch: GitBranch<Author> = repository.branches.get(branchName) ?? {
    name: branchName,
    commits: [],
    files: new Map(),
  };
  const parent = branch.commits.at(-1)?.sha;
  const sha = sha1(`${repository.id} ${branchName} ${branch.commits.length} ${parent ?? ""} ${message}`);
  if (content === undefined) branch.files.delete(path);
  else branch.files.set(path, content);
  branch.commits.push({ sha, message, author, atMs, parent });
  repository.branches.set(branchName, branch);
  return branch;
}

/** A new branch at the head of another. */
export function branchOff<Author>(
  repository: GitRepository<Author>,
  from: GitBranch<Author>,
  name: string,
): GitBranch<Author> {
  const branch = { name, commits: [...from.commits], files: new Map(from.files) };
  repository.branches.set(name, branch);
  return branch;
}

/** What lies directly in a folder: files with their content, folders without. The root is an empty path. */
export function folderOf({ files }: GitBranch<unknown>, path: string): ReadonlyMap<string, Buffer | undefined> {
  const prefix = path === "" ? "" : `${path}/`;
  const entries = new Map<string, Buffer | undefined>();
  for (const [name, content] of files) {
    if (!name.startsWith(prefix)) continue;
    const [first = "", ...deeper] = name.slice(prefix.length).split("/");
    entries.set(`${prefix}${first}`, deeper.length === 0 ? content : undefined);
  }
  return entries;
}

/** The id Git gives a file of that content. */
export function blobSha(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

export function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
