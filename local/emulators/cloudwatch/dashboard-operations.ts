import * as z from 'zod';
import type { Dashboards } from './dashboards.ts';
import { type Operation, operation } from './operation.ts';

const named = z.strictObject({ DashboardName: z.string() });

/** Returns the calls about dashboards, by their names in the API. */
export function dashboardOperations(dashboards: Dashboards): Readonly<Record<string, Operation>> {
  return {
    PutDashboard: operation(
      named.extend({ DashboardBody: z.string() }),
      ({ DashboardName, DashboardBody }) => {
        dashboards.put(DashboardName, DashboardBody);
        return { DashboardValidationMessages: [] };
      },
    ),
    GetDashboard: operation(named, ({ DashboardName }) => {
      const { name, arn, body } = dashboards.get(DashboardName);
      return { DashboardName: name, DashboardArn: arn, DashboardBody: body };
    }),
    DeleteDashboards: operation(
      z.strictObject({ DashboardNames: z.array(z.string()) }),
      ({ DashboardNames }) => {
        dashboards.delete(DashboardNames);
        return undefined;
      },
    ),
    ListDashboards: operation(
      z.strictObject({
        DashboardNamePrefix: z.string().default(''),
        NextToken: z.string().optional(),
      }),
      ({ DashboardNamePrefix }) => ({
        DashboardEntries: dashboards
          .list()
          .filter(({ name }) => name.startsWith(DashboardNamePrefix))
          .map(({ name, arn, body, modifiedMs }) => ({
            DashboardName: name,
            DashboardArn: arn,
            LastModified: modifiedMs / 1_000,
            Size: Buffer.byteLength(body),
          })),
      }),
    ),
  };
}
