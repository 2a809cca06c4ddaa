import * as z from 'zod';
import type { Synthesized } from './assembly.ts';

const mbPerGb = 1_024;
const minutesPerMonth = 60 * 24 * 30;
const minutesOf = { minute: 1, hour: 60, day: 24 * 60 } as const;

const scheduleRule = z.object({
  ScheduleExpression: z.string(),
  Targets: z.tuple([
    z.object({ Arn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }) }),
  ]),
});
const mapping = z.object({
  EventSourceArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  FunctionName: z.object({ Ref: z.string() }),
});
const scheduled = z.object({ FunctionName: z.string(), MemorySize: z.number() });

/** Returns the functions that the template runs by the clock, and how often in thirty days. */
export function schedulesOf({ resources }: Pick<Synthesized, 'resources'>): readonly {
  readonly functionName: string;
  readonly memoryGb: number;
  readonly runsPerMonth: number;
}[] {
  return Object.values(resources).flatMap(({ Type, Properties }) => {
    if (Type !== 'AWS::Events::Rule' || !('ScheduleExpression' in Properties)) return [];
    const rule = scheduleRule.parse(Properties);
    const [{ Arn }] = rule.Targets;
    const target = functionBehind(Arn['Fn::GetAtt'][0], resources);
    const { FunctionName, MemorySize } = scheduled.parse(resources[target]?.Properties);
    const runsPerMonth = minutesPerMonth / periodMinutes(rule.ScheduleExpression);
    return [{ functionName: FunctionName, memoryGb: MemorySize / mbPerGb, runsPerMonth }];
  });
}

/** A rule that fills a queue runs the function which reads it. */
function functionBehind(id: string, resources: Synthesized['resources']): string {
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::Lambda::EventSourceMapping') continue;
    const { EventSourceArn, FunctionName } = mapping.parse(Properties);
    if (EventSourceArn['Fn::GetAtt'][0] === id) return FunctionName.Ref;
  }
  return id;
}

const rate = /^rate\((\d+) (minute|hour|day)s?\)$/;
const period = z.tuple([z.string(), z.coerce.number(), z.enum(['minute', 'hour', 'day'])]);

function periodMinutes(expression: string): number {
  const [, count, unit] = period.parse(rate.exec(expression));
  return count * minutesOf[unit];
}
