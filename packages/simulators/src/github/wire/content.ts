import type { GitHubRepository } from "../state/model.js";
import { blobSha, sha1 } from "../../git/repository.js";
import { fullName } from "../state/state.js";
import { website } from "./common.js";
import type { Json } from "./account.js";

/** A file without its content. */
export function wireEntry(
  path: string,
  content: Buffer | undefined,
  ref: string,
  repository: GitHubRepository,
  origin: string,
): Json {
  const url = `${origin}/repos/${fullName(repository)}`;
  const isFile = content !== undefined;
  const sha = isFile ? blobSha(content) : sha1(path);
  const self = `${url}/contents/${path}?ref=${ref}`;
  const html = `${website}/${fullName(repository)}/${isFile ? "blob" : "tree"}/${ref}/${path}`;
  const git = `${url}/git/${isFile ? "blobs" : "trees"}/${sha}`;
  const raw = `https://raw.githubusercontent.com/${fullName(repository)}/${ref}/${path}`;
  return {
    name: path.split("/").at(-1),
    path,
    sha,
    size: content?.length ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: isFile ? raw : null,
    type: isFile ? "file" : "dir",
    _links: { self, git, html },
  };
}

/** Base64 in lines of 60 characters, as the API writes it. */
export function lined(content: Buffer): string {
  return content.toString("base64").replaceAll(/.{1,60}/g, "$&\n");
}
