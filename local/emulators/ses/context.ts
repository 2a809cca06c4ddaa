import type { LocalClock, Place } from '../../aws.ts';
import { realTimer, type Timer } from '../../timer.ts';
import { type AccountState, newAccount } from './account/account-state.ts';
import type { ConfigurationSet } from './account/configuration-set.ts';
import { DedicatedIps } from './account/dedicated-ips.ts';
import type { Identity } from './account/identity.ts';
import type { StoredTemplate } from './account/stored-template.ts';
import { SuppressionList } from './account/suppression-list.ts';
import { type Draw, seededDice } from './dice.ts';
import { EventSchedule } from './events/event-schedule.ts';
import type { OnEvent, PutEvents } from './events/publishing.ts';
import type { RecipientScript } from './events/scripts.ts';
import { Notes } from './notes.ts';
import { Mailbox } from './sending/mailbox.ts';
import { DailyQuota, TokenBucket } from './sending/send-rate.ts';
import { LocalWorld } from './world/local-world.ts';

/** Everything the emulated account holds; each operation receives it first. */
export type SesContext = {
  readonly place: Place;
  readonly clock: LocalClock;
  readonly draw: Draw;
  readonly account: AccountState;
  readonly identities: Map<string, Identity>;
  readonly configurationSets: Map<string, ConfigurationSet>;
  readonly templates: Map<string, StoredTemplate>;
  readonly dedicatedIps: DedicatedIps;
  readonly suppression: SuppressionList;
  readonly sendRate: TokenBucket;
  readonly controlPlane: TokenBucket;
  readonly dailyQuota: DailyQuota;
  /** Scripted recipients, by lower-cased bare address. */
  readonly scripts: Map<string, RecipientScript>;
  readonly mailbox: Mailbox;
  readonly schedule: EventSchedule;
  readonly world: LocalWorld;
  readonly putEvents: PutEvents | undefined;
  readonly onEvent: OnEvent;
  readonly notes: Notes;
};

/** Who called, as far as SES's events tell it. */
export type Caller = { readonly principal: string; readonly sourceIp: string };

/** What a new account is made from. */
export type ContextOptions = {
  readonly place: Place;
  readonly clock: LocalClock;
  readonly publish: (topicArn: string, messages: string[]) => Promise<void>;
  readonly putEvents?: PutEvents;
  readonly onEvent?: OnEvent;
  readonly seed?: number;
  /** What events wait on; the real time unless given. */
  readonly timer?: Timer;
};

const defaultSeed = 1;

/** Returns an empty account with production access and SES's default settings. */
export function newContext(options: ContextOptions): SesContext {
  const { seed = defaultSeed, timer = realTimer, clock } = options;
  const draw = seededDice(seed);
  const notes = new Notes((text) => process.emitWarning(text, 'LocalSes'));
  return {
    place: options.place,
    clock,
    draw,
    account: newAccount(),
    identities: new Map(),
    configurationSets: new Map(),
    templates: new Map(),
    dedicatedIps: new DedicatedIps(),
    suppression: new SuppressionList(),
    sendRate: new TokenBucket(),
    controlPlane: new TokenBucket(),
    dailyQuota: new DailyQuota(),
    scripts: new Map(),
    mailbox: new Mailbox(),
    schedule: new EventSchedule({ publish: options.publish, notes, timer }),
    world: new LocalWorld({ clock, timer, seed }),
    putEvents: options.putEvents,
    onEvent: options.onEvent ?? (() => {}),
    notes,
  };
}
