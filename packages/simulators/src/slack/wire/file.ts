import type { StoredFile, Workspace } from "../state/model.js";

/** A file as the API shows it. */
export function fileOnWire(file: StoredFile, workspace: Workspace): Record<string, unknown> {
  const url = `https://files.slack.com/files-pri/${workspace.id}-${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    created: file.createdSeconds,
    timestamp: file.createdSeconds,
    name: file.name,
    title: file.title,
    mimetype: "application/octet-stream",
    filetype: file.name.includes(".") ? file.name.split(".").at(-1) : "binary",
    pretty_type: "File",
    user: file.author.user.id,
    user_team: workspace.id,
    editable: false,
    size: file.sizeBytes,
    mode: "hosted",
    is_external: false,
    is_public: file.channels.size > 0,
    url_private: url,
    url_private_download: `${url}?download=1`,
    permalink: `https://${workspace.name}.slack.com/files/${file.author.user.id}/${file.id}`,
    channels: [...file.channels],
    groups: [],
    ims: [],
    comments_count: 0,
  };
}
