import type { Channel } from "../state/model.js";

/** A conversation as the API shows it to one user. */
export function channelOnWire(channel: Channel, viewer: string): Record<string, unknown> {
  const shared = {
    id: channel.id,
    created: channel.createdSeconds,
    is_archived: channel.archived,
    is_im: channel.kind === "im",
    is_mpim: false,
    is_org_shared: false,
  };
  if (channel.kind === "im") return { ...shared, user: channel.peer, is_user_deleted: false, priority: 0 };
  return {
    ...shared,
    name: channel.name,
    name_normalized: channel.name,
    creator: channel.creator,
    is_channel: channel.kind === "public",
    is_group: channel.kind === "private",
    is_private: channel.kind === "private",
    is_general: channel.name === "general",
    is_member: channel.members.has(viewer),
    is_shared: false,
    is_ext_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    unlinked: 0,
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
    previous_names: channel.previousNames,
  };
}
