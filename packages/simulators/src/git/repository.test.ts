import { describe, expect, it } from "vitest";
import { blobSha, branchOff, commitFile, folderOf, type GitRepository } from "./repository.js";

const empty = (): GitRepository<string> => ({ id: 1, branches: new Map() });
const put = (path: string, text: string) => ({ path, content: Buffer.from(text), message: `Add ${path}` });

describe("a repository", () => {
  it("keeps a history in which each commit names the one before", () => {
    const repository = empty();
    commitFile(repository, "main", put("a", "1"), "alice", 1);
    const { commits } = commitFile(repository, "main", put("a", "2"), "bob", 2);
    expect(commits.map(({ author, parent }) => [author, parent])).toEqual([
      ["alice", undefined],
      ["bob", commits[0]?.sha],
    ]);
  });

  it("branches off with all files, and leaves the first branch alone from then on", () => {
    const repository = empty();
    const main = commitFile(repository, "main", put("a", "1"), "alice", 1);
    branchOff(repository, main, "topic");
    const topic = commitFile(repository, "topic", { path: "a", content: undefined, message: "Remove" }, "alice", 2);
    expect([main.files.size, topic.files.size]).toEqual([1, 0]);
    expect([main.commits.length, topic.commits.length]).toEqual([1, 2]);
  });

  it("lists what lies directly in a folder", () => {
    const repository = empty();
    for (const path of ["a", "docs/b", "docs/deep/c"]) commitFile(repository, "main", put(path, path), "alice", 1);
    const branch = commitFile(repository, "main", put("docs2/d", "d"), "alice", 1);
    expect([...folderOf(branch, "").keys()]).toEqual(["a", "docs", "docs2"]);
    expect([...folderOf(branch, "docs")].map(([path, content]) => [path, content?.toString()])).toEqual([
      ["docs/b", "docs/b"],
      ["docs/deep", undefined],
    ]);
  });

  it("names contents as Git does", () => {
    expect(blobSha(Buffer.from("hello\n"))).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
  });
});
