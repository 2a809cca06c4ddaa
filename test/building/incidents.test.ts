/** One kind of trouble is one alarm that people hear of, and what causes others keeps them quiet. */
import { expect, test } from 'vitest';
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import {
  alarmKindNames,
  causesName,
  compositeName,
  readAlarmName,
} from '../../contract/alarm-names.ts';
import { plain } from './support/configs.ts';
import { build, text } from './support/template.ts';

const built = await build(plain);
const topic = built.ofType('AWS::SNS::Topic').find(([id]) => id.startsWith('EventsAlarms'))?.[0];

/** Names of the alarms by the id that a rule refers to. */
const nameOf = new Map(
  ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
    .flatMap(built.ofType)
    .map(([id, { Properties }]) => [`<${id}.Arn>`, text(Properties['AlarmName'])]),
);

const composites = new Map(
  built
    .ofType('AWS::CloudWatch::CompositeAlarm')
    .map(([, { Properties }]) => [text(Properties['AlarmName']), Properties]),
);
const ofKind = (kind: (typeof alarmKindNames)[number]) =>
  composites.get(compositeName('goodstanding', kind)) ?? {};

/** Names of the alarms for which a composite rings. */
function namedIn(rule: unknown): readonly string[] {
  return [...text(rule).matchAll(/ALARM\("([^"]+)"\)/g)].map(
    ([, arn = '']) => nameOf.get(arn) ?? arn,
  );
}

test('every kind of trouble has a composite that rings for its own metric alarms and no other', () => {
  for (const kind of alarmKindNames) {
    const children = namedIn(ofKind(kind)['AlarmRule']);
    expect(children.length, kind).toBeGreaterThan(0);
    for (const child of children)
      expect(readAlarmName('goodstanding', child)?.kind, child).toBe(kind);
  }
});

test('every metric alarm has a composite above it', () => {
  const below = alarmKindNames.flatMap((kind) => namedIn(ofKind(kind)['AlarmRule']));
  const all = built
    .ofType('AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => text(Properties['AlarmName']));
  expect(below.toSorted()).toEqual(all.toSorted());
});

test.each(alarmKindNames)(
  'the text of %s says what, what is done, where to begin and where to read on',
  (kind) => {
    const words = text(ofKind(kind)['AlarmDescription']);
    const { severity, title, means, bySystem, look } = alarmKinds[kind];
    for (const part of [
      `[${severity}]`,
      title,
      means,
      bySystem,
      `npx ${look}`,
      `docs/runbook.md#${kind}`,
    ])
      expect(words).toContain(part);
    expect(words.length).toBeLessThanOrEqual(1024);
  },
);

test('only the trouble of whoever tells people goes to the topic by itself', () => {
  for (const kind of alarmKindNames)
    expect(ofKind(kind)['AlarmActions'], kind).toEqual(
      kind === 'responder-down' ? [{ Ref: topic }] : undefined,
    );
});

test('while a cause rings, the actions of what it causes wait, and a while longer', () => {
  for (const kind of alarmKindNames) {
    const { causedBy } = alarmKinds[kind];
    const properties = ofKind(kind);
    const suppressor = properties['ActionsSuppressor'];
    const name = suppressor === undefined ? undefined : nameOf.get(text(suppressor));
    const causes = causedBy.map((cause) => `goodstanding-${cause}`);
    if (causedBy.length > 1) {
      expect(name).toBe(causesName('goodstanding', kind));
      expect(namedIn(composites.get(name ?? '')?.['AlarmRule'])).toEqual(causes);
    } else expect(name, kind).toBe(causes[0]);
    if (name !== undefined)
      expect(properties).toMatchObject({
        ActionsSuppressorWaitPeriod: 300,
        ActionsSuppressorExtensionPeriod: 900,
      });
  }
});
