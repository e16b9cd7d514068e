import { wholeAtLeast } from "../../checks.js";

/** A user to start with. @public */
export interface UserSeed {
  readonly name: string;
  /** @defaultValue the name */
  readonly realName?: string;
  /** @defaultValue `<name>@<workspace>.example` */
  readonly email?: string;
}

/** A channel to start with. @public */
export interface ChannelSeed {
  readonly name: string;
  /** @defaultValue false */
  readonly isPrivate?: boolean;
  /**
   * Names of its members.
   *
   * @defaultValue all seeded users
   */
  readonly members?: readonly string[];
}

/** A user group to start with. @public */
export interface UsergroupSeed {
  readonly name: string;
  /** @defaultValue the name in lower case, with hyphens for everything but letters and digits */
  readonly handle?: string;
  /**
   * Names of its members.
   *
   * @defaultValue none
   */
  readonly users?: readonly string[];
}

/** What each workspace starts with: an explicit list, or a number of entries with made-up names. @public */
export interface Seeds {
  /** @defaultValue 25 users: user1, user2 … */
  readonly users?: number | readonly UserSeed[];
  /** @defaultValue 5 public channels: general, channel-2, channel-3 … */
  readonly channels?: number | readonly ChannelSeed[];
  /** @defaultValue none; a number gives Group 1, Group 2 …, without members */
  readonly usergroups?: number | readonly UsergroupSeed[];
}

/** Seeds as lists. */
export interface SeedLists {
  readonly users: readonly UserSeed[];
  readonly channels: readonly ChannelSeed[];
  readonly usergroups: readonly UsergroupSeed[];
}

/** Fills defaults and turns numbers into lists. */
export function resolveSeeds(seeds: Seeds): SeedLists {
  return {
    users: list("users", seeds.users ?? 25, (number) => ({ name: `user${number}`, realName: `User ${number}` })),
    channels: list("channels", seeds.channels ?? 5, (number) => ({
      name: number === 1 ? "general" : `channel-${number}`,
    })),
    usergroups: list("usergroups", seeds.usergroups ?? 0, (number) => ({ name: `Group ${number}` })),
  };
}

/** The handle made of a name. */
export function handleOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
}

function list<Seed>(option: string, seeds: number | readonly Seed[], make: (number: number) => Seed): readonly Seed[] {
  if (typeof seeds !== "number") return seeds;
  return Array.from({ length: wholeAtLeast(option, seeds, 0) }, (_, index) => make(index + 1));
}
