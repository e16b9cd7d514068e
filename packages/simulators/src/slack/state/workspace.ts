import type { IdSequence } from "./ids.js";
import type { Channel, User, Usergroup, Workspace } from "./model.js";
import { handleOf, type ChannelSeed, type SeedLists, type UsergroupSeed, type UserSeed } from "./seed.js";

/** Makes a workspace and fills it from seeds. */
export function createWorkspace(name: string, seeds: SeedLists, ids: IdSequence, nowSeconds: number): Workspace {
  const users = seeds.users.map((seed) => makeUser(seed, name, ids));
  const idOf = (userName: string): string => {
    const user = users.find((candidate) => candidate.name === userName);
    if (user === undefined) throw new RangeError(`members must be names of seeded users, got ${userName}`);
    return user.id;
  };
  const everyone = users.map((user) => user.name);
  const channels = seeds.channels.map((seed) =>
    makeChannel(seed, ids.next("C"), (seed.members ?? everyone).map(idOf), nowSeconds),
  );
  const usergroups = seeds.usergroups.map((seed) =>
    makeUsergroup(seed, ids.next("S"), (seed.users ?? []).map(idOf), nowSeconds),
  );
  return {
    id: ids.next("T"),
    name,
    users: byId(users),
    bots: new Map(),
    channels: byId(channels),
    usergroups: byId(usergroups),
    files: new Map(),
    scheduled: new Map(),
  };
}

function makeUser(seed: UserSeed, workspace: string, ids: IdSequence): User {
  return {
    id: ids.next("U"),
    name: seed.name,
    realName: seed.realName ?? seed.name,
    email: seed.email ?? `${seed.name}@${workspace}.example`,
    isBot: false,
  };
}

function makeChannel(seed: ChannelSeed, id: string, members: readonly string[], createdSeconds: number): Channel {
  return {
    id,
    name: seed.name,
    kind: seed.isPrivate === true ? "private" : "public",
    creator: members[0] ?? "",
    createdSeconds,
    archived: false,
    members: new Set(members),
    messages: [],
    previousNames: [],
  };
}

function makeUsergroup(seed: UsergroupSeed, id: string, users: readonly string[], nowSeconds: number): Usergroup {
  return {
    id,
    name: seed.name,
    handle: seed.handle ?? handleOf(seed.name),
    description: "",
    channels: [],
    users,
    createdBy: users[0] ?? "",
    createdSeconds: nowSeconds,
    updatedBy: users[0] ?? "",
    updatedSeconds: nowSeconds,
    deletedSeconds: 0,
  };
}

function byId<Entry extends { readonly id: string }>(entries: readonly Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [entry.id, entry]));
}
