/** A person, or the user an app acts as. @public */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly isBot: boolean;
}

/** What an app is in one workspace. @public */
export interface Bot {
  readonly app: string;
  readonly appId: string;
  readonly botId: string;
  /** The user it acts as; found by `users.info`, not listed by `users.list`. */
  readonly user: User;
}

/** A conversation: a channel of the workspace, or the direct messages with one user. @public */
export interface Channel {
  readonly id: string;
  name: string;
  readonly kind: "public" | "private" | "im";
  readonly creator: string;
  readonly createdSeconds: number;
  archived: boolean;
  /** Ids of its members. */
  readonly members: Set<string>;
  /** Everything posted and not deleted, thread replies included, oldest first. */
  readonly messages: Message[];
  readonly previousNames: string[];
  /** The other side, of direct messages only. */
  readonly peer?: string;
}

/** What is said in a message. @public */
export interface MessageContent {
  readonly text: string;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
  /** Ids of the files it shares. */
  readonly files?: readonly string[];
}

/** A message in a channel. @public */
export interface Message {
  /** Unix seconds with six decimals; names the message in its channel. */
  readonly ts: string;
  content: MessageContent;
  /** The `ts` of the message it answers. */
  readonly threadTs?: string;
  /** Whether a reply is shown in the channel too. */
  readonly broadcast: boolean;
  readonly author: Bot;
  /** When it was last changed: a `ts`. */
  edited?: string;
  /** Absent for messages that were never streamed. */
  streaming?: "in_progress" | "completed";
}

/** A message that waits for its time. @public */
export interface ScheduledMessage {
  readonly id: string;
  readonly channelId: string;
  readonly postAtSeconds: number;
  readonly content: MessageContent;
  readonly threadTs?: string;
  readonly author: Bot;
}

/** A user group. @public */
export interface Usergroup {
  readonly id: string;
  name: string;
  handle: string;
  description: string;
  /** Ids of its default channels. */
  channels: readonly string[];
  /** Ids of its members. */
  users: readonly string[];
  readonly createdBy: string;
  readonly createdSeconds: number;
  updatedBy: string;
  updatedSeconds: number;
  /** When it was disabled; 0 while it is enabled. */
  deletedSeconds: number;
}

/** A file, from the moment its upload was announced. @public */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  title: string;
  /** Size as announced, then as uploaded. Unit: bytes. */
  sizeBytes: number;
  /** The uploaded bytes; absent before the upload. */
  content?: Uint8Array;
  stage: "announced" | "uploaded" | "complete" | "deleted";
  /** Last part of the upload URL. */
  readonly ticket: string;
  readonly author: Bot;
  readonly createdSeconds: number;
  /** Ids of the channels it is shared in. */
  readonly channels: Set<string>;
}

/** All there is in one workspace, by id. Look, but change it through the API only. @public */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly users: Map<string, User>;
  /** By name of the app. */
  readonly bots: Map<string, Bot>;
  readonly channels: Map<string, Channel>;
  readonly usergroups: Map<string, Usergroup>;
  readonly files: Map<string, StoredFile>;
  readonly scheduled: Map<string, ScheduledMessage>;
}
