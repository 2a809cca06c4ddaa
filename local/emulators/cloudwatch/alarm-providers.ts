import * as z from 'zod';
import type { Place, Resource, ResourceProviders } from '../../aws.ts';
import { asText } from '../../json-access.ts';
import { readProperties } from '../../lambda/resource-properties.ts';
import type { AlarmBook } from './alarm-book.ts';
import { compositeAlarmShape, metricAlarmShape } from './alarm-settings.ts';
import type { Dashboards } from './dashboards.ts';

/** Returns how alarms and dashboards of a template are created. */
export function cloudwatchProviders(options: {
  readonly book: AlarmBook;
  readonly dashboards: Dashboards;
  readonly place: Place;
}): ResourceProviders {
  const { book, dashboards } = options;
  return {
    'AWS::CloudWatch::Alarm': (resource) => {
      const { name, arn } = book.putMetric(readProperties(metricAlarmShape, named(resource)));
      return { ref: name, attributes: { Arn: arn } };
    },
    'AWS::CloudWatch::CompositeAlarm': (resource) => {
      const { name, arn } = book.putComposite(readProperties(compositeAlarmShape, named(resource)));
      return { ref: name, attributes: { Arn: arn } };
    },
    'AWS::CloudWatch::Dashboard': (resource) => {
      const properties = readProperties(dashboardShape, resource);
      const { name } = dashboards.put(
        properties.DashboardName ?? resource.logicalId,
        asText(properties.DashboardBody),
      );
      return { ref: name, attributes: {} };
    },
  };
}

const dashboardShape = z.strictObject({
  DashboardName: z.string().optional(),
  DashboardBody: z.union([z.string(), z.record(z.string(), z.json())]),
  Tags: z.unknown().optional(),
});

/** An alarm without a name is named after its place in the template. */
function named(resource: Resource): Resource {
  return {
    ...resource,
    properties: { AlarmName: resource.logicalId, ...resource.properties },
  };
}
