import type { JudgedAct } from './judge-acts.ts';
import { isWithin } from './judge-acts.ts';
import type { News } from './mail.ts';
import type { Truth } from './scenario-words.ts';

/** How long a cause stood before the right thing was done. */
export type Response = {
  readonly about: string;
  /** Absent where it never was. */
  readonly seconds?: number;
  /** Failures heard of that mail until then, or in all. */
  readonly failures: number;
};

/** Follows every cause of a scenario from its beginning to the right action. */
export type ResponseTimes = {
  readonly hear: (news: readonly News[], now: number) => void;
  readonly act: (act: JudgedAct) => void;
  readonly responses: () => readonly Response[];
};

/** Creates the stop watches of a run; causes that ask for nothing have none. */
export function createResponseTimes(truth: readonly Truth[], startsAt: number): ResponseTimes {
  const watches = truth
    .filter(({ right }) => right.length > 0)
    .map((one) => {
      const watch: { truth: Truth; seconds?: number; failures: number } = {
        truth: one,
        failures: 0,
      };
      return watch;
    });
  const running = () => watches.filter(({ seconds }) => seconds === undefined);
  return {
    hear: (news, now) => {
      for (const watch of running()) {
        if (now < startsAt + watch.truth.fromMinute * 60_000) continue;
        for (const one of news) {
          if (!one.repeated && concerns(one, watch.truth)) watch.failures += one.count;
        }
      }
    },
    act: (act) => {
      for (const watch of running()) {
        const { right, fromMinute } = watch.truth;
        const from = startsAt + fromMinute * 60_000;
        const hit = right.some(
          (one) => one.do === act.do && isWithin(act.region, one.region) && act.at >= from,
        );
        if (hit) watch.seconds = (act.at - from) / 1000;
      }
    },
    responses: () =>
      watches.map(({ truth: { about }, seconds, failures }) => ({
        about,
        failures,
        ...(seconds === undefined ? {} : { seconds }),
      })),
  };
}

function concerns(news: News, { cause }: Truth): boolean {
  const { tenant, provider } = news.batch.cell;
  const here = {
    tenant: tenant.tenant,
    identity: tenant.identity,
    pool: news.pool,
    provider,
    ...(news.ip === undefined ? {} : { ip: news.ip }),
  };
  return isWithin(here, cause);
}
