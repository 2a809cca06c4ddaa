import type { AlarmStanding } from '../../adapters/cloudwatch.ts';
import type { PeopleNotice } from '../../adapters/people-notice.ts';
import type { AllowanceItem } from '../../contract/items.ts';
import type { AutomationItem, OrderItem, StandingItem } from '../../contract/rotation-items.ts';
import type { Board, Incident } from '../../domain/incidents/model.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import type { SwitchState } from '../../domain/sending-switch.ts';
import type { Clock, EpochMs } from '../../domain/time.ts';

/** What stands when an alarm rings; each is read only for the kinds of alarm that it explains. */
export type FactPorts = {
  readonly readDecisions: (since: EpochMs, now: EpochMs) => Promise<readonly Decision[]>;
  readonly readSwitches: () => Promise<ReadonlyMap<string, SwitchState>>;
  readonly readAutomation: () => Promise<AutomationItem | undefined>;
  /** Open orders, each once. */
  readonly readOrders: () => Promise<readonly OrderItem[]>;
  readonly readPoolStandings: () => Promise<readonly StandingItem[]>;
  /** What pools may send to mailbox providers, where that is limited. */
  readonly readAllowances: () => Promise<readonly AllowanceItem[]>;
};

export type ResponderPorts = FactPorts & {
  readonly clock: Clock;
  readonly deployment: string;
  /** Alarms of this deployment that ring now, metric alarms and composites. */
  readonly readRinging: () => Promise<readonly AlarmStanding[]>;
  readonly readBoard: () => Promise<{ readonly board: Board }>;
  /** Changes the board, again where somebody else wrote meanwhile; the same board is not written. */
  readonly changeBoard: (change: (board: Board) => Board | Promise<Board>) => Promise<Board>;
  readonly putIncident: (incident: Incident) => Promise<void>;
  /** Asks the reputation loop to look; what is asked twice with the same slot is asked once. */
  readonly askRotation: (what: string, slot: string) => Promise<void>;
  /** Returns the id under which SNS took the notice. */
  readonly tellPeople: (notice: PeopleNotice) => Promise<string>;
  readonly log: (code: string, fields: Readonly<Record<string, unknown>>) => void;
};
