/** A kernel's findings as a page sees them: versions that are only added to, acts that are done once. */
import type { Command, FindingRecord, Message, ReviewRecord } from "../src/kernel/contract";

type Answer = Message | { type: "failed"; request: null; message: string; final?: boolean };
type Of<T extends Command["type"]> = Extract<Command, { type: T }>;

const ME = "me";

export class FakeFindings {
  /** Newest last. */
  readonly versions = new Map<string, FindingRecord[]>();
  readonly reviews: ReviewRecord[] = [];
  durable = true;
  reason = "";
  /** What the next commands are refused with. */
  refusals: { message: string; final?: boolean }[] = [];
  readonly #done = new Map<string, Answer>();

  newest(id: string): FindingRecord | undefined {
    return this.versions.get(id)?.at(-1);
  }
  list(): FindingRecord[] {
    const newest = [...this.versions.values()].flatMap((all) => all.slice(-1));
    return newest.filter(({ deleted }) => !deleted);
  }
  /** What another person does. */
  change(id: string, patch: Partial<FindingRecord>): FindingRecord {
    const before = this.newest(id);
    if (!before) throw new Error(`There is no finding ${id}.`);
    return this.#add({ ...before, ...patch }, before.version + 1);
  }

  /** The reply to one of its commands; null to any other. */
  answer(command: Command): Answer | null {
    switch (command.type) {
      case "findings":
        return { type: "findings", findings: this.list(), reviews: this.#told() };
      case "put":
      case "review":
        return this.#once(command);
      case "read_findings":
        return {
          type: "failed",
          request: null,
          message: "This kernel reads no files.",
          final: true,
        };
      case "write_findings":
        return { type: "saved", name: `findings.${command.format}`, notes: [] };
      default:
        return null;
    }
  }

  /** What is told of findings that one has judged: all that was said of them. */
  #told(): ReviewRecord[] {
    return this.list().flatMap(({ id, author, verdict }) => {
      const reviews = this.#reviewsOf(id);
      const own = (author === ME && verdict) || reviews.some((each) => each.author === ME);
      return own ? reviews : [];
    });
  }
  /** Of each person the newest. */
  #reviewsOf(id: string): ReviewRecord[] {
    const all = this.reviews.filter((each) => each.finding === id);
    return [...new Map(all.map((each) => [each.author, each])).values()];
  }
  #once(command: Of<"put"> | Of<"review">): Answer {
    const refusal = this.refusals.shift();
    if (refusal) return { type: "failed", request: null, ...refusal };
    const known = this.#done.get(command.act);
    if (known) return known;
    const answer = command.type === "put" ? this.#put(command) : this.#review(command);
    if (answer.type !== "kept" || !answer.clash) this.#done.set(command.act, answer);
    return answer;
  }
  #put({ finding, base }: Of<"put">): Answer {
    const record = finding as unknown as FindingRecord;
    const newest = this.newest(record.id);
    const kept = { type: "kept", durable: this.durable, reason: this.reason } as const;
    if (newest && newest.version !== base) return { ...kept, finding: newest, clash: newest };
    return { ...kept, finding: this.#add(record, base + 1), clash: null };
  }
  #add(record: FindingRecord, version: number): FindingRecord {
    const effect = record.effect && { ...record.effect };
    const added = { ...record, version, effect, seen: { ...record.seen, digest: "d1" } };
    this.versions.set(record.id, [...(this.versions.get(record.id) ?? []), added]);
    return added;
  }
  #review({ finding: id, verdict, kind = "", reason = "", act }: Of<"review">): Answer {
    const finding = this.newest(id);
    if (!finding) return { type: "failed", request: null, message: "There is none.", final: true };
    const created = "2026-01-01T00:00:00.000Z";
    this.reviews.push({ id: act, finding: id, author: ME, verdict, kind, reason, created });
    return { type: "reviewed", finding, reviews: this.#reviewsOf(id) };
  }
}
