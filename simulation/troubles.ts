import { holdTenant } from '../adapters/tenant-directory.ts';
import { configurationSetOf, deployConfigurationSet, names } from './deployment.ts';
import type { Trouble, TroubleKind } from './fault-plan.ts';
import type { PlannedFaults } from './faults.ts';
import { heldTenant, ownDomain } from './load.ts';
import type { Person } from './person.ts';
import type { World } from './world.ts';

/** Troubles of one run. */
export type Troubles = {
  /** Lets a trouble begin and end, and a person see to what it left behind. */
  readonly plant: (trouble: Trouble, span: Span) => void;
  /** What each kind has hit: mails, calls or events. */
  readonly hits: () => Readonly<Record<TroubleKind, number>>;
};

/** When mail is enqueued. */
type Span = { readonly startMs: number; readonly durationMs: number };

type Course = {
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
  /** What a person does about it so long after its end. */
  readonly mend?: { readonly afterMs: number; readonly act: () => Promise<unknown> };
};

/** People are slow. */
const redriveAfterMs = 5 * 60_000;
/** As `tenants release` waits until every dispatch function knows of it. */
const releaseAfterMs = 6_000;

/** Returns the troubles that a world can have. */
export function createTroubles(world: World, planned: PlannedFaults, person: Person): Troubles {
  let eventsWaited = 0;
  const courses = coursesOf(world, person, {
    'store-outage': {
      begin: async () => planned.setStoreDown('down'),
      end: async () => planned.setStoreDown('up'),
    },
    'feedback-stopped': {
      begin: async () => world.consumers.get(names.feedbackQueue)?.setEnabled(false),
      end: async () => {
        eventsWaited += world.queues.get(names.feedbackQueue)?.visibleCount() ?? 0;
        world.consumers.get(names.feedbackQueue)?.setEnabled(true);
      },
    },
  });
  const { scheduler, observer } = world;
  const run = (instant: number, act: () => Promise<unknown>) =>
    scheduler.at(instant, () =>
      scheduler.start(async () => {
        await scheduler.work(act);
      }),
    );
  const refused = (exception: string) => observer.refusals.get(exception) ?? 0;
  return {
    plant: ({ kind, at, lastsMs }, { startMs, durationMs }) => {
      const { begin, end, mend } = courses[kind];
      const beginMs = startMs + at * durationMs;
      run(beginMs, begin);
      run(beginMs + lastsMs, end);
      if (mend !== undefined) run(beginMs + lastsMs + mend.afterMs, mend.act);
    },
    hits: () => ({
      'identity-unverified': refused('MessageRejected'),
      'configuration-missing': refused('NotFoundException'),
      'tenant-held': person.done.get('released') ?? 0,
      'store-outage': planned.struck.get('storeDown') ?? 0,
      'feedback-stopped': eventsWaited,
      'sending-paused': refused('SendingPausedException'),
      'quota-spent': refused('LimitExceededException'),
    }),
  };
}

type OwnCourses = Pick<Record<TroubleKind, Course>, 'store-outage' | 'feedback-stopped'>;

function coursesOf(
  world: World,
  person: Person,
  own: OwnCourses,
): Readonly<Record<TroubleKind, Course>> {
  const { ses } = world;
  const setVerified = (verified: boolean) =>
    ses.change('identities', { identity: ownDomain.domain, verified });
  const marketingSet = configurationSetOf('marketing');
  const directory = world.table('directory');
  return {
    ...own,
    'identity-unverified': {
      begin: () => setVerified(false),
      end: () => setVerified(true),
      mend: { afterMs: redriveAfterMs, act: () => person.redrive('identity-unverified') },
    },
    'configuration-missing': {
      begin: () => ses.removeConfigurationSet(marketingSet),
      end: () => deployConfigurationSet(ses, marketingSet, { deliveryEvents: false }),
      mend: { afterMs: redriveAfterMs, act: () => person.redrive('configuration-missing') },
    },
    'tenant-held': {
      begin: () =>
        holdTenant(directory, { tenant: heldTenant, why: 'a fault run' }, world.scheduler.now()),
      end: () => person.releaseTenant(heldTenant),
      mend: { afterMs: releaseAfterMs, act: () => person.returnHeld(heldTenant) },
    },
    'sending-paused': {
      begin: () => ses.change('account', { sendingEnabled: false }),
      end: () => ses.change('account', { sendingEnabled: true }),
    },
    'quota-spent': {
      begin: () => ses.change('account', { max24HourSend: 1 }),
      end: () => ses.change('account', { max24HourSend: -1 }),
    },
  };
}
