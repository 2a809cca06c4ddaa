import type { Place } from '../../aws.ts';
import { isObject, parseJson } from '../../json-access.ts';
import { CloudwatchError } from './errors.ts';

export type Dashboard = {
  readonly name: string;
  readonly arn: string;
  /** JSON, as it was put. */
  readonly body: string;
  readonly modifiedMs: number;
};

/** Dashboards by name; the box keeps them and draws none. */
export type Dashboards = ReturnType<typeof createDashboards>;

const namePattern = /^[\w-]{1,255}$/;

/** Returns an account without dashboards. */
export function createDashboards({ partition, accountId }: Place, now: () => number) {
  const byName = new Map<string, Dashboard>();
  return {
    /** @throws CloudwatchError when the name or the body is none. */
    put: (name: string, body: string): Dashboard => {
      if (!namePattern.test(name)) {
        throw new CloudwatchError(
          'InvalidParameterInput',
          `DashboardName got ${name}, allowed are letters, digits, - and _`,
        );
      }
      if (!isObject(parseJson(body))) {
        throw new CloudwatchError(
          'InvalidParameterInput',
          'The field DashboardBody must be a valid JSON object',
        );
      }
      const arn = `arn:${partition}:cloudwatch::${accountId}:dashboard/${name}`;
      const dashboard = { name, arn, body, modifiedMs: now() };
      byName.set(name, dashboard);
      return dashboard;
    },
    /** @throws CloudwatchError when there is none of this name. */
    get: (name: string): Dashboard => {
      const dashboard = byName.get(name);
      if (dashboard !== undefined) return dashboard;
      throw new CloudwatchError('ResourceNotFound', `Dashboard ${name} does not exist`);
    },
    delete: (names: readonly string[]): void => {
      for (const name of names) byName.delete(name);
    },
    list: (): readonly Dashboard[] => [...byName.values()],
  };
}
