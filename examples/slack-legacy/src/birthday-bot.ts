import type { WebClient } from "@slack/web-api";

/** Written years ago, and left alone: it makes a client of whatever class it is given. */
export class BirthdayBot {
  readonly #slack: WebClient;

  constructor(slack: WebClient) {
    this.#slack = slack;
  }

  /** Congratulates everybody in a channel whose birthday it is, and says how many they were. */
  async congratulate(channel: string, today: readonly string[]): Promise<number> {
    const { members = [] } = await this.#slack.conversations.members({ channel });
    let count = 0;
    for (const user of members) {
      const profile = await this.#slack.users.info({ user });
      if (!today.includes(profile.user?.name ?? "")) continue;
      await this.#slack.chat.postMessage({ channel, text: `Happy birthday, <@${user}>!` });
      count += 1;
    }
    return count;
  }
}
