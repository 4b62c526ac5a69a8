/** The replies that are waited for: every command gets one, or is told that none will come. */
import { APART, type Command, ENDS, type Message, QUEUED, type Replies } from "./contract";

/** Commands that get a reply. */
export type Asked = keyof Replies;

type Received<M> = M & { buffer: DataView | null };

/** `failed`: the kernel refused, and says why. `lost`: it will not answer; a newer command took the place of this one, `stop` ended it, or there is no kernel. */
export type Reply<K extends Asked> =
  | Received<Replies[K]>
  | Received<Extract<Message, { type: "failed" }>>
  | { type: "lost" };

/** Called with the reply at once; false where a person need not read why it failed. */
export type Take<K extends Asked> = (reply: Reply<K>) => unknown;

interface Waiting {
  type: Command["type"];
  /** Commands alike in this are answered in order, and the newest reply stands for those before. */
  slot: string;
  settle(reply: Reply<Asked>): unknown;
}

function slotOf(command: Command, id: number): string {
  if (QUEUED.includes(command.type)) return `${id}`;
  const fields = command as unknown as Record<string, unknown>;
  return [command.type, ...(APART[command.type] ?? []).map((name) => fields[name])].join("/");
}

export class Expected {
  readonly #waiting = new Map<number, Waiting>();

  /** Wait for the reply to a command. */
  add<K extends Asked>(
    id: number,
    command: Extract<Command, { type: K }>,
    take?: Take<K>,
  ): Promise<Reply<K>> {
    return new Promise((resolve) => {
      const settle = (reply: Reply<Asked>) => {
        resolve(reply as Reply<K>);
        return take?.(reply as Reply<K>);
      };
      const { type } = command as Command;
      this.#waiting.set(id, { type, slot: slotOf(command, id), settle });
    });
  }

  /** Take a message of the kernel; false where it says no to what no person waits for. */
  take(message: Message, buffer: DataView | null): boolean {
    const { id } = message;
    const replied = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !replied) return true;
    this.#waiting.delete(id);
    const told = replied.settle({ ...message, buffer } as Reply<Asked>);
    const ended = ENDS[replied.type] ?? [];
    this.#lose(
      (other, each) => other < id && (each.slot === replied.slot || ended.includes(each.type)),
    );
    return told !== false;
  }

  /** Nobody will answer. */
  clear(): void {
    this.#lose(() => true);
  }

  #lose(isLost: (id: number, each: Waiting) => boolean): void {
    for (const [id, each] of [...this.#waiting]) {
      if (!isLost(id, each)) continue;
      this.#waiting.delete(id);
      each.settle({ type: "lost" });
    }
  }
}
