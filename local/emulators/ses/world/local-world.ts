import { mailboxProviderOf } from '../../../../world/domains.ts';
import { createMailWorld, type VisibleMailWorld } from '../../../../world/mail-world.ts';
import type { Answer, Handed, WorldEvent } from '../../../../world/model.ts';
import type { LocalClock } from '../../../aws.ts';
import type { Timer } from '../../../timer.ts';
import type { DedicatedIp } from '../account/dedicated-ips.ts';
import { calmParameters } from './calm-parameters.ts';

/** What the recipients of a sending domain's mail are like, as `Handed` has it. */
export type SenderTraits = Pick<
  Handed,
  'unknownShare' | 'complaintShare' | 'trapShare' | 'spamminess'
>;

/** One mail to one recipient, as it leaves an address. */
export type Departure = {
  readonly ip: string;
  /** Set where the address is leased: how warm SES says that it is. */
  readonly leased: DedicatedIp | undefined;
  readonly fromDomain: string;
  readonly recipientDomain: string;
  readonly attempt: number;
  /** Called when the recipient complains and the provider passes it on. */
  readonly onComplaint: () => void;
};

const spotless: SenderTraits = {
  unknownShare: 0,
  complaintShare: 0,
  trapShare: 0,
  spamminess: 0.1,
};

/** What SES lets an address send a day when its warm-up is done. */
const warmPerDay = 50_000;
/** Shared addresses carry everybody's mail. */
const sharedPerDay = 1_000_000;
/** Customary mail of a domain that nobody said anything about. */
const domainPerDay = 50_000;
const complaintLookMs = 500;
/** What the world calls everybody without a name of their own. */
const smallServers = 'other';

/** The mailbox providers behind the emulated SES; off until somebody switches them on. */
export class LocalWorld {
  readonly #clock: LocalClock;
  readonly #timer: Timer;
  readonly #seed: number;
  /** Recipient domains whose provider was said, and traits of sending domains. */
  readonly domains = new Map<string, string>();
  readonly senders = new Map<string, Partial<SenderTraits>>();
  /** How much a day each address and domain is known for. */
  readonly #knownFor = new Map<string, number>();
  #world: VisibleMailWorld;
  #isCalm = true;
  #speed = 1;
  /** World time and the clock's time that it began to run at this speed. */
  #since: { readonly worldMs: number; readonly clockMs: number };
  #cancelLook: (() => void) | undefined;

  constructor(options: {
    readonly clock: LocalClock;
    readonly timer: Timer;
    readonly seed: number;
  }) {
    this.#clock = options.clock;
    this.#timer = options.timer;
    this.#seed = options.seed;
    this.#world = this.#newWorld();
    const clockMs = options.clock();
    this.#since = { worldMs: clockMs, clockMs };
  }

  get isOn(): boolean {
    return this.#cancelLook !== undefined;
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  get speed(): number {
    return this.#speed;
  }

  /** Now, in world time. */
  now(): number {
    const { worldMs, clockMs } = this.#since;
    return worldMs + (this.#clock() - clockMs) * this.#speed;
  }

  /** Lets world time run faster than the clock, or as fast. */
  setSpeed(speed: number): void {
    this.#since = { worldMs: this.now(), clockMs: this.#clock() };
    this.#speed = speed;
  }

  switchOn(): void {
    if (this.isOn) return;
    const look = (): void => {
      this.#cancelLook = this.#timer.after(complaintLookMs, look);
      this.#hearComplaints();
    };
    this.#cancelLook = this.#timer.after(complaintLookMs, look);
  }

  switchOff(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  /** Forgets all that happened, and says whether providers may have troubles of their own. */
  renew(weather: 'calm' | 'changeable'): void {
    this.#isCalm = weather === 'calm';
    this.#knownFor.clear();
    this.#world = this.#newWorld();
  }

  happen(event: WorldEvent): void {
    if (event.kind === 'acquaint') this.#knownFor.set(event.name, Number.POSITIVE_INFINITY);
    this.#world.happen(event, this.now());
  }

  listingsOf(name: string): readonly string[] {
    return this.#world.listingsOf(name, this.now());
  }

  providerOf(domain: string): string {
    return this.domains.get(domain) ?? mailboxProviderOf(domain);
  }

  /** Undefined for a domain that nobody gave to a provider, and that no provider gives to consumers. */
  knownProviderOf(domain: string): string | undefined {
    const provider = this.providerOf(domain);
    return provider === smallServers && !this.domains.has(domain) ? undefined : provider;
  }

  /** Hands one mail over and returns what the provider answered. */
  hand({ ip, leased, fromDomain, recipientDomain, attempt, onComplaint }: Departure): Answer {
    const perDay = leased === undefined ? sharedPerDay : warmthOf(leased);
    this.#introduce(ip, 'ip', perDay);
    this.#introduce(fromDomain, 'domain', domainPerDay);
    const mails: Handed = {
      ...spotless,
      ...this.senders.get(fromDomain),
      ip,
      domain: fromDomain,
      provider: this.providerOf(recipientDomain),
      attempt,
    };
    const [answer] = this.#world.hand(mails, 1, this.now(), onComplaint);
    return answer ?? { kind: 'delivered', count: 1, folder: 'inbox' };
  }

  #introduce(name: string, as: 'ip' | 'domain', mailsPerDay: number): void {
    if ((this.#knownFor.get(name) ?? 0) >= mailsPerDay) return;
    this.#knownFor.set(name, mailsPerDay);
    // A local run may bring all of a day's mail within minutes.
    const custom = { mailsPerDay, mailsPerHour: mailsPerDay };
    this.#world.happen({ kind: 'acquaint', name, as, ...custom }, this.now());
  }

  #hearComplaints(): void {
    for (const { token } of this.#world.complaintsUntil(this.now())) {
      if (typeof token === 'function') token();
    }
  }

  #newWorld(): VisibleMailWorld {
    const seed = this.#seed;
    return createMailWorld(this.#isCalm ? { seed, parameters: calmParameters } : { seed });
  }
}

function warmthOf({ warmup, percentage }: DedicatedIp): number {
  return warmup === 'IN_PROGRESS' ? (warmPerDay * percentage) / 100 : warmPerDay;
}
